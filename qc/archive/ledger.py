"""The file of results: one line of JSON for each item, in the archive's order.

Lines are only added. What a kill left unfinished is the last line at most; it is cut off, and the
run goes on behind it. A second file says what the results depend on, so that one file never holds
those of two specs or releases.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from qc.errors import ArchiveError


class Ledger:
    """Results on disk. Use it in a `with` block."""

    def __init__(self, path: Path, terms: dict[str, Any]) -> None:
        """Open a file of results, or begin one.

        Args:
            path: of the file.
            terms: what the results depend on.

        Raises:
            ArchiveError: the file was made on other terms, or is no file of results.
        """
        self._path = path
        beside = path.with_suffix(path.suffix + ".terms")
        if path.exists():
            _require_same(beside, terms)
        else:
            _write_whole(beside, json.dumps(terms, indent=2, sort_keys=True) + "\n")
        self.done = self._finished()
        self._file: IO[bytes] | None = None

    def _finished(self) -> frozenset[str]:
        """Names of the items with a whole line; half a line is cut off."""
        if not self._path.exists():
            return frozenset()
        names, whole = set[str](), 0
        with self._path.open("r+b") as file:
            for line in file:
                if not line.endswith(b"\n"):
                    break
                try:
                    names.add(json.loads(line)["item"])
                except (ValueError, KeyError, TypeError) as error:
                    raise ArchiveError(
                        f"{self._path} is no file of results: {error}",
                        fix="Name another file with --out.",
                    ) from error
                whole += len(line)
            file.truncate(whole)
        return frozenset(names)

    def __enter__(self) -> Self:
        self._file = self._path.open("ab")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file:
            self._file.close()

    def add(self, line: str) -> None:
        """Append a result: JSON with `item`, without its line break."""
        if self._file is None:
            raise RuntimeError("the ledger is not open")
        self._file.write(line.encode() + b"\n")
        self._file.flush()


def _require_same(path: Path, terms: dict[str, Any]) -> None:
    try:
        known = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise ArchiveError(
            f"{path} does not say what the results depend on", fix="Name another file with --out."
        ) from error
    # As JSON gives it back: lists for tuples.
    now = json.loads(json.dumps(terms))
    different = sorted(k for k in {*known, *now} if known.get(k) != now.get(k))
    if different:
        what = different[0]
        raise ArchiveError(
            f"the results were made with {what} {known.get(what)}, not {now.get(what)}",
            fix="Name another file with --out.",
        )


def _write_whole(path: Path, content: str) -> None:
    new = path.with_suffix(f".{os.getpid()}")
    new.write_text(content, encoding="utf-8")
    new.replace(path)
