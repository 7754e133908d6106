"""What changed at the stations, from the stored inspections.

The recent inspections of a product at a station are compared with those before, back to the last
change of release or memory: scores of different models do not compare.
"""

from __future__ import annotations

from itertools import takewhile

from sqlalchemy.orm import Session

from qc.decision.verdict import say
from qc.drift import LEAST_ITEMS, Shift, compare, features_of
from qc.records import Inspection, Versions
from service.drift import repository
from service.drift.schemas import Change, Drift, DriftReport, Spread
from service.specs.schemas import split_reference
from service.specs.service import get_spec

RECENT = 100
REFERENCE = 500


def get_report(session: Session, spec_id: str | None = None) -> DriftReport:
    """Compare every product at every station, or one product."""
    found = [
        _drift(session, spec, station)
        for spec, station in repository.places(session)
        if spec_id in (None, spec)
    ]
    return DriftReport(places=sorted(found, key=lambda place: not alarms(place)))


def alarms(place: Drift) -> list[Change]:
    """Return the changes that alarm."""
    return [change for change in place.changes if change.alarm]


def _drift(session: Session, spec_id: str, station_id: str) -> Drift:
    documents = repository.newest_documents(session, spec_id, station_id, RECENT + REFERENCE)
    inspections = [Inspection.model_validate_json(document) for document in documents]
    models = _models(inspections[0].versions)
    same = list(takewhile(lambda one: _models(one.versions) == models, inspections))
    # While there are few, half of them are recent.
    count = min(RECENT, len(same) // 2)
    recent, before = same[:count], same[count:]
    shifts = compare(features_of(before), features_of(recent)) if count >= LEAST_ITEMS else []
    return Drift(
        spec=spec_id,
        product=get_spec(session, *split_reference(inspections[0].versions.spec)).product.name,
        station=station_id,
        release=models[0],
        before=len(before),
        recent=len(recent),
        changes=[_change(shift) for shift in shifts],
    )


def _models(versions: Versions) -> tuple[str | None, tuple[str, ...]]:
    return versions.release, versions.normality


def _change(shift: Shift) -> Change:
    code = f"drift-{shift.feature}-{'up' if shift.rises else 'down'}"
    medians = {"usual": shift.before.p50, "recent": shift.recent.p50}
    return Change(
        feature=shift.feature,
        text=say(code if shift.alarm else "drift-none", medians),
        before=Spread(**shift.before._asdict()),
        recent=Spread(**shift.recent._asdict()),
        distance=shift.distance,
        p_value=shift.p_value,
        alarm=shift.alarm,
    )
