"""Doubts by the judge: it settles what is unsure, and nothing else."""

from __future__ import annotations

from qc.decision.verdict import Reason, Verdict
from qc.judge import Judge
from qc.records import Defect
from qc.spec.base import Severity
from qc.surface_doubt import settle

JUDGE = Judge(
    name="bowl", spec="bowl", view="top", detector="detector@1.0.0", normality=None,
    weights=(1.0,), offset=0.0, pass_below=0.1, escape_price=10, review_price=1,
    defect_rate=0.05, good=20, defective=10, coverage=0.9, risk=0.001, missed=0, missed_bound=0.26,
)  # fmt: skip


def defect(kind: str, verdict: Verdict, severity: Severity | None = None) -> Defect:
    return Defect(
        type=kind, view="top", length_mm=3, width_mm=1, area_mm2=3, probability=0.6,
        severity=severity, verdict=verdict, polygon_px=((0, 0), (3, 0), (0, 3)),
    )  # fmt: skip


def reason(verdict: Verdict, code: str, subject: str) -> Reason:
    return Reason.of(
        verdict, code, view="top", subject=subject, length_mm=3.0, severity="major", name=subject
    )


DOUBTFUL = reason(Verdict.CHECK, "defect-doubtful", "crack")
UNLIKE = reason(Verdict.CHECK, "anomaly-found", "anomaly")
KNOWN = reason(Verdict.CHECK, "defect-known", "crack")
SURE = reason(Verdict.FAIL, "defect-found", "hole")
UNRULED = reason(Verdict.CHECK, "defect-not-in-spec", "burn")
CLEAN = Reason.of(Verdict.PASS, "defects-none", view="top")


def test_small_doubts_pass_and_everything_else_stays() -> None:
    defects = [
        defect("crack", Verdict.CHECK, Severity.MAJOR),
        defect("anomaly", Verdict.CHECK),
        defect("crack", Verdict.CHECK),  # like a confirmed miss
        defect("hole", Verdict.FAIL, Severity.CRITICAL),
        defect("burn", Verdict.CHECK),
    ]
    found, reasons = settle(JUDGE, 0.02, "top", defects, [DOUBTFUL, UNLIKE, KNOWN, SURE, UNRULED])
    assert [d.verdict for d in found] == [
        Verdict.PASS, Verdict.PASS, Verdict.CHECK, Verdict.FAIL, Verdict.CHECK
    ]  # fmt: skip
    assert [r.code for r in reasons] == [
        "defect-known", "defect-found", "defect-not-in-spec", "doubts-small"
    ]  # fmt: skip


def test_great_doubts_stay_as_they_were_said() -> None:
    defects = [defect("crack", Verdict.CHECK, Severity.MAJOR)]
    assert settle(JUDGE, 0.1, "top", defects, [DOUBTFUL]) == (defects, [DOUBTFUL])


def test_a_surface_without_any_instance_may_still_be_suspicious() -> None:
    found, (only,) = settle(JUDGE, 0.3, "top", [], [CLEAN])
    assert not found
    assert (only.verdict, only.code) == (Verdict.CHECK, "surface-suspicious")
    assert "30.0 %" in only.text["en"]
    assert "30,0 %" in only.text["id"]


def test_a_clean_surface_stays_clean() -> None:
    assert settle(JUDGE, 0.01, "top", [], [CLEAN]) == ([], [CLEAN])
