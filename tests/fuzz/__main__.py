"""Fuzz every reader, and print the table."""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import child

from fuzz.targets import CORPUS, TARGETS, find

_HANG_S = 20.0
"""Of the processor's time."""

_STUCK_S = 600
"""Of the clock: what Python cannot interrupt is told by libFuzzer."""

_HANG = re.compile(r"^(\w+\.)*HangError", re.MULTILINE)
_MOST_MIB = 2048
_AFRESH = ("sh", "-c", '"$@" & wait $!', "sh")
"""A program begins with the memory peak of the process that starts it (Linux keeps it through
`exec`), so a large one would be taken for a bug; a shell's child begins with the shell's."""


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    target: str
    inputs: int
    crashes: int
    hangs: int
    out_of_memory: int
    peak_mib: int
    found: tuple[bytes, ...]
    said: str

    @property
    def sound(self) -> bool:
        """Whether nothing was found."""
        return not (self.crashes or self.hangs or self.out_of_memory)


def fuzz(name: str, inputs: int, seed: int = 1, hang_s: float = _HANG_S) -> Row:
    """Give a reader so many inputs, in a process of its own; it stops at the first bug."""
    with tempfile.TemporaryDirectory(prefix="teliti-fuzz-") as folder:
        seeds, bugs = Path(folder) / "seeds", Path(folder) / "bugs"
        seeds.mkdir()
        bugs.mkdir()
        known = [path.read_bytes() for path in sorted((CORPUS / slug(name)).glob("*"))]
        for number, data in enumerate([*find(name).seeds(), *known]):
            (seeds / str(number)).write_bytes(data)
        longest = max(path.stat().st_size for path in seeds.iterdir())
        flags = {
            "runs": inputs,
            "seed": seed,
            "timeout": _STUCK_S,
            "report_slow_units": _STUCK_S,
            "rss_limit_mb": _MOST_MIB,
            "max_len": 2 * longest,
            "artifact_prefix": f"{bugs}/",
            "print_final_stats": 1,
        }
        run = subprocess.run(
            [*_AFRESH, sys.executable, "-m", "fuzz.one", name, str(hang_s)]
            + [f"-{flag}={value}" for flag, value in flags.items()]
            + [str(seeds)],
            env=child.environment(),
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        said = run.stdout[-4000:] + run.stderr
        kinds = [path.name.partition("-")[0] for path in bugs.iterdir()]
        if _HANG.search(said):
            kinds = ["timeout" if kind == "crash" else kind for kind in kinds]
        return Row(
            name,
            _figure(said, "number_of_executed_units"),
            kinds.count("crash") + (run.returncode != 0 and not kinds),
            kinds.count("timeout"),
            kinds.count("oom"),
            _figure(said, "peak_rss_mb"),
            tuple(path.read_bytes() for path in bugs.iterdir()),
            said,
        )


def slug(name: str) -> str:
    """Return the name of a target's folder."""
    return re.sub(r"[^a-z]+", "-", name.lower())


def _figure(said: str, name: str) -> int:
    found = re.search(rf"stat::{name}:\s+(\d+)", said)
    return int(found[1]) if found else 0


def main() -> int:
    """Run the command; 1 where a bug was found, whose input is kept for the next run."""
    arguments = argparse.ArgumentParser(prog="fuzz", description=__doc__)
    arguments.add_argument("--inputs", type=int, default=100_000, help="for each target")
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("targets", nargs="*", help="names; all where none is given")
    given = arguments.parse_args()
    print("| target | inputs | crashes | hangs | out of memory | peak MiB |")
    print("| --- | --- | --- | --- | --- | --- |")
    sound = True
    for name in given.targets or TARGETS:
        row = fuzz(name, given.inputs, given.seed)
        counts = (row.inputs, row.crashes, row.hangs, row.out_of_memory, row.peak_mib)
        print(f"| {row.target} | {' | '.join(map(str, counts))} |", flush=True)
        if not row.sound:
            sound = False
            print(row.said[-3000:], file=sys.stderr)
            for data in row.found:
                folder = CORPUS / slug(name)
                folder.mkdir(parents=True, exist_ok=True)
                (folder / f"{len(list(folder.iterdir())):03d}").write_bytes(data)
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
