"""What a defect means to this buyer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from qc.decision.messages import DEFECT_NAMES, SEVERITY_NAMES
from qc.decision.verdict import Reason, Verdict
from qc.spec.base import Severity
from qc.spec.models import DefectRule, Spec


@dataclass(frozen=True, slots=True)
class Judgement:
    """Severity by the spec, the verdict that follows, and its reason where there is one."""

    severity: Severity | None
    verdict: Verdict
    reason: Reason | None


def judge_defect(
    defect_type: str,
    length_mm: float,
    area_mm2: float,
    probability: float,
    spec: Spec,
    view: str,
) -> Judgement | None:
    """Judge one defect instance.

    Sure and beyond the spec's limits fails; unsure, or of a type that the spec does not name,
    asks a person.

    Returns:
        The judgement, or None where the probability is too low to bother anyone.
    """
    if probability < spec.check_probability:
        return None
    name = DEFECT_NAMES.get(defect_type, defect_type)
    about: dict[str, Any] = {"name": name, "length_mm": length_mm}
    rule = spec.rule_for(defect_type)
    if rule is None:
        code, severity = "defect-not-in-spec", None
    elif rule.severity is Severity.ACCEPTABLE or not _exceeds(rule, length_mm, area_mm2):
        return Judgement(Severity.ACCEPTABLE, Verdict.PASS, None)
    else:
        severity = rule.severity
        about["severity"] = SEVERITY_NAMES[severity]
        code = "defect-found" if probability >= spec.fail_probability else "defect-doubtful"
    verdict = Verdict.FAIL if code == "defect-found" else Verdict.CHECK
    reason = Reason.of(verdict, code, view=view, subject=defect_type, **about)
    return Judgement(severity, verdict, reason)


def _exceeds(rule: DefectRule, length_mm: float, area_mm2: float) -> bool:
    if rule.max_length_mm is None and rule.max_area_mm2 is None:
        return True
    too_long = rule.max_length_mm is not None and length_mm > rule.max_length_mm
    too_large = rule.max_area_mm2 is not None and area_mm2 > rule.max_area_mm2
    return too_long or too_large
