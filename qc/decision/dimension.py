"""Reasons about a dimension, named as the spec names it."""

from __future__ import annotations

from qc.decision.messages import LANGUAGES
from qc.decision.verdict import Reason, Verdict
from qc.spec.dimension import Dimension
from qc.spec.models import Spec


def dimension_reason(
    dimension: Dimension,
    code: str,
    part: int | None,
    spec: Spec,
    verdict: Verdict = Verdict.CHECK,
    **values: object,
) -> Reason:
    """State a reason about a dimension.

    Args:
        dimension: gives view, subject and the name for people.
        code: of the message.
        part: which piece; its number is said only where the item has several.
        spec: tells how many pieces there are.
        verdict: that follows.
        values: of the message.
    """
    piece = f" #{part}" if part and spec.parts > 1 else ""
    label = dimension.label
    names = label.model_dump() if label else dict.fromkeys(LANGUAGES, dimension.name)
    return Reason.of(
        verdict,
        code,
        view=dimension.view,
        subject=dimension.name,
        part=part,
        name={language: name + piece for language, name in names.items()},
        **values,
    )
