"""A lens that nobody calibrated: the truth lies within what is stated, over many random lenses."""

from __future__ import annotations

import pytest

from qc.proof.uncalibrated import coverage, run_lens

LENSES = 60


@pytest.mark.parametrize("told", [0, 1], ids=["exif", "nothing"])
def test_what_a_photo_tells_of_an_unknown_lens_is_no_more_than_it_knows(told: int) -> None:
    """Lens elements are not centred; whoever takes them so is twice as far off as he says."""
    seen = coverage([run_lens(seed) for seed in range(told, LENSES, 2)])
    assert seen.focal_covered_percent >= 93
    assert seen.size_covered_percent >= 93
    # Neither too sure of itself nor so wide that it says nothing.
    assert 0.5 <= seen.focal_rms_of_u <= 1.2
    assert 0.4 <= seen.size_rms_of_u <= 1.2
