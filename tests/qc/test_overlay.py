"""Marks lie where the findings are, and nowhere else."""

from __future__ import annotations

import io
from functools import cache
from typing import Literal

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from qc.decision.conformity import Decision
from qc.decision.verdict import Reason, Verdict
from qc.overlay import close_up, draw_overlay
from qc.photo import Photo
from qc.records import Defect, Inspection, Measurement, PhotoRecord, Points, Versions
from qc.spec.base import LocalText

RED = (255, 70, 30)
GREEN = (0, 200, 130)
YELLOW = (255, 190, 0)


def _photo(width_px: int = 3200, height_px: int = 2400) -> Photo:
    """Return a smooth photo, in the colour of no mark."""
    y, x = np.mgrid[0:height_px, 0:width_px]
    shades = [90 + 60 * x / width_px, 70 + 40 * y / height_px, np.full(x.shape, 60.0)]
    pixels = np.stack(shades, axis=-1).astype(np.uint8)
    return Photo(pixels, "0" * 64, width_px, height_px, None, None)


PHOTO = _photo()


def _defect(polygon: Points, verdict: Verdict = Verdict.FAIL, name: str = "crack") -> Defect:
    return Defect(
        type=name,
        view="top",
        length_mm=12.34,
        width_mm=1,
        area_mm2=10,
        probability=0.97,
        severity=None,
        verdict=verdict,
        polygon_px=polygon,
    )


def _square(x: float, y: float, half: float = 40) -> Points:
    return (
        (x - half, y - half),
        (x + half, y - half),
        (x + half, y + half),
        (x - half, y + half),
    )


def _measurement(line: Points, decision: Decision = Decision.PASS) -> Measurement:
    return Measurement(
        name="length",
        label=LocalText(en="length", id="panjang"),
        feature="length",
        view="top",
        value_mm=200,
        u95_mm=0.3,
        lower_mm=199,
        upper_mm=201,
        default_tolerance=False,
        decision=decision,
        budget=(),
        line_px=line,
    )


def _inspection(
    defects: tuple[Defect, ...] = (),
    measurements: tuple[Measurement, ...] = (),
    outlines: tuple[Points, ...] = (),
) -> Inspection:
    return Inspection(
        verdict=Verdict.CHECK,
        reasons=(Reason.of(Verdict.CHECK, "defects-not-inspected", view="top"),),
        measurements=measurements,
        defects=defects,
        photos=(
            PhotoRecord(
                view="top",
                sha256="0" * 64,
                width_px=3200,
                height_px=2400,
                mat=None,
                mm_per_px=None,
                distance_mm=None,
                tilt_deg=None,
                mat_residual_px=None,
                outlines_px=outlines,
            ),
        ),
        versions=Versions(software="0", spec="s@1", release=None, mat=None, station=None),
    )


def _pixels(data: bytes) -> NDArray[np.int16]:
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image.convert("RGB"), np.int16)


def _marked(inspection: Inspection, *, view: str = "top") -> NDArray[np.bool_]:
    """Return the pixels that differ from the plain photo."""
    drawn = _pixels(draw_overlay(PHOTO, inspection, view))
    return np.asarray((drawn != _plain()).any(axis=2))


@cache
def _plain() -> NDArray[np.int16]:
    return _pixels(draw_overlay(PHOTO, _inspection(), "top"))


@pytest.mark.parametrize(
    ("size", "drawn"),
    [((3200, 2400), (1600, 1200)), ((1200, 4000), (480, 1600)), ((320, 240), (320, 240))],
)
@pytest.mark.parametrize("file_format", ["PNG", "JPEG"])
def test_the_picture_is_reduced_never_enlarged(
    size: tuple[int, int], drawn: tuple[int, int], file_format: Literal["PNG", "JPEG"]
) -> None:
    data = draw_overlay(_photo(*size), _inspection(), "top", file_format=file_format)
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        assert (image.format, image.size, image.mode) == (file_format, drawn, "RGB")
        assert not image.getexif()


def test_the_longest_side_is_the_callers_choice() -> None:
    assert _pixels(draw_overlay(PHOTO, _inspection(), "top", longest_px=800)).shape == (
        600,
        800,
        3,
    )


@pytest.mark.parametrize("view", ["top", "underside"])
def test_a_view_without_findings_is_the_plain_photo(view: str) -> None:
    inspection = _inspection() if view == "top" else _inspection((_defect(_square(900, 900)),))
    drawn = _pixels(draw_overlay(PHOTO, inspection, view))
    # Half the size: each pixel is the mean of four, and the photo is smooth.
    means = PHOTO.pixels.reshape(1200, 2, 1600, 2, 3).mean(axis=(1, 3))
    assert np.abs(drawn - means).max() <= 1


def test_the_photo_itself_is_left_alone() -> None:
    before = PHOTO.pixels.copy()
    draw_overlay(PHOTO, _inspection((_defect(_square(900, 900)),)), "top")
    assert (PHOTO.pixels == before).all()


@pytest.mark.parametrize(
    ("x", "y", "half"), [(700, 700, 15), (2501, 800, 40), (1600, 1200, 150), (901, 1899, 90)]
)
def test_a_circle_surrounds_the_defect_and_nothing_far_is_touched(
    x: int, y: int, half: int
) -> None:
    marked = _marked(_inspection((_defect(_square(x, y, half)),)))
    column, row = round((x + 0.5) / 2 - 0.5), round((y + 0.5) / 2 - 0.5)
    corner = half / 2 * np.sqrt(2)
    across = np.flatnonzero(marked[row])
    assert (across.min() + across.max()) / 2 == pytest.approx(column, abs=1)
    radius = (across.max() - across.min()) / 2
    assert corner < radius < corner + 35
    assert np.flatnonzero(marked[:, column]).max() - row == pytest.approx(radius, abs=1.5)
    rows, columns = np.nonzero(marked)
    assert np.abs(columns - column).max() < max(radius + 2, 200)  # the label is the widest
    assert rows.min() > row - radius - 80
    assert not marked[row - 2 : row + 3, column - 1 : column + 2].any()  # the defect stays visible


def test_the_circle_has_the_colour_of_the_verdict() -> None:
    for verdict, colour in ((Verdict.FAIL, RED), (Verdict.CHECK, YELLOW)):
        inspection = _inspection((_defect(_square(1600, 1200), verdict),))
        drawn = _pixels(draw_overlay(PHOTO, inspection, "top"))
        found = np.flatnonzero((drawn[600] == colour).all(axis=1))
        assert len(found) >= 4
        assert found.mean() == pytest.approx(799.5, abs=1)


def test_a_defect_at_the_border_keeps_its_label_in_the_picture() -> None:
    label = np.array([20, 20, 20])
    drawn = _pixels(draw_overlay(PHOTO, _inspection((_defect(_square(41, 41)),)), "top"))
    rows, columns = np.nonzero((drawn == label).all(axis=2))
    middle = _pixels(draw_overlay(PHOTO, _inspection((_defect(_square(1600, 1200)),)), "top"))
    assert rows.min() == 0
    assert columns.min() == 0
    assert np.ptp(columns) == np.ptp(np.nonzero((middle == label).all(axis=2))[1])


def test_a_defect_without_a_polygon_draws_nothing() -> None:
    assert not _marked(_inspection((_defect(()),))).any()


def test_a_dimension_is_a_line_between_its_ends() -> None:
    for decision, colour in (
        (Decision.PASS, GREEN),
        (Decision.FAIL, RED),
        (Decision.CHECK, YELLOW),
    ):
        inspection = _inspection(
            measurements=(_measurement(((1000, 600), (1000, 1800)), decision),)
        )
        drawn = _pixels(draw_overlay(PHOTO, inspection, "top"))
        below_label = 290
        rows = np.flatnonzero((drawn[below_label:, 500] == colour).all(axis=1)) + below_label
        assert (rows.min(), rows.max()) == pytest.approx((300, 900), abs=3)
        assert len(rows) > 590
        marked = _marked(inspection)
        assert not marked[310:890, :480].any()
        assert not marked[310:890, 520:].any()


def test_the_outline_is_closed() -> None:
    marked = _marked(_inspection(outlines=(_square(1600, 1200, 400),)))
    for row, column in ((600, 600), (600, 1000), (400, 800), (800, 800)):
        assert marked[row - 3 : row + 4, column - 3 : column + 4].any()
    assert not marked[410:790, 610:990].any()


def test_labels_speak_the_readers_language() -> None:
    inspection = _inspection((_defect(_square(1600, 1200)),))
    english, indonesian = (
        draw_overlay(PHOTO, inspection, "top", language=language) for language in ("en", "id")
    )
    differs = (_pixels(english) != _pixels(indonesian)).any(axis=2)
    assert differs.any()
    assert np.flatnonzero(differs.any(axis=1)).max() < 600  # the label above; the marks are alike


def test_a_type_of_the_buyers_own_is_drawn_by_its_name() -> None:
    assert _marked(_inspection((_defect(_square(1600, 1200), name="worm_trail"),))).any()


@pytest.mark.parametrize("box", [(80, 60, 430, 380), (0, 0, 520, 400), (34, 12, 470, 398)])
def test_a_part_of_the_photo_carries_the_marks_that_it_has_in_the_whole(
    box: tuple[int, int, int, int],
) -> None:
    photo = _photo(520, 400)
    inspection = _inspection((_defect(_square(260, 240, 9)),), outlines=(_square(250, 220, 100),))
    left, top, right, bottom = box
    whole = _pixels(draw_overlay(photo, inspection, "top"))
    part = _pixels(draw_overlay(photo, inspection, "top", box=box))
    assert (part == whole[top:bottom, left:right]).all()


def test_a_close_up_shows_the_item_all_that_was_found_and_some_room() -> None:
    inspection = _inspection(
        (_defect(_square(1250, 900, 20)),),
        (_measurement(((1500, 500), (1500, 1500))),),
        outlines=(_square(1600, 1000, 300),),
    )
    left, top, right, bottom = close_up(PHOTO, inspection, "top") or (0, 0, 0, 0)
    assert left < 1230
    assert right > 1900
    assert top < 500
    assert bottom > 1500
    assert (right - left) * (bottom - top) < 0.4 * 3200 * 2400


def test_a_close_up_ends_where_the_photo_ends() -> None:
    inspection = _inspection(outlines=(_square(1600, 1200, 1199),))
    assert close_up(PHOTO, inspection, "top") == (0, 0, 3200, 2400)


@pytest.mark.parametrize("view", ["top", "underside"])
def test_without_an_item_there_is_no_close_up(view: str) -> None:
    outlines = () if view == "top" else (_square(1600, 1000, 300),)
    assert close_up(PHOTO, _inspection(outlines=outlines), view) is None


def test_labels_of_defects_in_one_place_lie_apart() -> None:
    many = tuple(_defect(_square(1600 + i, 1200 - i)) for i in range(12))
    drawn = _pixels(draw_overlay(PHOTO, _inspection(many), "top"))
    one = _pixels(draw_overlay(PHOTO, _inspection(many[:1]), "top"))
    label = np.array([20, 20, 20])
    area_one, area = ((picture == label).all(axis=2).sum() for picture in (one, drawn))
    assert area > 11 * area_one
