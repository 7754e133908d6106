"""What a run is made of, and its checkpoint."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import nn

from training.history import Check
from training.labels import TYPES
from training.network import DefectNetwork


@dataclass
class State:
    """All that a resumed run needs."""

    network: DefectNetwork
    average: DefectNetwork
    optimiser: torch.optim.Optimizer
    types: tuple[str, ...] = TYPES
    step: int = 0
    seconds: float = 0.0
    best: float = -math.inf
    stale: int = 0
    history: list[Check] = field(default_factory=list)

    def save(self, path: Path) -> None:
        """Write the checkpoint; a run killed meanwhile keeps the previous one."""
        new = path.with_suffix(".new")
        torch.save(
            {
                "network": self.network.state_dict(),
                "average": self.average.state_dict(),
                "optimiser": self.optimiser.state_dict(),
                "progress": (self.step, self.seconds, self.best, self.stale, self.history),
            },
            new,
        )
        new.replace(path)

    def load(self, path: Path) -> None:
        """Continue from a checkpoint."""
        saved: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        self.network.load_state_dict(saved["network"])
        self.average.load_state_dict(saved["average"])
        self.optimiser.load_state_dict(saved["optimiser"])
        self.step, self.seconds, self.best, self.stale, history = saved["progress"]
        # Earlier versions kept no losses: the history of such a run begins where it goes on.
        self.history = [one for one in history if "average_precision" in one]


@torch.no_grad()
def update_average(average: nn.Module, network: nn.Module, decay: float) -> None:
    """Move the averaged weights (and batch statistics) towards the network's."""
    for mean, now in zip(average.state_dict().values(), network.state_dict().values(), strict=True):
        if mean.dtype.is_floating_point:
            mean.lerp_(now, 1 - decay)
        else:
            mean.copy_(now)
