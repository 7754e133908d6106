"""How far a fine-tuned network may go from the release that it started from.

Weights between the two lose less of what was known and keep most of what was learnt. The share is
chosen on patches that were not trained on, and never on a test part.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

log = logging.getLogger("training")
SHARES = (1.0, 0.8, 0.6, 0.4, 0.2)
"""Of the new weights. Beside them stands 0: the release itself, with outputs for new types that
were learnt on its features. It can lose nothing."""

FORGETTING_LIMIT = 0.005
"""Average precision that no known type may lose where the share is chosen: half of the point that
is promised, because some is lost by chance."""

Scores = Mapping[str, float]
"""Average precision by type; `mean` of all."""


@dataclass(frozen=True)
class Blend:
    """The average of a run's weights with those of a release.

    Attributes:
        release: folder of the release.
        own_share: of the run's weights; the release's have the rest.
        tried: average precision by type at each share, where the share was chosen by them.
        start: file of the network as training began, where new types' outputs had been fitted.
        outputs: file of the own outputs that belong to the release's weights (share 0).
        outputs_tried: average precision of each kind of output, by new type.
    """

    release: Path
    own_share: float
    tried: Mapping[str, Scores] = field(default_factory=dict)
    start: Path | None = None
    outputs: Path | None = None
    outputs_tried: Mapping[str, Scores] = field(default_factory=dict)


def choose_blend(
    release: Path,
    known: Sequence[str],
    score: Callable[[float], Scores],
    shares: Sequence[float] = SHARES,
    start: Path | None = None,
) -> Blend:
    """Take the share of the best mean at which no known type loses more than the limit.

    Where every share loses more, the release's own weights stay (0), and it is said.

    Args:
        release: from which the run started.
        known: its types.
        score: measures the network at a share; 0 is the release itself.
        shares: to choose from, beside 0.
        start: handed on to the blend.
    """
    before = score(0.0)
    tried = {0.0: before} | {share: score(share) for share in shares}
    asked = [name for name in known if name in before]
    losses = {
        share: max((before[name] - found[name] for name in asked), default=0.0)
        for share, found in tried.items()
    }
    allowed = [share for share in shares if losses[share] <= FORGETTING_LIMIT]
    chosen = max([0.0, *allowed], key=lambda share: tried[share]["mean"])
    if shares and not allowed:
        least = min(losses[share] for share in shares)
        log.warning("a known type loses %.3f at best: the release's weights stay", least)
    log.info("share of the new weights: %.1f, worst loss %.3f", chosen, losses[chosen])
    return Blend(release, chosen, {f"{share:g}": dict(s) for share, s in tried.items()}, start)
