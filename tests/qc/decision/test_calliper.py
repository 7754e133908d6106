"""A calliper reading decides, and nothing that the photo said is lost."""

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from qc.decision.calliper import CalliperReading, with_calliper
from qc.decision.conformity import Decision
from qc.decision.sampling.units import unit_result
from qc.decision.verdict import Reason, Verdict, worst
from qc.errors import RemeasurementError
from qc.records import Inspection, Measurement, Versions
from qc.spec.base import LocalText
from qc.spec.models import Product, Spec, View

NAME = LocalText(en="stick", id="sumpit")
AT = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)


def _spec(parts=2):
    size = {"name": "length", "feature": "length", "nominal_mm": 230, "height_mm": 3}
    return Spec(
        id="sticks",
        version=1,
        buyer="test",
        example=True,
        product=Product(id="sticks", name=NAME, material="bamboo"),
        mat="A3",
        views=(View(name="top", instruction=NAME),),
        parts=parts,
        dimensions=({**size, "lower_mm": 229, "upper_mm": 231},),
    )


def _doubtful(part):
    measurement = Measurement(
        name="length",
        feature="length",
        view="top",
        part=part,
        value_mm=229.1,
        u95_mm=0.3,
        lower_mm=229,
        upper_mm=231,
        default_tolerance=False,
        decision=Decision.CHECK,
        budget=(),
        line_px=(),
    )
    reason = Reason.of(
        Verdict.CHECK,
        "dimension-doubtful",
        view="top",
        subject="length",
        part=part,
        **measurement.quantity._asdict(),
    )
    return measurement, reason


@pytest.fixture
def inspection():
    measurements, reasons = zip(*(_doubtful(part) for part in (1, 2)), strict=True)
    reasons = (*reasons, Reason.of(Verdict.PASS, "defects-none", view="top"))
    return Inspection(
        verdict=worst(reasons),
        reasons=reasons,
        measurements=measurements,
        defects=(),
        photos=(),
        versions=Versions(software="0", spec="sticks@1", release=None, mat=None, station=None),
    )


def _read(value_mm, part=1, **changes):
    given = {
        "name": "length",
        "part": part,
        "value_mm": value_mm,
        "u95_mm": 0.04,
        "instrument": "calliper 7",
        "measured_by": "packer 3",
        "measured_at": AT,
    }
    return CalliperReading(**given | changes)


def test_the_reading_decides_and_the_photo_stays(inspection):
    once = with_calliper(inspection, _spec(), _read(229.4))
    assert once.measurements == inspection.measurements
    assert once.verdict is Verdict.CHECK  # the other stick is still in doubt
    both = with_calliper(once, _spec(), _read(229.3, part=2))
    assert both.verdict is Verdict.PASS
    assert [c.decision for c in both.calliper] == [Decision.PASS, Decision.PASS]
    assert {r.code for r in both.reasons} == {"calliper-inside", "defects-none"}
    (first,) = [r for r in both.reasons if r.part == 1]
    assert "229.40 ± 0.04 mm by calliper" in first.text["en"]
    assert "jangka sorong" in first.text["id"]
    assert inspection.calliper == ()  # a new record; the old one is as it was
    assert Inspection.model_validate_json(both.model_dump_json()) == both


@pytest.mark.parametrize(
    ("value_mm", "verdict"), [(228.9, Verdict.FAIL), (229.01, Verdict.CHECK), (229.5, Verdict.PASS)]
)
def test_the_guard_band_of_the_calliper_counts(value_mm, verdict, inspection):
    one = inspection.model_copy(update={"reasons": inspection.reasons[::2]})
    assert with_calliper(one, _spec(parts=1), _read(value_mm)).verdict is verdict


def test_a_second_reading_takes_the_place_of_the_first_and_both_are_kept(inspection):
    spec = _spec()
    twice = with_calliper(with_calliper(inspection, spec, _read(228)), spec, _read(229.5))
    assert [c.value_mm for c in twice.calliper] == [228, 229.5]
    assert sum(r.code.startswith("calliper-") for r in twice.reasons) == 1
    assert twice.verdict is Verdict.CHECK


def test_a_feature_that_the_photo_could_not_show_can_be_measured(inspection):
    lost = Reason.of(
        Verdict.CHECK, "feature-beyond-item", view="top", subject="length", part=1, name="length"
    )
    unseen = inspection.model_copy(update={"measurements": (), "reasons": (lost,)})
    assert with_calliper(unseen, _spec(), _read(230)).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("changes", "message"),
    [({"name": "width"}, "no size 'width'"), ({"part": 3}, "piece 3 is named")],
)
def test_readings_that_do_not_fit_are_refused(changes, message, inspection):
    with pytest.raises(RemeasurementError, match=message) as caught:
        with_calliper(inspection, _spec(), _read(230, **changes))
    assert caught.value.fix


def test_another_spec_is_refused(inspection):
    other = _spec().model_copy(update={"version": 2})
    with pytest.raises(RemeasurementError, match="by spec sticks@1, not sticks@2"):
        with_calliper(inspection, other, _read(230))


@pytest.mark.parametrize(
    "changes",
    [
        {"value_mm": 0},
        {"u95_mm": 0},
        {"value_mm": float("nan")},
        {"measured_by": ""},
        {"measured_at": "2026-01-01T08:00:00"},  # in which time zone?
    ],
)
def test_nonsense_is_no_reading(changes):
    with pytest.raises(ValidationError):
        _read(**{"value_mm": 230} | changes)


@pytest.mark.parametrize(
    ("value_mm", "major", "doubt"), [(228, 1, None), (230, 0, None), (229.01, 0, "major")]
)
def test_a_lot_counts_what_the_calliper_said(value_mm, major, doubt, inspection):
    spec = _spec()
    read = with_calliper(inspection, spec, _read(value_mm))
    both = with_calliper(read, spec, _read(230, part=2))
    result = unit_result(both, spec)
    assert (result.major, result.doubt) == (major, doubt)
