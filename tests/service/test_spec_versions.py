"""Versions of specs in the service: files with located errors, days, comparison, golden samples."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from conftest import SPEC, House, OpenHouse, everywhere, jpeg
from openpyxl import load_workbook
from ruamel.yaml import YAML
from sqlalchemy import select

from qc.decision.verdict import Reason, Verdict
from qc.inspection import inspect
from qc.records import Inspection
from qc.samples import SHIPPED_SAMPLES
from qc.spec import Spec, parse_spec
from qc.spec.files import parse_file
from qc.spec.workbook import write_workbook
from qc.spec.writer import to_yaml
from service.audit.models import AuditRow
from service.people.roles import Role
from service.specs import service as specs

TODAY = date.today()
ID = SPEC.id
SOUND = SHIPPED_SAMPLES / "bowl-sound.jpg"


def later(version: int, **changes: Any) -> Spec:
    return Spec.model_validate(SPEC.model_dump() | {"version": version} | changes)


def send(house: House, data: bytes | Spec, name: str = "bowl.xlsx", **form: Any) -> Any:
    content = write_workbook(data) if isinstance(data, Spec) else data
    return house.lead().post("/v1/specs", files={"file": (name, content)}, data=form)


def on_day(monkeypatch: pytest.MonkeyPatch, day: date) -> None:
    monkeypatch.setattr(specs, "today", lambda: day)


def inspected_by(house: House, spec: str = ID) -> str:
    answer = house.upload(spec=spec, views=["top"])
    assert answer.status_code == 201, answer.text
    return answer.json()["spec"]["version"]


def in_force(house: House) -> dict[str, Any]:
    (found,) = [s for s in house.client.get("/v1/specs").json()["items"] if s["id"] == ID]
    return found


@pytest.mark.parametrize(("name", "write"), [("a.xlsx", write_workbook), ("a.yaml", to_yaml)])
def test_a_file_becomes_the_next_version(house: House, name: str, write: Any) -> None:
    content = write(later(3))
    answer = send(house, content if isinstance(content, bytes) else content.encode(), name)
    assert answer.status_code == 201
    assert Spec.model_validate(answer.json()["spec"]) == later(3)
    assert (answer.json()["stored"], answer.json()["against"]) == (True, 2)
    assert inspected_by(house) == 3
    again = send(house, later(3))
    assert again.status_code == 201
    (row,) = [
        v for v in house.lead().get(f"/v1/spec-versions?spec={ID}").json()["items"]
        if v["version"] == 3
    ]  # fmt: skip
    assert (row["stored_by"], row["in_force"]) == ("Ayu", True)
    assert row["effective_on"] == TODAY.isoformat()


def test_all_faults_of_a_workbook_are_in_the_problem(house: House) -> None:
    book = load_workbook(BytesIO(write_workbook(later(3))))
    book["Spec"]["B4"].value = None
    book["Views"]["B2"].value = "=A1"
    target = BytesIO()
    book.save(target)
    problem = send(house, target.getvalue()).json()
    assert (problem["status"], problem["code"]) == (422, "spec-invalid")
    assert [fault["location"] for fault in problem["errors"]] == ["Spec!B4", "Views!B2"]
    assert problem["errors"][0]["message"] == "“Buyer” is missing"
    assert all(fault["fix"] for fault in problem["errors"])
    assert inspected_by(house) == 2


def test_lines_of_yaml_are_in_the_problem(house: House) -> None:
    text = to_yaml(later(3)).replace("mat: A4", "mat: A9").replace("buyer: Test", "buyr: Test")
    problem = send(house, text.encode(), "bowl.yaml").json()
    assert {fault["location"] for fault in problem["errors"]} >= {"line 3"}
    assert any("did you mean `buyer`" in fault["message"] for fault in problem["errors"])


@pytest.mark.parametrize(
    ("data", "status"),
    [(b"", 422), (b"PK\x03\x04", 422), (jpeg(), 422), (bytes(3 * 1024**2), 413)],
)
def test_files_that_hold_no_spec(house: House, data: bytes, status: int) -> None:
    answer = send(house, data)
    assert answer.status_code == status
    assert answer.json()["fix"]


def test_a_stored_version_never_changes(house: House) -> None:
    for version in (1, 2):
        answer = send(house, later(version, buyer="Another"))
        assert (answer.status_code, answer.json()["code"]) == (409, "spec-version-taken")
        assert "version 3" in answer.json()["fix"]
    assert house.client.get(f"/v1/specs/{ID}").json()["buyer"] == "Test"


def test_a_trial_says_what_would_change_and_keeps_nothing(house: House) -> None:
    answer = send(house, later(3, buyer="Other", mat="A3"), trial="true")
    assert (answer.status_code, answer.json()["stored"]) == (200, False)
    said = [(c["label"], c["before"], c["after"]) for c in answer.json()["changes"]]
    assert said == [("Buyer", "Test", "Other"), ("Mat", "A4", "A3")]
    assert in_force(house)["version"] == 2


@everywhere
def test_a_version_counts_from_its_day_and_inspections_keep_theirs(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = house.upload(views=["top"]).json()
    soon = TODAY + timedelta(days=7)
    assert send(house, later(3, buyer="Later"), effective_on=soon.isoformat()).status_code == 201
    assert (inspected_by(house), in_force(house)["version"]) == (2, 2)
    too_early = house.upload(spec=f"{ID}@3", views=["top"])
    assert (too_early.status_code, too_early.json()["code"]) == (404, "spec-not-in-force")

    on_day(monkeypatch, soon - timedelta(days=1))
    assert inspected_by(house) == 2
    on_day(monkeypatch, soon)
    assert (inspected_by(house), in_force(house)["effective_on"]) == (3, soon.isoformat())
    assert inspected_by(house, f"{ID}@2") == 2  # photographed before, sent after
    assert house.client.get(f"/v1/inspections/{first['id']}").json()["spec"]["buyer"] == "Test"


def test_a_spec_that_only_counts_later_is_not_offered_yet(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    soon = TODAY + timedelta(days=1)
    new = Spec.model_validate(SPEC.model_dump() | {"id": "new", "version": 1})
    assert send(house, new, effective_on=soon.isoformat()).json()["against"] is None
    assert "new" not in {s["id"] for s in house.client.get("/v1/specs").json()["items"]}
    assert house.client.get("/v1/specs/new").json()["code"] == "spec-not-in-force"
    assert "new" in {s["id"] for s in house.lead().get("/v1/spec-versions").json()["items"]}
    on_day(monkeypatch, soon)
    assert house.client.get("/v1/specs/new").status_code == 200


def test_the_past_is_never_changed(house: House) -> None:
    yesterday = (TODAY - timedelta(days=1)).isoformat()
    answer = send(house, later(3), effective_on=yesterday)
    assert (answer.status_code, answer.json()["code"]) == (422, "effective-day-past")


def test_a_higher_version_that_counts_earlier_replaces_the_lower_one_for_good(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(house, later(3), effective_on=(TODAY + timedelta(days=9)).isoformat())
    send(house, later(4), effective_on=(TODAY + timedelta(days=2)).isoformat())
    on_day(monkeypatch, TODAY + timedelta(days=10))
    assert in_force(house)["version"] == 4


def test_differences_by_field_and_unit(house: House) -> None:
    length = {"name": "length", "feature": "length", "nominal_mm": 200, "height_mm": 8}
    gap = {"name": "slot", "feature": "count", "of": "holes", "expected": 2}
    crack = {"type": "crack", "severity": "critical", "max_length_mm": 2}
    send(house, later(3, dimensions=[length, gap], defects=[crack]))
    wider = length | {"lower_mm": 194.0, "upper_mm": 206.5}
    send(house, later(4, dimensions=[wider], defects=[crack | {"severity": "major"}]))
    lead = house.lead()
    answer = lead.get(f"/v1/specs/{ID}/4/diff").json()
    assert (answer["against"], answer["version"]) == (3, 4)
    said = [
        (c["part"], c["row"], c["kind"], c["label"], c["unit"], c["before"], c["after"])
        for c in answer["changes"]
    ]
    assert said == [
        ("dimensions", "length", "changed", "Upper limit", "mm", 206, 206.5),
        ("dimensions", "length", "changed", "Limits not agreed", "", True, False),
        ("dimensions", "slot", "removed", "", "",
         "Feature: count, View: top, Severity: major, Of: holes, Expected number: 2", None),
        ("defects", "crack", "changed", "Severity", "", "critical", "major"),
    ]  # fmt: skip
    back = lead.get(f"/v1/specs/{ID}/3/diff?against=4").json()["changes"]
    assert [(c["before"], c["after"]) for c in back] == [(c[6], c[5]) for c in said]
    assert lead.get(f"/v1/specs/{ID}/2/diff").status_code == 404
    assert lead.get(f"/v1/specs/{ID}/4/diff?against=4").json()["changes"] == []


def test_a_spec_comes_as_a_file_that_can_be_sent_again(house: House) -> None:
    lead = house.lead()
    workbook = lead.get(f"/v1/specs/{ID}/2/file")
    assert 'filename="test-bowl-2.xlsx"' in workbook.headers["content-disposition"]
    assert parse_file(workbook.content, "a.xlsx") == SPEC
    written = lead.get(f"/v1/specs/{ID}/2/file?format=yaml")
    assert parse_spec(written.text, "a") == SPEC
    # OpenAPI describes what a YAML file says, not its bytes.
    paths = lead.get("/v1/openapi.json").json()["paths"]
    answer = paths["/v1/specs/{spec_id}/{version}/file"]["get"]["responses"]["200"]
    assert answer["content"]["application/yaml"]["schema"] == {"type": "object"}
    assert isinstance(YAML(typ="safe").load(written.text), dict)
    template = lead.get("/v1/spec-template").content
    assert load_workbook(BytesIO(template)).sheetnames[1] == "Spec"


def add_golden(
    house: House, photo: bytes, version: int = 2, view: str = "top", spec_id: str = ID
) -> Any:
    files = {"photo": ("golden.jpg", photo, "image/jpeg")}
    return house.lead().post(f"/v1/specs/{spec_id}/{version}/golden/{view}", files=files)


@everywhere
def test_a_golden_sample_is_kept_and_shown_to_all_who_are_signed_in(house: House) -> None:
    photo = jpeg(7, exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0")
    answer = add_golden(house, photo)
    assert answer.status_code == 201
    assert (answer.json()["added_by"], answer.json()["verdict"]) == ("Ayu", "fail")
    (link,) = in_force(house)["golden"]
    assert link == {"view": "top", "photo_url": answer.json()["photo_url"]}
    shown = house.client.get(link["photo_url"])
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/jpeg")
    assert b"Exif" not in shown.content
    again = house.client.get(link["photo_url"], headers={"If-None-Match": shown.headers["etag"]})
    assert again.status_code == 304
    assert house.browser().get(link["photo_url"]).status_code == 401
    assert house.client.get(f"/v1/specs/{ID}/2/golden/underside").status_code == 404
    with house.runtime.database.reading() as session:
        entry = session.scalars(select(AuditRow).order_by(AuditRow.sequence.desc()).limit(1)).one()
    assert (entry.action, entry.subject) == ("spec.golden-added", f"spec/{ID}@2/top")
    assert (
        entry.after_sha256 == hashlib.sha256(hashlib.sha256(photo).hexdigest().encode()).hexdigest()
    )


def test_a_golden_sample_never_changes_within_a_version(house: House) -> None:
    assert add_golden(house, jpeg(1)).status_code == 201
    assert add_golden(house, jpeg(1)).status_code == 201
    other = add_golden(house, jpeg(2))
    assert (other.status_code, other.json()["code"]) == (409, "golden-photo-taken")


def test_a_new_version_takes_golden_samples_over_only_if_asked(house: House) -> None:
    add_golden(house, jpeg(1))
    send(house, later(3))
    assert in_force(house)["golden"] == []
    add_golden(house, jpeg(2), version=3, view="underside")
    send(house, later(4), keep_golden="true")
    assert [link["view"] for link in in_force(house)["golden"]] == ["underside"]
    url = in_force(house)["golden"][0]["photo_url"]
    assert url == f"/v1/specs/{ID}/4/golden/underside"
    assert house.client.get(url).status_code == 200


@pytest.mark.parametrize(
    ("photo", "version", "view", "status", "code"),
    [
        (b"no photo", 2, "top", 422, "photo-unreadable"),
        (jpeg(), 2, "side", 422, "upload-invalid"),
        (jpeg(), 9, "top", 404, "spec-unknown"),
    ],
)
def test_golden_samples_that_cannot_be(
    house: House, photo: bytes, version: int, view: str, status: int, code: str
) -> None:
    answer = add_golden(house, photo, version, view)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.skipif(not SOUND.is_file(), reason="the samples are not there")
def test_a_golden_photo_passes_the_gates_of_every_photo(open_house: OpenHouse) -> None:
    """A bowl on the A3 mat: good for the bowl's spec, not for the tray's, which needs A2."""
    house = open_house(inspect=inspect)
    kept = add_golden(house, SOUND.read_bytes(), spec_id="mitsubishi-bowl-150")
    assert (kept.status_code, kept.json()["verdict"]) == (201, "check")  # without a detector
    refused = add_golden(house, SOUND.read_bytes(), spec_id="asung-tray-280").json()
    assert (refused["status"], refused["code"]) == (422, "golden-photo-refused")
    assert [fault["location"] for fault in refused["errors"]] == ["top"]
    assert "mat" in refused["errors"][0]["message"].lower()
    blurred = add_golden(house, jpeg(3, (3200, 2400))).json()
    assert "blurred" in blurred["detail"]
    assert in_force(house)["golden"] == []


def test_only_the_view_of_the_golden_photo_is_judged(open_house: OpenHouse) -> None:
    seen: list[tuple[list[str], list[str]]] = []

    def looks(photos: Any, spec: Spec, *_: Any, **__: Any) -> Inspection:
        seen.append((list(photos), [view.name for view in spec.views]))
        assert np.asarray(next(iter(photos.values())).pixels).ndim == 3
        reason = Reason.of(Verdict.PASS, "defects-none")
        return Inspection.model_construct(reasons=(reason,), verdict=Verdict.PASS)

    house = open_house(inspect=looks)
    assert add_golden(house, jpeg(), view="underside").json()["verdict"] == "pass"
    assert seen == [(["underside"], ["underside"])]


def test_packers_store_nothing(house: House) -> None:
    for role, status in ((Role.PACKER, 403), (Role.ENGINEER, 201), (None, 401)):
        files = {"file": ("a.xlsx", write_workbook(later(3)))}
        assert house.browser(role).post("/v1/specs", files=files).status_code == status
