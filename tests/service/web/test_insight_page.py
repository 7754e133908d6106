"""Charts of many items for the lead, and the makers' sheet, on one printed page."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import numpy as np
import pytest
from sqlalchemy import select
from station_page import MARKS, Service, opened, photo_of, violations
from visitors import cookies_of

from qc.decision.verdict import Verdict
from qc.records import Inspection
from service.inspections.models import InspectionRow, PhotoRow
from service.people.roles import Role

pytestmark = MARKS

LANDSCAPE = {"width": 1280, "height": 800}
PORTRAIT = {"width": 800, "height": 1280}
DEFECTS = ("crack", "crack", "crack", "stain", "chip")


def furnish(station: Service) -> None:
    """Sixty items of six weeks, every fourth with a defect, of sizes that vary a little."""
    cookies = cookies_of(station.runtime, Role.PACKER, tablet=False)
    photo = photo_of(Verdict.FAIL)["buffer"]
    sent = httpx2.post(
        f"{station.address}/v1/inspections",
        cookies=cookies,
        data={"client_id": str(uuid4()), "spec": "test-bowl"},
        files=[("photos", ("photo.jpg", photo, "image/jpeg"))],
    )
    assert sent.status_code == 201, sent.text
    noise = np.random.default_rng(5).normal(0, 0.3, 60)
    with station.runtime.database.writing() as session:
        first = session.scalars(select(InspectionRow)).one()
        shown = session.scalars(select(PhotoRow)).one()
        found = Inspection.model_validate_json(first.document)
        for number in range(60):
            defects = ()
            if number % 4 == 0:
                kind = DEFECTS[number // 4 % len(DEFECTS)]
                defects = (found.defects[0].model_copy(update={"type": kind}),)
            size = found.measurements[0].model_copy(update={"value_mm": 200 + noise[number]})
            verdict = Verdict.FAIL if defects else Verdict.PASS
            document = found.model_copy(
                update={"verdict": verdict, "defects": defects, "measurements": (size,)}
            )
            row = InspectionRow(
                id=uuid4(),
                client_id=uuid4(),
                created_at=datetime.now(UTC) - timedelta(days=40 - number * 2 / 3),
                spec_id=first.spec_id,
                spec_version=first.spec_version,
                verdict=verdict.value,
                document=document.model_dump_json(),
            )
            row.photos = [
                PhotoRow(position=0, view="top", sha256=shown.sha256, size_bytes=shown.size_bytes)
            ]
            session.add(row)


@pytest.fixture(params=[LANDSCAPE, PORTRAIT], ids=["landscape", "portrait"])
def lead(browser: Any, station: Service, request: pytest.FixtureRequest) -> Iterator[Any]:
    furnish(station)
    cookies = cookies_of(station.runtime, Role.LEAD, tablet=False, name="Ayu")
    with opened(browser, station, cookies, viewport=request.param) as page:
        yield page


def picture(page: Any, name: str) -> None:
    """Keep a picture for whoever asked for some (`TELITI_PICTURES`)."""
    if folder := os.environ.get("TELITI_PICTURES"):
        size = page.viewport_size
        page.screenshot(path=Path(folder) / f"{name}-{size['width']}.png", full_page=True)


def test_the_lead_sees_what_goes_wrong_most(lead: Any) -> None:
    lead.goto("/")
    lead.get_by_role("link", name="Mutu").click()
    lead.get_by_role("heading", level=1, name="Mutu").wait_for()
    rows = lead.get_by_role("region", name="Cacat yang sering").get_by_role("row")
    assert rows.nth(1).inner_text().split()[0].lower() == "retak"
    lead.get_by_label("Barang", exact=True).select_option("test-bowl")
    averages = lead.get_by_role("region", name="Rata-rata diameter")
    averages.wait_for()
    averages.get_by_text("Lihat sebagai tabel").click()
    assert averages.get_by_role("row").count() == 1 + 12
    assert violations(lead) == []
    assert lead.evaluate("document.documentElement.scrollWidth <= innerWidth")
    picture(lead, "insight")
    with lead.expect_download() as waiting:
        lead.get_by_role("link", name="Ketidaksesuaian (CSV)").click()
    text = Path(waiting.value.path()).read_text(encoding="utf-8-sig")
    assert text.count("crack") == 10
    assert "Ayu" not in text


def test_the_makers_sheet_is_one_printed_page(lead: Any, tmp_path: Path) -> None:
    lead.goto("/#/insight")
    lead.get_by_role("button", name="Lembar untuk perajin").click()
    lead.get_by_role("heading", level=1, name="Perhatikan ini").wait_for()
    names = [name.lower() for name in lead.locator("article h2").all_inner_texts()]
    assert "retak" in names[0]
    images = lead.locator("article img")
    assert images.count() == 3
    for image in images.all():
        assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    assert violations(lead) == []
    picture(lead, "makers")
    printed = lead.pdf(prefer_css_page_size=True, path=tmp_path / "sheet.pdf")
    assert printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page ") == 1
    if folder := os.environ.get("TELITI_PICTURES"):
        (Path(folder) / "makers.pdf").write_bytes(printed)


def test_packers_do_not_see_it(browser: Any, station: Service) -> None:
    cookies = cookies_of(station.runtime, Role.PACKER, tablet=True, name="Sari")
    with opened(browser, station, cookies) as page:
        page.goto("/#/insight")
        page.get_by_text("Peran Anda tidak boleh melakukan ini.").wait_for()
