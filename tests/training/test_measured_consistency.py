"""The measurement of self-consistency, on experts whose worth is known."""

from __future__ import annotations

import numpy as np
import pytest

from qc.evaluation.pixels import PixelScores
from training.measured_consistency import Fusion, Seen, measure

SIDE = 40


def _seen(seed: int, *, defective: bool, network_knows: bool, oddness_knows: bool) -> Seen:
    rng = np.random.default_rng(seed)
    truth = np.zeros((SIDE, SIDE), bool)
    truth[5:12, 20:30] = defective
    shown = truth.astype(np.float32).ravel()
    noise = rng.uniform(0, 1, (2, SIDE * SIDE)).astype(np.float32)
    network = 0.2 * noise[0] + (0.7 * shown if network_knows else 0)
    oddness = 0.4 * noise[1] + (1.0 * shown if oddness_knows else 0)
    return Seen(network, oddness, truth.ravel(), np.exp(oddness[::64]))


def _pictures(
    seed: int, *, network_knows: bool, oddness_knows: bool
) -> tuple[list[Seen], np.ndarray]:
    defective = np.arange(12) % 2 == 0
    return [
        _seen(seed + i, defective=d, network_knows=network_knows, oddness_knows=oddness_knows)
        for i, d in enumerate(defective.tolist())
    ], defective


@pytest.mark.parametrize("network_knows", [False, True])
def test_the_fusion_follows_whoever_knows(network_knows: bool) -> None:
    knows = {"network_knows": network_knows, "oddness_knows": not network_knows}
    fusion = Fusion.fit(_pictures(0, **knows)[0])
    seen, defective = _pictures(100, **knows)
    found = measure(seen, defective, fusion)
    knowing, other = ("network", "self-consistency")[:: 1 if network_knows else -1]
    assert found[knowing]["pixel_ap"][0] == found["fused"]["pixel_ap"][0] == 1
    assert found[other]["pixel_ap"][0] < 0.1
    chance, low, high = found[other]["pixel_auroc"]
    assert low < chance < high
    assert chance == pytest.approx(0.5, abs=0.05)
    assert (found["gain"]["pixel_ap"][0] > 0.9) == (not network_knows)


def test_no_suspicion_makes_a_pixel_better() -> None:
    seen, _ = _pictures(0, network_knows=True, oddness_knows=False)
    against = [Seen(s.network, -s.truth.astype(np.float32), s.truth, s.patches) for s in seen]
    assert Fusion.fit(against).weights[1] == 0


def test_counts_of_pictures_add_up() -> None:
    rng = np.random.default_rng(0)
    values, truth = rng.uniform(size=(2, 500)), rng.uniform(size=(2, 500)) < 0.2
    parts, whole = [PixelScores(), PixelScores()], PixelScores()
    for part, v, t in zip(parts, values, truth, strict=True):
        part.add(v, t)
        whole.add(v, t)
    both = PixelScores.of_counts(parts[0].counts + parts[1].counts)
    assert both.average_precision() == whole.average_precision()
    assert both.auroc() == whole.auroc()
