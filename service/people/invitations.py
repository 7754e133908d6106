"""One-time codes with which people choose a password."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from service import credentials
from service.errors import CodeError
from service.people import repository
from service.people.models import InvitationRow
from service.people.schemas import Secret


def invite(
    session: Session, person_id: UUID, lives: timedelta, tablet_name: str | None = None
) -> Secret:
    """Return a new code of a person; an earlier one ends."""
    now = datetime.now(UTC)
    code = credentials.new_code()
    row = InvitationRow(
        code_sha256=credentials.code_digest(code),
        person_id=person_id,
        tablet_name=tablet_name,
        created_at=now,
        expires_at=now + lives,
    )
    repository.replace_invitation(session, row)
    return Secret(kind="code", value=code, expires_at=row.expires_at)


def use(session: Session, now: datetime, code: str) -> InvitationRow:
    """Use a code up and return whom it invites.

    Raises:
        CodeError: the code is wrong, used or too old.
    """
    row = repository.find_invitation(session, credentials.code_digest(code))
    if row is None or not row.created_at <= now < row.expires_at:
        raise CodeError
    repository.remove_invitations(session, row.person_id)
    return row
