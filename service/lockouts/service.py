"""Lock-out: after a few free attempts every further one has to wait longer than the last.

An attempt is counted *before* it is checked, and forgotten when it was right, so that many
guesses sent at once do not get a free round. Subjects are counted apart: a person whoever
guesses, a tablet or address whomever it guesses at.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from service.errors import RetryLaterError
from service.lockouts import repository
from service.lockouts.models import AttemptsRow
from service.settings import SignInSettings

_FORGOTTEN_AFTER: Final = timedelta(days=1)


class LockedOutError(RetryLaterError):
    """Too many attempts were wrong."""

    code = "locked-out"

    def __init__(self, seconds: int) -> None:
        super().__init__(
            "too many wrong attempts",
            retry_after_s=seconds,
            fix=f"Try again in {seconds} seconds, or ask a lead to reset the sign-in.",
        )


def person_subject(name_key: str) -> str:
    """Return the subject of a person, known or not."""
    return f"person:{name_key}"


def tablet_subject(tablet_id: UUID) -> str:
    """Return the subject of an enrolled tablet."""
    return f"tablet:{tablet_id}"


def address_subject(address: str) -> str:
    """Return the subject of a browser that is not enrolled."""
    return f"address:{address}"


def count_attempt(
    session: Session, settings: SignInSettings, now: datetime, free: Mapping[str, int]
) -> LockedOutError | None:
    """Count an attempt of all subjects, unless one of them has to wait.

    Args:
        session: a writing transaction, to be committed whatever comes back.
        settings: how long the waits are.
        now: the time.
        free: how many attempts each subject has free.

    Returns:
        Why the attempt may not be made, to be raised after the commit.
    """
    repository.remove_before(session, now - _FORGOTTEN_AFTER)
    known = repository.find(session, list(free))
    wait_s = 0.0
    for subject, row in known.items():
        # A clock that was set back must not stretch the wait: it starts again, once.
        row.last_at = min(row.last_at, now)
        ends = row.last_at + timedelta(seconds=_delay_s(settings, row.count, free[subject]))
        wait_s = max(wait_s, (ends - now).total_seconds())
    if wait_s > 0:
        return LockedOutError(math.ceil(wait_s))
    for subject in free.keys() - known.keys():
        repository.add(session, AttemptsRow(subject=subject, count=1, last_at=now))
    for row in known.values():
        row.count += 1
        row.last_at = now
    return None


def forget(session: Session, *subjects: str) -> None:
    """Start again with all attempts free: the last one was right, or somebody helps."""
    repository.remove(session, subjects)


def _delay_s(settings: SignInSettings, count: int, free: int) -> float:
    if count < free:
        return 0
    # The exponent is bounded: 2**10000 is no float.
    return min(settings.first_lock_s * 2.0 ** min(count - free, 32), settings.longest_lock_s)
