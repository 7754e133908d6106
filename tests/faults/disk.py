"""A folder as a power cut leaves it: what was flushed is there, of the rest any part.

A disk may keep back whatever nobody flushed: bytes of a file, and the entry by which a folder
names it. It may also write some of it, in any order, down to sectors of 512 bytes.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

from faults.sqlite_writes import Listener, told

_SECTOR_BYTES = 512
_FOLDER = -1
"""Stands for a folder where others have the number of a file."""


@dataclass
class _State:
    """What the disk holds for sure, and what it may hold."""

    files: dict[int, bytearray] = field(default_factory=dict)
    """Flushed content by number of a file: a file keeps its number when it is renamed."""
    waiting: dict[int, list[tuple[int, bytes | None]]] = field(default_factory=dict)
    """Writes (offset, bytes) and cuts (size, None) that were not flushed."""
    entries: dict[Path, dict[str, int]] = field(default_factory=dict)
    """Flushed entries of each folder."""
    names: dict[Path, int] = field(default_factory=dict)
    """All entries of files, flushed or not."""
    numbers: int = 0

    def number(self, path: Path) -> int:
        if path not in self.names:
            self.names[path] = self.numbers
            self.numbers += 1
        return self.names[path]

    def flush_folder(self, folder: Path, listed: dict[str, bool]) -> None:
        self.entries[folder] = {
            name: _FOLDER if is_folder else self.number(folder / name)
            for name, is_folder in listed.items()
        }


class Disk:
    """Records what happens in a folder."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        self._events: list[Callable[[_State], object]] = []

    def __len__(self) -> int:
        """Return how much has happened."""
        return len(self._events)

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Record the writes of SQLite, and the flushes and renamings of this program."""
        fsync, replace = os.fsync, os.replace

        def flush(descriptor: int) -> None:
            fsync(descriptor)
            path = Path(f"/proc/self/fd/{descriptor}").readlink()
            if path.is_dir():
                self._flush_folder(path)
            else:
                self._flush_file(path, path.read_bytes())

        def rename(old: Path, new: Path) -> None:
            replace(old, new)
            if self._is_ours(Path(new)):
                self._events.append(lambda state: _rename(state, Path(old), Path(new)))

        listener = Listener(self._open, self._write, self._cut, self._flush, self._delete)
        with (
            mock.patch.object(os, "fsync", flush),
            mock.patch.object(os, "replace", rename),
            told(listener),
        ):
            yield

    def rebuild(self, target: Path, cut: int, chance: random.Random | None) -> None:
        """Write the folder as the disk may hold it after the first `cut` events.

        Args:
            target: is made.
            cut: how much has happened.
            chance: decides on everything that was not flushed; None: nothing of it is there.
        """
        state = _State()
        for event in self._events[:cut]:
            event(state)
        if chance is not None:
            _write_some(state, chance)
        self._lay(state, self._root, target)

    def _lay(self, state: _State, folder: Path, target: Path) -> None:
        target.mkdir()
        for name, number in state.entries.get(folder, {}).items():
            if number == _FOLDER:
                self._lay(state, folder / name, target / name)
            else:
                (target / name).write_bytes(state.files.get(number, b""))

    def _is_ours(self, path: Path) -> bool:
        return path.is_relative_to(self._root) and not path.name.endswith("-shm")

    def _flush_folder(self, folder: Path) -> None:
        if self._is_ours(folder):
            listed = {
                entry.name: entry.is_dir()
                for entry in os.scandir(folder)
                if not entry.name.endswith("-shm")
            }
            self._events.append(lambda state: state.flush_folder(folder, listed))

    def _flush_file(self, path: Path, data: bytes) -> None:
        if self._is_ours(path):
            self._events.append(
                lambda state: state.files.update({state.number(path): bytearray(data)})
            )

    def _open(self, path: Path) -> None:
        if self._is_ours(path):
            self._events.append(lambda state: state.number(path))

    def _write(self, path: Path, offset: int, data: bytes) -> None:
        if self._is_ours(path):
            self._events.append(lambda state: _wait(state, path, offset, data))

    def _cut(self, path: Path, size: int) -> None:
        if self._is_ours(path):
            self._events.append(lambda state: _wait(state, path, size, None))

    def _flush(self, path: Path, with_entry: bool) -> None:
        if self._is_ours(path):
            self._events.append(lambda state: _settle(state, state.number(path)))
            if with_entry:
                self._flush_folder(path.parent)

    def _delete(self, path: Path) -> None:
        if self._is_ours(path):
            self._events.append(lambda state: state.names.pop(path, None))


def _rename(state: _State, old: Path, new: Path) -> None:
    state.names[new] = state.number(old)
    del state.names[old]


def _wait(state: _State, path: Path, offset: int, data: bytes | None) -> None:
    state.waiting.setdefault(state.number(path), []).append((offset, data))


def _settle(state: _State, number: int) -> None:
    content = state.files.setdefault(number, bytearray())
    for offset, data in state.waiting.pop(number, []):
        _apply(content, offset, data)


def _apply(content: bytearray, offset: int, data: bytes | None) -> None:
    if data is None:
        del content[offset:]
        return
    content.extend(bytes(max(0, offset - len(content))))
    content[offset : offset + len(data)] = data


def _write_some(state: _State, chance: random.Random) -> None:
    """Let half of what was not flushed be there."""
    for number, waiting in state.waiting.items():
        content = state.files.setdefault(number, bytearray())
        for offset, data in waiting:
            if data is None:
                pieces: list[tuple[int, bytes | None]] = [(offset, None)]
            else:
                pieces = [
                    (offset + start, data[start : start + _SECTOR_BYTES])
                    for start in range(0, len(data), _SECTOR_BYTES)
                ]
            for place, piece in pieces:
                if chance.random() < 0.5:
                    _apply(content, place, piece)
    for folder, entries in state.entries.items():
        known = {path.name: number for path, number in state.names.items() if path.parent == folder}
        gone = [name for name, number in entries.items() if number != _FOLDER and name not in known]
        for name in gone:
            if chance.random() < 0.5:
                del entries[name]
        for name, number in known.items():
            if chance.random() < 0.5:
                entries[name] = number
