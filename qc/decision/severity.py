"""What a defect means to this buyer."""

from __future__ import annotations

from collections.abc import Iterable
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


@dataclass(frozen=True, slots=True)
class Candidate:
    """A defect instance before the spec has its say."""

    type: str
    view: str
    length_mm: float
    area_mm2: float
    probability: float


def worth_a_look(seen: Candidate, spec: Spec) -> bool:
    """Tell whether an instance is probable enough to bother anyone."""
    return seen.probability >= spec.check_probability


def judge_defect(seen: Candidate, spec: Spec, zones: Iterable[Zone] = (Zone.A,)) -> Judgement:
    """Judge one defect instance by the zones in which it lies, at least one.

    Sure and beyond the spec's limits fails; unsure, or of a type that the spec does not name,
    asks a person.
    """
    return max((_judge_in(zone, seen, spec) for zone in sorted(set(zones))), key=_gravity)


def _judge_in(zone: Zone, seen: Candidate, spec: Spec) -> Judgement:
    name = DEFECT_NAMES.get(seen.type, seen.type)
    about: dict[str, Any] = {"name": name, "length_mm": seen.length_mm}
    rule = spec.rule_for(seen.type, zone)
    told = zone if spec.has_zones else None
    if rule is None:
        code, severity = "defect-not-in-spec", None
    elif rule.severity is Severity.ACCEPTABLE or not _exceeds(rule, seen):
        return Judgement(told, Severity.ACCEPTABLE, Verdict.PASS, None)
    else:
        severity = rule.severity
        about["severity"] = SEVERITY_NAMES[severity]
        code = "defect-found" if seen.probability >= spec.fail_probability else "defect-doubtful"
    verdict = Verdict.FAIL if code == "defect-found" else Verdict.CHECK
    reason = Reason.of(verdict, code, view=seen.view, subject=seen.type, **about)
    return Judgement(told, severity, verdict, reason)


def _gravity(judged: Judgement) -> tuple[int, int]:
    """Order judgements by verdict, then severity; one that the spec does not name is least."""
    severities = list(Severity)
    at = len(severities) if judged.severity is None else severities.index(judged.severity)
    return judged.verdict.rank, -at


def _exceeds(rule: DefectRule, seen: Candidate) -> bool:
    if rule.max_length_mm is None and rule.max_area_mm2 is None:
        return True
    too_long = rule.max_length_mm is not None and seen.length_mm > rule.max_length_mm
    too_large = rule.max_area_mm2 is not None and seen.area_mm2 > rule.max_area_mm2
    return too_long or too_large
