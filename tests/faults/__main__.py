"""Inject every fault many times, and print the table."""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import structlog
from station_page import Service, serving

from faults import at_rest, crashes, on_the_way, power, under_the_service
from faults.ledger import Ledger, Row

Fault = Callable[[Path, Ledger, int], Row]


def faults() -> dict[str, Fault]:
    """Return every fault by name: a function of a folder, a ledger and how often."""
    below = [(one.name, partial(under_the_service.inject, one)) for one in under_the_service.FAULTS]
    running = [(name, partial(_served, inject)) for name, inject in (*below, *on_the_way.FAULTS)]
    at_rest_and_dying = (*at_rest.FAULTS, *crashes.FAULTS, *power.FAULTS)
    return dict(running) | dict(at_rest_and_dying)


def _served(
    inject: Callable[[Service, Ledger, int], None], folder: Path, ledger: Ledger, times: int
) -> Row:
    with serving(folder) as service:
        inject(service, ledger, times)
        return ledger.compare(service.runtime)


def _rows(names: list[str], times: int) -> Iterator[Row]:
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            yield faults()[name](Path(folder), Ledger(name), times)


def main() -> int:
    """Run the command; 1 where something was lost, doubled or wrong."""
    arguments = argparse.ArgumentParser(prog="faults", description=__doc__)
    arguments.add_argument("--times", type=int, default=100, help="of each fault")
    arguments.add_argument("faults", nargs="*", help="names; all where none is given")
    given = arguments.parse_args()
    quiet = structlog.make_filtering_bound_logger(logging.CRITICAL)
    structlog.configure(wrapper_class=quiet)
    print("| fault | injected | acknowledged | lost | doubled | wrong | untyped |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    sound = True
    for row in _rows(given.faults or list(faults()), given.times):
        counts = (row.injected, row.acknowledged, row.lost, row.doubled, row.wrong, row.untyped)
        print(f"| {row.fault} | {' | '.join(map(str, counts))} |", flush=True)
        sound &= row.sound
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
