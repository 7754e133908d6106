"""Memories that were learnt: each is kept as a file, and one of a view may count.

`teaching/SPEC/DIGEST.qcn` with what is known of it in `DIGEST.json`; the one that counts is a copy
in `experts/SPEC/`, where every inspection finds it. None is ever overwritten, so any can be taken
back.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from qc.defects.normality import Normality, load, save
from qc.spec.models import Spec
from service.durable import flush, make_folder
from service.errors import NotFoundError
from service.experts import ExpertFolder
from service.teaching.schemas import Memory


class MemoryUnknownError(NotFoundError):
    """No memory of this name is kept."""

    code = "memory-unknown"


class KeptMemories:
    """The memories of one product."""

    def __init__(self, folder: Path, spec: Spec, experts: ExpertFolder) -> None:
        self._folder = folder / spec.id
        self._spec = spec
        self._experts = experts

    def keep(self, learnt: Normality, by: str | None, at: datetime | None) -> Memory:
        """Keep a memory; it does not count yet."""
        memory = self._describe(learnt, by, at)
        path = self._path(memory.reference)
        save(path, learnt)
        _write(path.with_suffix(".json"), memory.model_dump_json().encode())
        return memory

    def all(self) -> Iterator[Memory]:
        """Give every memory that is kept, newest first."""
        known = (
            Memory.model_validate_json(path.read_bytes())
            for path in self._folder.glob("*.json")
            if path.with_suffix(".qcn").is_file()
        )
        yield from sorted(
            known, key=lambda one: one.learnt_at.timestamp() if one.learnt_at else 0, reverse=True
        )

    def counting(self) -> dict[str, Memory]:
        """Return the memory that counts, by view."""
        found = self._experts.of(self._spec).memories
        return {view: self._describe(memory, None, None) for view, memory in found.items()}

    def choose(self, view: str, reference: str | None) -> None:
        """Let a kept memory count for a view, or none; what counted before is kept.

        Raises:
            MemoryUnknownError: no such memory of this view is kept.
            NormalityError: its file is damaged.
        """
        place = self._experts.memory_file(self._spec, view)
        data = None if reference is None else self._read(view, reference)
        if place.is_file():
            before = load(place, self._experts.encoder())
            if not self._path(before.reference).is_file():
                self.keep(before, None, None)
        if data is not None:
            _write(place, data)
        elif place.is_file():
            place.unlink()
            flush(place.parent)

    def _read(self, view: str, reference: str) -> bytes:
        path = self._path(reference)
        if not any(one.reference == reference and one.view == view for one in self.all()):
            raise MemoryUnknownError(
                f"{self._spec.id} has no memory {reference!r} of view {view!r}",
                fix="Choose one of those that are listed.",
            )
        load(path, self._experts.encoder())
        return path.read_bytes()

    def _path(self, reference: str) -> Path:
        return self._folder / f"{reference.rpartition('@')[2]}.qcn"

    def _describe(self, memory: Normality, by: str | None, at: datetime | None) -> Memory:
        card = memory.card
        return Memory(
            reference=memory.reference,
            view=card.view or self._spec.views[0].name,
            photos=len(card.photos),
            false_reject_bound=card.false_reject_bound,
            confidence=card.confidence,
            learnt_by=by,
            learnt_at=at,
        )


def _write(path: Path, data: bytes) -> None:
    """Write a file whole, or leave the one that was there."""
    make_folder(path.parent.absolute())
    unfinished = path.with_name(f".{path.name}.part")
    unfinished.write_bytes(data)
    flush(unfinished)
    unfinished.replace(path)
    flush(path.parent)
