"""Processes that train one network together, as torchrun starts them.

`torchrun --nproc-per-node N -m training.train …` and the same of any other command. Each process
learns from patches of its own, and gradients are averaged (PyTorch's DistributedDataParallel);
the first process validates, keeps the time and writes files. Without torchrun a team has one
member, and nothing here does anything.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import distributed, nn
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import Sampler


@dataclass(frozen=True)
class Team:
    """This process among those that train together.

    Attributes:
        rank: its number, 0 for the one that writes.
        size: how many there are.
        device: on which it computes.
    """

    rank: int
    size: int
    device: torch.device

    @property
    def leads(self) -> bool:
        """True in the process that validates and writes."""
        return self.rank == 0

    def replica(self, network: nn.Module) -> nn.Module:
        """Return what a step runs: the network, its gradients averaged over the team."""
        if self.size == 1:
            return network
        on_gpu = self.device.type == "cuda"
        return DistributedDataParallel(network, device_ids=[self.device] if on_gpu else None)

    def agree(self, values: Sequence[float]) -> list[float]:
        """Give everybody the leader's values; all wait until it has them."""
        if self.size == 1:
            return list(values)
        shared = torch.tensor(values, dtype=torch.float64, device=self.device)
        distributed.broadcast(shared, src=0)
        return [float(value) for value in shared.tolist()]


class Share(Sampler[int]):
    """The patches of one process: of every batch of the team the next ones, none of them twice."""

    def __init__(self, team: Team, batch: int, first_step: int, steps: int) -> None:
        self._team, self._batch = team, batch
        self._steps = range(first_step, steps)

    def __len__(self) -> int:
        return len(self._steps) * self._batch

    def __iter__(self) -> Iterator[int]:
        for step in self._steps:
            begin = (step * self._team.size + self._team.rank) * self._batch
            yield from range(begin, begin + self._batch)


@contextmanager
def team() -> Iterator[Team]:
    """Join the processes that torchrun started, for as long as the block runs."""
    size = int(os.environ.get("WORLD_SIZE", "1"))
    cuda = torch.cuda.is_available()
    if size == 1:
        yield Team(0, 1, torch.device("cuda" if cuda else "cpu"))
        return
    device = torch.device("cuda", int(os.environ["LOCAL_RANK"])) if cuda else torch.device("cpu")
    if cuda:
        torch.cuda.set_device(device)
    distributed.init_process_group("nccl" if cuda else "gloo")
    try:
        yield Team(distributed.get_rank(), size, device)
    finally:
        distributed.destroy_process_group()
