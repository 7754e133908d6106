"""Seals: a photo keeps the person who took it, whoever is signed in when it is sent.

Each session has a capture key. The page seals what a person takes with the key of their session
and forgets the key when they leave: nobody can seal in their name afterwards, and a name stands
only under photos, product, lot and time that its owner vouched for.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final, Protocol
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from service import credentials
from service.actor import Actor
from service.captures import repository
from service.captures.models import CaptureKeyRow
from service.captures.schemas import CaptureKey
from service.errors import UploadError

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_HEADING: Final = "teliti-capture-1"


class SealError(UploadError):
    """A seal does not belong to what it came with: nobody is named by it."""

    code = "seal-invalid"


class Sealable(Protocol):
    """Something that a person vouches for."""

    def text(self) -> str:
        """Return the lines that are sealed."""
        ...


def milliseconds(at: datetime) -> int:
    """Return a time as seals state it: since 1970."""
    return (at - _EPOCH) // timedelta(milliseconds=1)


@dataclass(frozen=True)
class Statement:
    """What a person says by taking photos; see `text` for the form that is sealed."""

    client_id: UUID
    taken_at: datetime
    spec: str
    station: str | None
    lot_id: UUID | None
    unit: int | None
    reinspection_of: UUID | None
    sha256_of_view: Mapping[str, str]
    """In the order in which the photos are sent."""

    def text(self) -> str:
        """Return one line for each part; a part that was not given is an empty line."""
        parts = (
            self.client_id,
            milliseconds(self.taken_at),
            self.spec,
            self.station or "",
            self.lot_id or "",
            self.unit or "",
            self.reinspection_of or "",
            *(f"{view} {digest}" for view, digest in self.sha256_of_view.items()),
        )
        return "\n".join((_HEADING, *map(str, parts)))


def seal_of(key: CaptureKey, statement: Sealable) -> str:
    """Seal a statement; the page does the same (`service/web/src/outbox/seal.ts`)."""
    mac = hmac.new(bytes.fromhex(key.secret), statement.text().encode(), sha256)
    return f"{key.id}.{mac.hexdigest()}"


def give_key(
    session: Session, now: datetime, session_sha256: str, person_id: UUID, tablet_id: UUID | None
) -> None:
    """Give a new session its key."""
    row = CaptureKeyRow(
        id=uuid4(),
        session_sha256=session_sha256,
        person_id=person_id,
        tablet_id=tablet_id,
        secret=credentials.new_key(),
        created_at=now,
    )
    repository.add(session, row)


def key_of(session: Session, session_sha256: str) -> CaptureKey | None:
    """Return the key of a session; sessions older than keys have none."""
    row = repository.find_by_session(session, session_sha256)
    return None if row is None else CaptureKey(id=row.id, secret=row.secret)


def who_sealed(session: Session, seal: str, statement: Sealable) -> Actor:
    """Tell who took photos or read something, and on which tablet.

    Raises:
        SealError: the key is not known, or something was changed after it was sealed.
    """
    found = repository.find_with_owner(session, UUID(seal.partition(".")[0]))
    if found is not None:
        key, person, tablet = found
        expected = seal_of(CaptureKey(id=key.id, secret=key.secret), statement)
        if hmac.compare_digest(seal, expected):
            return Actor(
                person.name,
                person_id=person.id,
                tablet=tablet.name if tablet else None,
                tablet_id=tablet.id if tablet else None,
            )
    raise SealError(
        "the seal does not belong to what came with it",
        fix="Seal it again as whoever is signed in, or send it without a seal.",
    )
