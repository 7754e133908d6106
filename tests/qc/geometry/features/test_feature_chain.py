"""Features in photos: what is measured is true within its U95, also where form is simulated."""

import numpy as np
from scene import Scene, render

from qc.decision.verdict import Verdict
from qc.geometry.station import CameraCalibration, Station
from qc.inspection import inspect
from qc.spec.base import LocalText
from qc.spec.dimension import (
    Angle,
    Count,
    HolePosition,
    Roundness,
    Size,
    Straightness,
    WidthAt,
)
from qc.spec.models import Product, Spec, View

TEXT = LocalText(en="plate", id="piring")
STATION = Station(
    id="test",
    mat="teliti-a3-1",
    print_scale_measured=True,
    camera=CameraCalibration(
        width_px=1664, height_px=1248, fx_px=2200, fy_px=2200, cx_px=831.5, cy_px=623.5
    ),
)
HEIGHT = {"height_mm": 8.0, "edge": "rim"}
ROUND = Roundness(name="round", feature="roundness", upper_mm=0.5, **HEIGHT)


def _size(feature, nominal_mm, name=None):
    return Size(name=name or feature, feature=feature, nominal_mm=nominal_mm, **HEIGHT)


def _inspect(scene, *dimensions, parts=1):
    spec = Spec(
        id="plate",
        version=1,
        buyer="test",
        example=True,
        product=Product(id="plate", name=TEXT, material="teak"),
        mat="A3",
        views=(View(name="top", instruction=TEXT),),
        parts=parts,
        dimensions=dimensions,
    )
    inspection = inspect({"top": render(scene)}, spec, STATION)
    values = {
        (m.name, m.part): (m.quantity.value, m.quantity.u95)
        for m in (*inspection.measurements, *inspection.angles)
    }
    return inspection, values


def _turned(shape, angle_deg):
    turn = np.radians(angle_deg)
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    return lambda points: shape(points @ matrix)


def _rounded_box(length, width, radius):
    def shape(points):
        beyond = np.abs(points) - [length / 2 - radius, width / 2 - radius]
        outside = np.linalg.norm(np.maximum(beyond, 0), axis=1)
        return outside + np.minimum(beyond.max(axis=1), 0) < radius

    return shape


def _paddle(points):
    """A handle of 20 mm, widening to 60 mm, 160 mm long, its wide end at positive x."""
    x, y = points.T
    half = np.where(x < 10, 10, 10 + (x - 10) * 20 / 70)
    return (np.abs(x) < 80) & (np.abs(y) < half)


def test_a_tray(record_property):
    scene = Scene(shape=_turned(_rounded_box(150, 90, 12), 25), item_height_mm=8)
    truth = {
        "length": 150,
        "width": 90,
        "corner_radius": 12,
        "min_feret": 90,
        "max_feret": 2 * (np.hypot(63, 33) + 12),
        "sides": 0,
        "corner": 90,
        "taper": 0,
    }
    sizes = [_size(name, mm) for name, mm in list(truth.items())[:5]]
    limits = {"nominal_deg": 90, "lower_deg": 89, "upper_deg": 91}
    parallel = {"nominal_deg": 0, "lower_deg": -1, "upper_deg": 1}
    _, values = _inspect(
        scene,
        *sizes,
        Straightness(name="sides", feature="straightness", of="sides", upper_mm=0.5, **HEIGHT),
        Angle(name="corner", feature="angle", between="corners", **limits, **HEIGHT),
        Angle(name="taper", feature="angle", between="long_sides", **parallel, **HEIGHT),
    )
    for name, true in truth.items():
        value, u95 = values[name, 1]
        record_property(name, f"{value - true:+.3f} ± {u95:.3f}")
        assert abs(value - true) <= u95 <= (0.6 if name == "corner_radius" else 0.4), name


def _roundness_of_lobes(points):
    turn = np.arctan2(points[:, 1], points[:, 0])
    return np.linalg.norm(points, axis=1) < 60 + 0.4 * np.cos(3 * turn)


def test_three_lobes_are_out_of_round():
    scene = Scene(shape=_roundness_of_lobes, item_height_mm=8)
    inspection, values = _inspect(scene, ROUND)
    value, u95 = values["round", 1]
    assert abs(value - 0.8) <= u95 <= 0.25
    assert inspection.reasons[0].code == "dimension-outside"


def test_holes_of_a_thick_item():
    """In a thick item, most of a hole's outline is its lower edge when seen from the side."""
    scene = Scene(
        shape=_turned(_rounded_box(160, 40, 8), 30),
        holes_mm=((40.0, 20.0, 8.0), (15.0, 12.0, 8.0)),
        thickness_mm=8,
        item_height_mm=8,
        item_at_mm=(-20, 60),
    )
    edge_mm = [20 - abs(np.array([-0.5, 0.75**0.5]) @ hole[:2]) for hole in scene.holes_mm]
    nominal_mm = 5.0
    worst_mm = max(edge_mm, key=lambda mm: abs(mm - nominal_mm))
    inspection, values = _inspect(
        scene,
        _size("hole_diameter", 8),
        HolePosition(
            name="to edge",
            feature="hole_position",
            distance_to="edge",
            nominal_mm=nominal_mm,
            **HEIGHT,
        ),
        Count(name="holes", feature="count", of="holes", expected=2),
    )
    for name, true_mm in {"hole_diameter": 8.0, "to edge": worst_mm}.items():
        value, u95 = values[name, 1]
        assert abs(value - true_mm) <= u95 <= 0.4, name
    (count,) = inspection.counts
    assert (count.found, count.decision) == (2, "pass")


def test_width_at_a_place_from_either_end():
    scene = Scene(shape=_turned(_paddle, 190), item_height_mm=8)
    _, values = _inspect(
        scene,
        *(
            WidthAt(name=end, feature="width_at", nominal_mm=30, at_mm=at_mm, end=end, **HEIGHT)
            for end, at_mm in (("narrow", 30), ("wide", 30))
        ),
    )
    for end, true_mm in {"narrow": 20, "wide": 2 * (10 + 40 * 20 / 70)}.items():
        value, u95 = values[end, 1]
        assert abs(value - true_mm) <= u95 <= 0.4, end


def test_a_set_with_a_piece_missing_is_counted_and_its_gaps_measured():
    scene = Scene(
        disc_mm=None,
        shape=_rounded_box(50, 50, 8),
        item_height_mm=8,
        item_at_mm=(0, 70),
        copies_at_mm=((0, 0), (0, -65)),
        shadow=False,
    )
    count = Count(name="pieces", feature="count", of="parts", expected=3)
    _, values = _inspect(scene, _size("gap", 18), count, parts=3)
    measured = [values["gap", part] for part in (1, 2)]
    for (value, u95), true_mm in zip(measured, (20, 15), strict=True):
        assert abs(value - true_mm) <= u95 <= 0.3
    assert ("gap", 3) not in values

    count = Count(name="pieces", feature="count", of="parts", expected=4)
    inspection, _ = _inspect(scene, count, parts=4)
    assert inspection.verdict is Verdict.CHECK
    assert inspection.reasons[0].code == "count-wrong-parts"
    assert inspection.reasons[0].text["id"].startswith("Pieces: terlihat 3, dipesan 4")


def test_a_hole_that_is_not_there_gives_no_number():
    scene = Scene(disc_mm=100, item_height_mm=8)
    inspection, values = _inspect(
        scene,
        _size("hole_diameter", 5),
        _size("inside_diameter", 60),
        Count(name="holes", feature="count", of="holes", expected=1),
        _size("corner_radius", 5),
        ROUND,
    )
    # Noise can only add to the roundness: what is reported must admit that much.
    value, u95 = values.pop(("round", 1))
    assert value <= u95 <= 0.4
    assert values == {}
    assert inspection.verdict is Verdict.CHECK
    codes = [reason.code for reason in inspection.reasons]
    assert codes == [
        "feature-no-hole",
        "feature-no-hole",
        "count-wrong-holes",
        "feature-not-straight",
        "dimension-inside",
        "defects-not-inspected",
    ]
