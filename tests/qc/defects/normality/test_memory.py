"""Whitening, coreset and nearest neighbour against linear algebra and brute force."""

from __future__ import annotations

import goods
import numpy as np
import pytest
from scipy.spatial.distance import cdist

from qc.defects.normality.encoder import Encoder
from qc.defects.normality.memory import PatchStatistics, build_memory, greedy_coreset, nearest


def test_whitened_patches_scatter_alike_in_all_directions() -> None:
    rng = np.random.default_rng(0)
    features = (rng.normal(size=(5000, 6)) * 4 + 3).astype(np.float32) @ rng.normal(size=(6, 6))
    statistics = PatchStatistics(6)
    for part in np.array_split(features.astype(np.float32), 7):
        statistics.add(part)
    mean, projection = statistics.whitening()
    white = (features - mean) @ projection
    variances = np.linalg.eigvalsh(np.cov(white.T)) * 6
    # Directions of little variance are held back by the shrinkage, none is blown up.
    assert variances.max() <= 1.01
    assert np.median(variances) > 0.3
    assert white.mean(axis=0) == pytest.approx(np.zeros(6), abs=1e-3)


def test_the_coreset_reaches_every_vector_and_takes_no_copy() -> None:
    rng = np.random.default_rng(1)
    vectors = np.repeat(rng.normal(size=(400, 20)).astype(np.float32), 3, axis=0)
    rows = greedy_coreset(vectors, 200, rng)
    assert len(set(rows.tolist())) == 200
    assert cdist(vectors[rows], vectors[rows])[~np.eye(200, dtype=bool)].min() > 0.1
    drawn = rng.choice(len(vectors), 200, replace=False)

    def radius(chosen: np.ndarray) -> float:
        return float(cdist(vectors, vectors[chosen]).min(axis=1).max())

    assert radius(rows) < radius(drawn)
    assert len(greedy_coreset(vectors, 5000, rng)) == 400


def test_the_graph_finds_the_nearest_vector_of_every_patch(encoder: Encoder) -> None:
    rng = np.random.default_rng(2)
    pixels = goods.pixels(3)
    features = encoder.describe(pixels)
    assert features.shape == (24, 32, encoder.release.channels)
    flat = features.reshape(-1, features.shape[-1])
    photo = np.repeat(np.arange(2, dtype=np.int32), len(flat) // 2)
    statistics = PatchStatistics(flat.shape[1])
    statistics.add(flat)
    memory = build_memory(flat, photo, statistics.whitening(), 150, rng)
    found = encoder.compare(goods.pixels(4), memory.mean, memory.projection, memory.vectors)
    white = (found.features.reshape(len(flat), -1) - memory.mean) @ memory.projection
    distances = cdist(white.astype(float), memory.vectors.astype(float))
    assert found.distance.ravel() == pytest.approx(distances.min(axis=1), abs=2e-3)
    chosen = distances[np.arange(len(flat)), found.row.ravel()]
    assert chosen == pytest.approx(distances.min(axis=1), abs=2e-3)


def test_a_photo_can_be_taken_out(encoder: Encoder) -> None:
    features = encoder.describe(goods.pixels(5)).reshape(-1, encoder.release.channels)
    photo = np.arange(len(features), dtype=np.int32) % 3
    statistics = PatchStatistics(features.shape[1])
    statistics.add(features)
    memory = build_memory(features, photo, statistics.whitening(), 300, np.random.default_rng(0))
    own, others = PatchStatistics(features.shape[1]), PatchStatistics(features.shape[1])
    own.add(features[photo == 1])
    others.add(features[photo != 1])
    less = memory.without(1, statistics.without(own).whitening())
    assert set(less.photo.tolist()) == {0, 2}
    assert len(less.vectors) == len(less.spread) == (memory.photo != 1).sum()
    mean, projection = others.whitening()
    features_of = memory.vectors @ np.linalg.inv(memory.projection) + memory.mean
    kept = features_of[memory.photo != 1]
    expected = (kept - mean) @ projection
    # The axes' signs are free; distances are not.
    assert cdist(less.vectors, less.vectors) == pytest.approx(cdist(expected, expected), abs=5e-3)


def test_nearest_agrees_with_brute_force() -> None:
    rng = np.random.default_rng(4)
    vectors, among = (rng.normal(size=(n, 9)).astype(np.float32) for n in (200, 70))
    distance, row = nearest(vectors, among)
    every = cdist(vectors, among)
    assert distance == pytest.approx(every.min(axis=1), abs=1e-4)
    assert (row == every.argmin(axis=1)).all()
