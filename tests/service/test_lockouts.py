"""How long somebody has to wait who guesses, against the rule written out by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from service.database import Database
from service.lockouts import service
from service.settings import SignInSettings

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SETTINGS = SignInSettings(free_attempts=3, first_lock_s=30, longest_lock_s=400)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database.sqlite(tmp_path / "test.sqlite3", busy_timeout_s=5)
    database.migrate()
    yield database
    database.close()


def attempt(database: Database, now: datetime, **free: int) -> int:
    """Make a wrong attempt and return for how many seconds it was refused."""
    with database.writing() as session:
        locked = service.count_attempt(session, SETTINGS, now, free)
    return 0 if locked is None else locked.retry_after_s


def test_every_further_wrong_attempt_doubles_the_wait_up_to_the_longest(database: Database) -> None:
    now, waits = NOON, []
    for _ in range(8):
        wait_s = attempt(database, now, sari=3)
        waits.append(wait_s)
        if wait_s:
            assert attempt(database, now + timedelta(seconds=wait_s - 1), sari=3) == 1
            now += timedelta(seconds=wait_s)
            assert attempt(database, now, sari=3) == 0
    assert waits == [0, 0, 0, 30, 60, 120, 240, 400]


def test_a_refused_attempt_does_not_count(database: Database) -> None:
    for _ in range(3):
        attempt(database, NOON, sari=3)
    assert {attempt(database, NOON, sari=3) for _ in range(50)} == {30}


def test_the_longest_wait_of_all_subjects_counts(database: Database) -> None:
    for _ in range(3):
        attempt(database, NOON, sari=3, tablet=6)
    assert attempt(database, NOON, ketut=3, tablet=6) == 0
    assert attempt(database, NOON, sari=3, tablet=6) == 30
    assert attempt(database, NOON, ketut=3) == 0


def test_a_right_attempt_and_a_quiet_day_start_anew(database: Database) -> None:
    for _ in range(3):
        attempt(database, NOON, sari=3)
    with database.writing() as session:
        service.forget(session, "sari")
    assert [attempt(database, NOON, sari=3) for _ in range(4)] == [0, 0, 0, 30]
    later = NOON + timedelta(days=1, seconds=1)
    assert [attempt(database, later, sari=3) for _ in range(4)] == [0, 0, 0, 30]


@pytest.mark.parametrize("back", [timedelta(seconds=5), timedelta(days=4000)], ids=str)
def test_a_clock_that_was_set_back_starts_the_wait_again_once(
    database: Database, back: timedelta
) -> None:
    for _ in range(3):
        attempt(database, NOON, sari=3)
    assert attempt(database, NOON - back, sari=3) == 30
    assert attempt(database, NOON - back + timedelta(seconds=30), sari=3) == 0


def test_no_count_is_too_large_for_the_wait(database: Database) -> None:
    now = NOON
    for _ in range(80):
        now += timedelta(seconds=attempt(database, now, sari=3))
    assert attempt(database, now, sari=3) <= 400
