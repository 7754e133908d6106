"""Two nodes against one at the same load: how much more is inspected, and where the rest goes.

`python -m load.nodes` (with `tests` on the path). Each node has a core of its own and inspects one
photo at a time; both keep everything in one PostgreSQL and one bucket. Stations ask for more than
two cores can do, so that what is kept is what the nodes can.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import psutil
import scale
from served import Served

from load.__main__ import Point, measure, write_photos

_AT_ONCE = {"TELITI_INSPECTION__WORKERS": "1", "TELITI_INSPECTION__QUEUE": "2"}
_HEADINGS = (
    "nodes",
    "kept /s",
    "turned away",
    "failed",
    "CPU s an item",
    "nodes' cores busy",
    "database CPU s an item",
    "bucket CPU s an item",
)


@dataclass(frozen=True)
class Share:
    """What so many nodes kept, and what it took."""

    nodes: int
    point: Point
    busy: float
    """Of the nodes' cores."""
    database_s: float
    bucket_s: float
    """CPU time for each item, of processes that run beside the nodes."""


def share(folder: Path, nodes: int, stations: int, seconds: int) -> Share:
    """Let so many nodes work on a database and a bucket of their own."""
    photos = write_photos(folder)
    environment = scale.environment() | _AT_ONCE
    with ExitStack() as stack:
        running: list[Served] = []
        for number in range(nodes):
            home = folder / f"node-{number}"
            home.mkdir()
            served = Served(home / "data", environment, cores=[number])
            stack.callback(served.stop)
            running.append(served)
            if number == 0:
                cookies = served.sign_in()  # it alone has made the tables, and the first code
            served.wait()
        began_s, before = time.monotonic(), _beside()
        point = measure(running, cookies, photos, stations, seconds)
        took_s = time.monotonic() - began_s
        after = _beside()
        kept = max(1, round(point.kept_per_s * seconds))
        return Share(
            nodes,
            point,
            point.cpu_s_an_item * kept / (took_s * nodes),
            (after[0] - before[0]) / kept,
            (after[1] - before[1]) / kept,
        )


def _beside() -> tuple[float, float]:
    """Return the CPU time of all PostgreSQL processes of this machine, and of our bucket's."""
    database_s = sum(
        sum(process.info["cpu_times"][:4])  # of those that ended meanwhile as well
        for process in psutil.process_iter(["name", "cpu_times"])
        if process.info["name"].startswith("postgres") and process.info["cpu_times"]
    )
    bucket_s = sum(
        sum(process.cpu_times()[:2])
        for process in psutil.Process().children()
        if "ThreadedMotoServer" in " ".join(process.cmdline())
    )
    return database_s, bucket_s


def main() -> int:
    """Run the command."""
    arguments = argparse.ArgumentParser(prog="load.nodes", description=__doc__)
    arguments.add_argument("--stations", type=int, default=24)
    arguments.add_argument("--seconds", type=int, default=60, help="for each number of nodes")
    given = arguments.parse_args()
    print(f"| {' | '.join(_HEADINGS)} |")
    print("| --- " * len(_HEADINGS) + "|")
    kept: list[float] = []
    for nodes in (1, 2):
        with tempfile.TemporaryDirectory() as folder:
            one = share(Path(folder), nodes, given.stations, given.seconds)
        kept.append(one.point.kept_per_s)
        cells = (
            f"{one.nodes}",
            f"{one.point.kept_per_s:.2f}",
            f"{one.point.turned_away}",
            f"{one.point.failed}",
            f"{one.point.cpu_s_an_item:.2f}",
            f"{one.busy:.0%}",
            f"{one.database_s:.3f}",
            f"{one.bucket_s:.3f}",
        )
        print(f"| {' | '.join(cells)} |", flush=True)
    print(f"two nodes keep {kept[1] / kept[0]:.2f} times as much as one")
    return 0


if __name__ == "__main__":
    sys.exit(main())
