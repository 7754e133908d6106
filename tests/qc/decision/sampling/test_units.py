"""What an inspection says about its unit, and several about the same."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from qc.decision.conformity import Decision
from qc.decision.sampling import UnitResult, combined, unit_result
from qc.decision.verdict import Reason, Verdict, worst
from qc.records import Defect, Inspection, Measurement, Versions
from qc.spec.base import LocalText, Severity
from qc.spec.colour import Colour
from qc.spec.dimension import Count, Size
from qc.spec.models import Product, Spec, View

CRITICAL, MAJOR, MINOR, ACCEPTABLE = Severity

SPEC = Spec(
    id="bowl",
    version=1,
    buyer="Test",
    example=True,
    product=Product(id="bowl", name=LocalText(en="Bowl", id="Mangkuk"), material="teak"),
    mat="A4",
    parts=2,
    views=(View(name="top", instruction=LocalText(en="Top", id="Atas")),),
    dimensions=(
        Size(name="rim", feature="diameter", nominal_mm=150),
        Size(name="foot", feature="diameter", nominal_mm=60, severity=MINOR),
        Count(name="pieces", feature="count", of="parts", expected=2, severity=CRITICAL),
    ),
)


def inspection(
    *,
    defects: Sequence[tuple[Verdict, Severity | None]] = (),
    sizes: Sequence[tuple[str, Decision]] = (),
    reasons: Sequence[Reason] = (),
) -> Inspection:
    """An inspection as the pipeline makes it: a reason for everything found."""
    said = list(reasons)
    said += [
        Reason(verdict=verdict, code="defect-found", text={}, subject="crack")
        for verdict, _ in defects
        if verdict is not Verdict.PASS
    ]
    said += [
        Reason(verdict=Verdict(decision.value), code="dimension-inside", text={}, subject=name)
        for name, decision in sizes
    ]
    said = said or [Reason.of(Verdict.PASS, "defects-none")]
    return Inspection(
        verdict=worst(said),
        reasons=tuple(said),
        measurements=tuple(
            Measurement(
                name=name,
                feature="diameter",
                view="top",
                value_mm=1,
                u95_mm=0.1,
                lower_mm=1,
                upper_mm=2,
                default_tolerance=False,
                decision=decision,
                budget=(),
                line_px=(),
            )
            for name, decision in sizes
        ),
        defects=tuple(
            Defect(
                type="crack",
                view="top",
                length_mm=1,
                width_mm=1,
                area_mm2=1,
                probability=1,
                severity=severity,
                verdict=verdict,
                polygon_px=(),
            )
            for verdict, severity in defects
        ),
        photos=(),
        versions=Versions(software="test", spec="bowl@1", release=None, mat=None, station=None),
    )


def test_a_sound_unit_conforms() -> None:
    sound = inspection(sizes=[("rim", Decision.PASS)], defects=[(Verdict.PASS, ACCEPTABLE)])
    assert unit_result(sound, SPEC) == UnitResult()
    assert UnitResult().worst is None


def test_every_nonconformity_counts_and_the_worst_classes_the_unit() -> None:
    result = unit_result(
        inspection(
            defects=[(Verdict.FAIL, MINOR), (Verdict.FAIL, CRITICAL), (Verdict.FAIL, MINOR)]
        ),
        SPEC,
    )
    assert result == UnitResult(critical=1, minor=2)
    assert result.worst is CRITICAL


@pytest.mark.parametrize(("name", "expected"), [("rim", MAJOR), ("foot", MINOR), ("new", MAJOR)])
def test_a_wrong_size_is_major_unless_the_spec_says_otherwise(
    name: str, expected: Severity
) -> None:
    result = unit_result(inspection(sizes=[(name, Decision.FAIL)]), SPEC)
    assert result.worst is expected
    doubtful = unit_result(inspection(sizes=[(name, Decision.CHECK)]), SPEC)
    assert (doubtful.worst, doubtful.doubt) == (None, expected)


@pytest.mark.parametrize(("severity", "doubt"), [(MINOR, MINOR), (MAJOR, MAJOR), (None, CRITICAL)])
def test_a_possible_defect_is_a_doubt_of_its_class(
    severity: Severity | None, doubt: Severity
) -> None:
    result = unit_result(inspection(defects=[(Verdict.CHECK, severity)]), SPEC)
    assert (result.worst, result.doubt) == (None, doubt)


def test_colour_counts_as_the_spec_says() -> None:
    colour = Colour(reference_lab=(50, 0, 0), max_delta_e=2, severity=MINOR)
    spec = SPEC.model_copy(update={"colour": colour})
    for verdict, expected in ((Verdict.FAIL, UnitResult(minor=1)), (Verdict.CHECK, None)):
        reason = Reason(verdict=verdict, code="colour", text={}, subject="colour")
        assert unit_result(inspection(reasons=[reason]), spec) == (
            expected or UnitResult(doubt=MINOR)
        )


def test_what_was_not_inspected_may_hide_anything() -> None:
    blind = inspection(reasons=[Reason.of(Verdict.CHECK, "defects-not-inspected", view="top")])
    assert unit_result(blind, SPEC) == UnitResult(doubt=CRITICAL)


def test_a_size_that_could_not_be_measured_is_a_doubt_of_its_class() -> None:
    unmeasured = inspection(
        reasons=[Reason.of(Verdict.CHECK, "dimension-height-unknown", subject="foot")]
    )
    assert unit_result(unmeasured, SPEC) == UnitResult(doubt=MINOR)


def test_a_failure_that_nothing_explains_is_major() -> None:
    failed = inspection(reasons=[Reason.of(Verdict.FAIL, "item-count", found=1, expected=2)])
    assert unit_result(failed, SPEC) == UnitResult(major=1)


def test_a_better_photo_replaces_one_that_could_not_be_judged() -> None:
    dark = unit_result(inspection(reasons=[Reason.of(Verdict.RETAKE, "photo-dark")]), SPEC)
    assert (dark.judged, dark.doubt) == (False, CRITICAL)
    assert combined([dark]) == dark
    assert combined([dark, UnitResult()]) == UnitResult()


def test_another_photo_neither_mends_a_defect_nor_settles_a_doubt() -> None:
    assert combined([UnitResult(major=1), UnitResult()]) == UnitResult(major=1)
    assert combined([UnitResult(doubt=MAJOR), UnitResult()]) == UnitResult(doubt=MAJOR)
    assert combined([UnitResult(major=1), UnitResult(major=2, minor=1)]) == UnitResult(
        major=2, minor=1
    )
