"""A confirmed miss is caught on the next photo; a confirmed false alarm stays silent."""

from __future__ import annotations

from dataclasses import replace

import goods
import numpy as np
import pytest

from qc.defects.normality import Normality, confirm_defect, confirm_good
from qc.errors import NormalityError


def _box(x: float, y: float, reach: float = 16) -> np.ndarray:
    return np.array(
        [
            [x - reach, y - reach],
            [x + reach, y - reach],
            [x + reach, y + reach],
            [x - reach, y + reach],
        ]
    )


@pytest.fixture(scope="module")
def lenient(memory: Normality) -> Normality:
    """The memory with a threshold that misses the spot."""
    card = memory.card.model_copy(update={"threshold": 100.0})
    return Normality(card, memory.memory, memory.bank, memory.encoder, "0" * 64)


def test_a_confirmed_miss_is_caught_on_the_next_photos_and_good_ones_pass(
    lenient: Normality,
) -> None:
    seen = goods.photo(400, spot_at=(150, 100))
    assert not lenient.judge(seen).alarm
    taught = confirm_defect(lenient, seen, _box(150, 100), "ring")
    assert taught.reference != lenient.reference
    for seed, spot in ((401, (60, 50)), (402, (201, 140)), (403, (118, 77))):
        judged = taught.judge(goods.photo(seed, spot_at=spot))
        assert judged.alarm
        assert {region.type for region in judged.regions} == {"ring"}
        centre = judged.regions[0].polygon.mean(axis=0)
        assert np.hypot(*(centre - spot)) < 16
    assert not any(taught.judge(goods.photo(seed)).alarm for seed in range(410, 422))


def test_a_confirmed_false_alarm_stops_alarming_and_others_do_not(memory: Normality) -> None:
    seen = goods.photo(430, spot_at=(100, 90))
    assert memory.judge(seen).alarm
    taught = confirm_good(memory, seen, _box(100, 90, 22))
    assert not taught.judge(seen).alarm
    assert not taught.judge(goods.photo(431, spot_at=(100, 90))).alarm
    (picture,) = memory.pictures(seen)
    scratched = replace(picture, pixels=picture.pixels.copy())
    scratched.pixels[60:100, 150:156] = 10
    assert taught.judge_pictures([scratched]).alarm


def test_both_confirmations_stand_in_the_card(memory: Normality) -> None:
    seen = goods.photo(440, spot_at=(100, 90))
    taught = confirm_good(confirm_defect(memory, seen, _box(60, 60), "ring"), seen, _box(100, 90))
    assert [entry.type for entry in taught.card.confirmed] == ["ring", None]
    assert taught.card.confirmed[0].photo_sha256 == seen.sha256


def test_a_region_beside_the_photo_is_refused(memory: Normality) -> None:
    with pytest.raises(NormalityError, match="nothing of the item"):
        confirm_defect(memory, goods.photo(1), _box(900, 900), "ring")
    with pytest.raises(NormalityError, match="nothing of the item"):
        confirm_good(memory, goods.photo(1), _box(900, 900))
