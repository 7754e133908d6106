"""Who judges a product's surface beside the detector: its memories of good items, and judges.

They are files in the data folder, `experts/SPEC/*.qcn` and `experts/SPEC/*.json`, as `qc learn`,
`qc confirm` and `qc judge` write them: what is confirmed there counts from the next inspection on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

import structlog

from qc.defects.detector import Detector
from qc.defects.normality import Encoder, Normality, load, load_by_view
from qc.errors import JudgeError, NormalityError, TelitiError
from qc.judge import Judge, read_judges
from qc.spec.models import Spec

EXPERTS_FOLDER = "experts"
"""Name of the folder in the data folder."""

_log = structlog.get_logger(__name__)

Signature = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class Experts:
    """Memories and judges of one product, by view."""

    memories: Mapping[str, Normality] = field(default_factory=dict)
    judges: Mapping[str, Judge] = field(default_factory=dict)

    def beside(self, detector: Detector | None) -> Experts:
        """Leave out judges that were fitted to other experts: what they would settle is `check`."""
        reference = detector.reference if detector else None
        fitting = {}
        for view, judge in self.judges.items():
            memory = self.memories.get(view)
            try:
                judge.require(reference, memory.card.name if memory else None)
            except JudgeError as error:
                _log.warning("a judge is left out", judge=judge.reference, problem=str(error))
            else:
                fitting[view] = judge
        return Experts(self.memories, fitting)


class ExpertFolder:
    """Reads the experts of a product when their files have changed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._encoder: Encoder | None = None
        self._known: dict[str, tuple[Signature, Experts]] = {}
        self._lock = Lock()

    def specs(self) -> list[str]:
        """Return the ids of the specs that have a folder."""
        if not self._folder.is_dir():
            return []
        return sorted(path.name for path in self._folder.iterdir() if path.is_dir())

    def read(self, spec: Spec) -> Experts:
        """Read the experts of a product.

        Raises:
            NormalityError, JudgeError, ReleaseError: a file is damaged, or of another product.
        """
        folder = self._folder / spec.id
        paths = sorted(folder.glob("*.qcn"))
        memories: dict[str, Normality] = {}
        if paths:
            memories = load_by_view(paths, spec.views[0].name, self.encoder())
        for memory in memories.values():
            # A memory stays good for later versions: it knows the product, not its limits.
            product = (memory.card.spec or spec.id).partition("@")[0]
            if memory.card.mm_per_px is None or product != spec.id:
                raise NormalityError(
                    f"{memory.reference} was learnt for {memory.card.spec or 'whole photos'}, not "
                    f"for {spec.id} on the mat",
                    fix=f"Learn it with: qc learn PHOTOS --spec {spec.id}.",
                )
        judges = read_judges(sorted(folder.glob("*.json")), spec.id)
        views = {view.name for view in spec.views if view.is_judged}
        if strange := sorted((set(memories) | set(judges)) - views):
            raise NormalityError(
                f"{folder} has an expert on {strange[0]}, which is no view of {spec.reference}",
                fix="Remove it, or learn it again.",
            )
        return Experts(memories, judges)

    def encoder(self) -> Encoder:
        """Return the encoder with which memories are made and read.

        Raises:
            ReleaseError: it is not there, or damaged.
        """
        if self._encoder is None:
            self._encoder = Encoder.load_active()
        return self._encoder

    def memory_file(self, spec: Spec, view: str) -> Path:
        """Return where the memory of a view lies, or would lie."""
        folder = self._folder / spec.id
        for path in sorted(folder.glob("*.qcn")):
            if (load(path, self.encoder()).card.view or spec.views[0].name) == view:
                return path
        return folder / f"{view}.qcn"

    def load(self, spec: Spec) -> Experts:
        """Read the experts of a product, and remember them.

        Raises:
            NormalityError, JudgeError, ReleaseError: as `read`.
        """
        signature = self._signature(spec.id)
        experts = self.read(spec)
        self._known[spec.id] = (signature, experts)
        return experts

    def of(self, spec: Spec) -> Experts:
        """Return the experts of a product as they are now.

        Where a changed file cannot be read the ones before go on: every inspection says who
        judged, and the doctor names the file.
        """
        signature = self._signature(spec.id)
        with self._lock:
            known, experts = self._known.get(spec.id, ((), Experts()))
            if signature == known:
                return experts
            try:
                return self.load(spec)
            except TelitiError as error:
                _log.error("new experts cannot be read", spec=spec.id, problem=str(error))
                self._known[spec.id] = (signature, experts)
                return experts

    def _signature(self, spec_id: str) -> Signature:
        folder = self._folder / spec_id
        if not folder.is_dir():
            return ()
        paths = sorted(p for p in folder.iterdir() if p.suffix in (".qcn", ".json"))
        return tuple((p.name, p.stat().st_mtime_ns, p.stat().st_size) for p in paths)
