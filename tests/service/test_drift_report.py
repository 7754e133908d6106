"""Drift at the stations: stored inspections, compared."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from conftest import House, jpeg
from sqlalchemy import select

from qc.drift import LEAST_ITEMS
from qc.records import Inspection
from service.doctor import State, examine
from service.inspections.models import InspectionRow
from service.people.roles import Role


@pytest.fixture
def shop(house: House) -> House:
    assert house.upload(jpeg(1), station="table-1").status_code == 201
    return house


def take(house: House, count: int, distance_mm: float, release: str = "detector@1.0.0") -> None:
    """Store inspections like the first one, the camera about so far away."""
    with house.runtime.database.writing() as session:
        first = session.scalars(select(InspectionRow).limit(1)).one()
        record = Inspection.model_validate_json(first.document)
        for number in range(count):
            away = distance_mm + 9 * (number * 0.618 % 1)
            document = record.model_copy(
                update={
                    "photos": (record.photos[0].model_copy(update={"distance_mm": away}),),
                    "versions": record.versions.model_copy(update={"release": release}),
                }
            )
            columns = {
                column.name: getattr(first, column.name)
                for column in InspectionRow.__table__.columns
                if column.name != "sequence"
            }
            changed = {"id": uuid4(), "client_id": uuid4(), "document": document.model_dump_json()}
            session.add(InspectionRow(**(columns | changed)))


def place(house: House) -> dict[str, Any]:
    answer = house.lead().get("/v1/drift", params={"spec": "test-bowl"})
    assert answer.status_code == 200, answer.text
    (only,) = answer.json()["places"]
    return only


def alarming(found: dict[str, Any]) -> list[str]:
    return [change["feature"] for change in found["changes"] if change["alarm"]]


def doctor(house: House) -> dict[str, Any]:
    with house.runtime.database.reading() as session:
        found = examine(session, house.runtime.settings, quick=True)
        return {finding.subject: finding for finding in found}


def test_a_tablet_that_was_moved_is_said_to_the_lead_and_by_the_doctor(shop: House) -> None:
    take(shop, 200, 640)
    usual = place(shop)
    assert (usual["before"], usual["recent"]) == (100, 100)
    assert usual["changes"]
    for change in usual["changes"]:
        for spread in (change["before"], change["recent"]):
            assert list(spread) == ["p5", "p25", "p50", "p75", "p95"]
            assert list(spread.values()) == sorted(spread.values())
    assert not alarming(usual)
    assert doctor(shop)["drift"].state is State.GOOD

    take(shop, 100, 700)

    moved = place(shop)
    assert alarming(moved) == ["distance"]
    (change,) = (c for c in moved["changes"] if c["alarm"])
    assert "from farther away (704 mm, usually 644 mm)" in change["text"]["en"]
    assert "Kembalikan tablet" in change["text"]["id"]
    found = doctor(shop)[f"test-bowl at {moved['station']}"]
    assert found.state is State.WATCH
    assert "farther away" in found.detail


def test_scores_of_different_releases_are_not_compared(shop: House) -> None:
    take(shop, 200, 640)
    take(shop, 2 * LEAST_ITEMS - 1, 700, release="detector@1.1.0")
    found = place(shop)
    assert found["release"] == "detector@1.1.0"
    assert found["before"] + found["recent"] == 2 * LEAST_ITEMS - 1
    assert found["changes"] == []


def test_packers_see_nothing_of_it(shop: House) -> None:
    assert shop.browser(Role.PACKER, tablet=True).get("/v1/drift").status_code == 403
    assert shop.browser(Role.ENGINEER).get("/v1/drift").status_code == 200
    assert house_without(shop) == []


def house_without(house: House) -> list[Any]:
    """Another product has no inspection yet."""
    answer = house.lead().get("/v1/drift", params={"spec": "mitsubishi-bowl-150"})
    places: list[Any] = answer.json()["places"]
    return places
