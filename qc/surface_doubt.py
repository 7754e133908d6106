"""What the product's judge makes of a surface's doubts."""

from __future__ import annotations

from collections.abc import Sequence

from qc.decision.verdict import Reason, Verdict
from qc.defects.normality import ANOMALY
from qc.judge import Judge
from qc.records import Defect

_DOUBTS = frozenset({"defect-doubtful", "anomaly-found"})
"""Unsure instances, which the judge weighs. What is sure, known from a confirmed miss, or not
ruled by the spec is none of its business."""


def settle(
    judge: Judge,
    probability: float,
    view: str,
    defects: Sequence[Defect],
    reasons: Sequence[Reason],
) -> tuple[list[Defect], list[Reason]]:
    """Let the judge decide about doubts: below its threshold they pass, above a person looks.

    Args:
        judge: of the view.
        probability: that the surface is defective.
        view: its name.
        defects: that the detector or the memory is unsure of, among others.
        reasons: theirs.

    Returns:
        The same, as decided.
    """
    percent = 100 * probability
    if not judge.passes(probability):
        if any(reason.verdict is not Verdict.PASS for reason in reasons):
            return list(defects), list(reasons)
        doubt = Reason.of(Verdict.CHECK, "surface-suspicious", view=view, percent=percent)
        return list(defects), [doubt]
    settled = [reason for reason in reasons if reason.code not in _DOUBTS]
    if len(settled) == len(reasons):
        return list(defects), list(reasons)
    passed = [
        defect.model_copy(update={"verdict": Verdict.PASS}) if _doubted(defect) else defect
        for defect in defects
    ]
    return passed, [*settled, Reason.of(Verdict.PASS, "doubts-small", view=view, percent=percent)]


def _doubted(defect: Defect) -> bool:
    """Unsure, of a type that the spec rules, or of no type; a known miss has no severity."""
    return defect.verdict is Verdict.CHECK and (
        defect.severity is not None or defect.type == ANOMALY
    )
