"""Run the shift with more and more stations, and print the table."""

from __future__ import annotations

import argparse
import csv
import json
import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import child
import psutil
from served import Served, photo_jpeg

from load import ITEM_EVERY_S

_SHIFT = Path(__file__).with_name("shift.py")
_SPEC = "mitsubishi-bowl-150"
_HEADINGS = (
    "stations",
    "asked /s",
    "kept /s",
    "median s",
    "p95 s",
    "turned away",
    "failed",
    "CPU s an item",
    "peak MiB",
)
_UTILISATION = 0.7
"""Beyond it queues grow long (M/M/c); cores are planned for it."""


@dataclass(frozen=True)
class Point:
    """What was measured with so many stations."""

    stations: int
    asked_per_s: float
    kept_per_s: float
    median_s: float
    p95_s: float
    turned_away: int
    failed: int
    cpu_s_an_item: float
    peak_mib: float


def measure(
    nodes: Sequence[Served], cookies: dict[str, str], photos: Path, stations: int, s: int
) -> Point:
    """Let so many stations work for `s` seconds."""
    before_s = _cpu_s(nodes)
    with tempfile.TemporaryDirectory() as folder:
        environment = child.environment() | {
            "LOAD_PHOTOS": str(photos),
            "LOAD_COOKIES": json.dumps(cookies),
            "LOAD_SPEC": _SPEC,
            "LOAD_NODES": " ".join(node.address for node in nodes),
        }
        users = stations + 1
        flags = {
            "-f": _SHIFT,
            "--users": users,
            "--spawn-rate": users / ITEM_EVERY_S,
            "--run-time": f"{s}s",
            "--stop-timeout": 60,
            "--host": nodes[0].address,
            "--csv": f"{folder}/load",
            "--loglevel": "ERROR",
        }
        subprocess.run(
            [
                sys.executable,
                "-m",
                "locust",
                "--headless",
                *(str(part) for flag in flags.items() for part in flag),
            ],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,  # a request that failed is counted, not an error of the load
        )
        with (Path(folder) / "load_stats.csv").open(encoding="utf-8") as file:
            rows = {row["Name"]: row for row in csv.DictReader(file)}
    kept = int(rows["inspect"]["Request Count"]) - int(rows["inspect"]["Failure Count"])
    spent_s = _cpu_s(nodes) - before_s
    return Point(
        stations,
        stations / ITEM_EVERY_S,
        kept / s,
        float(rows["inspect"]["Median Response Time"]) / 1000,
        float(rows["inspect"]["95%"]) / 1000,
        int(rows.get("turned away", {}).get("Request Count", 0)),
        int(rows["Aggregated"]["Failure Count"]),
        spent_s / max(kept, 1),
        max(_peak_mib(node.process.pid) for node in nodes),
    )


def write_photos(folder: Path) -> Path:
    """Write some photos to send; return where they are."""
    photos = folder / "photos"
    photos.mkdir()
    for number in range(6):
        (photos / f"{number}.jpg").write_bytes(photo_jpeg(number))
    return photos


def _cpu_s(nodes: Sequence[Served]) -> float:
    return sum(sum(psutil.Process(node.process.pid).cpu_times()[:2]) for node in nodes)


def _peak_mib(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def main() -> None:
    """Run the command."""
    arguments = argparse.ArgumentParser(prog="load", description=__doc__)
    arguments.add_argument("stations", nargs="*", type=int, default=[2, 4, 8, 16])
    arguments.add_argument("--seconds", type=int, default=60, help="for each number of stations")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        photos = write_photos(folder)
        served = Served(folder / "data")
        points = []
        try:
            cookies = served.sign_in()
            print(f"| {' | '.join(_HEADINGS)} |")
            print("| --- " * len(_HEADINGS) + "|")
            for stations in given.stations:
                points.append(measure([served], cookies, photos, stations, given.seconds))
                print(_line(points[-1]), flush=True)
                time.sleep(2)
        finally:
            served.stop()
    most_s = max(point.cpu_s_an_item for point in points)
    for stations in (10, 100, 1000):
        cores = math.ceil(stations / ITEM_EVERY_S * most_s / _UTILISATION)
        print(f"{stations} stations: {cores} cores at {_UTILISATION:.0%} of their time")


def _line(point: Point) -> str:
    cells = [
        f"{point.stations}",
        f"{point.asked_per_s:.2f}",
        f"{point.kept_per_s:.2f}",
        f"{point.median_s:.2f}",
        f"{point.p95_s:.2f}",
        f"{point.turned_away}",
        f"{point.failed}",
        f"{point.cpu_s_an_item:.2f}",
        f"{point.peak_mib:.0f}",
    ]
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
