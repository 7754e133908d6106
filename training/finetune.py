"""Teach a release what reviews said: `qc train --snapshot S --from RELEASE --out NAME/VERSION`.

The network starts from exactly what the release computes. Patches of the snapshot's photos and of
old data take turns, so that it does not forget; a type that the release did not know gets an
output of its own. The best network on the snapshot's part `val` and on old data is averaged with
the release as far as that keeps what was known, calibrated, exported and verified as any release.
"""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch.utils.data import DataLoader

from qc.datasets.model import DatasetPhoto
from qc.datasets.snapshot import read_snapshot
from qc.defects.release import read_release
from training.blending import SHARES, Blend, choose_blend
from training.config import TrainingConfig
from training.datasets.catalogue import Catalogue, read_catalogue
from training.datasets.patches import BoardSource, CompositeSource, Patches, Source, at_scale
from training.datasets.reviewed import Replayed, ReviewedSource
from training.datasets.surfaces import procedural_surface
from training.errors import TrainingDataError
from training.export import release_run
from training.outputs import choose_outputs, save_outputs
from training.team import team
from training.train import fit, lineage, start, validate, warm_start
from training.weights import blended, encoder_of, own_widths, read_run

log = logging.getLogger("training")
_CALIBRATION_SEED = 8_000_000
_START = "start.pt"
_OUTPUTS = "outputs.pt"
_CALIBRATION_PATCHES = 300
_OUTPUT_SEED = 6_000_000
_OLD_SHARE = 1 / 3
"""Of the patches from which a new type's own output learns."""

LEAST_REGIONS = 16
"""Of a new type, in the part `train`: below that it gets no output of its own."""

FINETUNING = TrainingConfig(
    minutes=50,
    learning_rate=1e-3,
    warm_up_steps=40,
    ema_decay=0.99,
    check_every=100,
    check_patches=160,
    patience=6,
    reviewed_share=0.5,
)


@dataclass(frozen=True)
class Lesson:
    """What a fine-tuning learns from.

    Attributes:
        types: of the release, then the new ones.
        train: reviewed photos to learn from.
        val: reviewed photos to stop and calibrate by.
        old: the data that releases are trained on; composites alone where it is not at hand.
    """

    types: tuple[str, ...]
    train: Sequence[DatasetPhoto]
    val: Sequence[DatasetPhoto]
    old: Catalogue | None = None

    def training_patches(self, config: TrainingConfig, length: int) -> Patches:
        """Reviewed photos and old data, in turns by chance."""
        old = self._old_sources(config, calibrating=False)
        rest = 1 - config.reviewed_share
        shares = [config.boards_share * rest, (1 - config.boards_share) * rest]
        return Patches(
            [ReviewedSource(self.train, self.types, config.mm_per_px), *old],
            [config.reviewed_share, *(shares if len(old) > 1 else [rest])],
            config.side_px,
            length,
            config.seed,
        )

    def calibration_patches(self, config: TrainingConfig, length: int | None = None) -> Patches:
        """Fixed patches of the part `val` and of old data that is not trained on."""
        old = self._old_sources(config, calibrating=True)
        return Patches(
            [ReviewedSource(self.val, self.types, config.mm_per_px), *old],
            [0.5, *([0.5 / len(old)] * len(old))],
            config.side_px,
            length or config.check_patches,
            _CALIBRATION_SEED,
        )

    def output_patches(self, config: TrainingConfig, new: Sequence[str]) -> Patches:
        """Reviewed photos, most of the windows about new types, and old data that shows none."""
        old = self._old_sources(config, calibrating=False)
        reviewed = ReviewedSource(self.train, self.types, config.mm_per_px, about=new)
        share = _OLD_SHARE / len(old)
        return Patches(
            [reviewed, *old],
            [1 - _OLD_SHARE, *[share] * len(old)],
            config.side_px,
            config.output_patches,
            _OUTPUT_SEED + config.seed,
        )

    def _old_sources(self, config: TrainingConfig, *, calibrating: bool) -> list[Source]:
        if self.old is None:
            wood = at_scale(CompositeSource([procedural_surface], [1.0]), config.mm_per_px)
            return [Replayed(wood, self.types)]
        boards = self.old.calibration if calibrating else self.old.fitting
        sources: list[Source] = [BoardSource(boards, config.mm_per_px)]
        sources.append(at_scale(self.old.composites(boards, config.surfaces), config.mm_per_px))
        return [Replayed(source, self.types) for source in sources]


def finetune(
    snapshot: Path,
    release: Path,
    out: Path,
    run: Path,
    *,
    data: Path | None = None,
    config: TrainingConfig = FINETUNING,
    patches: int = _CALIBRATION_PATCHES,
) -> Path:
    """Fine-tune a release on a snapshot and write the new release to `out`.

    Args:
        snapshot: verified before anything is read from it.
        release: that it starts from; its weights are verified.
        out: `NAME/VERSION` of the new release.
        run: folder of checkpoints; the same run resumes.
        data: of the releases' own training data, for replay.
        config: of the run.
        patches: for the calibration.

    Raises:
        SnapshotError: the snapshot was tampered with.
        ReleaseError: the release was altered.
        TrainingDataError: there is nothing to learn.
    """
    parent = read_release(release)
    dataset, identity = read_snapshot(snapshot)
    train, val = dataset.of_split("train"), dataset.of_split("val")
    types = known_types(parent.types, train)
    if not any(r.type in types for p in train for r in p.regions) and not any(
        p.false_alarms for p in train
    ):
        raise TrainingDataError(
            f"{snapshot} has neither a defect nor a false alarm to learn from",
            fix="Review more photos, and make a new snapshot.",
        )
    if not config.max_steps and types == parent.types:
        raise TrainingDataError(
            f"{snapshot} has no new type to learn, and the release's weights are to stay",
            fix=f"Label {LEAST_REGIONS} regions of a new type, or let the weights change.",
        )
    old = read_catalogue(data) if data else None
    lesson = Lesson(types, train, val, old)
    summary = {
        "snapshot": identity,
        "started_from": parent.reference,
        "lineage": lineage(release),
        "command": f"qc train --snapshot {snapshot.name} --from {parent.reference}"
        + ("" if config.max_steps else " --keep-weights"),
        "licences": ["Reviewed photos: the workshop's own"],
        "replay": old.summary if old else "composites on procedural wood",
    }
    return teach(lesson, release, out, run, config, summary, patches)


def teach(
    lesson: Lesson,
    release: Path,
    out: Path,
    run: Path,
    config: TrainingConfig,
    summary: dict[str, Any],
    patches: int = _CALIBRATION_PATCHES,
) -> Path:
    """Train on a lesson from a release on, and export what came of it."""
    parent = read_release(release)
    config = config.model_copy(
        update={"mm_per_px": parent.mm_per_px, "encoder": encoder_of(parent)}
    )
    run.mkdir(parents=True, exist_ok=True)
    config.write(run / "config.json")
    (run / "data.json").write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
    torch.manual_seed(config.seed)
    if config.threads:
        torch.set_num_threads(config.threads)
    with team() as own:
        before = own_widths(release / "model.onnx")
        new = len(lesson.types) - len(parent.types)
        state = start(config, own.device, lesson.types, (*before, *[0] * new))
        if (run / "checkpoint.pt").exists():
            state.load(run / "checkpoint.pt")
            log.info("resumed at step %d", state.step)
        else:
            warm_start(state, release, lesson, config)
            torch.save(state.network.state_dict(), run / _START)
        fit(state, lesson, config, run, own)
    if own.leads:
        blend = _blend(release, lesson, config, run, patches)
        release_run(run, lesson, out, patches, blend, lesson.types)
        log.info("%s knows %s", out, ", ".join(lesson.types))
    return out


def _blend(release: Path, lesson: Lesson, config: TrainingConfig, run: Path, patches: int) -> Blend:
    """Choose between what the release knew and what the run learnt, on calibration patches."""
    known = read_release(release).types
    model, begin, written = release / "model.onnx", run / _START, run / _OUTPUTS
    network = read_run(run / "best.pt", config.encoder)
    held_out = list(DataLoader(lesson.calibration_patches(config, patches), config.batch))
    new = lesson.types[len(known) :]
    unchanged = blended(network, model, lesson.types, 0.0, begin)
    training = DataLoader(lesson.output_patches(config, new), config.batch) if new else ()
    outputs = choose_outputs(unchanged, new, training, held_out, config)
    save_outputs(unchanged, written)

    def score(share: float) -> dict[str, float]:
        mean = blended(network, model, lesson.types, share, begin) if share else unchanged
        return validate(mean, held_out, torch.device("cpu"), lesson.types)

    shares = SHARES if config.max_steps else ()
    blend = choose_blend(release, known, score, shares, start=begin)
    return replace(blend, outputs=written, outputs_tried=outputs)


def known_types(parent: tuple[str, ...], train: Sequence[DatasetPhoto]) -> tuple[str, ...]:
    """The release's types, and each new one of which there are regions enough.

    Regions of a type with too few say nothing: neither that something is there nor that it is not.
    """
    counts = Counter(region.type for photo in train for region in photo.regions)
    new = sorted(set(counts) - set(parent))
    for name in new:
        if counts[name] < LEAST_REGIONS:
            log.warning(
                "%s gets no output of its own: %d regions, %d are needed",
                name,
                counts[name],
                LEAST_REGIONS,
            )
    return (*parent, *(name for name in new if counts[name] >= LEAST_REGIONS))
