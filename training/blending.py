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
    """

    release: Path
    own_share: float
    tried: Mapping[str, Scores] = field(default_factory=dict)


def choose_blend(
    release: Path,
    known: Sequence[str],
    score: Callable[[float], Scores],
    shares: Sequence[float] = SHARES,
) -> Blend:
    """Take the share of the best mean at which no known type loses more than the limit.

    Where every share loses more, the one whose worst loss is least is taken, and said.

    Args:
        release: from which the run started.
        known: its types.
        score: measures the network at a share; 0 is the release itself.
        shares: to choose from.
    """
    before = score(0.0)
    tried = {share: score(share) for share in shares}
    asked = [name for name in known if name in before]
    losses = {
        share: max((before[name] - found[name] for name in asked), default=0.0)
        for share, found in tried.items()
    }
    allowed = [share for share in shares if losses[share] <= FORGETTING_LIMIT]
    if allowed:
        chosen = max(allowed, key=lambda share: tried[share]["mean"])
    else:
        chosen = min(shares, key=lambda share: losses[share])
        log.warning("a known type loses %.3f of average precision at best", losses[chosen])
    log.info("share of the new weights: %.1f, worst loss %.3f", chosen, losses[chosen])
    return Blend(
        release, chosen, {f"{share:g}": dict(s) for share, s in {0.0: before, **tried}.items()}
    )
