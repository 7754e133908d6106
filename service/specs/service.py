"""Specs are stored once and never change: what an inspection was judged by stays known."""

from __future__ import annotations

from datetime import UTC, datetime

import structlog
from sqlalchemy.orm import Session

from qc.spec.models import Spec
from service.actor import SYSTEM
from service.audit import service as audit
from service.errors import NotFoundError
from service.specs import repository

_log = structlog.get_logger(__name__)


class SpecUnknownError(NotFoundError):
    """No spec of this id and version is stored."""

    code = "spec-unknown"


def get_spec(session: Session, spec_id: str, version: int | None = None) -> Spec:
    """Return a version of a spec, the latest where none is named.

    Raises:
        SpecUnknownError: there is none.
    """
    row = repository.find(session, spec_id, version)
    if row is None:
        wanted = spec_id if version is None else f"{spec_id}@{version}"
        raise SpecUnknownError(
            f"spec {wanted!r} is not known", fix="Choose one of those at /v1/specs."
        )
    return Spec.model_validate_json(row.document)


def list_specs(session: Session) -> list[Spec]:
    """Return the latest version of every spec, by id."""
    return [Spec.model_validate_json(row.document) for row in repository.latest(session)]


def store_spec(session: Session, spec: Spec) -> None:
    """Store a spec unless this version is there; a stored version wins over a changed one."""
    row = repository.find(session, spec.id, spec.version)
    if row is None:
        repository.add(session, spec, datetime.now(UTC))
        audit.record(session, SYSTEM, "spec.stored", f"spec/{spec.reference}", after=spec)
    elif Spec.model_validate_json(row.document) != spec:
        _log.warning(
            "spec changed without a new version; the stored one stays", spec=spec.reference
        )
