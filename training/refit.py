"""Outputs of a release fitted anew: `python -m training.refit --data DIR --release DIR --run DIR`.

The layers stay to the bit, and so do all outputs but those of the types in `config.frequency`:
each is a logistic regression on the finest features (`training.probe`), on composites that show
these types often, and on surfaces whose labels tell of them. An output that is no better on the
patches kept for calibration stays as it was.
"""

from __future__ import annotations

import copy
import json
import logging
from pathlib import Path
from typing import Annotated

import torch
import typer
from rich.logging import RichHandler
from torch.utils.data import DataLoader

from qc.defects.release import read_release
from training.config import TrainingConfig
from training.datasets.catalogue import read_catalogue
from training.datasets.patches import Patches
from training.history import checked, write_history
from training.labels import TYPES
from training.network import DefectNetwork
from training.probe import fill_new_outputs
from training.state import State
from training.train import Batch, lineage, validate, with_mean
from training.weights import encoder_of, read_network

log = logging.getLogger("training")
PATCHES = 800
SETTINGS = TrainingConfig(
    batch=16,
    boards_share=0.0,
    surfaces=("procedural", "textures"),
    frequency={"scratch": 4.0},
    zoom_share=0.25,
)


def refit(
    network: DefectNetwork, patches: Patches, held_out: list[Batch], config: TrainingConfig
) -> dict[str, dict[str, float]]:
    """Fit the outputs of the types in `config.frequency`; change the network where that pays.

    Args:
        network: a release's, in evaluation mode.
        patches: to learn from.
        held_out: patches to judge by.
        config: of the run.

    Returns:
        Pixel AP on the held-out patches by type, of the release and of what the network is now.
    """
    device = torch.device("cpu")
    before = validate(network, held_out, device)
    fitted = copy.deepcopy(network)
    channels = [TYPES.index(name) for name in config.frequency]
    fill_new_outputs(fitted, DataLoader(patches, config.batch), channels)
    after = validate(fitted, held_out, device)
    now = dict(before)
    for name, channel in zip(config.frequency, channels, strict=True):
        own, new = before.get(name, 0.0), after.get(name, 0.0)
        log.info("%s: %.4f, %.4f fitted anew", name, own, new)
        if new > own:
            now[name] = new
            with torch.no_grad():
                for part in ("weight", "bias"):
                    kept, better = (n.head.get_parameter(part) for n in (network, fitted))
                    kept[channel].copy_(better[channel])
    del now["mean"]
    return {"before": before, "after": with_mean(now)}


def main(
    data: Annotated[Path, typer.Option(help="Folder with wood_boards, …")],
    release: Annotated[Path, typer.Option(help="Release whose outputs are fitted.")],
    run: Annotated[Path, typer.Option(help="Where the run is kept, for `training.export`.")],
    config: Annotated[Path | None, typer.Option(help="JSON configuration.")] = None,
    patches: Annotated[int, typer.Option(help="Patches to learn from.")] = PATCHES,
) -> None:
    """Fit outputs of a release anew where boards had told wrongly of their types."""
    logging.basicConfig(level=logging.INFO, format="%(message)s", handlers=[RichHandler()])
    said = read_release(release)
    settings = (TrainingConfig.read(config) if config else SETTINGS).model_copy(
        update={"mm_per_px": said.mm_per_px, "encoder": encoder_of(said)}
    )
    run.mkdir(parents=True, exist_ok=True)
    settings.write(run / "config.json")
    catalogue = read_catalogue(data)
    summary = catalogue.summary | {
        "lineage": lineage(release),
        "command": f"python -m training.refit --data DATA --release models/{said.name}/"
        f"{said.version} --run RUN --patches {patches}",
    }
    (run / "data.json").write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
    network = read_network(release).eval()
    held_out = list(DataLoader(catalogue.calibration_patches(settings), settings.batch))
    found = refit(network, catalogue.training_patches(settings, patches), held_out, settings)
    history = [checked(0, 0.0, [], found["after"])]
    optimiser = torch.optim.SGD(network.parameters())
    best = found["after"]["mean"]
    state = State(network, network, optimiser, said.types, 0, 0.0, best, 0, history)
    state.save(run / "checkpoint.pt")
    torch.save(network.state_dict(), run / "best.pt")
    write_history(run, history)


if __name__ == "__main__":
    typer.run(main)
