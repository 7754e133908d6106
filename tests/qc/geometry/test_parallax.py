"""Heights from two photos: the truth is that of the scene, and an item that moved is noticed."""

from dataclasses import replace

import pytest
from scene import Scene, render

from qc.decision.verdict import Verdict
from qc.geometry.station import CameraCalibration, Station
from qc.inspection import inspect
from qc.spec.base import LocalText
from qc.spec.dimension import Size
from qc.spec.models import Product, Spec, View

TEXT = LocalText(en="bowl", id="mangkuk")
STATION = Station(
    id="test",
    mat="teliti-a3-1",
    print_scale_measured=True,
    camera=CameraCalibration(
        width_px=1664, height_px=1248, fx_px=2200, fy_px=2200, cx_px=831.5, cy_px=623.5
    ),
)
HERE = Scene(disc_mm=100, item_height_mm=45, item_at_mm=(10, -20), tilt_deg=9)
THERE = replace(HERE, tilt_deg=-9)


def _spec():
    return Spec(
        id="bowl",
        version=1,
        buyer="test",
        example=True,
        product=Product(id="bowl", name=TEXT, material="teak"),
        mat="A3",
        views=(
            View(name="top", instruction=TEXT),
            View(name="aside", instruction=TEXT, height_of="top"),
        ),
        dimensions=(Size(name="diameter", feature="diameter", nominal_mm=100, edge="rim"),),
    )


@pytest.fixture(scope="module")
def here():
    return render(HERE)


def _inspect(here, there):
    inspection = inspect({"top": here, "aside": there}, _spec(), STATION)
    return inspection, {reason.code: reason for reason in inspection.reasons}


def test_two_photos_give_the_height_and_the_dimension_its_decision(here):
    inspection, reasons = _inspect(here, render(THERE, seed=1))
    assert "height-measured" in reasons
    assert reasons["height-measured"].text["en"].startswith("The edge is 45.0 ±")
    (measurement,) = inspection.measurements
    assert measurement.decision == "pass"
    assert abs(measurement.value_mm - 100) <= measurement.u95_mm <= 0.4
    budget = {line.source: line.u_mm for line in measurement.budget}
    # The height's own uncertainty enters: some 0.25 mm of 640 mm, on 100 mm.
    assert 0.02 <= budget["height"] <= 0.08


def test_the_same_photo_twice_gives_no_height(here):
    inspection, reasons = _inspect(here, here)
    assert inspection.verdict is Verdict.RETAKE
    assert "height-views-close" in reasons
    assert inspection.measurements[0].decision == "check"


def test_an_item_that_moved_gives_no_height(here):
    moved = replace(THERE, item_at_mm=(16, -12))
    _, reasons = _inspect(here, render(moved))
    assert "height-views-disagree" in reasons
    assert "dimension-height-unknown" in reasons


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"views": (View(name="aside", instruction=TEXT, height_of="top"),)}, "must name another"),
        ({"parts": 2}, "parts: 1"),
        (
            {"dimensions": (Size(name="d", feature="diameter", nominal_mm=100, view="aside"),)},
            "nothing else is judged in it",
        ),
    ],
)
def test_specs_that_ask_for_the_impossible_are_refused(change, message):
    values = {name: getattr(_spec(), name) for name in Spec.model_fields} | change
    if "views" in change:
        values["dimensions"] = ()
    with pytest.raises(ValueError, match=message):
        Spec(**values)
