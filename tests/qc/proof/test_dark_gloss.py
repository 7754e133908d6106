"""Black lacquer, which mirrors the mat: asked about, never decided, never said to be in pieces.

The scenes are of the bench's development seeds; each was once read wrong or refused.
"""

import pytest

from qc.decision.conformity import Decision
from qc.proof.run import run_trial


@pytest.mark.parametrize(
    "seed",
    [
        pytest.param(1105, id="a bowl's flank is as dark as the mat in shade"),
        pytest.param(1062, id="a rim that vanishes at two places"),
        pytest.param(1001, id="a print 2 % too large, whose patches lie elsewhere"),
    ],
)
def test_dark_gloss_is_checked_with_the_truth_inside_u95(seed):
    result = run_trial(seed)
    assert result.material == "black lacquer"
    assert (result.retakes, result.missing) == ((), 0)
    for size in result.dimensions:
        assert size.decision is Decision.CHECK
        assert size.covered
