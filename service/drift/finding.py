"""What the doctor says of drift."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.orm import Session

from service.doctor.findings import Finding, State
from service.drift import service


def find_drift(session: Session) -> Iterator[Finding]:
    """One finding for each product at each station that alarms, or one that nothing does."""
    places = service.get_report(session).places
    quiet = True
    for place in places:
        for change in service.alarms(place):
            quiet = False
            yield Finding(
                subject=f"{place.spec} at {place.station}",
                state=State.WATCH,
                detail=change.text["en"],
                fix=f"See GET /v1/drift?spec={place.spec}.",
            )
    if quiet:
        compared = sum(bool(place.changes) for place in places)
        yield Finding(
            subject="drift",
            state=State.GOOD,
            detail=f"nothing changed in {compared} of {len(places)} places; the others have too "
            "few inspections to tell",
        )
