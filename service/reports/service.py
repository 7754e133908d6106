"""Signed reports, inside a transaction that somebody else owns."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from sqlalchemy.orm import Session

from service.errors import NotFoundError
from service.reports import repository
from service.reports.content import SignedContent
from service.reports.models import ReportRow
from service.reports.schemas import Confirmation, ReportPage, ReportSummary


class ReportUnknownError(NotFoundError):
    """No such report was signed here."""

    code = "report-unknown"


def find_report(session: Session, report_id: UUID) -> ReportRow:
    """Return a report.

    Raises:
        ReportUnknownError: there is none.
    """
    row = repository.find(session, report_id)
    if row is None:
        raise ReportUnknownError(
            f"report {report_id} is not known", fix="Look it up at /v1/reports."
        )
    return row


def list_reports(
    session: Session, *, lot_id: UUID | None, cursor: UUID | None, limit: int
) -> ReportPage:
    """Return one page of reports, newest first; the cursor is the last report shown.

    Raises:
        ReportUnknownError: the cursor is not one that an earlier page gave.
    """
    before = None if cursor is None else find_report(session, cursor).sequence
    rows = repository.newest(session, lot_id=lot_id, before=before, limit=limit + 1)
    return ReportPage(
        items=tuple(summary(row) for row in rows[:limit]),
        next_cursor=rows[limit - 1].id if len(rows) > limit else None,
    )


def confirm(session: Session, sha256: str) -> Confirmation:
    """Say which signed report has this hash, of its content or of its file.

    Raises:
        ReportUnknownError: none has.
    """
    row = repository.find_by_hash(session, sha256.lower())
    if row is None:
        raise ReportUnknownError(
            "no report with this hash was signed here",
            fix="The report was changed, or is not from this workshop.",
        )
    content = SignedContent.model_validate_json(row.content)
    confirmed: Literal["content", "file"] = (
        "file" if row.pdf_sha256 == sha256.lower() else "content"
    )
    said = summary(row)
    return Confirmation(
        confirmed=confirmed,
        size=content.size,
        **{
            name: getattr(said, name)
            for name in Confirmation.model_fields
            if name not in ("confirmed", "size")
        },
    )


def summary(row: ReportRow) -> ReportSummary:
    """Return a signed report as a line of a list."""
    content = SignedContent.model_validate_json(row.content)
    return ReportSummary(
        id=row.id,
        number=content.number,
        language=content.language,
        lot_id=row.lot_id,
        order_number=content.order_number,
        buyer=content.buyer,
        product=content.product,
        outcome=content.outcome,
        signed_by=content.signature.name,
        signed_at=row.signed_at,
        content_sha256=row.content_sha256,
        pdf_sha256=row.pdf_sha256,
        pdf_url=f"/v1/reports/{row.id}/pdf",
    )
