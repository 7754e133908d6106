"""Items on the mat: cut out, compared, and judged in the pipeline."""

from __future__ import annotations

from pathlib import Path

import goods
import numpy as np
import pytest
import simplejpeg
from PIL import Image, ImageDraw
from program import BOWL_SPEC, Program
from scene import Scene, render

from qc.decision.verdict import Verdict
from qc.defects.normality import Encoder, Line, Normality, save, teach
from qc.errors import NormalityError
from qc.inspection import inspect
from qc.photo import Photo, decode_photo
from qc.spec.examples import find_spec

pytestmark = pytest.mark.slow
LINE = Line("bowl", height_mm=60, size_px=192)


@pytest.fixture(scope="module")
def bowls() -> list[Photo]:
    """Sound bowls, each elsewhere on the field and of its own brown."""
    return [
        render(
            Scene(item_at_mm=(4.0 * n - 10, 3.0 * n), item_light=(0.43 + 0.01 * n, 0.28, 0.14)),
            seed=n,
            supersampling=1,
        )
        for n in range(5)
    ]


@pytest.fixture(scope="module")
def taught(bowls: list[Photo], encoder: Encoder) -> Normality:
    return teach([f"bowl-{n}.jpg" for n in range(5)], bowls.__getitem__, LINE, encoder)


@pytest.fixture(scope="module")
def sound() -> Photo:
    """A bowl like the good ones, never learnt from."""
    scene = Scene(item_at_mm=(-2.0, 6.0), item_light=(0.45, 0.28, 0.14))
    return render(scene, seed=9, supersampling=1)


@pytest.fixture(scope="module")
def marked(sound: Photo) -> Photo:
    """That bowl with a green mark on it."""
    image = Image.fromarray(sound.pixels)
    ImageDraw.Draw(image).ellipse((800, 600, 850, 650), (40, 150, 60))
    encoded = simplejpeg.encode_jpeg(np.asarray(image), quality=95, colorsubsampling="444")
    return decode_photo(encoded)


def test_the_item_is_cut_out_at_the_scale_that_was_asked_for(
    taught: Normality, bowls: list[Photo]
) -> None:
    # The camera is guessed, and the rim is 60 mm high.
    assert taught.card.mm_per_px == pytest.approx(np.sqrt(np.pi) * 75 / 192, rel=0.03)
    (picture,) = taught.pictures(bowls[0])
    disc = np.pi * (75 / taught.card.mm_per_px) ** 2
    assert picture.inside.sum() * 64 == pytest.approx(disc, rel=0.1)


def test_photos_with_and_without_the_mat_do_not_mix(
    taught: Normality, bowls: list[Photo], encoder: Encoder
) -> None:
    with pytest.raises(NormalityError, match="no mat in the photo"):
        taught.pictures(goods.photo(0))
    mixed = [*bowls[:4], goods.photo(0)]
    with pytest.raises(NormalityError, match="4: no mat in the photo, but the first photo shows"):
        teach([str(n) for n in range(5)], mixed.__getitem__, LINE, encoder)


def test_what_is_unlike_the_good_items_asks_a_person(
    taught: Normality, sound: Photo, marked: Photo
) -> None:
    spec = find_spec(BOWL_SPEC)
    view = spec.views[0].name
    clean = inspect({view: sound}, spec, normality={view: taught})
    assert not clean.defects
    assert clean.versions.normality == (taught.reference,)
    found = inspect({view: marked}, spec, normality={view: taught})
    assert found.verdict is Verdict.CHECK
    assert "anomaly-found" in [reason.code for reason in found.reasons]
    defect = max(found.defects, key=lambda defect: defect.area_mm2)
    assert (defect.type, defect.verdict, defect.severity) == ("anomaly", Verdict.CHECK, None)
    assert np.mean(defect.polygon_px, axis=0) == pytest.approx((825, 625), abs=25)


def test_the_program_inspects_with_a_memory(
    qc: Program, taught: Normality, marked: Photo, tmp_path: Path
) -> None:
    save(tmp_path / "bowl.qcn", taught)
    photo = tmp_path / "marked.png"
    Image.fromarray(marked.pixels).save(photo, compress_level=1)
    run = qc(
        *("inspect", photo, "--spec", BOWL_SPEC, "--json"),
        *("--normality", tmp_path / "bowl.qcn", "--encoder", goods.ENCODER),
    )
    assert run.status == 2
    assert run.json()["versions"]["normality"] == [taught.reference]
    assert "anomaly-found" in [reason["code"] for reason in run.json()["reasons"]]


def test_a_memory_without_the_mat_cannot_inspect(memory: Normality, bowl: Photo) -> None:
    spec = find_spec(BOWL_SPEC)
    with pytest.raises(NormalityError, match="learnt without the mat"):
        inspect({spec.views[0].name: bowl}, spec, normality={spec.views[0].name: memory})
