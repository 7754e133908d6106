"""The door to the inspections: who is let in, who waits, who is turned away."""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from threading import Event

import pytest

from service.errors import BusyError
from service.inspector import Gate
from service.settings import InspectionSettings

TOGETHER = 8


class Clock:
    """A clock that somebody else moves."""

    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def _let_in(gate: Gate, turned_away: int) -> int:
    """Ask for eight inspections at once, none of which ends before so many were turned away."""
    done = Event()

    def inspect() -> bool:
        try:
            with gate.enter():
                done.wait(10)
        except BusyError:
            return False
        return True

    with ThreadPoolExecutor(TOGETHER) as pool:
        asked = [pool.submit(inspect) for _ in range(TOGETHER)]
        pending = set(asked)
        while len(asked) - len(pending) < turned_away:
            ended, pending = wait(pending, 10, FIRST_COMPLETED)
            assert ended
        done.set()
    return sum(answer.result() for answer in asked)


@pytest.mark.parametrize(
    ("took_s", "let_in"),
    [(0.3, 8), (1.0, 6), (1.2, 5), (2.0, 3), (60.0, 2)],
    ids=["quick", "usual", "slower", "slow", "hardly alive"],
)
def test_who_would_be_answered_too_late_is_turned_away(took_s: float, let_in: int) -> None:
    clock = Clock()
    gate = Gate(InspectionSettings(workers=2, queue=16, answer_within_s=3), clock)
    with gate.enter(), gate.enter():
        clock.now_s += took_s
    assert _let_in(gate, TOGETHER - let_in) == let_in


@pytest.mark.parametrize(("took_s", "let_in"), [(0.3, 8), (1.0, 3), (2.0, 2)])
def test_what_one_took_alone_is_not_what_it_takes_beside_others(took_s: float, let_in: int) -> None:
    clock = Clock()
    gate = Gate(InspectionSettings(workers=2, queue=16, answer_within_s=3), clock)
    with gate.enter():
        clock.now_s += took_s
    assert _let_in(gate, TOGETHER - let_in) == let_in


def test_one_that_ran_beside_another_for_half_of_its_time_counts_in_between() -> None:
    clock = Clock()
    gate = Gate(InspectionSettings(workers=2, queue=16, answer_within_s=3), clock)
    with gate.enter():
        clock.now_s += 0.45
        with gate.enter():
            clock.now_s += 0.45
    # 0.9 s beside 1.5 on average, and 0.45 s beside 2: 0.6 and 0.225 s of the machine.
    assert _let_in(gate, TOGETHER - 7) == 7


def test_never_more_wait_than_the_queue_holds() -> None:
    gate = Gate(InspectionSettings(workers=2, queue=1, answer_within_s=60))
    assert _let_in(gate, TOGETHER - 3) == 3
    with gate.enter():
        pass


def test_an_inspection_that_failed_tells_nothing_of_the_others() -> None:
    clock = Clock()
    gate = Gate(InspectionSettings(workers=1, queue=16, answer_within_s=3), clock)

    def fail() -> None:
        with gate.enter():
            clock.now_s += 60
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert _let_in(gate, TOGETHER - 3) == 3
