"""Train a detector: `python -m training.train --data DIR --run DIR`.

Reads from top to bottom: data, network, loop. Stop it at any time; the same command resumes.
Under torchrun it trains on several GPUs, or processes, at once (`training.team`).
"""

from __future__ import annotations

import copy
import json
import logging
import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Protocol

import torch
import typer
from rich.logging import RichHandler
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from torch import Tensor, nn
from torch.utils.data import DataLoader
from torch.utils.tensorboard.writer import SummaryWriter

from qc.defects.release import read_release
from qc.evaluation.pixels import PixelScores
from training.config import TrainingConfig
from training.datasets.catalogue import read_catalogue
from training.datasets.patches import Patches
from training.history import checked, write_history
from training.labels import TYPES
from training.losses import defect_loss
from training.network import DefectNetwork, load_encoder_weights
from training.normalise import normalise
from training.probe import fill_new_outputs
from training.state import State, update_average
from training.team import Share, Team, team
from training.weights import load_release, settle_norms

log = logging.getLogger("training")
app = typer.Typer(add_completion=False, pretty_exceptions_show_locals=False)
Batch = tuple[Tensor, Tensor, Tensor]
SETTLING_BATCHES = 16


class Streams(Protocol):
    """Where patches come from: a `Catalogue`, or what a fine-tuning learns from."""

    def training_patches(self, config: TrainingConfig, length: int) -> Patches:
        """The mixture that the network learns from."""
        ...

    def calibration_patches(self, config: TrainingConfig, length: int | None = None) -> Patches:
        """Fixed patches of what is not trained on."""
        ...


def frozen_modules(network: DefectNetwork, stages: int) -> list[nn.Module]:
    """The encoder's stem and first stages, which keep their ImageNet weights."""
    if stages == 0:
        return []
    encoder: Any = network.encoder
    return [encoder.conv_stem, encoder.bn1, *list(encoder.blocks)[:stages]]


def start(
    config: TrainingConfig,
    device: torch.device,
    types: tuple[str, ...] = TYPES,
    own: Sequence[int] = (),
) -> State:
    """Build network, average and optimiser; `own` are the widths of the last types' outputs."""
    network = DefectNetwork(len(types), encoder_name=config.encoder, own=own)
    load_encoder_weights(network)
    network.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch types no memory_format
    for module in frozen_modules(network, config.frozen_stages):
        module.requires_grad_(False)
    encoder = [p for p in network.encoder.parameters() if p.requires_grad]
    known = {id(p) for p in network.encoder.parameters()}
    decoder = [p for p in network.parameters() if id(p) not in known]
    optimiser = torch.optim.AdamW(
        [
            {"params": encoder, "base": config.learning_rate * config.encoder_rate},
            {"params": decoder, "base": config.learning_rate},
        ],
        lr=config.learning_rate,
        weight_decay=config.weight_decay,
    )
    return State(network, copy.deepcopy(network).requires_grad_(False), optimiser, types)


def warm_start(state: State, release: Path, catalogue: Streams, config: TrainingConfig) -> None:
    """Fill the network with a release's weights before the first step."""
    new = load_release(state.network, release / "model.onnx", state.types)
    patches = catalogue.training_patches(config, SETTLING_BATCHES * config.batch)
    device = next(state.network.parameters()).device
    batches = list(DataLoader(patches, config.batch))
    settle_norms(state.network, (pixels.to(device) for pixels, _, _ in batches))
    fill_new_outputs(state.network, batches, [state.types.index(name) for name in new])
    state.average.load_state_dict(state.network.state_dict())
    log.info("started from %s; new types: %s", release, ", ".join(new) or "none")


def lineage(release: Path) -> list[dict[str, Any]]:
    """How a release was trained, and those before it; the first comes first."""
    parent = read_release(release)
    own = {key: parent.training.get(key) for key in ("config", "steps", "minutes")}
    earlier: list[dict[str, Any]] = parent.training.get("lineage", [])
    return [*earlier, {"release": parent.reference, **own}]


def rate_factor(step: int, share_done: float, warm_up_steps: int) -> float:
    """Learning rate over its base: a linear warm-up, and a cosine to zero."""
    return (
        min(1.0, (step + 1) / warm_up_steps) * 0.5 * (1 + math.cos(math.pi * min(1.0, share_done)))
    )


def train_step(
    state: State, replica: nn.Module, batch: Batch, config: TrainingConfig, device: torch.device
) -> float:
    """Learn from one batch, which runs through the team's replica, and return its loss."""
    state.network.train()
    for module in frozen_modules(state.network, config.frozen_stages):
        module.eval()
    pixels, target, known = (tensor.to(device, non_blocking=True) for tensor in batch)
    with torch.autocast(device.type, torch.bfloat16, enabled=config.precision == "bf16"):
        logits = replica(normalise(pixels))
    loss = defect_loss(logits.float(), target, known)
    state.optimiser.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(state.network.parameters(), 1.0)
    state.optimiser.step()
    # A young average would remember the untrained weights for too long.
    update_average(
        state.average, state.network, min(config.ema_decay, (state.step + 1) / (state.step + 10))
    )
    return float(loss.detach())


@torch.no_grad()
def validate(
    network: nn.Module,
    batches: list[Batch],
    device: torch.device,
    types: tuple[str, ...] = TYPES,
) -> dict[str, float]:
    """Pixel AP of every type on fixed patches, and their mean."""
    network.eval()
    scores = {name: PixelScores() for name in types}
    for pixels, target, known in batches:
        probability = torch.sigmoid(network(normalise(pixels.to(device)))).cpu()
        for channel, name in enumerate(types):
            keep = known[:, channel]
            scores[name].add(
                probability[:, channel][keep].numpy(), target[:, channel][keep].numpy()
            )
    values = {name: score.average_precision() for name, score in scores.items() if score.positives}
    return with_mean(values)


def with_mean(values: dict[str, float]) -> dict[str, float]:
    """Return the AP of some types, and their mean."""
    return values | {"mean": sum(values.values()) / max(1, len(values))}


def fit(state: State, catalogue: Streams, config: TrainingConfig, run: Path, own: Team) -> None:
    """Train until the budget is spent or validation stops improving.

    In a team `config.batch` is that of each process. The leader's state is what counts at the end.
    """
    replica = own.replica(state.network)
    patches = catalogue.training_patches(config, config.max_steps * config.batch * own.size)
    loader = DataLoader(
        patches,
        batch_size=config.batch,
        sampler=Share(own, config.batch, state.step, config.max_steps),
        num_workers=config.workers,
        persistent_workers=config.workers > 0,
        pin_memory=own.device.type == "cuda",
    )
    held_out = (
        list(DataLoader(catalogue.calibration_patches(config), batch_size=config.batch))
        if own.leads
        else []
    )
    writer = SummaryWriter(str(run / "tensorboard")) if own.leads else None
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    budget = config.minutes * 60
    losses: list[float] = []  # since the check before
    with Progress(*columns, disable=not own.leads) as progress:
        task = progress.add_task("training", total=budget)
        progress.update(task, completed=state.seconds)
        begun = time.monotonic()
        for batch in loader:
            done = max(state.seconds / budget, state.step / config.max_steps)
            factor = rate_factor(state.step, done, config.warm_up_steps)
            for group in state.optimiser.param_groups:
                group["lr"] = group["base"] * factor
            loss = train_step(state, replica, batch, config, own.device)
            losses.append(loss)
            state.step += 1
            if writer and state.step % 25 == 0:
                writer.add_scalar("loss", loss, state.step)
                writer.add_scalar("rate", factor, state.step)
                writer.add_scalar("unusable-draws", patches.unusable, state.step)
            if writer and state.step % config.check_every == 0:
                check(state, held_out, losses, own.device, writer, run)
                losses.clear()
            state.seconds += time.monotonic() - begun
            begun = time.monotonic()
            # One clock and one judgement: else a process would wait for steps that never come.
            state.seconds, stale = own.agree([state.seconds, state.stale])
            progress.update(
                task, completed=state.seconds, description=f"step {state.step} loss {loss:.3f}"
            )
            if state.seconds >= budget or stale >= config.patience:
                break
    if patches.unusable:
        log.warning("%d draws of a patch met a file that cannot be used", patches.unusable)
    if writer:
        if not state.history or state.history[-1]["step"] != state.step:
            check(state, held_out, losses, own.device, writer, run)
        writer.close()
    own.agree([0.0])  # nobody reads the leader's files before they are written


def check(
    state: State,
    held_out: list[Batch],
    losses: Sequence[float],
    device: torch.device,
    writer: SummaryWriter,
    run: Path,
) -> None:
    """Validate the averaged network, keep it if it is the best yet, write checkpoint and history.

    `losses` are those of the steps since the check before.
    """
    values = validate(state.average, held_out, device, state.types)
    state.history.append(checked(state.step, state.seconds, losses, values))
    for name, value in values.items():
        writer.add_scalar(f"average-precision/{name}", value, state.step)
    log.info("step %d  %s", state.step, "  ".join(f"{k} {v:.3f}" for k, v in values.items()))
    if values["mean"] > state.best:
        state.best, state.stale = values["mean"], 0
        torch.save(state.average.state_dict(), run / "best.pt")
    else:
        state.stale += 1
    state.save(run / "checkpoint.pt")
    write_history(run, state.history)


@app.command()
def main(
    data: Annotated[Path, typer.Option(help="Folder with wood_boards, wood_boards_hires, …")],
    run: Annotated[Path, typer.Option(help="Where the run is kept; the same run resumes.")],
    config: Annotated[Path | None, typer.Option(help="JSON configuration.")] = None,
    renders: Annotated[Path | None, typer.Option(help="Folder of rendered items.")] = None,
    start_from: Annotated[Path | None, typer.Option(help="Release to start from.")] = None,
) -> None:
    """Train the defect network on boards, composites and, if given, renders."""
    logging.basicConfig(level=logging.INFO, format="%(message)s", handlers=[RichHandler()])
    run.mkdir(parents=True, exist_ok=True)
    kept = run / "config.json"
    given = kept if kept.exists() else config
    settings = TrainingConfig.read(given) if given else TrainingConfig()
    settings.write(kept)
    torch.manual_seed(settings.seed)
    if settings.threads:
        torch.set_num_threads(settings.threads)
    with team() as own:
        catalogue = read_catalogue(data, renders)
        summary = catalogue.summary | {"lineage": lineage(start_from) if start_from else []}
        if own.leads and not (run / "data.json").exists():  # a resumed run keeps its beginning
            (run / "data.json").write_text(json.dumps(summary, indent=2) + "\n")
        state = start(settings, own.device)
        if (run / "checkpoint.pt").exists():
            state.load(run / "checkpoint.pt")
            log.info("resumed at step %d", state.step)
        elif start_from is not None:
            warm_start(state, start_from, catalogue, settings)
        fit(state, catalogue, settings, run, own)


if __name__ == "__main__":
    app()
