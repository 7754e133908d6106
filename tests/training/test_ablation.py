"""Recipes: a surface joins or leaves, and nothing else changes."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from training.ablation import RECIPES
from training.config import TrainingConfig
from training.datasets.catalogue import Catalogue
from training.datasets.surfaces import Picture


def test_recipes_are_valid_configurations() -> None:
    for recipe in RECIPES.values():
        TrainingConfig(boards_share=recipe.boards_share, surfaces=recipe.surfaces)
    assert RECIPES["+ CC0 textures (as released)"].surfaces == TrainingConfig().surfaces
    with pytest.raises(ValidationError, match="surfaces"):
        TrainingConfig.model_validate({"surfaces": ["cloth"]})


def test_defects_are_composited_on_the_named_surfaces_only() -> None:
    """Green pictures stand for the textures; procedural wood is never that green."""
    green = Picture(np.full((200, 200, 3), (0, 255, 0), np.uint8), 1, 1)
    catalogue = Catalogue([], [], [], [green])

    def greenness(*surfaces: str) -> float:
        source = catalogue.composites([], surfaces)  # type: ignore[arg-type]  # plain names
        patches = [source.surface(np.random.default_rng(seed), 64) for seed in range(12)]
        return float(np.mean([(p[..., 1] - p[..., 0] > 0.9).mean() for p in patches]))

    assert greenness("textures") == 1
    assert greenness("wood") == 0
    assert 0 < greenness("wood", "textures") < 1
