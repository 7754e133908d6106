"""HTTP of reports."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response

from qc.spec.models import ReportLanguage
from service.database import once_more
from service.errors import problems
from service.guard import GuardedRoute, SignedInDep
from service.reports import service, signing
from service.reports.schemas import Confirmation, ReportPage, ReportRequest, ReportSummary
from service.runtime import ReadSession, Runtime, RuntimeDep

router = APIRouter(prefix="/v1", tags=["reports"], route_class=GuardedRoute)

_PDF: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The report, PDF/A-2a.",
        "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
    }
}
_FOR_EVER = "private, max-age=31536000, immutable"
Sha256 = Annotated[
    str, Path(pattern="^[0-9a-fA-F]{64}$", description="Of a report's content or of its file.")
]


@router.get(
    "/lots/{lot_id}/report",
    response_class=Response,
    responses=_PDF | problems(404, 422, 503),
)
def draft_report(
    runtime: RuntimeDep,
    request: Request,
    lot_id: UUID,
    language: Annotated[
        ReportLanguage | None, Query(description="The spec's where not given.")
    ] = None,
) -> Response:
    """Give a lot's report as it would be now, as a draft; nothing is stored."""
    pdf = signing.draft(runtime, lot_id, language, _address(runtime, request))
    return _pdf(pdf, "draft", "no-store")


@router.post(
    "/lots/{lot_id}/reports",
    status_code=201,
    responses={
        200: {"model": ReportSummary, "description": "The report as it was signed before."},
        **problems(404, 409, 422, 503),
    },
)
def sign_report(
    runtime: RuntimeDep,
    visitor: SignedInDep,
    request: Request,
    response: Response,
    lot_id: UUID,
    body: ReportRequest,
) -> ReportSummary:
    """Sign the report of a decided lot in one's own name. It never changes afterwards."""
    address = _address(runtime, request)
    report, created = once_more(lambda: signing.sign(runtime, visitor, lot_id, body, address))
    response.status_code = HTTPStatus.CREATED if created else HTTPStatus.OK
    return report


@router.get("/reports", responses=problems(404, 422))
def list_reports(
    session: ReadSession,
    lot_id: Annotated[UUID | None, Query(description="Only those of this lot.")] = None,
    cursor: Annotated[UUID | None, Query(description="`next_cursor` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> ReportPage:
    """List signed reports, newest first."""
    return service.list_reports(session, lot_id=lot_id, cursor=cursor, limit=limit)


@router.get(
    "/reports/{report_id}/pdf",
    response_class=Response,
    responses=_PDF | problems(404, 422, 503),
)
def get_report_pdf(runtime: RuntimeDep, session: ReadSession, report_id: UUID) -> Response:
    """Give the file of a signed report, to the byte as it was signed."""
    report = service.summary(service.find_report(session, report_id))
    return _pdf(runtime.reports.get(report.pdf_sha256), report.number, _FOR_EVER)


@router.get("/verify/{sha256}", responses=problems(404, 422))
def verify_report(session: ReadSession, sha256: Sha256) -> Confirmation:
    """Confirm to anybody that a report with this hash was signed here."""
    return service.confirm(session, sha256)


def _address(runtime: Runtime, request: Request) -> str:
    return runtime.settings.server.public_url or str(request.base_url)


def _pdf(pdf: bytes, name: str, cache_control: str) -> Response:
    headers = {
        "Content-Disposition": f'inline; filename="teliti-{name}.pdf"',
        "Cache-Control": cache_control,
    }
    return Response(pdf, media_type="application/pdf", headers=headers)
