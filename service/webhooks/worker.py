"""Delivers what the audit log says, entry by entry.

What is left to do follows from the rows: every entry of the wanted kinds after the last one that
the receiver took. A crash between its answer and our commit sends one message twice, so receivers
tell them apart by their id; none is left out and none overtakes another.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256

import structlog

from qc.errors import TelitiError
from service.audit import service as audit
from service.database import Database
from service.settings import WebhookSettings
from service.webhooks import repository
from service.webhooks.address import find_target
from service.webhooks.delivery import Message, deliver
from service.webhooks.models import WebhookCursorRow

_log = structlog.get_logger(__name__)


def pause_s(failures: int, settings: WebhookSettings) -> float:
    """Return how long to wait after so many failures in a row: doubled each time, to a limit."""
    if failures == 0:
        return settings.interval_s
    return float(min(settings.longest_pause_s, settings.first_pause_s * 2 ** (failures - 1)))


@contextmanager
def delivering(database: Database, settings: WebhookSettings) -> Iterator[None]:
    """Deliver in the background, where a receiver is set; stop with the service."""
    if settings.url is None:
        yield
        return
    stopping = threading.Event()
    worker = Worker(database, settings)
    worker.begin()

    def work() -> None:
        failures = 0
        while not stopping.is_set():
            try:
                if worker.step():
                    failures = 0
                    continue
                failures = 0
            except TelitiError as error:
                failures += 1
                _log.warning("webhook not delivered", problem=str(error), failures=failures)
            except Exception:
                failures += 1
                _log.exception("webhook not delivered")
            stopping.wait(pause_s(failures, settings))

    thread = threading.Thread(target=work, name="webhooks", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()


class Worker:
    """Sends one message after the other."""

    def __init__(self, database: Database, settings: WebhookSettings) -> None:
        self._database = database
        self._settings = settings
        self._key = sha256((settings.url or "").encode()).hexdigest()

    def begin(self) -> None:
        """Remember where a new receiver begins: it hears what happens from now on."""
        with self._database.writing() as session:
            if repository.cursor(session, self._key) is None:
                row = WebhookCursorRow(
                    url_sha256=self._key,
                    sequence=audit.last_sequence(session),
                    at=datetime.now(UTC),
                )
                repository.add(session, row)

    def step(self) -> bool:
        """Deliver the next message; False where there is none.

        Raises:
            WebhookAddressError, DeliveryError: it was not delivered and stays the next one.
        """
        settings = self._settings
        assert settings.url is not None  # noqa: S101 -- `delivering` starts none without
        assert settings.secret is not None  # noqa: S101 -- the settings want both
        with self._database.reading() as session:
            row = repository.cursor(session, self._key)
            after = 0 if row is None else row.sequence
            entry = audit.next_entry(session, after, settings.events)
        if entry is None:
            return False
        message = Message(
            id=entry.hash,
            sequence=entry.sequence,
            at=entry.at,
            event=entry.action,
            subject=entry.subject,
        )
        target = find_target(settings.url, settings.allowed_hosts)
        secret = settings.secret.get_secret_value()
        deliver(target, message, secret, int(time.time()), settings.timeout_s)
        with self._database.writing() as session:
            row = repository.cursor(session, self._key)
            if row is not None:
                row.sequence, row.at = max(row.sequence, entry.sequence), datetime.now(UTC)
        return True
