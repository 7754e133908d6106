"""One memory of small made-up photos that the tests of this folder share."""

from __future__ import annotations

import goods
import pytest

from qc.defects.normality import Encoder, Line, Normality, teach

PHOTOS = 12


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    return Encoder.load(goods.ENCODER)


@pytest.fixture(scope="session")
def memory(encoder: Encoder) -> Normality:
    """What twelve good photos taught, at a quarter of the default number of pixels."""
    return teach(
        [f"{seed}.png" for seed in range(PHOTOS)], goods.photo, Line("wood", size_px=192), encoder
    )
