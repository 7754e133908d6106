"""The Western Electric rules (Statistical Quality Control Handbook, 1956, part I-B).

Each says that a run of points is too improbable for a process that only varies as usual:

1. one point beyond 3 σ;
2. two of three successive points beyond 2 σ on the same side;
3. four of five successive points beyond 1 σ on the same side;
4. eight successive points on the same side of the centre line.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Final, NamedTuple


class Rule(StrEnum):
    """What was noticed at a point, named by how the run looks."""

    BEYOND = "beyond-3-sigma"
    TWO_OF_THREE = "two-of-three-beyond-2-sigma"
    FOUR_OF_FIVE = "four-of-five-beyond-1-sigma"
    EIGHT = "eight-on-one-side"


class _Run(NamedTuple):
    needed: int
    of: int
    beyond_sigma: float


RULES: Final[dict[Rule, _Run]] = {
    Rule.BEYOND: _Run(1, 1, 3.0),
    Rule.TWO_OF_THREE: _Run(2, 3, 2.0),
    Rule.FOUR_OF_FIVE: _Run(4, 5, 1.0),
    Rule.EIGHT: _Run(8, 8, 0.0),
}


def signals(
    deviations: Sequence[float], rules: Sequence[Rule] = tuple(Rule)
) -> list[tuple[Rule, ...]]:
    """Return for each point the rules that it completes.

    Args:
        deviations: of successive points from the centre line, in standard deviations of each.
        rules: that are looked at; of the range only the first is usual.

    A point completes a rule where it lies beyond that rule's distance itself: a run is reported
    where it became too long, and at each point that prolongs it.
    """
    return [
        tuple(
            rule
            for rule in rules
            if _completes(deviations[max(0, end - RULES[rule].of) : end], rule)
        )
        for end in range(1, len(deviations) + 1)
    ]


def _completes(window: Sequence[float], rule: Rule) -> bool:
    run, last = RULES[rule], window[-1]
    side = 1 if last > 0 else -1
    if not abs(last) > run.beyond_sigma:
        return False
    return sum(side * value > run.beyond_sigma for value in window) >= run.needed
