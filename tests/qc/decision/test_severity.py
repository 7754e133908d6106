"""The spec decides what a defect means."""

from dataclasses import replace

import pytest

from qc.decision.severity import Candidate, judge_defect, worth_a_look
from qc.decision.verdict import Verdict
from qc.spec.base import LocalText, Severity
from qc.spec.models import DefectRule, Product, Spec, View

NAME = LocalText(en="x", id="x")
SPEC = Spec(
    id="x",
    version=1,
    buyer="x",
    example=True,
    product=Product(id="x", name=NAME, material="teak"),
    mat="A3",
    views=(View(name="top", instruction=NAME),),
    defects=(
        DefectRule(type="crack", severity=Severity.CRITICAL),
        DefectRule(type="scratch", severity=Severity.MINOR, max_length_mm=5),
        DefectRule(type="knot", severity=Severity.ACCEPTABLE),
        DefectRule(type="stain", severity=Severity.MAJOR, max_length_mm=10, max_area_mm2=20),
    ),
)


@pytest.mark.parametrize(
    ("defect", "length_mm", "area_mm2", "probability", "verdict", "severity"),
    [
        ("crack", 1, 1, 0.95, Verdict.FAIL, Severity.CRITICAL),
        ("crack", 1, 1, 0.6, Verdict.CHECK, Severity.CRITICAL),
        ("scratch", 4, 2, 0.99, Verdict.PASS, Severity.ACCEPTABLE),
        ("scratch", 6, 2, 0.99, Verdict.FAIL, Severity.MINOR),
        ("knot", 30, 700, 0.99, Verdict.PASS, Severity.ACCEPTABLE),
        ("stain", 9, 21, 0.99, Verdict.FAIL, Severity.MAJOR),
        ("stain", 9, 19, 0.99, Verdict.PASS, Severity.ACCEPTABLE),
        # Of a type that the spec does not name, however sure.
        ("hole", 3, 7, 0.99, Verdict.CHECK, None),
    ],
)
def test_judgement(defect, length_mm, area_mm2, probability, verdict, severity):
    judged = judge_defect(Candidate(defect, "top", length_mm, area_mm2, probability), SPEC)
    assert (judged.verdict, judged.severity) == (verdict, severity)
    assert (judged.reason is None) == (verdict is Verdict.PASS)


def test_improbable_instances_bother_nobody():
    crack = Candidate("crack", "top", 50, 50, probability=0.49)
    assert not worth_a_look(crack, SPEC)
    assert worth_a_look(replace(crack, probability=0.5), SPEC)
