"""How many good items a threshold rejects, and what so many photos can promise of it.

The scores of n good items, each judged by a memory that has not seen it, are n draws from the
scores of good items. The k-th smallest of n draws is exceeded by at most the share p of all good
items with confidence 1 - Beta(1 - p; k, n - k + 1): a distribution-free tolerance bound
(S. S. Wilks, Ann. Math. Statist. 12, 1941). The largest of 29 gives p = 10 % at 95 %.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from qc.errors import NormalityError
from qc.proportions import lower_bound

CONFIDENCE: Final = 0.95


@dataclass(frozen=True, slots=True)
class Threshold:
    """A photo alarms above `value`; of good items, at most `false_reject_bound` do so (95 %)."""

    value: float
    false_reject_bound: float


def false_reject_bound(photos: int, rank: int | None = None) -> float:
    """Return the share of good items that exceed the `rank`-th smallest score at most.

    Args:
        photos: number of good photos.
        rank: 1 to `photos`; None means the largest score.
    """
    rank = photos if rank is None else rank
    return 1 - lower_bound(rank, photos, CONFIDENCE)


def choose_threshold(scores: NDArray[np.floating], false_reject: float | None = None) -> Threshold:
    """Choose the threshold.

    Args:
        scores: `(n,)` of good photos, each judged without itself.
        false_reject: share of good items that may alarm; None means as few as n photos can
            promise. A larger share gives a lower threshold, which misses less.

    Raises:
        NormalityError: so few photos cannot promise so small a share.
    """
    ordered = np.sort(scores)
    count = len(ordered)
    least = false_reject_bound(count)
    if false_reject is None:
        return Threshold(float(ordered[-1]), least)
    if least > false_reject:
        needed = int(np.ceil(np.log(1 - CONFIDENCE) / np.log(1 - false_reject)))
        raise NormalityError(
            f"{count} photos promise at best {least:.1%} of false rejects",
            fix=f"Give {needed} good photos, or ask for a larger share.",
        )
    ranks = np.arange(1, count + 1)
    bounds = 1 - lower_bound(ranks, count, CONFIDENCE)
    lowest = int(np.argmax(bounds <= false_reject))
    return Threshold(float(ordered[lowest]), float(bounds[lowest]))
