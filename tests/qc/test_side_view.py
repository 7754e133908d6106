"""Heights before an upright mat: the truth is that of the scene, and what cannot be is said."""

from dataclasses import replace

import numpy as np
import pytest
from side_scene import BEFORE, BOWL, BOX, STATION, height, side_photo, side_spec, top_photo

from qc.decision.verdict import Verdict
from qc.geometry.mat import standard_mat
from qc.inspection import inspect
from qc.overlay import close_up, draw_overlay
from qc.photo import Photo
from qc.proof import items
from qc.proof.light import BLACK_LACQUER
from qc.proof.side_items import Made
from qc.spec.dimension import Size

DIAMETER = Size(name="diameter", feature="diameter", nominal_mm=110, edge="rim", edge_radius_mm=2)


def _inspect(photo, spec=None, station=STATION, **others):
    spec = spec or side_spec(height(75))
    return inspect({"side": photo, **others}, spec, station)


def _codes(inspection):
    return {reason.code for reason in inspection.reasons}


def _height(inspection):
    return next(one for one in inspection.measurements if one.feature == "height")


@pytest.mark.parametrize(
    ("made", "setting"),
    [
        pytest.param(BOWL, BEFORE, id="bowl"),
        pytest.param(BOX, BEFORE, id="box"),
        pytest.param(
            BOWL,
            BEFORE._replace(azimuth_deg=-11, down_deg=19, aside_mm=30, roll_deg=4),
            id="from above aside",
        ),
        pytest.param(BOX, BEFORE._replace(azimuth_deg=10, distance_mm=780), id="from afar"),
        pytest.param(BOX, BEFORE._replace(turn_deg=25), id="turned"),
        pytest.param(BOX, BEFORE._replace(lean_deg=1.8), id="mat leans back"),
        pytest.param(BOWL, BEFORE._replace(lean_deg=-1.8), id="mat leans forward"),
        pytest.param(
            BOWL, BEFORE._replace(side="bottom", table_mm=-210, distance_mm=860), id="upright sheet"
        ),
    ],
)
def test_the_height_is_that_of_the_scene_wherever_camera_and_mat_stand(made, setting):
    station = STATION if setting.side == "left" else STATION.model_copy(update={"upright": None})
    spec = side_spec(height(made.height_mm))
    inspection = _inspect(side_photo(made, setting), spec, station)
    measured = _height(inspection)
    error = measured.value_mm - made.height_mm
    assert abs(error) <= measured.u95_mm
    if station.upright and not setting.lean_deg:
        assert abs(error) <= 0.3 + made.height_mm / 400
        assert measured.u95_mm < 1.0
    assert measured.decision == "pass"
    assert inspection.verdict is Verdict.PASS


def test_a_stated_gap_is_corrected_and_a_wrong_one_shows():
    near, far = BEFORE._replace(gap_mm=20), BEFORE._replace(gap_mm=40)
    for setting in (near, far):
        spec = side_spec(height(90), gap_mm=setting.gap_mm)
        measured = _height(_inspect(side_photo(BOX, setting), spec))
        assert abs(measured.value_mm - 90) <= 0.5 < measured.u95_mm
    told_wrong = _height(_inspect(side_photo(BOX, far), side_spec(height(90), gap_mm=20)))
    # 20 mm at 10° of a ray's fall are 3.5 mm of height: the correction is no mere widening of U95.
    assert told_wrong.value_mm == pytest.approx(90 - 20 * np.tan(np.radians(10)), abs=0.6)


def test_a_low_item_stands_on_a_block():
    board = Made(items.board(100.0, 80.0, 18.0, 6.0, 2.0), 18.0, None, 2.0)
    setting = BEFORE._replace(stand_mm=50.0)
    inspection = _inspect(side_photo(board, setting), side_spec(height(18), stand_mm=50))
    assert abs(_height(inspection).value_mm - 18) <= 0.4
    assert "side-item-low" in _codes(_inspect(side_photo(board), side_spec(height(18))))


def test_a_rim_before_the_mat_needs_its_depth():
    vase = Made(items.bulging_bowl(110.0, 95.0, 0.8, 0.5, 2.0), 95.0, 13.0, 2.0)
    photo = side_photo(vase, BEFORE._replace(down_deg=15))
    told = _height(_inspect(photo, side_spec(height(95), top_depth_mm=13, top_radius_mm=2)))
    assert abs(told.value_mm - 95) <= 0.5
    # Twelve millimetres nearer than an edge at the back: it would read three too low.
    assert _height(_inspect(photo, side_spec(height(95)))).value_mm < 95 - 2


def test_the_depth_may_be_half_of_a_measured_diameter():
    vase = Made(items.bulging_bowl(110.0, 95.0, 0.8, 0.5, 2.0), 95.0, 13.0, 2.0)
    wide = Size(name="belly", feature="diameter", nominal_mm=110, edge="round", height_mm=47.5)
    spec = side_spec(wide, height(95), above=True, top_depth_of="belly", top_radius_mm=60)
    missing = _inspect(side_photo(vase), spec)
    assert {"view-missing", "side-depth-unknown"} <= _codes(missing)
    both = _inspect(side_photo(vase), spec, top=top_photo(vase))
    budget = {line.source: line.u_mm for line in _height(both).budget}
    assert budget["lean"] > 1  # two degrees over 55 mm


def test_a_height_from_the_side_raises_the_sizes_from_above():
    spec = side_spec(DIAMETER, above=True, height_of="top")
    inspection = _inspect(side_photo(BOWL), spec, top=top_photo(BOWL))
    assert {"height-from-side", "dimension-inside"} <= _codes(inspection)
    (measured,) = inspection.measurements
    assert abs(measured.value_mm - 110) <= measured.u95_mm < 0.5
    budget = {line.source: line.u_mm for line in measured.budget}
    # Half a millimetre of 625 mm, on 110 mm.
    assert 0.02 <= budget["height"] <= 0.08

    refused = _inspect(side_photo(BOWL, BEFORE._replace(down_deg=1)), spec, top=top_photo(BOWL))
    assert {"side-camera-low", "dimension-height-unknown"} <= _codes(refused)
    assert refused.measurements[0].decision == "check"


def test_a_round_item_that_stands_apart_is_noticed():
    diameter = DIAMETER.model_copy(update={"height_mm": 73.0})
    spec = side_spec(diameter, height(75), above=True)
    touching = _inspect(side_photo(BOWL), spec, top=top_photo(BOWL))
    assert "side-item-apart" not in _codes(touching)
    away = side_photo(BOWL, BEFORE._replace(gap_mm=15))
    assert "side-item-apart" in _codes(_inspect(away, spec, top=top_photo(BOWL)))
    stated = side_spec(diameter, height(75), above=True, gap_mm=15)
    assert "side-item-apart" not in _codes(_inspect(away, stated, top=top_photo(BOWL)))


HIGH = Made(items.board(60.0, 50.0, 265.0, 4.0, 2.0), 265.0, None, 2.0)
WIDE = Made(items.board(340.0, 60.0, 80.0, 4.0, 2.0), 80.0, None, 2.0)


@pytest.mark.parametrize(
    ("code", "made", "setting"),
    [
        ("side-camera-low", BOX, BEFORE._replace(down_deg=-4)),
        ("side-camera-high", BOX, BEFORE._replace(down_deg=27, target_mm=(0, 40))),
        ("side-camera-aslant", BOX, BEFORE._replace(azimuth_deg=33)),
        ("side-item-high", HIGH, BEFORE),
        ("side-item-high", WIDE, BEFORE._replace(distance_mm=700)),
        ("side-item-floating", BOX, BEFORE._replace(stand_mm=75, has_block=False)),
        ("side-mat-turned", BOX, BEFORE._replace(roll_deg=40, distance_mm=870)),
    ],
)
def test_what_cannot_be_measured_is_asked_for_again(code, made, setting):
    inspection = _inspect(side_photo(made, setting), side_spec(height(made.height_mm)))
    assert inspection.verdict is Verdict.RETAKE
    assert code in _codes(inspection)
    assert not inspection.measurements


def _changed(photo, pixels):
    return replace(photo, pixels=np.ascontiguousarray(pixels))


def test_a_mirrored_a_folded_and_another_mat_stay_refused():
    photo = side_photo(BOX)
    assert "mat-mirrored" in _codes(_inspect(_changed(photo, photo.pixels[:, ::-1])))
    folded = photo.pixels.copy()
    folded[:420] = folded[5, 5]
    assert _codes(_inspect(_changed(photo, folded))) & {"mat-covered", "mat-missing"}
    larger = side_spec(height(90)).model_copy(update={"mat": "A2"})
    assert "mat-wrong" in _codes(_inspect(photo, larger, STATION.model_copy(update={"mat": None})))
    assert standard_mat("A3").identity == STATION.mat


def test_a_lying_mat_is_no_upright_one_nor_the_other_way_round():
    refused = _inspect(top_photo(BOWL))
    assert refused.verdict is Verdict.RETAKE
    spec = side_spec(DIAMETER, height(75), above=True)
    swapped = inspect({"top": side_photo(BOWL), "side": top_photo(BOWL)}, spec, STATION)
    assert {reason.view for reason in swapped.reasons} == {"top", "side"}
    assert all(reason.verdict is Verdict.RETAKE for reason in swapped.reasons)


def test_black_lacquer_has_no_height():
    inspection = _inspect(side_photo(BOX, BEFORE, BLACK_LACQUER), side_spec(height(90)))
    assert _codes(inspection) == {"dimension-edge-faint"}
    assert inspection.verdict is Verdict.CHECK
    assert not inspection.measurements


def test_an_unmeasured_margin_and_a_leaning_mat_cost_uncertainty():
    photo, spec = side_photo(BOX), side_spec(height(90))
    known = _height(_inspect(photo, spec)).u95_mm
    turned = STATION.upright.model_copy(update={"side": "right"})
    for station in (None, STATION.model_copy(update={"upright": None})):
        assert _height(_inspect(photo, spec, station)).u95_mm > known + 0.3
    elsewhere = STATION.model_copy(update={"upright": turned})
    assert _height(_inspect(photo, spec, elsewhere)).u95_mm > known + 0.3
    bracket = side_spec(height(90), lean_deg=0.3)
    assert _height(_inspect(photo, bracket)).u95_mm < known - 0.1


def test_the_overlay_shows_the_height_from_the_table_up():
    photo = side_photo(BOX)
    inspection = _inspect(photo, side_spec(height(90)))
    (foot, crest) = _height(inspection).line_px
    assert crest[1] < foot[1]
    assert abs(crest[0] - foot[0]) < 12
    box = close_up(photo, inspection, "side")
    assert box is not None
    assert draw_overlay(photo, inspection, "side", box=box).startswith(b"\x89PNG")
    assert isinstance(photo, Photo)
