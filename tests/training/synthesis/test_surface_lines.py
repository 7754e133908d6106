"""Lines of one surface: same stuff, other places; defects where the mask says, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest

from training.synthesis.disturbance import DISTURBANCES
from training.synthesis.surface_lines import DEFECTS, SurfaceLine, greyed, material_line

SHAPE = (120, 200)


@pytest.fixture(scope="module")
def paint() -> SurfaceLine:
    return material_line("painted", 16, SHAPE)


def test_pieces_are_other_places_of_one_surface(paint: SurfaceLine) -> None:
    pieces = [paint.good(number).pixels.astype(float) for number in range(4)]
    colours = np.array([pixels.mean(axis=(0, 1)) for pixels in pieces])
    ratios = colours / colours.sum(axis=1, keepdims=True)
    other = material_line("painted", 17, SHAPE).good(0).pixels.astype(float).mean(axis=(0, 1))
    assert np.ptp(ratios, axis=0).max() < 0.02  # the light changes, the colour does not
    assert np.abs(other / other.sum() - ratios[0]).max() > 0.02
    for one in pieces[1:]:
        grain = np.corrcoef(*(p - p.mean() for p in (pieces[0].ravel(), one.ravel())))[0, 1]
        assert grain < 0.95
        assert not np.array_equal(one, pieces[0])
    assert np.array_equal(paint.good(2).pixels, paint.good(2).pixels)


@pytest.mark.parametrize("painters", [DEFECTS, DISTURBANCES], ids=["defects", "disturbances"])
def test_a_piece_is_changed_where_its_mask_says(
    paint: SurfaceLine, painters: dict[str, object]
) -> None:
    kinds = set()
    for number in range(6):
        piece = paint.defective(number, painters)
        kinds.add(piece.kind)
        assert piece.kind in painters
        assert 0 < piece.mask.mean() <= 0.04
        assert piece.pixels.shape == (*SHAPE, 3)
    assert len(kinds) > 1


def test_a_camera_without_colours_sees_none(paint: SurfaceLine) -> None:
    pixels = greyed(paint).good(0).pixels.astype(int)
    # Noise is drawn for every channel; the surface has none of its own.
    assert np.abs(pixels.mean(axis=(0, 1)) - pixels.mean()).max() < 1
