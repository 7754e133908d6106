"""Outputs of new types: what no linear one can tell is learnt, and known types stay as they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional

from training.config import TrainingConfig
from training.finetune import FINETUNING
from training.network import DefectNetwork, OwnOutput
from training.normalise import normalise
from training.outputs import (
    REGRESSION,
    WIDTHS,
    Seen,
    average_precision,
    choose_outputs,
    install_outputs,
    learn_output,
    on_features,
    save_outputs,
)
from training.probe import fill_new_outputs

CONFIG = TrainingConfig(batch=8, output_steps=600)
Batch = tuple[Tensor, Tensor, Tensor]


@pytest.fixture(autouse=True)
def _one_thread_and_seed() -> Iterator[None]:
    """Threads that wait for each other make networks this small slower, not faster.

    A new output begins with weights by chance, whatever ran before.
    """
    torch.manual_seed(0)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def _tiles(seed: int, count: int) -> Tensor:
    """Two features that are 1 or 5 in tiles of 8 × 8 pixels, `(count, 2, 32, 32)`."""
    generator = torch.Generator().manual_seed(seed)
    signs = torch.randint(0, 2, (count, 2, 4, 4), generator=generator).float()
    return functional.interpolate(signs * 4 + 1, scale_factor=8, mode="nearest")


def _labelled(features: Tensor, truth: Tensor) -> Seen:
    """Labels have twice the size of the features."""
    large = truth.repeat_interleave(2, dim=1).repeat_interleave(2, dim=2)[:, None]
    return Seen((features.half(),), large, torch.ones_like(large))


def _differ(seed: int, count: int = 32) -> Seen:
    features = _tiles(seed, count)
    return _labelled(features, features[:, 0] != features[:, 1])


def _beside_an_edge(seed: int, count: int = 32) -> Seen:
    """The type is where the first feature changes from a pixel to the next below."""
    features = _tiles(seed, count)
    edge = torch.zeros_like(features[:, 0], dtype=torch.bool)
    edge[:, :-1] = features[:, 0, 1:] != features[:, 0, :-1]
    edge[:, 1:] |= edge[:, :-1].clone()
    return _labelled(features, edge)


@pytest.mark.parametrize(("make", "least"), [(_differ, 0.95), (_beside_an_edge, 0.4)])
def test_layers_of_its_own_tell_what_no_linear_output_can(
    make: Callable[[int], Seen], least: float
) -> None:
    """Whether two features differ, and whether one differs from its neighbour's."""
    learnt, judged = make(1), make(2)
    prevalence = float(judged.target.float().mean())

    _, linear = learn_output(OwnOutput([2], 1, 0), learnt, judged, 0, CONFIG)
    _, deep = learn_output(OwnOutput([2], 1, 16), learnt, judged, 0, CONFIG)

    assert linear < prevalence + 0.15
    assert deep > least


def test_an_output_reads_scaled_features_as_they_are() -> None:
    """In double precision both agree; the features differ in size by orders of magnitude."""
    torch.manual_seed(0)
    channels, levels = [3, 4, 5, 2], 2
    features = [
        torch.randn(2, count, side, side, dtype=torch.float64) * 10**place + place
        for place, (count, side) in enumerate(zip(channels, (8, 4, 8, 4), strict=True))
    ]
    output = OwnOutput(channels, levels, 6).double()
    for parameter in output.parameters():
        torch.nn.init.normal_(parameter)
    means = [level.mean((0, 2, 3))[:, None, None] for level in features]
    scales = [level.std((0, 2, 3))[:, None, None] for level in features]

    plain = on_features(output, means, scales)

    scaled = [(f - m) / s for f, m, s in zip(features, means, scales, strict=True)]
    with torch.no_grad():
        assert torch.allclose(plain(features), output(scaled), rtol=1e-9, atol=1e-9)


def test_known_types_are_the_same_to_the_bit() -> None:
    torch.manual_seed(1)
    before = DefectNetwork(3, channels=16).eval()
    grown = DefectNetwork(5, channels=16, own=(0, 8)).eval()
    grown.load_state_dict(before.state_dict(), strict=False)
    for parameter in grown.own.parameters():
        torch.nn.init.normal_(parameter)
    images = torch.randn(2, 3, 64, 96)
    with torch.no_grad():
        found = grown.halved(images)
        assert torch.equal(found[:, :3], before.halved(images))
    assert found.shape == (2, 5, 32, 48)
    assert found[:, 3:].std() > 0


def _red(count: int, *, labelled: bool = True) -> list[Batch]:
    """Patches with a red square, which is the last type."""
    pixels = torch.full((count, 64, 64, 3), 128, dtype=torch.uint8)
    target = torch.zeros(count, 2, 64, 64, dtype=torch.bool)
    for number in range(count):
        rows, columns = slice(16, 48), slice(8 + number, 40 + number)
        pixels[number, rows, columns] = torch.tensor([220, 30, 30], dtype=torch.uint8)
        target[number, 1, rows, columns] = labelled
    return [(pixels, target, torch.ones_like(target))]


def _network(batches: list[Batch]) -> DefectNetwork:
    torch.manual_seed(0)
    network = DefectNetwork(2, own=(0,)).eval()
    fill_new_outputs(network, batches, [1])
    return network


QUICK = TrainingConfig(batch=2, output_steps=8)


def test_the_best_on_held_out_patches_is_chosen_and_can_be_installed(tmp_path: Path) -> None:
    batches, held_out = _red(3), _red(5)
    network = _network(batches)
    regression = network.own[0]

    tried = choose_outputs(network, ["burn"], batches, held_out, QUICK)["burn"]

    assert set(tried) == {REGRESSION, *map(str, WIDTHS)}
    best = max(tried, key=lambda kind: tried[kind])  # the first of several, as is chosen
    if best == REGRESSION:
        assert network.own[0] is regression
    else:
        assert network.own[0].width == int(best)
    pixels, target, _ = held_out[0]
    with torch.no_grad():
        maps = network(normalise(pixels))
    seen = Seen(
        tuple(network.features(network.encoder(normalise(pixels)))),
        target[:, 1:],
        torch.ones_like(target[:, 1:]),
    )
    assert average_precision(network.own[0], seen, 0) == pytest.approx(tried[best], abs=0.01)

    save_outputs(network, tmp_path / "outputs.pt")
    again = _network(batches)
    install_outputs(again, tmp_path / "outputs.pt")
    with torch.no_grad():
        assert torch.equal(again(normalise(pixels)), maps)


def test_a_regression_that_is_perfect_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    batches = _red(3)
    network = _network(batches)
    regression = network.own[0]

    def score(output: torch.nn.Module, _seen: Seen, _place: int) -> float:
        return 1.0 if output is regression else 0.999

    monkeypatch.setattr("training.outputs.average_precision", score)
    choose_outputs(network, ["burn"], batches, batches, QUICK)
    assert network.own[0] is regression


@pytest.mark.parametrize("shown", ["training", "held out"])
def test_a_type_that_one_part_does_not_show_keeps_its_regression(shown: str) -> None:
    network = _network(_red(3))
    regression = network.own[0]
    training = _red(3, labelled=shown == "training")
    held_out = _red(3, labelled=shown == "held out")
    assert choose_outputs(network, ["burn"], training, held_out, QUICK) == {"burn": {}}
    assert network.own[0] is regression


def test_without_a_new_type_nothing_is_learnt() -> None:
    network = DefectNetwork(2).eval()
    assert choose_outputs(network, [], (), (), FINETUNING) == {}


def test_the_same_seed_learns_the_same() -> None:
    learnt, judged = _differ(1, 8), _differ(2, 8)
    config = TrainingConfig(batch=4, output_steps=5)
    states = []
    for disturbance in (0, 1):
        torch.manual_seed(5)
        output = OwnOutput([2], 1, 4)
        torch.manual_seed(disturbance)
        learn_output(output, learnt, judged, 0, config)
        states.append(np.concatenate([p.detach().numpy().ravel() for p in output.parameters()]))
    np.testing.assert_array_equal(*states)
