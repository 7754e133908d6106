"""The SQL of people."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from service.people.models import InvitationRow, PersonRow
from service.people.roles import Role


def find(session: Session, person_id: UUID) -> PersonRow | None:
    """Return a person."""
    return session.get(PersonRow, person_id)


def find_by_key(session: Session, name_key: str) -> PersonRow | None:
    """Return the person of a name."""
    return session.scalars(select(PersonRow).where(PersonRow.name_key == name_key)).one_or_none()


def find_by_badge(session: Session, badge_sha256: str) -> PersonRow | None:
    """Return the person whose badge this is."""
    query = select(PersonRow).where(PersonRow.badge_sha256 == badge_sha256)
    return session.scalars(query).one_or_none()


def everyone(session: Session) -> Sequence[PersonRow]:
    """Return all people by name, disabled ones included."""
    return session.scalars(select(PersonRow).order_by(PersonRow.name_key)).all()


def active_admins(session: Session) -> Sequence[PersonRow]:
    """Return the admins who are not disabled, oldest first."""
    query = select(PersonRow).where(PersonRow.role == Role.ADMIN, PersonRow.disabled_at.is_(None))
    return session.scalars(query.order_by(PersonRow.created_at)).all()


def add(session: Session, row: PersonRow) -> None:
    """Store a new person."""
    session.add(row)
    session.flush()


def find_invitation(session: Session, code_sha256: str) -> InvitationRow | None:
    """Return the invitation of a code, which nobody else may use before the commit."""
    return session.get(InvitationRow, code_sha256, with_for_update=True)


def replace_invitation(session: Session, row: InvitationRow) -> None:
    """Store an invitation; earlier ones of the same person end."""
    remove_invitations(session, row.person_id)
    session.add(row)
    session.flush()


def remove_invitations(session: Session, person_id: UUID) -> None:
    """End all invitations of a person."""
    session.execute(delete(InvitationRow).where(InvitationRow.person_id == person_id))
