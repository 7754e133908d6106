"""The live camera: what to change is said, and the shutter fires by itself, once for an item."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import acted_camera
import pytest
from PIL import Image
from scene import Scene, render
from station_page import MARKS, Service, choose, opened, photo_of, pick, violations
from visitors import cookies_of

from qc.decision.verdict import Verdict
from service.people.roles import Role

pytestmark = MARKS

PIXELS = Scene(noise=0.0)
SCENES = {
    "bowl": PIXELS,
    "empty": replace(PIXELS, disc_mm=None),
    "tilted": replace(PIXELS, tilt_deg=32),
}


@pytest.fixture(scope="module")
def pictures() -> dict[str, Image.Image]:
    return {name: Image.fromarray(render(scene).pixels) for name, scene in SCENES.items()}


@pytest.fixture
def tablet(browser: Any, station: Service, request: pytest.FixtureRequest) -> Iterator[Any]:
    """A page of a packer, whose camera the test holds."""
    cookies = cookies_of(station.runtime, Role.PACKER, tablet=True, name="Sari")
    with opened(browser, station, cookies, **getattr(request, "param", {})) as page:
        acted_camera.act(page)
        page.goto("/")
        yield page


def begin(tablet: Any, pictures: dict[str, Image.Image], first: str) -> None:
    acted_camera.load(tablet, {first: pictures[first], **pictures})
    tablet.get_by_role("link", name=re.compile("^Mangkuk maple")).click()


def said(tablet: Any, sentence: str) -> None:
    tablet.locator(".said").get_by_text(sentence).wait_for()


def await_answer(tablet: Any) -> None:
    tablet.locator("#verdict").wait_for()


def test_what_to_change_is_said_and_the_mat_is_outlined(
    tablet: Any, pictures: dict[str, Image.Image]
) -> None:
    begin(tablet, pictures, "tilted")
    said(tablet, "Miring. Pegang tablet mendatar.")
    acted_camera.show(tablet, "empty")
    said(tablet, "Taruh barang di tengah alas.")
    outline = tablet.locator(".finder polygon").bounding_box()
    video = tablet.locator("video").bounding_box()
    for side, length in (("x", "width"), ("y", "height")):
        assert video[side] < outline[side]
        assert outline[side] + outline[length] < video[side] + video[length]
    assert outline["width"] > 0.6 * video["width"], "the mat nearly fills this picture"
    assert violations(tablet) == []
    tablet.get_by_role("button", name="English").click()
    said(tablet, "Put the item in the mat's middle.")


def test_the_shutter_fires_once_for_an_item_and_again_for_the_next(
    tablet: Any, station: Service, pictures: dict[str, Image.Image]
) -> None:
    begin(tablet, pictures, "empty")
    said(tablet, "Taruh barang di tengah alas.")
    acted_camera.show(tablet, "bowl")
    await_answer(tablet)
    assert len(station.kept()) == 1

    tablet.locator("a.button.main").click()
    said(tablet, "Sudah difoto.")
    assert violations(tablet) == []
    tablet.wait_for_timeout(2500)  # twice what the shutter needs
    assert len(station.kept()) == 1
    acted_camera.show(tablet, "empty")
    said(tablet, "Taruh barang di tengah alas.")
    tablet.wait_for_timeout(800)
    acted_camera.show(tablet, "bowl")
    await_answer(tablet)
    assert len(station.kept()) == 2


def test_a_tap_on_the_picture_takes_the_same_item_again(
    tablet: Any, station: Service, pictures: dict[str, Image.Image]
) -> None:
    begin(tablet, pictures, "bowl")
    await_answer(tablet)
    tablet.locator("a.button.main").click()
    tablet.get_by_role("button", name=re.compile("^Sudah difoto")).click()
    await_answer(tablet)
    assert len(station.kept()) == 2


def test_the_automatic_can_be_switched_off_and_stays_off(
    tablet: Any, station: Service, pictures: dict[str, Image.Image]
) -> None:
    begin(tablet, pictures, "tilted")
    tablet.get_by_role("button", name="Otomatis", pressed=True).click()
    acted_camera.show(tablet, "bowl")
    said(tablet, "Bagus. Ambil foto.")
    tablet.wait_for_timeout(2500)
    assert station.kept() == []
    tablet.reload()
    acted_camera.load(tablet, {"bowl": pictures["bowl"]})
    tablet.get_by_role("button", name="Otomatis", pressed=False).wait_for()
    tablet.get_by_role("button", name="Ambil foto", disabled=False).click()
    await_answer(tablet)


def test_it_takes_nothing_while_the_packer_chooses_a_lot(
    tablet: Any, station: Service, pictures: dict[str, Image.Image]
) -> None:
    begin(tablet, pictures, "tilted")
    said(tablet, "Miring. Pegang tablet mendatar.")
    tablet.get_by_role("button", name="Tanpa lot").click()
    acted_camera.show(tablet, "bowl")
    said(tablet, "Bagus. Tahan.")
    tablet.wait_for_timeout(2500)
    assert station.kept() == []
    tablet.keyboard.press("Escape")
    await_answer(tablet)


def test_without_the_server_it_is_silent_and_the_button_works(
    tablet: Any, pictures: dict[str, Image.Image]
) -> None:
    begin(tablet, pictures, "empty")
    said(tablet, "Taruh barang di tengah alas.")
    tablet.context.set_offline(True)
    tablet.locator(".said span").wait_for(state="detached")
    assert tablet.locator(".finder polygon").count() == 0
    tablet.get_by_role("button", name="Ambil foto", disabled=False).click()
    tablet.get_by_role("heading", name="Foto tersimpan di tablet").wait_for()


def test_the_camera_opens_again_after_the_tablet_slept(
    tablet: Any, pictures: dict[str, Image.Image]
) -> None:
    begin(tablet, pictures, "empty")
    said(tablet, "Taruh barang di tengah alas.")
    tablet.evaluate(
        "() => { for (const track of opened.at(-1).getTracks()) track.stop();"
        " document.dispatchEvent(new Event('visibilitychange')); }"
    )
    tablet.wait_for_function("() => opened.length === 2")
    acted_camera.show(tablet, "tilted")
    said(tablet, "Miring. Pegang tablet mendatar.")


def test_an_item_that_passed_shines_through_until_it_is_switched_off(
    tablet: Any, pictures: dict[str, Image.Image]
) -> None:
    choose(tablet)
    tablet.get_by_label("Pilih berkas").wait_for(state="attached")
    ghost = tablet.get_by_role("img", name="Bayangan barang yang baik")
    assert ghost.count() == 0, "nothing has passed yet"
    pick(tablet, photo_of(Verdict.FAIL))
    tablet.get_by_role("heading", level=1, name="TOLAK").wait_for()
    choose(tablet)
    tablet.get_by_label("Pilih berkas").wait_for(state="attached")
    pick(tablet, photo_of(Verdict.PASS))
    tablet.get_by_role("heading", level=1, name="LULUS").wait_for()
    choose(tablet)
    acted_camera.load(tablet, {"empty": pictures["empty"]})
    ghost.wait_for()
    assert ghost.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    assert violations(tablet) == []
    tablet.get_by_role("button", name="Bayangan", pressed=True).click()
    ghost.wait_for(state="detached")
