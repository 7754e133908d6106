"""How a run went, check by check, in a plain file beside its checkpoint: `history.jsonl`.

One JSON object a line, oldest first:

- `step`: optimiser steps until this check.
- `seconds`: of training until this check.
- `loss`: mean of the training losses since the check before; null where one was not finite.
- `average_precision`: pixel AP on the run's fixed patches, 0 to 1, by type, and their `mean`, by
  which the best network is chosen.

TensorBoard's logs tell more of a run; these lines go into the release and are what the page of
data and training draws.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

HISTORY: Final = "history.jsonl"
"""Name of the file in the run's folder."""

_DIGITS: Final = 4

Check = dict[str, Any]


def checked(
    step: int, seconds: float, losses: Sequence[float], average_precision: dict[str, float]
) -> Check:
    """Return one check as it is kept; `losses` are those since the check before."""
    loss = sum(losses) / len(losses) if losses else math.nan
    return {
        "step": step,
        "seconds": round(seconds, 1),
        "loss": round(loss, _DIGITS) if math.isfinite(loss) else None,
        "average_precision": {k: round(v, _DIGITS) for k, v in average_precision.items()},
    }


def write_history(run: Path, checks: Sequence[Check]) -> None:
    """Write the whole history anew: a run killed meanwhile keeps the previous one."""
    new = run / f"{HISTORY}.new"
    new.write_text("".join(json.dumps(one) + "\n" for one in checks), encoding="utf-8")
    new.replace(run / HISTORY)


def curve(run: Path) -> list[dict[str, Any]]:
    """Return what a release keeps of its run's history: step, loss and mean AP of each check.

    Empty for a run that kept none.
    """
    path = run / HISTORY
    if not path.is_file():
        return []
    checks = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [
        {
            "step": one["step"],
            "loss": one["loss"],
            "mean_average_precision": one["average_precision"]["mean"],
        }
        for one in checks
    ]
