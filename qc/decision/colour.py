"""What a colour's difference from the approved sample means."""

from __future__ import annotations

import math

from qc.decision.conformity import Decision, decide
from qc.decision.messages import COLOUR_TROUBLES
from qc.decision.verdict import Reason, Verdict
from qc.records import ColourMeasurement

_CODES = {
    Decision.PASS: (Verdict.PASS, "colour-inside"),
    Decision.FAIL: (Verdict.FAIL, "colour-outside"),
    Decision.CHECK: (Verdict.CHECK, "colour-doubtful"),
}


def decide_colour(delta_e: float, u_delta_e: float, max_delta_e: float) -> Decision:
    """Decide on a ΔE00 by the same guard band as on a dimension (ISO 14253-1)."""
    return decide(delta_e, u_delta_e, -math.inf, max_delta_e)


def colour_reason(colour: ColourMeasurement, parts: int) -> Reason:
    """Say what was found; the piece is numbered where there are several."""
    verdict, code = _CODES[colour.decision]
    return Reason.of(
        verdict,
        code,
        view=colour.view,
        subject="colour",
        part=colour.part,
        piece=f" #{colour.part}" if parts > 1 else "",
        delta_e=colour.delta_e,
        u95_delta_e=colour.u95_delta_e,
        max_delta_e=colour.max_delta_e,
    )


def colour_unknown(trouble: str, view: str) -> Reason:
    """Say why the colour cannot be judged; `trouble` is a key of `COLOUR_TROUBLES`."""
    return Reason.of(
        Verdict.CHECK, "colour-unknown", view=view, subject="colour", why=COLOUR_TROUBLES[trouble]
    )
