"""The SQL of webhooks."""

from __future__ import annotations

from sqlalchemy.orm import Session

from service.webhooks.models import WebhookCursorRow


def cursor(session: Session, url_sha256: str) -> WebhookCursorRow | None:
    """Return how far a receiver has heard; None of one that is new."""
    return session.get(WebhookCursorRow, url_sha256)


def add(session: Session, row: WebhookCursorRow) -> None:
    """Begin to deliver to a receiver."""
    session.add(row)
    session.flush()
