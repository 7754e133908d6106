"""Files that cameras write: turned by EXIF, and in formats that the server does not read."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import ExifTags, Image, features
from station_page import COLOURS, MARKS, WORDS, Service, choose, opened, pick, violations
from visitors import cookies_of

from qc.decision.verdict import Verdict
from service.people.roles import Role

pytestmark = MARKS


@pytest.fixture
def tablet(browser: Any, station: Service) -> Iterator[Any]:
    cookies = cookies_of(station.runtime, Role.PACKER, tablet=True, name="Sari")
    with opened(browser, station, cookies) as page:
        yield page


def size_of(tablet: Any, address: str) -> list[int]:
    """Width and height of a picture, as this browser shows it."""
    size: list[int] = tablet.evaluate(
        """async (address) => {
          const image = new Image();
          image.src = address;
          await image.decode();
          return [image.naturalWidth, image.naturalHeight];
        }""",
        address,
    )
    return size


@pytest.mark.parametrize(("orientation", "size"), [(1, [800, 600]), (6, [600, 800])])
def test_a_photo_is_shown_as_the_tablet_was_held(
    tablet: Any, station: Service, orientation: int, size: list[int]
) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    out = io.BytesIO()
    Image.new("RGB", (800, 600), COLOURS[Verdict.PASS]).save(out, "JPEG", exif=exif)
    choose(tablet)
    pick(tablet, {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()})
    tablet.get_by_role("heading", level=1, name=WORDS[Verdict.PASS][0]).wait_for()
    (inspection,) = station.kept()
    assert size_of(tablet, inspection["photos"][0]["photo_url"]) == size


@pytest.mark.skipif(not features.check("avif"), reason="Pillow writes no AVIF here")
def test_what_the_browser_can_read_is_converted(tablet: Any, station: Service) -> None:
    """AVIF lies in the same container as HEIC, and is what Chromium can decode of the two."""
    out = io.BytesIO()
    Image.new("RGB", (800, 600), COLOURS[Verdict.FAIL]).save(out, "AVIF")
    choose(tablet)
    pick(tablet, {"name": "photo.heic", "mimeType": "image/heic", "buffer": out.getvalue()})
    tablet.get_by_role("heading", level=1, name=WORDS[Verdict.FAIL][0]).wait_for()
    (inspection,) = station.kept()
    assert size_of(tablet, inspection["photos"][0]["photo_url"]) == [800, 600]


def test_what_it_cannot_read_is_named_with_what_to_do(tablet: Any, station: Service) -> None:
    heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(1000)
    choose(tablet)
    pick(tablet, {"name": "photo.heic", "mimeType": "image/heic", "buffer": heic})
    tablet.get_by_role("alert").get_by_text("Atur kamera ke JPEG").wait_for()
    assert violations(tablet) == []
    assert station.kept() == []
    assert tablet.get_by_role("button", name="Ambil foto").is_visible()
