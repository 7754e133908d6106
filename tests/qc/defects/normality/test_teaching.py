"""Teaching from good photos: what is judged well, and photos that nothing can be learnt from."""

from __future__ import annotations

import io
from types import SimpleNamespace
from typing import cast
from weakref import finalize

import goods
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from qc.defects.normality import ANOMALY, Augmentation, Encoder, Line, Normality, teach
from qc.defects.normality.learning import learn
from qc.defects.normality.picture import Picture
from qc.errors import NormalityError
from qc.photo import Photo, decode_photo

LINE = Line("wood", size_px=192)


def test_a_strange_spot_is_found_where_it_is(memory: Normality) -> None:
    judged = memory.judge(goods.photo(100, spot_at=(180, 60)))
    assert judged.alarm
    assert judged.score > memory.threshold
    assert {region.type for region in judged.regions} == {ANOMALY}
    region = max(judged.regions, key=lambda region: region.area)
    x, y = region.polygon.mean(axis=0)
    assert np.hypot(x - 180, y - 60) < 16
    assert region.probability == pytest.approx(12 / 13)


def test_scores_of_unseen_good_photos_are_like_those_without_themselves(memory: Normality) -> None:
    scores = np.array([memory.judge(goods.photo(seed)).score for seed in range(200, 212)])
    promised = np.array([photo.score for photo in memory.card.photos])
    assert np.median(scores) == pytest.approx(np.median(promised), rel=0.1)
    assert memory.card.threshold == promised.max()
    assert memory.card.false_reject_bound == pytest.approx(1 - 0.05 ** (1 / 12))


def test_the_same_photos_teach_the_same(memory: Normality, encoder: Encoder) -> None:
    again = teach([f"{i}.png" for i in range(12)], goods.photo, LINE, encoder)
    assert again.reference == memory.reference


def _teach(encoder: Encoder, photos: list[Photo], line: Line = LINE) -> Normality:
    names = [f"photo-{number}.jpg" for number in range(len(photos))]
    return teach(names, photos.__getitem__, line, encoder)


def test_another_product_among_the_good_photos_is_named(encoder: Encoder) -> None:
    checks = (np.indices((192, 256)).sum(axis=0) // 9 % 2 * 200 + 20).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(checks).save(buffer, "PNG")
    photos = [goods.photo(seed) for seed in range(11)]
    photos.insert(4, decode_photo(buffer.getvalue()))
    with pytest.raises(NormalityError, match=r"unlike the other.*: photo-4\.jpg") as error:
        _teach(encoder, photos)
    assert "Leave out" in error.value.fix
    kept = _teach(encoder, photos, Line("wood", size_px=192, keep_outliers=True))
    assert len(kept.card.photos) == 12


def test_three_photos_are_too_few(encoder: Encoder) -> None:
    with pytest.raises(NormalityError, match="3 good photos are too few"):
        _teach(encoder, [goods.photo(seed) for seed in range(3)])


def test_a_photo_given_twice_is_named(encoder: Encoder) -> None:
    photos = [goods.photo(seed) for seed in (0, 1, 2, 3, 1, 5)]
    with pytest.raises(NormalityError, match=r"photo-1\.jpg and photo-4\.jpg are the same"):
        _teach(encoder, photos)


def test_copies_of_one_photo_teach_nothing(encoder: Encoder) -> None:
    """The same picture saved at several qualities: other bytes, nothing new."""
    copies = []
    for quality in range(90, 96):
        buffer = io.BytesIO()
        Image.fromarray(goods.pixels(0)).save(buffer, "JPEG", quality=quality)
        copies.append(decode_photo(buffer.getvalue()))
    with pytest.raises(NormalityError, match="all photos show the same"):
        _teach(encoder, copies)


class _Colours:
    """An encoder that describes a patch by its colours, for photos by the thousand."""

    release = SimpleNamespace(channels=6)

    def suspect(self, pixels: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        rows, columns = pixels.shape[0] // 8, pixels.shape[1] // 8
        patches = pixels.reshape(rows, 8, columns, 8, 3).astype(np.float32)
        features = np.concatenate([patches.mean((1, 3)), patches.std((1, 3))], axis=-1)
        return features, np.zeros((rows, columns), np.float32)


@pytest.mark.slow
def test_ten_thousand_photos_are_never_held_together() -> None:
    alive: set[int] = set()
    most = 0

    def read(index: int) -> list[Picture]:
        nonlocal most
        rng = np.random.default_rng(index)
        pixels = rng.integers(60, 200, (32, 32, 3), dtype=np.uint8)
        alive.add(id(pixels))
        finalize(pixels, alive.discard, id(pixels))
        most = max(most, len(alive))
        return [Picture(pixels, np.ones((4, 4), bool), lambda points: points)]

    learnt = learn(10_000, read, cast("Encoder", _Colours()), vectors=200)

    assert most <= 3
    assert len(learnt.memory.vectors) == 200
    assert np.isfinite(learnt.scores).all()
    assert len(learnt.scores) == 10_000


def test_variants_turn_picture_and_mask_together() -> None:
    pixels = goods.pixels(0)
    inside = np.zeros((24, 32), bool)
    inside[:5, 3:9] = True
    picture = Picture(pixels, inside, lambda points: points)
    variants = list(Augmentation(turns=4, light=True).variants(picture))
    assert len(variants) == 12
    assert (variants[0][0] == pixels).all()
    for turned, mask in variants:
        assert (turned.shape[0] // 8, turned.shape[1] // 8) == mask.shape
        assert mask.sum() == 30
    assert (np.rot90(variants[3][0], -1) == pixels).all()
