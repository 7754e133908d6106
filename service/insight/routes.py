"""HTTP of insight."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Response

from qc.spec.models import Slug
from service.days import Day
from service.errors import UploadError, problems
from service.guard import GuardedRoute
from service.insight import export, service
from service.insight.export import COLUMNS, Table
from service.insight.items import items_of
from service.insight.repository import Scope
from service.insight.schemas import ControlReport, InsightReport
from service.lots.schemas import MakerGroup
from service.runtime import ReadSession

router = APIRouter(prefix="/v1/insight", tags=["insight"], route_class=GuardedRoute)

_USUAL = timedelta(weeks=12)
_FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The table.",
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}}
            for kind in ("text/csv", "application/vnd.apache.parquet")
        },
    }
}


class PeriodError(UploadError):
    """The first day is after the last."""

    code = "period-invalid"


def _scope(
    spec: Annotated[Slug | None, Query(description="Only this product.")] = None,
    buyer: Annotated[str | None, Query(max_length=80, description="Only this buyer.")] = None,
    group: Annotated[MakerGroup | None, Query(description="Only lots of this group.")] = None,
    since: Annotated[
        Day | None, Query(description="First day, by UTC; twelve weeks before the last without it")
    ] = None,
    until: Annotated[Day | None, Query(description="Last day; today without it.")] = None,
) -> Scope:
    last = until or datetime.now(UTC).date()
    first = since or max(date.min + _USUAL, last) - _USUAL
    if first > last or last == date.max:
        raise PeriodError(f"{first} to {last} is no period", fix="Give the earlier day first.")
    return Scope(
        since=datetime.combine(first, time.min, UTC),
        until=datetime.combine(last + timedelta(days=1), time.min, UTC),
        spec=spec,
        buyer=buyer,
        group=group,
    )


ScopeDep = Annotated[Scope, Depends(_scope)]


@router.get("", responses=problems(422))
def get_insight(session: ReadSession, scope: ScopeDep) -> InsightReport:
    """Say what goes wrong most often, how much is right the first time, and whether that changed.

    Only the first inspection of an item counts, as it stands now: with readings and reviews.
    """
    return service.get_report(session, scope)


@router.get("/control/{spec_id}", responses=problems(404, 422))
def get_control_chart(
    session: ReadSession,
    scope: ScopeDep,
    spec_id: Slug,
    name: Annotated[str, Query(min_length=1, max_length=60, description="Of the size.")],
    part: Annotated[int, Query(ge=1, le=20)] = 1,
    size: Annotated[int, Query(ge=2, le=10, description="Items in a subgroup.")] = 5,
) -> ControlReport:
    """Chart averages and ranges (X̄–R) of a size of one product."""
    of_spec = Scope(scope.since, scope.until, spec_id, scope.buyer, scope.group)
    return service.get_control(session, of_spec, name, part, size)


@router.get("/export/{table}", response_class=Response, responses=_FILE | problems(404, 422, 503))
def export_insight(
    session: ReadSession,
    scope: ScopeDep,
    table: Table,
    file_format: Annotated[Literal["csv", "parquet"], Query(alias="format")] = "csv",
) -> Response:
    """Give items, measurements or nonconformities as a table; makers are groups, never persons."""
    items, _ = items_of(session, scope)
    rows = export.rows_of(table, items)
    if file_format == "csv":
        content, kind = export.to_csv(COLUMNS[table], rows), "text/csv; charset=utf-8"
    else:
        content, kind = (
            export.to_parquet(COLUMNS[table], rows),
            "application/vnd.apache.parquet",
        )
    headers = {
        "Content-Disposition": f'attachment; filename="teliti-{table}.{file_format}"',
        "Cache-Control": "no-store",
    }
    return Response(content, media_type=kind, headers=headers)
