"""The station page: from choosing an item to the one clear answer."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from station_page import (
    MARKS,
    SAMPLES,
    WORDS,
    Service,
    choose,
    opened,
    photo_of,
    pick,
    violations,
)
from visitors import cookies_of

from qc.decision.verdict import Verdict
from qc.inspection import inspect
from service.people.roles import Role

pytestmark = MARKS


@pytest.fixture
def tablet(browser: Any, station: Service, request: pytest.FixtureRequest) -> Iterator[Any]:
    """A page on a tablet with a packer signed in."""
    cookies = cookies_of(station.runtime, Role.PACKER, tablet=True, name="Sari")
    with opened(browser, station, cookies, **getattr(request, "param", {})) as page:
        yield page


@pytest.mark.parametrize("verdict", list(Verdict))
def test_one_photo_gives_one_clear_answer_in_both_languages(
    tablet: Any, station: Service, verdict: Verdict
) -> None:
    indonesian, english = WORDS[verdict]
    choose(tablet)
    pick(tablet, photo_of(verdict))

    tablet.get_by_role("heading", level=1, name=indonesian).wait_for()
    (inspection,) = station.kept()
    assert inspection["verdict"] == verdict
    overlay = tablet.get_by_role("img", name=re.compile("ditandai"))
    assert overlay.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    for reason in inspection["reasons"]:
        assert tablet.get_by_text(reason["text"]["id"]).is_visible()

    tablet.get_by_role("button", name="English").click()
    tablet.get_by_role("heading", level=1, name=english).wait_for()
    for reason in inspection["reasons"]:
        assert tablet.get_by_text(reason["text"]["en"]).is_visible()
    assert tablet.locator("html").get_attribute("lang") == "en"


@pytest.mark.skipif(not any(SAMPLES.glob("*.truth.json")), reason="no sample photos here")
@pytest.mark.parametrize("station", [inspect], indirect=True, ids=["real-pipeline"])
def test_a_sample_photo_is_really_inspected(tablet: Any, station: Service) -> None:
    sample = json.loads((SAMPLES / "bowl-wide.truth.json").read_text(encoding="utf-8"))
    spec = station.get(f"/v1/specs/{sample['spec']}")

    tablet.goto("/")
    tablet.get_by_label("Stasiun").select_option(sample["station"])
    tablet.get_by_role("link", name=re.compile("^" + spec["product"]["name"]["id"])).click()
    tablet.get_by_label("Pilih berkas").set_input_files(SAMPLES / sample["photo"])

    tablet.get_by_role("heading", level=1, name="TOLAK").wait_for()
    (inspection,) = station.kept()
    assert inspection["station"] == sample["station"]
    row = tablet.get_by_role("table").get_by_role("row").nth(1)
    shown = re.search(r"(\d+),(\d\d)", row.inner_text())
    assert shown is not None
    truth_mm = sample["dimensions"][0]["value_mm"]
    assert float(shown[1] + "." + shown[2]) == pytest.approx(truth_mm, abs=1.5)


@pytest.mark.parametrize(
    "tablet",
    [
        {"color_scheme": scheme, "viewport": {"width": width, "height": height}}
        for scheme, width, height in [("light", 1280, 800), ("dark", 800, 1280), ("dark", 390, 844)]
    ],
    indirect=True,
    ids=["light-landscape", "dark-portrait", "dark-phone"],
)
def test_no_page_breaks_a_rule_of_accessibility(tablet: Any) -> None:
    for verdict in Verdict:
        choose(tablet)
        tablet.get_by_role("button", name="Ambil foto", disabled=False).wait_for()
        assert violations(tablet) == []
        pick(tablet, photo_of(verdict))
        tablet.get_by_role("heading", level=1, name=WORDS[verdict][0]).wait_for()
        assert violations(tablet) == []
        narrow = tablet.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert narrow, "the page scrolls sideways"
    tablet.goto("/#/")
    tablet.get_by_role("heading", name="Pemeriksaan terakhir").wait_for()
    assert violations(tablet) == []
    tablet.goto("/#/inspections/00000000-0000-4000-8000-000000000000")
    tablet.get_by_role("alert").wait_for()
    assert violations(tablet) == []


def test_gloves_hit_every_control(tablet: Any) -> None:
    # A 10-inch tablet of 1280 pixels shows 6.3 of them per millimetre.
    def smallest_side_mm(control: Any) -> float:
        box = control.bounding_box()
        return float(min(box["width"], box["height"])) / 6.3

    choose(tablet)
    assert smallest_side_mm(tablet.get_by_role("button", name="Ambil foto")) >= 20
    pick(tablet, photo_of(Verdict.PASS))
    assert smallest_side_mm(tablet.get_by_role("link", name="Barang berikutnya")) >= 20
    for control in tablet.locator("a, button").all():
        assert smallest_side_mm(control) >= 9, control.inner_text()


def test_the_live_camera_and_the_keyboard_are_enough(tablet: Any, station: Service) -> None:
    tablet.goto("/")
    tablet.get_by_role("link", name=re.compile("^Mangkuk maple")).focus()
    tablet.keyboard.press("Enter")
    shutter = tablet.get_by_role("button", name="Ambil foto", disabled=False)
    shutter.wait_for()
    shutter.focus()
    tablet.keyboard.press("Enter")
    heading = tablet.locator("#verdict")
    heading.wait_for()
    assert heading.evaluate("element => element === document.activeElement")
    assert len(station.kept()) == 1


def test_a_lost_answer_is_asked_for_again_and_nothing_doubles(
    tablet: Any, station: Service
) -> None:
    def lose_the_answer(route: Any) -> None:
        route.fetch()  # the server hears it
        route.abort()  # the tablet does not hear the answer

    choose(tablet)
    tablet.route("**/v1/inspections", lose_the_answer, times=1)
    pick(tablet, photo_of(Verdict.PASS))

    tablet.get_by_role("heading", level=1, name="Foto tersimpan di tablet").wait_for()
    tablet.get_by_role("heading", level=1, name="LULUS").wait_for()
    assert len(station.kept()) == 1


def test_a_file_that_is_no_photo_is_refused_with_what_to_do(tablet: Any, station: Service) -> None:
    choose(tablet)
    pick(tablet, {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": b"not a photo"})

    notice = tablet.get_by_role("alert")
    notice.get_by_text("Foto tidak bisa dibaca.").wait_for()
    assert notice.get_by_text("Foto ulang, atau pilih berkas JPEG atau PNG.").is_visible()
    assert station.kept() == []
    notice.get_by_role("button").click()
    tablet.get_by_role("button", name="Ambil foto").wait_for()


def test_a_past_inspection_opens_from_the_list_and_enlarges(tablet: Any) -> None:
    choose(tablet)
    pick(tablet, photo_of(Verdict.FAIL))
    tablet.get_by_role("heading", level=1, name="TOLAK").wait_for()
    tablet.get_by_role("link", name="Ganti barang").click()
    tablet.get_by_role("link", name=re.compile("^TOLAK Mangkuk maple")).click()
    tablet.get_by_role("heading", level=1, name="TOLAK").wait_for()

    tablet.get_by_role("button", name="Perbesar foto").click()
    tablet.get_by_role("dialog").wait_for()
    assert violations(tablet) == []
    tablet.keyboard.press("Escape")
    assert tablet.get_by_role("dialog").count() == 0


def test_a_product_is_shown_by_a_good_item_however_many_failed_since(
    tablet: Any, station: Service
) -> None:
    packer = cookies_of(station.runtime, Role.PACKER, tablet=False)
    with httpx2.Client(base_url=station.address, cookies=packer, timeout=60) as api:

        def send(verdict: Verdict) -> str:
            photo = photo_of(verdict)
            form = {"client_id": str(uuid4()), "spec": "test-bowl"}
            files = {"photos": (photo["name"], photo["buffer"], photo["mimeType"])}
            sent = api.post("/v1/inspections", data=form, files=files).raise_for_status()
            return str(sent.json()["photos"][0]["photo_url"])

        good = send(Verdict.PASS)
        for _ in range(20):
            send(Verdict.FAIL)
        latest = api.get("/v1/inspections").json()["items"]
    assert {one["verdict"] for one in latest} == {"fail"}, "the good one is on the next page"
    tablet.goto("/")
    tablet.locator(f'a.tile img[src^="{good}"]').wait_for()
