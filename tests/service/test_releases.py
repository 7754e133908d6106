"""What the service says of the detector that inspects."""

from datetime import date
from pathlib import Path
from typing import cast

import pytest
from conftest import House, OpenHouse

from qc.defects.detector import Detector
from qc.defects.release import Release
from qc.defects.session import Session
from qc.errors import ReleaseError
from service.releases.service import get_active_release

RELEASE = Release(
    name="detector",
    version="1.2.3",
    created=date(2026, 11, 24),
    types=("crack", "stain"),
    mm_per_px=0.25,
    stride_px=32,
    input="uint8 RGB",
    sha256="ab" * 32,
    opset=18,
    thresholds={"crack": 0.4, "stain": 0.6},
    training={"epochs": 3},
    metrics={"crack": {"ap": 0.71}},
    licences=("CC-BY-4.0",),
)


def test_the_card_is_that_of_the_loaded_release() -> None:
    detector = Detector(RELEASE, cast("Session", None))  # nothing is run

    card = get_active_release(detector).model_dump()

    release = RELEASE.model_dump()
    assert card == {key: release[key] for key in card}
    assert {"name", "version", "types", "metrics", "licences"} <= set(card)


def test_without_a_release_the_service_works_and_says_so(house: House) -> None:
    response = house.client.get("/v1/releases/active")
    assert (response.status_code, response.json()["code"]) == (404, "no-active-release")
    assert house.client.get("/ready").json()["release"] is None
    assert house.upload().status_code == 201


def test_a_release_that_is_not_there_stops_the_start(open_house: OpenHouse, tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="cannot read"):
        open_house(release={"folder": tmp_path / "gone"})
