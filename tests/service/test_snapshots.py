"""What leads said becomes a snapshot: agreed, corrected, missed and dismissed defects."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from conftest import House, OpenHouse, jpeg, recorded_inspection
from typer.testing import CliRunner, Result

from qc.datasets.model import DatasetPhoto
from qc.datasets.snapshot import read_snapshot
from qc.errors import SnapshotError
from qc.records import Inspection
from service.cli.snapshot import app

ITEM = ((5.0, 5.0), (300.0, 5.0), (300.0, 200.0), (5.0, 200.0))
DRAWN = [(50.0, 50.0), (90.0, 50.0), (90.0, 60.0)]


def on_the_mat(*args: Any, **options: Any) -> Inspection:
    """The recorded inspection of photos on which an item was found."""
    found = recorded_inspection(*args, **options)
    photos = tuple(p.model_copy(update={"outlines_px": (ITEM,)}) for p in found.photos)
    return found.model_copy(update={"photos": photos})


def reviewed(house: House, seed: int, **content: object) -> str:
    """Upload a photo, review it, and return the photo's name in a snapshot."""
    inspection = house.upload(jpeg(seed)).json()
    body = {"client_id": str(uuid4()), "disposition": "reject", "reason": "Looked at it"}
    response = house.lead().post(f"/v1/reviews/{inspection['id']}", json=body | content)
    assert response.status_code == 201, response.text
    return str(inspection["photos"][0]["sha256"])


@pytest.fixture
def house(open_house: OpenHouse) -> House:
    return open_house(inspect=on_the_mat)


def snapshot(tmp_path: Path, *options: str) -> Result:
    given = ["create", "--out", str(tmp_path / "out"), "--data-dir", str(tmp_path / "data")]
    return CliRunner().invoke(app, [*given, *options])


def photos(result: Result) -> dict[str, DatasetPhoto]:
    assert result.exit_code == 0, result.exception
    dataset, _ = read_snapshot(Path(result.stdout.splitlines()[0]))
    return {photo.path.stem: photo for photo in dataset.photos}


def test_every_verdict_of_a_person_is_a_label(house: House, tmp_path: Path) -> None:
    dismiss = {"kind": "dismiss", "defect": 1}
    agreed = reviewed(house, 1)
    dismissed = reviewed(house, 2, disposition="accept", corrections=[dismiss])
    retyped = reviewed(
        house,
        3,
        corrections=[{"kind": "correct", "defect": 1, "type": "scratch", "polygon_px": DRAWN}],
    )
    missed = reviewed(
        house,
        4,
        corrections=[dismiss, {"kind": "miss", "view": "top", "type": "burn", "polygon_px": DRAWN}],
    )
    unsaid = reviewed(house, 5, disposition="accept")  # and yet a crack stands
    house.upload(jpeg(6))  # nobody looked

    result = snapshot(tmp_path)
    found = photos(result)

    assert found.keys() == {agreed, dismissed, retyped, missed}
    assert unsaid not in found
    assert "left out: 1 photos, accepted without a word" in result.output
    labels = {name: [r.type for r in photo.regions] for name, photo in found.items()}
    assert labels == {agreed: ["crack"], dismissed: [], retyped: ["scratch"], missed: ["burn"]}
    assert [r.type for r in found[dismissed].false_alarms] == ["crack"]
    assert [r.type for r in found[missed].false_alarms] == ["crack"]
    assert np.array_equal(found[retyped].regions[0].rings[0], DRAWN)
    one = found[agreed]
    assert (one.product, one.mm_per_px, one.shape) == ("test-bowl", 0.2, (240, 320))
    assert np.array_equal(one.outlines[0], ITEM)


def test_a_later_review_replaces_the_first(house: House, tmp_path: Path) -> None:
    for seed in range(3):
        reviewed(house, seed)
    inspection = house.upload(jpeg(7)).json()
    for number, corrections in enumerate([[{"kind": "dismiss", "defect": 1}], []]):
        body = {
            "client_id": str(uuid4()),
            "disposition": "reject",
            "reason": "Looked again",
            "follows": number,
            "corrections": corrections or [{"kind": "correct", "defect": 1, "type": "chip"}],
        }
        answer = house.lead().post(f"/v1/reviews/{inspection['id']}", json=body)
        assert answer.status_code == 201, answer.text
    found = photos(snapshot(tmp_path))
    assert [r.type for r in found[inspection["photos"][0]["sha256"]].regions] == ["chip"]


def test_too_few_reviews_and_a_changed_file_are_named(house: House, tmp_path: Path) -> None:
    reviewed(house, 1)
    refused = snapshot(tmp_path)
    assert isinstance(refused.exception, SnapshotError)
    assert "1 photos of 1 lots cannot be split" in refused.exception.message
    for seed in range(2, 6):
        reviewed(house, seed)
    folder = Path(snapshot(tmp_path).stdout.splitlines()[0])
    assert CliRunner().invoke(app, ["verify", str(folder)]).exit_code == 0
    labels = folder / "annotations.json"
    labels.chmod(0o644)
    labels.write_text(labels.read_text().replace("crack", "knot"))
    tampered = CliRunner().invoke(app, ["verify", str(folder)])
    assert isinstance(tampered.exception, SnapshotError)
    assert "annotations.json was changed" in tampered.exception.message
