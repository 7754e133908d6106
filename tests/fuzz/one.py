"""One target under Atheris, in a process of its own: `python -m fuzz.one TARGET HANG_S [FLAGS]`."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

import atheris

with atheris.instrument_imports(include=["qc"], enable_loader_override=False):
    from fuzz.targets import find
from qc.errors import TelitiError


class HangError(BaseException):
    """A reader took too long; no reader catches it."""


def main() -> None:
    """Fuzz until the flags say stop; never returns."""
    target, hang_s = find(sys.argv.pop(1)), float(sys.argv.pop(1))
    target.seeds()  # some readers want other files beside the one that is fuzzed

    def read(data: bytes) -> None:
        with suppress(TelitiError), _hangs_told(hang_s):
            target.read(data)

    atheris.Setup(sys.argv, read)
    atheris.Fuzz()


@contextmanager
def _hangs_told(hang_s: float) -> Iterator[None]:
    """Raise where what is done takes the processor longer; a busy machine lets everything wait.

    Raises:
        HangError: as said; not within foreign code, which libFuzzer's own alarm is for.
    """

    def tell(_signal: int, _frame: FrameType | None) -> None:
        raise HangError

    signal.signal(signal.SIGVTALRM, tell)
    signal.setitimer(signal.ITIMER_VIRTUAL, hang_s)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


if __name__ == "__main__":
    main()
