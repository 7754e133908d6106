"""Training in a team: as if the gradients of all shares had been averaged by hand."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from team_worker import CONFIG, Composites, new_state
from torch import nn

from training.losses import defect_loss
from training.normalise import normalise
from training.team import Share, Team
from training.train import frozen_modules, rate_factor

CPU = torch.device("cpu")


@pytest.mark.parametrize("size", [1, 2, 3])
@pytest.mark.parametrize("first", [0, 4])
def test_every_patch_is_learnt_from_once(size: int, first: int) -> None:
    shares = [list(Share(Team(rank, size, CPU), 4, first, 7)) for rank in range(size)]
    assert len({len(share) for share in shares}) == 1
    together = sorted(index for share in shares for index in share)
    assert together == list(range(first * 4 * size, 7 * 4 * size))


def by_hand(steps: int, size: int) -> dict[str, torch.Tensor]:
    """Two steps of one process that averages the gradients of the shares itself."""
    state = new_state()
    patches = Composites().training_patches(CONFIG, CONFIG.max_steps * CONFIG.batch * size)
    for step in range(steps):
        sums: dict[str, torch.Tensor] = {}
        for rank in range(size):
            first = (step * size + rank) * CONFIG.batch
            rows = [patches[first + n] for n in range(CONFIG.batch)]
            pixels, target, known = (torch.stack(column) for column in zip(*rows, strict=True))
            state.network.train()
            for module in frozen_modules(state.network, CONFIG.frozen_stages):
                module.eval()
            state.optimiser.zero_grad()
            defect_loss(state.network(normalise(pixels)), target, known).backward()
            for name, parameter in state.network.named_parameters():
                if parameter.grad is not None:
                    sums[name] = sums.get(name, 0) + parameter.grad / size
        for name, parameter in state.network.named_parameters():
            parameter.grad = sums.get(name)
        for group in state.optimiser.param_groups:
            done = step / CONFIG.max_steps
            group["lr"] = group["base"] * rate_factor(step, done, CONFIG.warm_up_steps)
        nn.utils.clip_grad_norm_(state.network.parameters(), 1.0)
        state.optimiser.step()
    return dict(state.network.named_parameters())


@pytest.mark.slow
def test_two_processes_learn_as_one_that_averages(tmp_path: Path) -> None:
    run = tmp_path / "run"
    here = Path(__file__)
    environment = os.environ | {
        "PYTHONPATH": f"{here.parents[2]}{os.pathsep}{here.parent}",
        "OMP_NUM_THREADS": "1",
    }
    subprocess.run(
        [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2",
         str(here.with_name("team_worker.py")), str(run)],
        env=environment,
        check=True,
        timeout=540,
    )  # fmt: skip
    first, second = (torch.load(run / f"network-{rank}.pt", weights_only=True) for rank in (0, 1))
    expected = by_hand(CONFIG.max_steps, 2)
    untrained = dict(new_state().network.named_parameters())
    errors, moves = [], []
    for name, value in expected.items():
        assert torch.equal(first[name], second[name]), name
        errors.append((first[name] - value.detach()).abs().flatten())
        moves.append((value - untrained[name]).detach().abs().flatten())
    # Adam divides by the gradient's own size, so where that is next to nothing its sign is chance:
    # single weights may differ, the mean may not.
    assert torch.cat(errors).mean() < 0.01 * torch.cat(moves).mean()
    saved = torch.load(run / "checkpoint.pt", weights_only=True)
    assert saved["progress"][0] == CONFIG.max_steps
