"""Guidance while the camera is live, held against the pipeline's own verdict on the same scenes."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageFilter
from scene import Scene, render
from side_scene import BEFORE, BOWL, BOX, height, side_photo, side_spec

from qc.decision.messages import MESSAGES
from qc.decision.verdict import Verdict
from qc.guidance import ADVICE, guide
from qc.photo import Photo, decode_photo
from qc.proof import items
from qc.proof.side_items import Made
from qc.proof.standing import Setting
from qc.samples import SHIPPED_SAMPLES, read_samples
from qc.spec.examples import find_spec
from qc.spec.models import Spec

FRAME_PX = 960
BOWL_SPEC = find_spec("mitsubishi-bowl-150")
FLAT = Made(items.board(100.0, 80.0, 18.0, 6.0, 2.0), 18.0, None, 2.0)


def frame_of(photo: Photo, *, blur_px: float = 0) -> tuple[Photo, float]:
    """What the page sends of a photo, and how many pixels it has for one of the frame.

    `blur_px` is the spread of edges that the photo gets before it is reduced.
    """
    enlargement = max(photo.width_px, photo.height_px) / FRAME_PX
    size = (round(photo.width_px / enlargement), round(photo.height_px / enlargement))
    image = Image.fromarray(photo.pixels).filter(ImageFilter.GaussianBlur(blur_px))
    out = io.BytesIO()
    image.resize(size, Image.Resampling.BILINEAR).save(out, "JPEG", quality=80)
    return decode_photo(out.getvalue()), enlargement


def advised(scene: Scene, *, spec: Spec = BOWL_SPEC, blur_px: float = 0) -> str | None:
    frame, enlargement = frame_of(render(scene), blur_px=blur_px)
    advice = guide(frame, spec.views[0].name, spec, enlargement=enlargement).advice
    return advice.code if advice else None


@pytest.mark.skipif(not any(SHIPPED_SAMPLES.glob("*.truth.json")), reason="no sample photos here")
def test_it_lets_pass_what_the_pipeline_can_judge_and_names_what_it_cannot() -> None:
    """The samples' truth says which of them must be taken again, and why."""
    unusable = {
        "retake-dark.jpg": "photo-dark",
        "retake-shaken.jpg": "photo-blurred",
        "retake-cut-off.jpg": "mat-covered",  # its right half is not in the photo
    }
    for sample in read_samples(SHIPPED_SAMPLES):
        spec = find_spec(sample.spec)
        frame, enlargement = frame_of(decode_photo(sample.photo_path.read_bytes()))
        advice = guide(frame, spec.views[0].name, spec, enlargement=enlargement).advice
        assert (advice and advice.code) == unusable.get(sample.photo), sample.photo
        assert (sample.expected_verdict is Verdict.RETAKE) == (advice is not None), sample.photo


@pytest.mark.parametrize(
    ("scene", "code"),
    [
        (Scene(), None),
        (Scene(disc_mm=None), "item-missing"),
        (Scene(tilt_deg=32), "camera-tilted"),
        (Scene(distance_mm=950), "camera-far"),
        (Scene(exposure=0.05), "photo-dark"),
        (Scene(box_mm=(60.0, 300.0), disc_mm=None, item_at_mm=(110.0, 0.0)), "mat-covered"),
        (Scene(box_mm=(150.0, 90.0), disc_mm=None, item_at_mm=(72.0, 0.0)), "item-cut-off"),
        (Scene(disc_mm=50, item_at_mm=(-35.0, 0.0), copies_at_mm=((35.0, 0.0),)), "item-count"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_fault_of_a_scene_is_named(scene: Scene, code: str | None) -> None:
    assert advised(scene) == code


@pytest.mark.parametrize(("blur_px", "code"), [(0.0, None), (1.0, None), (4.0, "photo-blurred")])
def test_a_frame_shows_blur_though_it_is_reduced(blur_px: float, code: str | None) -> None:
    assert advised(Scene(), blur_px=blur_px) == code


def test_another_or_no_mat_is_missing() -> None:
    needs_a2 = BOWL_SPEC.model_copy(update={"mat": "A2"})
    assert advised(Scene(), spec=needs_a2) == "mat-missing"
    larger_than_needed = BOWL_SPEC.model_copy(update={"mat": "A4"})
    assert advised(Scene(), spec=larger_than_needed) is None


def test_the_mat_is_outlined_where_it_lies() -> None:
    scene = Scene(tilt_deg=15)
    frame, enlargement = frame_of(render(scene))
    half = np.array([297.0, 420.0, 0.0]) / 2
    corners_mm = np.array([[-1, 1, 0], [1, 1, 0], [1, -1, 0], [-1, -1, 0]]) * half
    truth_px = (scene.camera.project(corners_mm, scene.pose) + 0.5) / enlargement - 0.5
    found_px = np.array(guide(frame, "top", BOWL_SPEC, enlargement=enlargement).mat_px)
    assert np.abs(found_px - truth_px).max() < 0.01 * FRAME_PX


def test_every_advice_has_its_sentence() -> None:
    assert set(ADVICE) <= set(MESSAGES)


@pytest.mark.parametrize(
    ("made", "setting", "code"),
    [
        (BOX, BEFORE, None),
        (BOWL, BEFORE._replace(down_deg=18), None),
        (BOX, BEFORE._replace(down_deg=-4), "side-camera-low"),
        (BOX, BEFORE._replace(azimuth_deg=33), "side-camera-aslant"),
        (BOX, BEFORE._replace(stand_mm=75, has_block=False), "side-item-floating"),
        (FLAT, BEFORE, "side-item-low"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_before_an_upright_mat_the_tablet_is_held_in_front(
    made: Made, setting: Setting, code: str | None
) -> None:
    spec = side_spec(height(made.height_mm))
    frame, enlargement = frame_of(side_photo(made, setting))
    advice = guide(frame, "side", spec, enlargement=enlargement).advice
    assert (advice and advice.code) == code
