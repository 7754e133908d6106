"""The page of change at the stations: what alarms is said in words, before the numbers."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from station_page import MARKS, Service, choose, opened, photo_of, pick, violations
from visitors import cookies_of

from qc.decision.verdict import Verdict
from qc.records import Inspection
from service.inspections.models import InspectionRow
from service.people.roles import Role

pytestmark = MARKS


def take(station: Service, count: int, distance_mm: float) -> None:
    """Store inspections like the first one, the camera about so far away."""
    with station.runtime.database.writing() as session:
        first = session.scalars(select(InspectionRow).limit(1)).one()
        record = Inspection.model_validate_json(first.document)
        columns = {
            column.name: getattr(first, column.name)
            for column in InspectionRow.__table__.columns
            if column.name != "sequence"
        }
        for number in range(count):
            away = {"distance_mm": distance_mm + 9 * (number * 0.618 % 1)}
            photos = (record.photos[0].model_copy(update=away),)
            document = record.model_copy(update={"photos": photos}).model_dump_json()
            changed = {"id": uuid4(), "client_id": uuid4(), "document": document}
            session.add(InspectionRow(**(columns | changed)))


def test_a_tablet_that_was_moved_is_said_in_words(browser: Any, station: Service) -> None:
    with opened(browser, station, cookies_of(station.runtime, Role.PACKER, tablet=True)) as page:
        page.goto("/")
        page.get_by_label("Stasiun").select_option(index=1)
        choose(page)
        pick(page, photo_of(Verdict.PASS))
        page.get_by_role("heading", level=1, name="LULUS").wait_for()
    take(station, 100, 640)
    take(station, 100, 700)
    for scheme in ("light", "dark"):
        lead = cookies_of(station.runtime, Role.LEAD, tablet=False)
        viewport = {"width": 800, "height": 1280}
        with opened(browser, station, lead, color_scheme=scheme, viewport=viewport) as page:
            page.goto("/#/insight")
            page.get_by_role("link", name="Perubahan di stasiun").click()
            page.get_by_text("Kembalikan tablet").wait_for()
            page.get_by_text(re.compile("Sekarang: nilai tengah 704")).first.wait_for()
            page.get_by_role("row", name="Jarak kamera").get_by_text("< 0,1%").wait_for()
            assert violations(page) == []
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
