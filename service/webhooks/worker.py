"""Delivers what the audit log says, entry by entry.

What is left to do follows from the rows: every entry of the wanted kinds after the last one that
the receiver took. A delivery is claimed before it begins, so that of several nodes one sends. A
crash between its answer and our commit sends one message twice, once the claim has ended, so
receivers tell them apart by their id; none is left out and none overtakes another.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID, uuid4

import structlog

from qc.errors import TelitiError
from service.audit import service as audit
from service.audit.schemas import AuditEntry
from service.background import in_background
from service.database import Database
from service.settings import WebhookSettings
from service.webhooks import repository
from service.webhooks.address import find_target
from service.webhooks.delivery import Message, deliver
from service.webhooks.models import WebhookCursorRow

_log = structlog.get_logger(__name__)


_LONGEST_SILENCES: Final = 10
"""Timeouts that a delivery can last: each read of a slow receiver may take one."""


def key_of(settings: WebhookSettings) -> str:
    """Return the key under which is kept how far the receiver has heard."""
    return sha256((settings.url or "").encode()).hexdigest()


def pause_s(failures: int, settings: WebhookSettings) -> float:
    """Return how long to wait after so many failures in a row: doubled each time, to a limit."""
    return float(min(settings.longest_pause_s, settings.first_pause_s * 2 ** (failures - 1)))


@contextmanager
def delivering(database: Database, settings: WebhookSettings) -> Iterator[None]:
    """Deliver in the background, where a receiver is set; stop with the service."""
    if settings.url is None:
        yield
        return
    worker = Worker(database, settings)
    worker.begin()

    def work(stopping: threading.Event) -> None:
        while not stopping.is_set():
            try:
                if worker.step():
                    continue
            except TelitiError as error:
                _log.warning("webhook not delivered", problem=str(error))
            except Exception:
                _log.exception("webhook not delivered")
            stopping.wait(settings.interval_s)

    with in_background("webhooks", work):
        yield


class Worker:
    """Sends one message after the other."""

    def __init__(self, database: Database, settings: WebhookSettings) -> None:
        """Prepare to send.

        Raises:
            ValueError: no receiver is set.
        """
        if settings.url is None or settings.secret is None:
            raise ValueError("a webhook needs its url and its secret")
        self._url, self._secret = settings.url, settings.secret
        self._database = database
        self._settings = settings
        self._key = key_of(settings)
        self._lease = timedelta(seconds=60 + _LONGEST_SILENCES * settings.timeout_s)

    def begin(self) -> None:
        """Remember where a new receiver begins: it hears what happens from now on.

        Another one's pause ends: who starts the service may have mended the receiver.
        """
        with self._database.writing() as session:
            row = repository.cursor(session, self._key)
            if row is None:
                row = WebhookCursorRow(
                    url_sha256=self._key,
                    sequence=audit.last_sequence(session),
                    at=datetime.now(UTC),
                )
                repository.add(session, row)
            elif row.claim is None:
                row.not_before = None

    def step(self) -> bool:
        """Deliver the next message; False where there is none, or not now.

        Raises:
            WebhookAddressError, DeliveryError: it was not delivered and stays the next one.
        """
        settings = self._settings
        with self._database.reading() as session:  # an idle receiver costs no lock
            row = repository.cursor(session, self._key)
            if row is None or audit.next_entry(session, row.sequence, settings.events) is None:
                return False
        claim = uuid4()
        entry = self._claim(claim)
        if entry is None:
            return False
        message = Message(
            id=entry.hash,
            sequence=entry.sequence,
            at=entry.at,
            event=entry.action,
            subject=entry.subject,
        )
        try:
            target = find_target(self._url, settings.allowed_hosts)
            secret = self._secret.get_secret_value()
            deliver(target, message, secret, int(time.time()), settings.timeout_s)
        except Exception as error:
            self._failed(claim, str(error))
            raise
        self._delivered(claim, entry.sequence)
        return True

    def _claim(self, claim: UUID) -> AuditEntry | None:
        """Return the next message if nobody else delivers it; from now on nobody does."""
        now = datetime.now(UTC)
        with self._database.writing() as session:
            row = repository.cursor(session, self._key)
            if row is None or self._holds(row.not_before, now):
                return None
            entry = audit.next_entry(session, row.sequence, self._settings.events)
            if entry is not None:
                row.claim, row.not_before = claim, now + self._lease
            return entry

    def _holds(self, not_before: datetime | None, now: datetime) -> bool:
        """Tell whether to wait; a time further away than any pause is of a wrong clock."""
        longest = self._lease + timedelta(seconds=self._settings.longest_pause_s)
        return not_before is not None and now < not_before <= now + longest

    def _failed(self, claim: UUID, problem: str) -> None:
        with self._database.writing() as session:
            row = repository.cursor(session, self._key)
            if row is not None and row.claim == claim:
                row.failures += 1
                pause = timedelta(seconds=pause_s(row.failures, self._settings))
                row.claim, row.not_before = None, datetime.now(UTC) + pause
                row.problem = problem

    def _delivered(self, claim: UUID, sequence: int) -> None:
        with self._database.writing() as session:
            row = repository.cursor(session, self._key)
            if row is None:
                return
            # Also where the claim has ended: the receiver took it.
            row.sequence, row.at = max(row.sequence, sequence), datetime.now(UTC)
            if row.claim == claim:
                row.claim = row.not_before = row.problem = None
                row.failures = 0
