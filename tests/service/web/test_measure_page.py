"""A doubtful size is measured by calliper: sketch, gloved keys, the settled answer."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from station_page import (
    MARKS,
    Service,
    choose,
    opened,
    photo_of,
    pick,
    violations,
)
from visitors import cookies_of

from qc.decision.verdict import Verdict
from service.people.roles import Role

pytestmark = MARKS

LANDSCAPE = {"width": 1280, "height": 800}
PORTRAIT = {"width": 800, "height": 1280}
GLOVED_PX = 118
"""20 mm on a tablet of 10.1 inches and 1280 × 800 pixels."""


@pytest.fixture(params=[LANDSCAPE, PORTRAIT], ids=["landscape", "portrait"])
def tablet(browser: Any, station: Service, request: pytest.FixtureRequest) -> Iterator[Any]:
    cookies = cookies_of(station.runtime, Role.PACKER, tablet=True, name="Sari")
    with opened(browser, station, cookies, viewport=request.param) as page:
        yield page


def doubtful(page: Any) -> None:
    choose(page)
    pick(page, photo_of(Verdict.CHECK))
    page.get_by_role("heading", level=1, name="PERIKSA").wait_for()


def key_in(page: Any, digits: str) -> None:
    for digit in digits:
        name = "koma" if digit == "," else digit
        page.get_by_role("button", name=name, exact=True).click()


def picture(page: Any, name: str) -> None:
    """Keep a picture for whoever asked for some (`TELITI_PICTURES`)."""
    if folder := os.environ.get("TELITI_PICTURES"):
        size = page.viewport_size
        page.screenshot(path=Path(folder) / f"{name}-{size['width']}x{size['height']}.png")


def test_a_calliper_settles_the_doubt(tablet: Any, station: Service) -> None:
    doubtful(tablet)
    picture(tablet, "check")
    tablet.get_by_role("button", name="Ukur dengan jangka sorong").click()

    tablet.get_by_role("heading", level=1, name="Ukur diameter").wait_for()
    assert violations(tablet) == []
    assert tablet.locator(".sketch .item").count() == 1
    assert tablet.locator(".sketch .value").text_content() == "201,80 ± 0,38 mm"
    assert tablet.get_by_text("198 – 202 mm").count() == 1
    boxes = [button.bounding_box() for button in tablet.locator(".keys button").all()]
    assert all(min(box["width"], box["height"]) >= GLOVED_PX for box in boxes), boxes
    assert tablet.evaluate("document.documentElement.scrollHeight <= innerHeight")
    key_in(tablet, "201,5")
    picture(tablet, "measure")
    tablet.get_by_role("button", name="Simpan").click()

    tablet.get_by_role("heading", level=1, name="LULUS").wait_for()
    assert tablet.get_by_text("dengan jangka sorong, sesuai").is_visible()
    assert violations(tablet) == []
    picture(tablet, "settled")
    (line,) = station.kept()
    assert (line["verdict"], line["standing_verdict"]) == ("check", "pass")
    kept = station.get(f"/v1/inspections/{line['id']}")
    assert [reading["measured_by"] for reading in kept["readings"]] == ["Sari"]
    assert kept["readings"][0]["sent_by"] is None


def test_a_slip_of_the_decimal_sign_is_asked_about(tablet: Any, station: Service) -> None:
    doubtful(tablet)
    tablet.get_by_role("button", name="Ukur dengan jangka sorong").click()
    key_in(tablet, "20,15")
    tablet.get_by_role("button", name="Simpan").click()
    tablet.get_by_role("alert").get_by_text("20,15 mm? Kira-kira 201,80 mm").wait_for()
    picture(tablet, "odd")
    assert station.get(f"/v1/inspections/{station.kept()[0]['id']}")["readings"] == []
    for _ in range(5):
        tablet.get_by_role("button", name="Hapus").click()
    tablet.keyboard.type("203.1")
    tablet.get_by_role("button", name="Simpan").click()
    tablet.get_by_role("heading", level=1, name="TOLAK").wait_for()


def test_a_reading_without_wifi_waits_and_is_never_called_a_pass(
    tablet: Any, station: Service
) -> None:
    doubtful(tablet)
    tablet.context.set_offline(True)
    tablet.get_by_role("button", name="Ukur dengan jangka sorong").click()
    key_in(tablet, "200")
    tablet.get_by_role("button", name="Simpan").click()
    tablet.get_by_text("Hasil ukur tersimpan di tablet").wait_for()
    assert tablet.get_by_role("heading", level=1, name="PERIKSA").is_visible()
    assert tablet.locator("a.unsent b").inner_text() == "1"
    picture(tablet, "kept")
    tablet.context.set_offline(False)
    tablet.get_by_role("heading", level=1, name="LULUS").wait_for(timeout=20_000)
    assert tablet.locator("a.unsent b").inner_text() == "0"
    assert station.kept()[0]["standing_verdict"] == "pass"


def test_moisture_is_recorded_and_shown(tablet: Any, station: Service) -> None:
    choose(tablet)
    pick(tablet, photo_of(Verdict.PASS))
    tablet.get_by_role("heading", level=1, name="LULUS").wait_for()
    tablet.get_by_role("button", name="Kadar air").click()
    key_in(tablet, "11,5")
    tablet.get_by_role("button", name="Simpan").click()
    tablet.get_by_role("heading", level=1, name="LULUS").wait_for()
    tablet.get_by_text("11,5 %").wait_for()
    (line,) = station.kept()
    (reading,) = station.get(f"/v1/inspections/{line['id']}")["readings"]
    assert reading["content"]["percent"] == 11.5
