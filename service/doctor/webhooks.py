"""Does the receiver of webhooks hear what happens?"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from service.audit import service as audit
from service.doctor.findings import Finding, State
from service.settings import WebhookSettings
from service.webhooks import repository
from service.webhooks.worker import key_of

_LATE: Final = timedelta(minutes=10)
_FAR_BEHIND: Final = timedelta(days=1)


def find_lag(session: Session, settings: WebhookSettings, now: datetime) -> Finding | None:
    """Say how far the receiver is behind; None where there is none."""
    if settings.url is None:
        return None
    subject = f"webhook to {urlsplit(settings.url).hostname}"
    row = repository.cursor(session, key_of(settings))
    if row is None:
        return Finding(
            subject=subject, state=State.WATCH, detail="new: it hears nothing before the next start"
        )
    waiting = audit.next_entry(session, row.sequence, settings.events)
    if waiting is None or (row.failures == 0 and now - waiting.at < _LATE):
        return Finding(subject=subject, state=State.GOOD, detail="hears what happens")
    said = f"has not taken what happened at {waiting.at:%Y-%m-%d %H:%M} UTC"
    if row.failures:
        said = f"{said}; {row.failures} attempts in a row failed: {row.problem}"
    return Finding(
        subject=subject,
        state=State.BAD if now - waiting.at > _FAR_BEHIND else State.WATCH,
        detail=said,
        fix="See whether the receiver runs and answers 2xx; later messages wait behind this one."
        if row.failures
        else "See whether a service runs with this webhook's settings.",
    )
