"""What a defect means to this buyer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from qc.decision.messages import DEFECT_NAMES, SEVERITY_NAMES
from qc.decision.verdict import Reason, Verdict
from qc.spec.base import Severity, Zone
from qc.spec.models import DefectRule, Spec


@dataclass(frozen=True, slots=True)
class Judgement:
    """Severity by the spec, the verdict that follows, and its reason where there is one.

    Of several zones, `zone` is the one in which the defect is worst; None where the spec tells
    none apart.
    """

    zone: Zone | None
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
    zones: Sequence[Zone] = (Zone.A,),
) -> Judgement | None:
    """Judge one defect instance by the zones in which it lies, at least one.

    Sure and beyond the spec's limits fails; unsure, or of a type that the spec does not name,
    asks a person.

    Returns:
        The judgement, or None where the probability is too low to bother anyone.
    """
    if probability < spec.check_probability:
        return None
    return judge_found(defect_type, length_mm, area_mm2, probability, spec, view, zones)


def judge_found(
    defect_type: str,
    length_mm: float,
    area_mm2: float,
    probability: float,
    spec: Spec,
    view: str,
    zones: Sequence[Zone] = (Zone.A,),
) -> Judgement:
    """Judge a defect instance as `judge_defect` does, however improbable it is."""
    judged = [
        _judge_in(zone, defect_type, length_mm, area_mm2, probability, spec, view)
        for zone in sorted(set(zones))
    ]
    return max(judged, key=_gravity)


def _judge_in(
    zone: Zone,
    defect_type: str,
    length_mm: float,
    area_mm2: float,
    probability: float,
    spec: Spec,
    view: str,
) -> Judgement:
    name = DEFECT_NAMES.get(defect_type, defect_type)
    about: dict[str, Any] = {"name": name, "length_mm": length_mm}
    rule = spec.rule_for(defect_type, zone)
    told = zone if spec.has_zones else None
    if rule is None:
        code, severity = "defect-not-in-spec", None
    elif rule.severity is Severity.ACCEPTABLE or not _exceeds(rule, length_mm, area_mm2):
        return Judgement(told, Severity.ACCEPTABLE, Verdict.PASS, None)
    else:
        severity = rule.severity
        about["severity"] = SEVERITY_NAMES[severity]
        code = "defect-found" if probability >= spec.fail_probability else "defect-doubtful"
    verdict = Verdict.FAIL if code == "defect-found" else Verdict.CHECK
    reason = Reason.of(verdict, code, view=view, subject=defect_type, **about)
    return Judgement(told, severity, verdict, reason)


def _gravity(judged: Judgement) -> tuple[int, int]:
    """Order judgements by verdict, then severity; one that the spec does not name is least."""
    severities = list(Severity)
    at = len(severities) if judged.severity is None else severities.index(judged.severity)
    return judged.verdict.rank, -at


def _exceeds(rule: DefectRule, length_mm: float, area_mm2: float) -> bool:
    if rule.max_length_mm is None and rule.max_area_mm2 is None:
        return True
    too_long = rule.max_length_mm is not None and length_mm > rule.max_length_mm
    too_large = rule.max_area_mm2 is not None and area_mm2 > rule.max_area_mm2
    return too_long or too_large
