"""HTTP of the audit log."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from service.audit import service
from service.audit.schemas import AuditPage
from service.errors import problems
from service.guard import GuardedRoute
from service.runtime import ReadSession, RuntimeDep

router = APIRouter(prefix="/v1/audit", tags=["audit"], route_class=GuardedRoute)

_JSON_LINES = "application/jsonl"


@router.get("", responses=problems(422))
def list_audit_entries(
    session: ReadSession,
    cursor: Annotated[
        int | None, Query(ge=1, le=2**31 - 1, description="`next_cursor` of the page before.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> AuditPage:
    """List what everybody did, newest first."""
    return service.list_entries(session, cursor=cursor, limit=limit)


@router.get(
    "/export",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "One entry a line, oldest first.",
            "content": {_JSON_LINES: {"schema": {"type": "string"}}},
        }
    },
)
def export_audit_log(runtime: RuntimeDep) -> StreamingResponse:
    """Give the whole log as JSON lines."""

    def lines() -> Iterator[str]:
        with runtime.database.reading() as session:
            for entry in service.every_entry(session):
                yield entry.model_dump_json() + "\n"

    headers = {"Content-Disposition": 'attachment; filename="teliti-audit.jsonl"'}
    return StreamingResponse(lines(), media_type=_JSON_LINES, headers=headers)
