"""From a decided lot to a signed report: gathered, typeset, stored, recorded.

No transaction is open while pages are typeset. The file is durable before the row that names it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid4

from qc.spec.models import ReportLanguage
from service.audit import service as audit
from service.errors import ConflictError
from service.lots import service as lots
from service.reports import repository, service
from service.reports.content import Signature
from service.reports.gathering import Frame, gather
from service.reports.models import ReportRow
from service.reports.schemas import ReportRequest, ReportSummary
from service.reports.typesetting import typeset
from service.runtime import Runtime
from service.visitor import SignedIn


class LotOpenError(ConflictError):
    """A report is signed once its lot is decided."""

    code = "lot-open"


def draft(runtime: Runtime, lot_id: UUID, language: ReportLanguage | None, address: str) -> bytes:
    """Typeset a lot's report as it would be now; nothing is stored.

    Raises:
        LotUnknownError: there is no such lot.
        ReportTextError: a text cannot be shown.
    """
    settings = runtime.settings.report
    frame = Frame(
        number="–",
        language=language,
        workshop=settings.workshop,
        workshop_address=settings.workshop_address,
        statements=(),
        signature=None,
    )
    with runtime.database.reading() as session:
        content = gather(session, lot_id, frame)
    return typeset(content, address, runtime.photos.get)


def sign(
    runtime: Runtime, visitor: SignedIn, lot_id: UUID, request: ReportRequest, address: str
) -> tuple[ReportSummary, bool]:
    """Sign a lot's report, once; say whether this request or an earlier one did.

    Raises:
        LotUnknownError: there is no such lot.
        LotOpenError: it is not decided.
        ConflictError: the client id was used for another report.
        ReportTextError: a text cannot be shown.
        StorageError: the file cannot be written.
        sqlalchemy.exc.IntegrityError: the same request was answered at this very moment.
    """
    report_id, now = uuid4(), datetime.now(UTC)
    settings = runtime.settings.report
    frame = Frame(
        number=f"{now:%Y%m%d}-{report_id.hex[:6].upper()}",
        language=request.language,
        workshop=settings.workshop,
        workshop_address=settings.workshop_address,
        statements=request.statements,
        signature=Signature(name=visitor.person.name, role=visitor.role, at=now),
    )
    with runtime.database.reading() as session:
        first = repository.find_by_client_id(session, request.client_id)
        if first is not None:
            return _first(first, lot_id), False
        lot = lots.find_lot(session, lot_id)
        lot_sequence = lot.sequence
        content = gather(session, lot_id, frame)
    if content.outcome is None:
        raise LotOpenError("the lot is not decided yet", fix="Accept or reject it first.")
    pdf = typeset(content, address, runtime.photos.get)
    pdf_sha256 = runtime.reports.put(pdf)
    row = ReportRow(
        id=report_id,
        client_id=request.client_id,
        lot_sequence=lot_sequence,
        lot_id=lot_id,
        language=content.language,
        content=content.model_dump_json(),
        content_sha256=content.sha256,
        pdf_sha256=pdf_sha256,
        pdf_bytes=len(pdf),
        person_id=visitor.person.id,
        signed_at=now,
    )
    with runtime.database.writing() as session:
        repository.add(session, row)
        subject = f"report/{report_id}/{pdf_sha256}"
        audit.record(session, visitor.actor, "report.signed", subject, after=row.content)
        return service.summary(row), True


def _first(row: ReportRow, lot_id: UUID) -> ReportSummary:
    if row.lot_id != lot_id:
        raise ConflictError(
            f"client id {row.client_id} was used for the report of another lot",
            fix="Give every report a new client id.",
        )
    return service.summary(row)
