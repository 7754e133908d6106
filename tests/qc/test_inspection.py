"""The whole pipeline on photos made by geometry alone, without a detector."""

import io
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image
from scene import Scene, render

from qc.decision.verdict import Verdict
from qc.errors import TelitiError
from qc.geometry.station import CameraCalibration, Station
from qc.inspection import inspect
from qc.photo import decode_photo
from qc.spec.base import LocalText
from qc.spec.dimension import Size
from qc.spec.models import Product, Spec, View
from qc.spec.moisture import Moisture

NAME = LocalText(en="bowl", id="mangkuk")
STATION = Station(
    id="test",
    mat="teliti-a3-1",
    print_scale_measured=True,
    camera=CameraCalibration(
        width_px=1664, height_px=1248, fx_px=2200, fy_px=2200, cx_px=831.5, cy_px=623.5
    ),
)


def _spec(lower_mm=149.0, upper_mm=151.0, height_mm=60.0, parts=1, mat="A3"):
    return Spec(
        id="bowl",
        version=1,
        buyer="test",
        example=True,
        product=Product(id="bowl", name=NAME, material="teak"),
        mat=mat,
        views=(View(name="top", instruction=NAME),),
        parts=parts,
        dimensions=(
            Size(
                name="rim diameter",
                feature="diameter",
                nominal_mm=(lower_mm + upper_mm) / 2,
                lower_mm=lower_mm,
                upper_mm=upper_mm,
                height_mm=height_mm,
            ),
        ),
    )


@pytest.fixture(scope="module")
def bowl():
    return render(Scene())


def _codes(inspection):
    return [reason.code for reason in inspection.reasons]


def test_good_bowl_without_detector_is_for_a_person(bowl):
    inspection = inspect({"top": bowl}, _spec(), STATION)
    assert inspection.verdict is Verdict.CHECK
    assert _codes(inspection) == ["dimension-inside", "defects-not-inspected"]
    (measurement,) = inspection.measurements
    assert measurement.value_mm == pytest.approx(150, abs=measurement.u95_mm)
    (record,) = inspection.photos
    assert record.mat == "teliti-a3-1"
    assert record.distance_mm == pytest.approx(Scene().pose.eye_mm[2], rel=0.003)
    assert record.tilt_deg == pytest.approx(6, abs=0.1)


def test_bowl_out_of_tolerance_fails(bowl):
    inspection = inspect({"top": bowl}, _spec(151, 153), STATION)
    assert inspection.verdict is Verdict.FAIL
    assert "dimension-outside" in _codes(inspection)


def test_bowl_at_the_limit_is_doubtful(bowl):
    inspection = inspect({"top": bowl}, _spec(148, 150), STATION)
    assert "dimension-doubtful" in _codes(inspection)


def test_unknown_camera_and_scale_cost_uncertainty_not_truth(bowl):
    known = inspect({"top": bowl}, _spec(), STATION).measurements[0]
    guessed = inspect({"top": bowl}, _spec(), None).measurements[0]
    assert guessed.u95_mm > 2 * known.u95_mm
    assert abs(guessed.value_mm - 150) <= guessed.u95_mm


def test_the_same_inputs_give_the_same_bytes(bowl):
    first, second = (inspect({"top": bowl}, _spec(), STATION) for _ in range(2))
    assert first.model_dump_json() == second.model_dump_json()


def test_inspections_at_the_same_time_do_not_wait_for_each_other_nor_mix(bowl):
    alone = inspect({"top": bowl}, _spec(), STATION).model_dump_json()
    with ThreadPoolExecutor(4) as pool:
        futures = [pool.submit(inspect, {"top": bowl}, _spec(), STATION) for _ in range(8)]
        assert {one.result(timeout=120).model_dump_json() for one in futures} == {alone}


def test_swelling_stands_beside_the_value_and_changes_nothing_else(bowl):
    moisture = Moisture(species="maple-sugar", change_percent=2, tangential=("rim diameter",))
    swelling_spec = _spec().model_copy(update={"moisture": moisture})
    (dry,) = inspect({"top": bowl}, _spec(), STATION).measurements
    (stated,) = inspect({"top": bowl}, swelling_spec, STATION).measurements
    assert stated.swelling.change_mm == pytest.approx(0.00353 * 2 * stated.value_mm)
    assert stated.model_copy(update={"swelling": None}) == dry


def test_missing_view_asks_for_it():
    inspection = inspect({}, _spec(), STATION)
    assert inspection.verdict is Verdict.RETAKE
    assert _codes(inspection) == ["view-missing"]


def test_photo_of_a_view_that_the_spec_lacks_is_refused(bowl):
    with pytest.raises(TelitiError, match="no view 'side'"):
        inspect({"side": bowl}, _spec(), STATION)


RETAKES = {
    "mat-missing": (Scene(distance_mm=3000), {}),
    "photo-blurred": (Scene(blur_px=4.0), {}),
    "photo-dark": (Scene(item_light=(0.2, 0.12, 0.06), exposure=0.06), {}),
    "camera-tilted": (Scene(tilt_deg=30, item_height_mm=5, disc_mm=60), {}),
    "mat-covered": (Scene(disc_mm=60, distance_mm=450, item_height_mm=5), {}),
    "item-missing": (Scene(disc_mm=None), {}),
    "item-cut-off": (Scene(disc_mm=100, item_at_mm=(70, 0), item_height_mm=5), {}),
    "item-count": (Scene(disc_mm=60, item_at_mm=(0, 60), copies_at_mm=((0, -60),)), {}),
    "mat-wrong": (Scene(), {"mat": "A2"}),
}


@pytest.mark.parametrize("code", RETAKES)
def test_retake_says_what_to_change(code):
    scene, spec = RETAKES[code]
    inspection = inspect({"top": render(scene)}, _spec(**spec), STATION)
    assert inspection.verdict is Verdict.RETAKE
    assert code in _codes(inspection)
    assert inspection.measurements == ()


def test_grey_photo_is_a_retake(bowl):
    buffer = io.BytesIO()
    Image.fromarray(bowl.pixels).convert("L").save(buffer, "JPEG")
    inspection = inspect({"top": decode_photo(buffer.getvalue())}, _spec(), STATION)
    assert "photo-grey" in _codes(inspection)


def test_photo_without_anything_is_a_retake():
    rng = np.random.default_rng(1)
    noise = rng.integers(0, 255, (1248, 1664, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noise).save(buffer, "JPEG")
    inspection = inspect({"top": decode_photo(buffer.getvalue())}, _spec(), STATION)
    assert inspection.verdict is Verdict.RETAKE


@pytest.mark.parametrize(
    ("light", "faint"), [((0.012, 0.011, 0.011), True), ((0.3, 0.17, 0.09), False)]
)
def test_an_item_as_dark_as_black_lacquer_is_never_decided_by_photo(light, faint):
    photo = render(Scene(item_light=light))
    inspection = inspect({"top": photo}, _spec(lower_mm=140.0, upper_mm=160.0), STATION)
    assert inspection.verdict in (Verdict.CHECK, Verdict.RETAKE)
    if faint:
        assert "dimension-inside" not in _codes(inspection)
    else:
        assert "dimension-inside" in _codes(inspection)
