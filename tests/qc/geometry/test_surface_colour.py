"""Colours of synthetic items under lights of every kind against the colour they were given."""

import numpy as np
import pytest
from PIL import Image, ImageDraw
from scene import WALNUT, WOOD, Scene, render

from qc.decision.conformity import Decision
from qc.decision.verdict import Verdict
from qc.geometry.camera import calibrated_camera
from qc.geometry.corners import find_corners
from qc.geometry.gate import ring_edges
from qc.geometry.illumination import Illumination, find_illumination
from qc.geometry.item import find_parts
from qc.geometry.outline import trace_outline
from qc.geometry.pose import locate_mat
from qc.geometry.spread import edge_spread
from qc.geometry.station import CameraCalibration
from qc.geometry.surface_colour import surface_colour
from qc.inspection import inspect
from qc.photo import Photo, decode_photo, linear_to_srgb, srgb_to_linear, to_grey
from qc.photo.colour import delta_e_2000, linear_to_lab
from qc.samples import SHIPPED_SAMPLES, read_samples
from qc.spec.colour import Colour
from qc.spec.examples import find_spec

CAMERA = calibrated_camera(
    CameraCalibration(
        width_px=1664, height_px=1248, fx_px=2200, fy_px=2200, cx_px=831.5, cy_px=623.5
    )
)

LIGHTS = {
    "white": Scene(),
    "warm": Scene(tint=(1.25, 0.8, 0.5), exposure=0.65),
    "cold": Scene(tint=(0.6, 0.85, 1.25), exposure=0.65),
    "uneven": Scene(gradient=0.5, exposure=0.65),
    "warm, uneven and dim": Scene(tint=(1.2, 0.8, 0.5), gradient=-0.4, exposure=0.45),
    "dark wood": Scene(item_light=WALNUT, tint=(1.1, 0.9, 0.7), exposure=0.7),
}


def _view(photo, camera=CAMERA):
    grey = to_grey(photo.pixels)
    return locate_mat(find_corners(grey), camera, None)


def _traced(photo, view, part):
    spread = edge_spread(*ring_edges(to_grey(photo.pixels), view))
    return trace_outline(photo, view, part, spread)


def _colour(photo, height_mm=60.0):
    view = _view(photo)
    (part,) = find_parts(photo, view)
    light = find_illumination(photo, view)
    assert isinstance(light, Illumination)
    return surface_colour(photo, view, _traced(photo, view, part), height_mm, light)


@pytest.fixture(scope="module")
def photos():
    return {name: render(scene) for name, scene in LIGHTS.items()}


@pytest.mark.parametrize("light", LIGHTS)
def test_colour_is_the_items_under_any_light(light, photos):
    truth = linear_to_lab(np.array(LIGHTS[light].item_light))
    colour = _colour(photos[light])
    delta_e, u = colour.difference(tuple(truth))
    assert delta_e < 1.5
    assert delta_e <= 2 * u
    np.testing.assert_array_less(np.abs(np.array(colour.lab) - truth), 2 * np.array(colour.u_lab))


def test_without_the_mat_the_same_lights_differ_visibly(photos):
    """What the balance is for: the raw means of the photos are far apart."""
    middle = (slice(600, 650), slice(800, 860))
    raw = [
        linear_to_lab(
            srgb_to_linear(np.ascontiguousarray(photos[name].pixels[middle])).mean((0, 1))
        )
        for name in ("warm", "cold")
    ]
    assert delta_e_2000(*raw) > 15
    assert _colour(photos["warm"]).difference(_colour(photos["cold"]).lab)[0] < 1.5


def _painted(photo: Photo, points_mm, colour, radius_mm):
    """Lay discs of a colour on places of the mat."""
    image = Image.fromarray(photo.pixels.copy())
    draw = ImageDraw.Draw(image)
    view = _view(photo)
    points = np.array(points_mm, float)
    for x, y in view.camera.project(np.column_stack([points, np.zeros(len(points))]), view.pose):
        r = radius_mm / view.mm_per_px
        draw.ellipse((x - r, y - r, x + r, y + r), fill=colour)
    return Photo(
        **{f: getattr(photo, f) for f in photo.__dataclass_fields__} | {"pixels": np.asarray(image)}
    )


def test_stains_and_glints_are_left_out(photos):
    plain = _colour(photos["white"])
    spots = [(-30, 10), (20, -25), (10, 30)]
    for paint in ((255, 255, 255), (20, 10, 10)):
        spotted = _colour(_painted(photos["white"], spots, paint, 8))
        assert spotted.difference(plain.lab)[0] < 0.5


def test_covered_grey_patches_are_noticed(photos):
    view = _view(photos["white"])
    greys = [(p.x_mm, p.y_mm) for p in view.layout.patches if p.tone == "grey"]
    one = _painted(photos["white"], greys[:1], (120, 70, 40), 9)
    assert isinstance(find_illumination(one, view), Illumination)
    most = _painted(photos["white"], greys[:3], (120, 70, 40), 9)
    assert find_illumination(most, view) == "covered"


TROUBLES = {
    "bright": Scene(exposure=1.3),
    "dark": Scene(exposure=0.11),
    "uneven": Scene(exposure=0.5, gradient=1.7),
    "tinted": Scene(tint=(1.2, 0.6, 0.3), exposure=0.65),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_light_that_is_too_poor_is_said(trouble):
    photo = render(TROUBLES[trouble])
    assert find_illumination(photo, _view(photo)) == trouble


def _spec(**colour):
    spec = find_spec("mitsubishi-bowl-150")
    return spec.model_copy(update={"colour": Colour(**colour)})


def test_inspection_decides_on_the_colour(photos):
    truth = tuple(linear_to_lab(np.array(WOOD)).tolist())
    far = (truth[0], truth[1] + 20, truth[2])
    for reference, limit, decision, code, verdict in (
        (truth, 12, Decision.PASS, "colour-inside", Verdict.PASS),
        (far, 3, Decision.FAIL, "colour-outside", Verdict.FAIL),
        (truth, 1, Decision.CHECK, "colour-doubtful", Verdict.CHECK),
    ):
        spec = _spec(reference_lab=reference, max_delta_e=limit)
        inspection = inspect({"top": photos["warm"]}, spec)
        (colour,) = inspection.colours
        (reason,) = [r for r in inspection.reasons if r.subject == "colour"]
        assert (colour.decision, reason.code, reason.verdict) == (decision, code, verdict)


def test_poor_light_is_a_check_with_a_sentence_in_each_language():
    photo = render(TROUBLES["tinted"])
    spec = _spec(reference_srgb=tuple(linear_to_srgb(np.array(WOOD)).tolist()), max_delta_e=5)
    inspection = inspect({"top": photo}, spec)
    assert inspection.colours == ()
    (reason,) = [r for r in inspection.reasons if r.code == "colour-unknown"]
    assert reason.verdict is Verdict.CHECK
    assert "white lamp" in reason.text["en"]
    assert "lampu putih" in reason.text["id"]


# Species of the rendered samples, each under its own lights (training/synthesis/render/samples.py).
SPECIES = {
    "beech": ("spoon-sound", "chopsticks-stain", "tray-narrow", "tray-stain-scratch"),
    "bamboo": ("spoon-crack", "chopsticks-unequal", "tray-sound"),
    "teak": ("bowl-sound", "spoon-short", "seat-small"),
    "mahogany": ("bowl-crack", "seat-sound"),
}


@pytest.mark.slow
def test_rendered_samples_of_one_wood_agree_under_different_lights():
    """Blender's lights, lacquer, bowls and shadows; each piece is another cut of its wood."""
    samples = {sample.photo_path.stem: sample for sample in read_samples(SHIPPED_SAMPLES)}
    found = {}
    for species, names in SPECIES.items():
        for name in names:
            sample = samples[name]
            spec = find_spec(sample.spec).model_copy(
                update={"colour": Colour(reference_lab=(50, 0, 0), max_delta_e=5)}
            )
            photo = decode_photo(sample.photo_path.read_bytes())
            inspection = inspect({spec.views[0].name: photo}, spec, sample.read_station())
            for colour in inspection.colours:
                found.setdefault(species, []).append(np.array(colour.lab))
    middles = {species: np.median(labs, axis=0) for species, labs in found.items()}
    for species, labs in found.items():
        spread = delta_e_2000(np.array(labs), middles[species])
        hue_and_chroma = np.hypot(*(np.array(labs) - middles[species])[:, 1:].T)
        assert hue_and_chroma.max() < 3
        others = [m for s, m in middles.items() if s != species]
        assert spread.max() < min(delta_e_2000(np.array(others), middles[species]))
