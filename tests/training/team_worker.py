"""What the test of the team starts under torchrun: a few steps on composites."""

from __future__ import annotations

import sys
from pathlib import Path

import torch

from training.config import TrainingConfig
from training.datasets.patches import CompositeSource, Patches
from training.datasets.surfaces import procedural_surface
from training.state import State
from training.team import team
from training.train import fit, start

CONFIG = TrainingConfig(
    max_steps=2, batch=2, side_px=64, check_patches=2, workers=0, threads=1, warm_up_steps=1
)


class Composites:
    """Streams of composites on procedural wood, which need no files."""

    def training_patches(self, config: TrainingConfig, length: int) -> Patches:
        return self._patches(config, length, config.seed)

    def calibration_patches(self, config: TrainingConfig, length: int | None = None) -> Patches:
        return self._patches(config, length or config.check_patches, 99)

    def _patches(self, config: TrainingConfig, length: int, seed: int) -> Patches:
        source = CompositeSource([procedural_surface], [1.0])
        return Patches([source], [1.0], config.side_px, length, seed)


def new_state() -> State:
    """The state that every process begins with."""
    torch.set_num_threads(1)
    torch.manual_seed(CONFIG.seed)
    return start(CONFIG, torch.device("cpu"))


if __name__ == "__main__":
    run = Path(sys.argv[1])
    run.mkdir(exist_ok=True)
    state = new_state()
    with team() as own:
        fit(state, Composites(), CONFIG, run, own)
    torch.save(state.network.state_dict(), run / f"network-{own.rank}.pt")
