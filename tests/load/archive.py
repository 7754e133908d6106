"""A large archive inspected again through Ray Data: its memory, and what a million photos cost.

`python -m load.archive` (with `tests` on the path, and the extra `scale` for Ray) writes an archive
of small photos, runs `qc reinspect --engine ray` over it, and watches all its processes. The photos
are too small to measure in and so judged at the gate: what is tried is the streaming. A share of
them may be sample photos in full (`--whole-every 50`), whose results take the whole pipeline.

`--kill` kills the run in its middle and starts it again; `--compare` inspects the same archive by
the local engine, and compares every byte.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import child
import psutil
from PIL import Image
from station_page import SAMPLES

_SPEC = "mitsubishi-bowl-150"
_SIZE_PX = (320, 240)
_WATCH_S = 2.0
_MIB = 2**20


@dataclass
class Watched:
    """What was seen of a run."""

    took_s: float = 0
    cpu_s: float = 0
    peaks_mib: dict[str, list[float]] = field(default_factory=dict)
    """Largest memory in each tenth of the results, of all processes (`all`) and by what they are.

    Proportional shares, so nothing counts twice.
    """

    def note(self, tenth: int, memory_mib: dict[str, float]) -> None:
        """Take in what processes hold at one time, by what they are."""
        for what, held_mib in [*memory_mib.items(), ("all", sum(memory_mib.values()))]:
            peaks = self.peaks_mib.setdefault(what, [0.0] * 10)
            peaks[tenth] = max(peaks[tenth], held_mib)


def write_archive(folder: Path, entries: int, whole_every: int) -> None:
    """Write photos of which no two are alike, a thousand in a folder."""
    samples = sorted(SAMPLES.glob("bowl-*.jpg"))
    for number in range(entries):
        home = folder / f"{number // 1000:04d}"
        home.mkdir(parents=True, exist_ok=True)
        path = home / f"{number:07d}.jpg"
        if whole_every and number % whole_every == 0:
            shutil.copy(samples[number // whole_every % len(samples)], path)
            continue
        shade = (number % 251, number // 251 % 251, number // 251**2)
        out = io.BytesIO()
        Image.new("RGB", _SIZE_PX, shade).save(out, "JPEG", comment=f"entry {number}")
        path.write_bytes(out.getvalue())


def command(archive: Path, out: Path, engine: str, workers: int) -> list[str]:
    """Return the command that inspects an archive again."""
    words = ["reinspect", archive, "--spec", _SPEC, "--out", out, "--engine", engine]
    program = [sys.executable, "-c", "from qc.cli import main; main()"]
    return [*program, *map(str, words), "--workers", str(workers)]


def run(words: list[str], out: Path, entries: int, kill_at: int | None = None) -> Watched:
    """Run it and watch all its processes; kill them all once so many results are there."""
    seen = Watched()
    spent_s: dict[tuple[int, float], float] = {}
    began_s = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="ray-", dir="/tmp") as short:  # sockets want it short
        environment = child.environment() | {"RAY_TMPDIR": short, "PYTHONWARNINGS": "ignore"}
        process = subprocess.Popen(
            words,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        while process.poll() is None:
            done = _lines(out)
            if kill_at is not None and done >= kill_at:
                os.killpg(process.pid, signal.SIGKILL)
                break
            tenth = min(9, 10 * done // entries)
            seen.note(tenth, _watch(process.pid, spent_s))
            time.sleep(_WATCH_S if kill_at is None else 0.05)
        process.wait()
    seen.took_s = time.monotonic() - began_s
    seen.cpu_s = sum(spent_s.values())
    return seen


def _watch(pid: int, spent_s: dict[tuple[int, float], float]) -> dict[str, float]:
    """Note the CPU time of a process and all below it; return their memory in MiB."""
    memory_mib = dict[str, float]()
    try:
        family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return memory_mib
    for process in family:
        try:
            times = process.cpu_times()
            spent_s[process.pid, process.create_time()] = times.user + times.system
            what = "qc" if process.pid == pid else _kind(process.cmdline())
            held_mib = process.memory_full_info().pss / _MIB
        except psutil.NoSuchProcess:
            continue
        memory_mib[what] = memory_mib.get(what, 0) + held_mib
    return memory_mib


def _kind(words: list[str]) -> str:
    """Tell by its command line what a process of Ray is: `gcs_server`, `monitor.py`, `ray::Name`.

    Ray writes an actor's class there, and behind it what the actor does at the moment.
    """
    if not words:
        return "ended"
    if words[0].startswith("ray::"):
        return re.split(r"[^\w:]", words[0], maxsplit=1)[0]
    return Path(next((word for word in words if word.endswith(".py")), words[0])).name


def _lines(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.exists() else 0


def main() -> int:
    """Run the command; 1 where results are missing or differ."""
    arguments = argparse.ArgumentParser(prog="load.archive", description=__doc__)
    arguments.add_argument("--entries", type=int, default=100_000)
    arguments.add_argument("--whole-every", type=int, default=0)
    arguments.add_argument("--engine", choices=("ray", "local"), default="ray")
    arguments.add_argument("--workers", type=int, default=2)
    arguments.add_argument("--kill", action="store_true")
    arguments.add_argument("--compare", action="store_true")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="teliti-archive-") as temporary:
        archive, out = Path(temporary) / "archive", Path(temporary) / "results.jsonl"
        write_archive(archive, given.entries, given.whole_every)
        words = command(archive, out, given.engine, given.workers)
        if given.kill:
            run(words, out, given.entries, kill_at=given.entries // 2)
            print(f"killed after {_lines(out):,} of {given.entries:,} results")
        seen = run(words, out, given.entries)
        results = _lines(out)
        print(
            f"{results:,} results in {seen.took_s:.0f} s, {seen.cpu_s:.0f} s of CPU time: "
            f"{seen.cpu_s / 3.6e3 * 1e6 / max(results, 1):.1f} hours of a core a million photos"
        )
        print("memory, MiB, by tenths of the archive:")
        for what, peaks in sorted(seen.peaks_mib.items(), key=lambda entry: -max(entry[1])):
            print(f"  {what:34}", *(f"{peak:5.0f}" for peak in peaks))
        same = True
        if given.compare:
            again = Path(temporary) / "local.jsonl"
            run(command(archive, again, "local", 1), again, given.entries)
            same = again.read_bytes() == out.read_bytes()
            print(f"the local engine's results are {'the same' if same else 'OTHERS'}")
    return 0 if same and results == given.entries else 1


if __name__ == "__main__":
    sys.exit(main())
