"""Engineers make snapshots of what was reviewed, and see which releases learnt from them."""

from __future__ import annotations

import fcntl
import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import networks
import pytest
from conftest import House, OpenHouse, jpeg, recorded_inspection
from sqlalchemy import select

from qc.datasets.snapshot import read_snapshot
from qc.datasets.snapshot_card import read_card
from qc.errors import SnapshotError
from qc.records import Inspection
from service.audit.models import AuditRow
from service.people.roles import Role

ITEM = ((5.0, 5.0), (300.0, 5.0), (300.0, 200.0), (5.0, 200.0))


def on_the_mat(*args: Any, **options: Any) -> Inspection:
    found = recorded_inspection(*args, **options)
    photos = tuple(p.model_copy(update={"outlines_px": (ITEM,)}) for p in found.photos)
    return found.model_copy(update={"photos": photos})


@pytest.fixture
def house(open_house: OpenHouse) -> House:
    return open_house(inspect=on_the_mat)


def review(house: House, seed: int, **content: object) -> None:
    inspection = house.upload(jpeg(seed)).json()
    body: dict[str, object] = {"client_id": str(uuid4()), "disposition": "reject", "reason": "So"}
    answer = house.lead().post(f"/v1/reviews/{inspection['id']}", json=body | content)
    assert answer.status_code == 201, answer.text


def report(house: House) -> Any:
    answer = house.browser(Role.ENGINEER).get("/v1/datasets")
    assert answer.status_code == 200, answer.text
    return answer.json()


def make(house: House, **request: str) -> Any:
    return house.browser(Role.ENGINEER).post(
        "/v1/datasets/snapshots", json={"split_by": "item"} | request
    )


def snapshots_of(house: House) -> Path:
    return house.runtime.settings.storage.data_dir / "snapshots"


def test_reviews_become_a_snapshot_that_is_listed(house: House) -> None:
    assert report(house) | {"runs": None} == {
        "reviewed": 0,
        "reviewed_since": 0,
        "snapshots": [],
        "damaged": [],
        "runs": None,
    }
    for seed in range(4):
        review(house, seed)
    review(house, 4, disposition="accept", corrections=[{"kind": "dismiss", "defect": 1}])
    review(house, 5, disposition="accept")  # and yet a crack stands

    made = make(house)

    assert made.status_code == 201, made.text
    assert made.json()["left_out"] == 1
    (listed,) = report(house)["snapshots"]
    assert listed == {key: value for key, value in made.json().items() if key != "left_out"}
    assert sum(listed["photos"].values()) == 5
    assert min(listed["photos"].values()) > 0
    crack = {"type": "crack", "name": {"en": "crack", "id": "retak"}}
    assert listed["labels"] == [{"type": crack, "regions": 4}]
    assert listed["false_alarms"] == 1
    dataset, identity = read_snapshot(snapshots_of(house) / listed["name"])
    assert (identity, len(dataset.photos)) == (listed["identity"], 5)
    with house.runtime.database.reading() as session:
        entries = session.scalars(select(AuditRow).where(AuditRow.action == "snapshot.created"))
        assert [entry.subject for entry in entries] == [f"snapshot/{listed['name']}"]


def test_the_same_reviews_give_the_same_snapshot(house: House) -> None:
    for seed in range(3):
        review(house, seed)
    first, second = make(house).json(), make(house).json()
    assert first == second
    assert len(report(house)["snapshots"]) == 1

    review(house, 3)
    assert make(house).json()["identity"] != first["identity"]
    found = report(house)
    assert len(found["snapshots"]) == 2
    assert (found["reviewed"], found["reviewed_since"]) == (4, 0)


def test_too_few_reviews_are_told(house: House) -> None:
    review(house, 0)
    answer = make(house, split_by="lot")
    assert (answer.status_code, answer.json()["code"]) == (409, "snapshot-too-small")
    assert "--by item" in answer.json()["fix"]
    assert answer.json()["fix"] not in answer.json()["detail"]
    assert report(house)["snapshots"] == []


def test_one_product_alone(house: House) -> None:
    for seed in range(3):
        review(house, seed)
    assert make(house, product="test-bowl").status_code == 201
    other = make(house, product="another-bowl")
    assert (other.status_code, other.json()["code"]) == (409, "snapshot-too-small")


def test_only_one_is_made_at_a_time(house: House) -> None:
    snapshots_of(house).mkdir()
    with (snapshots_of(house) / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        answer = make(house)
    assert (answer.status_code, answer.json()["code"]) == (429, "snapshot-busy")
    assert int(answer.headers["retry-after"]) > 0


def test_a_snapshot_that_was_changed_is_named(house: House) -> None:
    for seed in range(3):
        review(house, seed)
    name = make(house).json()["name"]
    card = snapshots_of(house) / name / "snapshot.json"
    card.chmod(0o644)
    told = json.loads(card.read_text(encoding="utf-8"))
    card.write_text(json.dumps(told | {"false_alarms": 99}), encoding="utf-8")

    found = report(house)

    assert (found["snapshots"], found["damaged"]) == ([], [name])
    with pytest.raises(SnapshotError, match=r"snapshot\.json was changed"):
        read_card(card.parent)


def test_releases_say_how_they_were_trained(house: House, tmp_path: Path) -> None:
    for seed in range(3):
        review(house, seed)
    identity = make(house).json()["identity"]
    folder = tmp_path / "models" / "detector" / "0.0.1"
    networks.write_release(folder, networks.colours(), ("crack", "stain", "hole"))
    card = json.loads((folder / "release.json").read_text(encoding="utf-8"))
    trained = {
        "data": {"snapshot": identity, "started_from": "detector@0.0.0"},
        "steps": 120,
        "minutes": 50.0,
        "best_mean_average_precision": 0.71,
        "curve": [{"step": 60, "loss": 0.5, "mean_average_precision": 0.7}],
    }
    (folder / "release.json").write_text(json.dumps(card | {"training": trained}))

    found = report(house)

    assert found["runs"] == [
        {
            "release": "detector@0.0.1",
            "created": "2026-01-31",
            "shipped": True,
            "active": False,
            "started_from": "detector@0.0.0",
            "snapshot": identity,
            "steps": 120,
            "minutes": 50.0,
            "mean_average_precision": 0.71,
            "curve": [{"step": 60, "loss": 0.5, "mean_average_precision": 0.7}],
        }
    ]
    assert found["snapshots"][0]["releases"] == ["detector@0.0.1"]


POINT = {"step": 5, "loss": 0.4, "mean_average_precision": 0.6}


@pytest.mark.parametrize(
    ("told", "steps"),
    [
        (None, []),
        ([], []),
        ([POINT | {"step": 10}, POINT], [5, 10]),
        ([POINT | {"loss": None}], [5]),
        ([{"step": 5}], []),
        ([POINT, POINT | {"mean_average_precision": 1.5}], []),
        ([POINT | {"loss": float("nan")}], []),
        ("a curve", []),
    ],
)
def test_a_curve_that_nobody_can_read_counts_as_none(
    house: House, tmp_path: Path, told: object, steps: list[int]
) -> None:
    folder = tmp_path / "models" / "detector" / "0.0.1"
    networks.write_release(folder, networks.colours(), ("crack",))
    card = json.loads((folder / "release.json").read_text(encoding="utf-8"))
    training = {} if told is None else {"curve": told}
    (folder / "release.json").write_text(json.dumps(card | {"training": training}))
    (run,) = report(house)["runs"]
    assert [point["step"] for point in run["curve"]] == steps


def test_only_engineers_and_admins(house: House) -> None:
    for role in (Role.PACKER, Role.LEAD):
        assert house.browser(role).get("/v1/datasets").status_code == 403
        answer = house.browser(role).post("/v1/datasets/snapshots", json={})
        assert answer.status_code == 403
    assert house.browser(Role.ADMIN).get("/v1/datasets").status_code == 200
