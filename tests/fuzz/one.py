"""One target under Atheris, in a process of its own: `python -m fuzz.one TARGET [FLAGS]`."""

from __future__ import annotations

import sys
from contextlib import suppress

import atheris

with atheris.instrument_imports(include=["qc"], enable_loader_override=False):
    from fuzz.targets import find
from qc.errors import TelitiError


def main() -> None:
    """Fuzz until the flags say stop; never returns."""
    target = find(sys.argv.pop(1))
    target.seeds()  # some readers want other files beside the one that is fuzzed

    def read(data: bytes) -> None:
        with suppress(TelitiError):
            target.read(data)

    atheris.Setup(sys.argv, read)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
