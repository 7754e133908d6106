"""Which detector inspects: registered, compared, watched, promoted, rolled back, never altered."""

from __future__ import annotations

import json
import shutil
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import networks
import numpy as np
import pytest
from conftest import House, OpenHouse, jpeg, recorded_inspection
from PIL import Image
from typer.testing import CliRunner

from qc.comparison.report import MARGIN
from qc.datasets.coco import write_coco
from qc.datasets.model import Dataset, DatasetPhoto, LabelledRegion
from qc.datasets.rings import trace_mask
from qc.decision.verdict import Reason, Verdict
from qc.defects.detector import Detector
from qc.errors import ReleaseError, TelitiError
from qc.geometry.station import Station
from qc.photo import Photo
from qc.records import Inspection
from qc.spec.models import Spec
from service.cli.release import app
from service.people.roles import Role
from service.releases.shadow import Shadow

OLD, NEW = "detector@0.0.1", "workshop@1.0.0"


@dataclass(frozen=True)
class Said:
    """What the command printed and how it ended."""

    status: int
    out: str
    error: TelitiError | None


Release = Callable[..., Said]


@pytest.fixture
def release(tmp_path: Path) -> Release:
    """Run `qc release …` on the data folder of the test's service."""

    def run(*arguments: object) -> Said:
        given = [str(a) for a in (*arguments, "--data-dir", tmp_path / "data")]
        result = CliRunner().invoke(app, given)
        error = result.exception if isinstance(result.exception, TelitiError) else None
        if result.exception and not error and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Said(result.exit_code, result.output, error)

    return run


def write(folder: Path, types: tuple[str, ...], name: str, version: str) -> Path:
    networks.write_release(folder, networks.colours(), types, version=version)
    rename(folder, name)
    return folder


def rename(folder: Path, name: str) -> None:
    card = json.loads((folder / "release.json").read_text()) | {"name": name}
    (folder / "release.json").write_text(json.dumps(card))


@pytest.fixture(autouse=True)
def old(tmp_path: Path) -> Path:
    """The release that came with the software, active: red is a crack."""
    folder = write(
        tmp_path / "models" / "detector" / "0.0.1", ("crack", "stain", "hole"), *OLD.split("@")
    )
    (folder.parent / "ACTIVE").write_text("0.0.1\n")
    return folder


@pytest.fixture
def new(tmp_path: Path) -> Path:
    """One that the workshop made: as good, and it knows burn marks (green) as well."""
    return write(tmp_path / "made", ("crack", "burn", "hole"), *NEW.split("@"))


@pytest.fixture
def worse(tmp_path: Path) -> Path:
    """It calls blue a crack, and red nothing that is labelled."""
    return write(tmp_path / "worse", ("hole", "stain", "crack"), "workshop", "2.0.0")


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Six photos with a red crack each."""
    labelled = []
    for number in range(6):
        pixels = np.full((80, 80, 3), 20, np.uint8)
        pixels[10 + number : 30, 10:30] = (250, 20, 20)
        path = tmp_path / f"{number}.png"
        Image.fromarray(pixels).save(path)
        rings = trace_mask(pixels[..., 0] > 200)[0]
        labelled.append(
            DatasetPhoto(path, path.name, 80, 80, (LabelledRegion("crack", rings),), product="bowl")
        )
    write_coco(Dataset(("crack",), tuple(labelled)), tmp_path / "replay")
    return tmp_path / "replay"


def active(house: House) -> str | None:
    release: str | None = house.client.get("/ready").json()["release"]
    return release


def naming_inspection(
    photos: Mapping[str, Photo],
    spec: Spec,
    station: Station | None = None,
    detector: Detector | None = None,
    *_others: object,
    today: date | None = None,
) -> Inspection:
    """Fail what the old release inspects and pass what the new one does."""
    inspection = recorded_inspection(photos, spec, station, detector, today=today)
    if detector is None or detector.reference == OLD:
        return inspection
    reasons = (Reason.of(Verdict.PASS, "defects-none", view="top"),)
    versions = inspection.versions.model_copy(update={"release": detector.reference})
    return inspection.model_copy(
        update={"verdict": Verdict.PASS, "reasons": reasons, "versions": versions}
    )


def test_a_compared_release_is_promoted_and_rolled_back_while_the_service_runs(
    open_house: OpenHouse, release: Release, new: Path, photos: Path
) -> None:
    house = open_house(inspect=naming_inspection)
    assert active(house) == OLD
    assert release("register", new).status == 0
    shutil.rmtree(new)  # from here on the data folder has all of it
    assert active(house) == OLD

    compared = release("compare", OLD, NEW, "--data", photos)
    assert compared.status == 65  # it does not know stains any more
    assert "does not know: stain" in compared.out
    refused = release("promote", NEW)
    assert refused.error is not None
    assert refused.error.code == "release-held-back"
    assert "does not know stain" in refused.error.message
    assert active(house) == OLD

    assert release("promote", NEW, "--override", "no stains on coconut").status == 0
    assert active(house) == NEW
    assert house.upload().json()["versions"]["release"] == NEW

    assert f"promoted {NEW} by console, gate overridden: no stains" in release("list").out
    assert release("rollback", "--reason", "too many alarms").status == 0
    assert active(house) == OLD
    again = release("rollback")
    assert again.error is not None
    assert again.error.code == "nothing-to-roll-back"


def test_the_gate_names_what_got_worse(
    open_house: OpenHouse, release: Release, worse: Path, photos: Path
) -> None:
    house = open_house()
    release("register", worse)
    uncompared = release("promote", "workshop@2.0.0")
    assert uncompared.error is not None
    assert f"qc release compare {OLD} workshop@2.0.0" in uncompared.error.message
    unknown = house.browser(Role.LEAD).get("/v1/releases/workshop@9.0.0/gate")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "release-unknown")

    assert release("compare", OLD, "workshop@2.0.0", "--data", photos).status == 65
    refused = release("promote", "workshop@2.0.0")
    assert refused.error is not None
    assert f"worse than {OLD} by over {MARGIN}" in refused.error.message
    assert "bowl crack recall 1.000 → 0.000 (-1.000, 95 % -1.000 to -1.000, 6 items)" in (
        refused.error.message
    )
    asked = house.browser(Role.LEAD).get("/v1/releases/workshop@2.0.0/gate").json()
    assert asked["problem"] == refused.error.message
    (recall,) = [cell for cell in asked["comparison"]["cells"] if cell["metric"] == "recall"]
    assert (recall["type"], recall["difference"], recall["items"]) == ("crack", -1, 6)
    assert release("promote", "workshop@2.0.0", "--margin", "1").status == 0
    assert active(house) == "workshop@2.0.0"


def test_a_release_without_loss_needs_no_override(
    open_house: OpenHouse, release: Release, tmp_path: Path, photos: Path
) -> None:
    house = open_house()
    types = ("crack", "stain", "hole")
    network = networks.averages(3)  # nearly the same, other bytes
    folder = tmp_path / "better"
    networks.write_release(folder, network, types, version="0.0.2")
    release("register", folder)
    assert release("compare", OLD, "detector@0.0.2", "--data", photos).status == 0
    assert release("promote", "detector@0.0.2").status == 0
    assert active(house) == "detector@0.0.2"
    twice = release("promote", "detector@0.0.2")
    assert twice.error is not None
    assert "active already" in twice.error.message


def test_what_was_promoted_is_active_after_a_restart(
    open_house: OpenHouse, release: Release, new: Path
) -> None:
    open_house()
    release("register", new)
    release("promote", NEW, "--override", "trial")
    assert active(open_house()) == NEW


@pytest.mark.parametrize("position", [0, 200, -1])
def test_one_changed_byte_of_the_weights_is_refused(
    open_house: OpenHouse, release: Release, new: Path, tmp_path: Path, position: int
) -> None:
    house = open_house()
    release("register", new)
    weights = tmp_path / "data" / "releases" / "workshop" / "1.0.0" / "model.onnx"
    changed = bytearray(weights.read_bytes())
    changed[position] ^= 1
    weights.write_bytes(changed)

    refused = release("promote", NEW, "--override", "trial")
    assert isinstance(refused.error, ReleaseError)
    assert "is not the model of the release" in refused.error.message
    assert active(house) == OLD

    release("register", new)  # from the folder that is whole
    assert release("promote", NEW, "--override", "trial").status == 0
    weights.write_bytes(changed)
    with pytest.raises(ReleaseError, match="is not the model of the release"):
        open_house()
    assert release("rollback").status == 0
    assert active(open_house()) == OLD


def test_weights_and_card_that_were_exchanged_together_are_refused(
    open_house: OpenHouse, release: Release, new: Path, worse: Path, tmp_path: Path
) -> None:
    open_house()
    release("register", new)
    kept = tmp_path / "data" / "releases" / "workshop" / "1.0.0"
    shutil.rmtree(kept)
    shutil.copytree(worse, kept)
    refused = release("show", NEW)
    assert refused.error is not None
    assert f"does not hold the release that was registered as {NEW}" in refused.error.message


def test_a_damaged_promotion_leaves_the_old_release_inspecting(
    open_house: OpenHouse, release: Release, new: Path, tmp_path: Path
) -> None:
    """Between the promotion and the next photo the disk may lose something."""
    house = open_house()
    release("register", new)
    release("promote", NEW, "--override", "trial")
    shutil.rmtree(tmp_path / "data" / "releases")
    assert active(house) == OLD
    assert house.upload().status_code == 201


def test_another_release_of_the_same_name_is_refused(
    open_house: OpenHouse, release: Release, new: Path, tmp_path: Path
) -> None:
    open_house()
    release("register", new)
    assert release("register", new).status == 0  # the same again
    for folder, network in (("other", networks.colours()), ("third", networks.averages(3))):
        types = ("crack", "dent", "chip")  # another card, or other weights as well
        other = networks.write_release(tmp_path / folder, network, types, version="1.0.0")
        rename(other, "workshop")
        refused = release("register", other)
        assert refused.error is not None
        assert f"another release is known as {NEW}" in refused.error.message


def test_what_a_crash_left_behind_is_replaced(
    open_house: OpenHouse, release: Release, new: Path, tmp_path: Path
) -> None:
    open_house()
    left = tmp_path / "data" / "releases" / "workshop" / "1.0.0"
    left.mkdir(parents=True)
    (left / "model.onnx").write_bytes(b"half a mo")
    assert release("register", new).status == 0
    assert release("show", NEW).status == 0
    assert [p.name for p in left.parent.iterdir()] == ["1.0.0"]


def test_a_pinned_release_is_not_promoted_away(open_house: OpenHouse, new: Path) -> None:
    house = open_house(release={"folder": new})
    assert active(house) == NEW
    engineer = house.browser(Role.ENGINEER)
    body = {"reference": OLD, "reason": "try it"}
    refused = engineer.post("/v1/releases/promotions", json=body)
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert "TELITI_RELEASE__FOLDER" in refused.json()["detail"]


def test_an_engineer_promotes_and_rolls_back_over_http(
    open_house: OpenHouse, release: Release, new: Path
) -> None:
    house = open_house()
    release("register", new)
    engineer = house.browser(Role.ENGINEER)
    body = {"reference": NEW, "reason": "try it"}
    held = engineer.post("/v1/releases/promotions", json=body)
    assert (held.status_code, held.json()["code"]) == (409, "release-held-back")
    done = engineer.post("/v1/releases/promotions", json=body | {"override": True})
    assert done.status_code == 201
    states = {r["reference"]: r["active"] for r in done.json()["items"]}
    assert states == {NEW: True, OLD: False}
    assert active(house) == NEW
    event = done.json()["events"][0]
    assert (event["action"], event["reason"], event["overridden"]) == ("promoted", "try it", True)
    back = engineer.post("/v1/releases/rollbacks", json={"reason": "not good"})
    assert back.status_code == 201
    assert active(house) == OLD
    unknown = engineer.post(
        "/v1/releases/promotions", json={"reference": "a@9.9.9", "reason": "who knows"}
    )
    assert (unknown.status_code, unknown.json()["code"]) == (404, "release-unknown")
    actions = [e["action"] for e in house.browser(Role.ADMIN).get("/v1/audit").json()["items"]]
    assert {"release.registered", "release.promoted", "release.rolled-back"} <= set(actions)


@pytest.mark.parametrize("reference", ["../../etc@1.0.0", "a@1.0.0/../..", "a", "a@1.0"])
def test_a_reference_that_is_none_is_refused(open_house: OpenHouse, reference: str) -> None:
    engineer = open_house().browser(Role.ENGINEER)
    body = {"reference": reference, "reason": "try it"}
    assert engineer.post("/v1/releases/promotions", json=body).status_code == 422


def test_a_release_in_shadow_judges_unseen(
    open_house: OpenHouse, release: Release, new: Path
) -> None:
    house = open_house(inspect=naming_inspection, release={"shadow_interval_s": 3600})
    before = house.upload(jpeg(1)).json()
    release("register", new)
    assert release("shadow", NEW).status == 0
    seen = [house.upload(jpeg(seed)).json() for seed in (2, 3)]
    assert {i["verdict"] for i in seen} == {"fail"}  # the packer hears the active one

    shadow = Shadow(house.runtime)
    assert [shadow.step(), shadow.step(), shadow.step()] == [True, True, False]

    report = house.browser(Role.LEAD).get("/v1/releases/shadow").json()
    assert (report["reference"], report["inspections"], report["agreeing"]) == (NEW, 2, 0)
    assert report["counts"] == [
        {"spec": "test-bowl", "verdict": "fail", "shadow_verdict": "pass", "inspections": 2}
    ]
    assert [d["inspection"] for d in report["newest_differences"]] == [
        seen[1]["id"], seen[0]["id"],
    ]  # fmt: skip
    for inspection in (before, *seen):
        kept = house.client.get(f"/v1/inspections/{inspection['id']}").json()
        assert kept == inspection  # nothing of the shadow is in it
    assert house.client.get("/v1/releases/shadow").status_code == 403
    assert "2 inspections" in release("shadow").out
    assert release("shadow", "--stop").status == 0
    house.upload(jpeg(4))
    assert not shadow.step()
    assert house.browser(Role.LEAD).get("/v1/releases/shadow").status_code == 404


def test_the_shadow_waits_while_somebody_inspects(
    open_house: OpenHouse, release: Release, new: Path
) -> None:
    house = open_house(inspect=naming_inspection, release={"shadow_interval_s": 3600})
    release("register", new)
    release("shadow", NEW)
    house.upload()
    shadow = Shadow(house.runtime)
    with house.runtime.gate.enter():
        assert not shadow.step()
    assert shadow.step()


def test_what_two_nodes_judge_in_shadow_counts_once(
    open_house: OpenHouse, release: Release, new: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = open_house(inspect=naming_inspection, release={"shadow_interval_s": 3600})
    release("register", new)
    release("shadow", NEW)
    house.upload()
    slow, quick = Shadow(house.runtime), Shadow(house.runtime)
    judge = slow._judge

    def while_another_judges(replay: Any, detector: Any) -> Any:
        row = judge(replay, detector)
        assert quick.step()
        return row

    monkeypatch.setattr(slow, "_judge", while_another_judges)
    assert slow.step()
    report = house.browser(Role.LEAD).get("/v1/releases/shadow").json()
    assert report["inspections"] == 1


def test_the_shadow_runs_by_itself(open_house: OpenHouse, release: Release, new: Path) -> None:
    house = open_house(inspect=naming_inspection, release={"shadow_interval_s": 0.02})
    release("register", new)
    release("shadow", NEW)
    house.upload()
    lead = house.browser(Role.LEAD)
    for _ in range(500):
        if lead.get("/v1/releases/shadow").json()["inspections"] == 1:
            break
    else:
        pytest.fail("the shadow saw nothing")


def test_every_command_that_is_declared_can_be_loaded() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
    for target in project["project"]["entry-points"]["teliti.commands"].values():
        module, _, path = target.partition(":")
        found: object = import_module(module)
        for part in path.split("."):
            found = getattr(found, part)
        assert callable(found)
