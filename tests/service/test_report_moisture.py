"""What a report says of moisture: what meters read, and what swelling would do to the sizes."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from conftest import House, OpenHouse, jpeg, recorded_inspection

from qc.decision.verdict import Verdict
from qc.records import Inspection, Swelling
from qc.spec.models import ReportLanguage
from service.reports.content import ReportContent
from service.reports.gathering import Frame, gather
from service.reports.page import page_data

LANGUAGES: tuple[ReportLanguage, ...] = ("id", "en", "ja", "ko")


def swelling(*args: Any, **options: Any) -> Inspection:
    """A sound item whose length lies across the grain; each photo's width makes another value."""
    found = recorded_inspection(*args, **options)
    (photo,) = args[0].values()
    term = Swelling(per_percent=0.00353, moisture_percent=2.0, change_mm=photo.width_px / 100)
    length = found.measurements[0].model_copy(update={"swelling": term})
    sound: dict[str, object] = {"verdict": Verdict.PASS, "reasons": (), "defects": ()}
    return found.model_copy(update=sound | {"measurements": (length,)})


@pytest.fixture
def house(open_house: OpenHouse) -> House:
    return open_house(inspect=swelling)


def lot_of(house: House, units: int) -> tuple[UUID, list[str]]:
    body = {"client_id": str(uuid4()), "spec": "test-bowl", "order_number": "PO-17", "size": 20}
    lot = house.lead().post("/v1/lots", json=body | {"aqls": {"major": 6.5}}).json()
    uploads = [
        house.upload(jpeg(seed, size=(320 + seed, 240)), lot_id=lot["id"]).json()
        for seed in range(units)
    ]
    return UUID(lot["id"]), [upload["id"] for upload in uploads]


def read(house: House, inspection_id: str, percent: float) -> None:
    entry = {"kind": "moisture", "percent": percent}
    answer = house.client.post(
        f"/v1/inspections/{inspection_id}/readings",
        json={"client_id": str(uuid4()), "entry": entry},
    )
    assert answer.status_code == 201, answer.text


def content(house: House, lot_id: UUID, language: ReportLanguage = "en") -> ReportContent:
    frame = Frame("–", language, "Sanggar Kayu", "Jepara", statements=(), signature=None)
    with house.runtime.database.reading() as session:
        return gather(session, lot_id, frame)


def moisture_row(said: ReportContent) -> str:
    # Moisture is the first of what no photo tells.
    text = page_data(said, {})["statements"][0][1]
    assert isinstance(text, str)
    return text


def test_the_newest_reading_of_each_unit_makes_the_range(house: House) -> None:
    lot_id, units = lot_of(house, 3)
    read(house, units[0], 14.0)
    read(house, units[0], 8.5)  # dried, and read again
    read(house, units[2], 10.25)

    said = content(house, lot_id)
    assert said.moisture is not None
    assert (said.moisture.units, said.inspected_units) == (2, 3)
    assert (said.moisture.lowest_percent, said.moisture.highest_percent) == (8.5, 10.25)
    assert said.moisture.instruments == ("moisture meter",)
    readings = house.client.get(f"/v1/inspections/{units[2]}").json()["readings"]
    assert said.moisture.by == (readings[0]["measured_by"],)
    assert said.moisture.last_at.isoformat()[:19] == readings[0]["measured_at"][:19]

    for language in LANGUAGES:
        row = moisture_row(content(house, lot_id, language))
        assert ("8,5 – 10,25 %" if language == "id" else "8.5 – 10.25 %") in row
        assert readings[0]["measured_by"] in row


def test_where_nobody_read_moisture_the_report_says_so(house: House) -> None:
    lot_id, _ = lot_of(house, 1)
    assert content(house, lot_id).moisture is None
    words = {moisture_row(content(house, lot_id, language)) for language in LANGUAGES}
    assert "no reading was entered" in words
    assert len(words) == len(LANGUAGES)


def test_swelling_is_told_beside_the_sizes_and_is_that_of_the_unit_that_moves_most(
    house: House,
) -> None:
    lot_id, _ = lot_of(house, 3)
    said = content(house, lot_id, "id")
    (column,) = [column for column in said.sheet.columns if column.swelling is not None]
    assert column.swelling is not None
    assert column.swelling.change_mm == 3.22  # of the widest photo, 322 px
    (note,) = [note for note in page_data(said, {})["sheet"]["notes"] if "3,22 mm" in note]
    assert "± 2 %" in note


def test_a_report_signed_before_moisture_was_told_still_reads(house: House) -> None:
    lot_id, _ = lot_of(house, 1)
    said = content(house, lot_id).model_dump(mode="json")
    del said["moisture"]
    for column in said["sheet"]["columns"]:
        del column["swelling"]
    assert ReportContent.model_validate(said).moisture is None
