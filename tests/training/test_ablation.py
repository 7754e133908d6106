"""Recipes: a surface joins or leaves, and nothing else changes."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError
from typer import BadParameter

from training.ablation import RECIPES, main
from training.config import TrainingConfig
from training.datasets.catalogue import Catalogue
from training.datasets.surfaces import Picture


def test_recipes_are_valid_configurations() -> None:
    for recipe in RECIPES.values():
        TrainingConfig(**asdict(recipe))
    assert RECIPES["+ CC0 textures (as released)"].surfaces == TrainingConfig().surfaces
    for setting, wrong in (("surfaces", ["cloth"]), ("encoder", "resnet"), ("mm_per_px", 0)):
        with pytest.raises(ValidationError, match=setting):
            TrainingConfig.model_validate({setting: wrong})


def test_recipes_after_the_released_one_change_one_thing() -> None:
    released = asdict(RECIPES["+ CC0 textures (as released)"])
    changed = {
        name: [key for key, value in asdict(recipe).items() if value != released[key]]
        for name, recipe in RECIPES.items()
        if name.startswith("as released")
    }
    assert list(changed.values()) == [["renders_share"], ["encoder"], ["mm_per_px"], ["mm_per_px"]]


def test_a_recipe_with_renders_needs_them() -> None:
    with pytest.raises(BadParameter, match="--renders"):
        main(Path("data"), Path("out"), recipe=["as released + renders"])


def test_defects_are_composited_on_the_named_surfaces_only() -> None:
    """Green pictures stand for the textures; procedural wood is never that green."""
    green = Picture(np.full((200, 200, 3), (0, 255, 0), np.uint8), 1, 1)
    catalogue = Catalogue([], [], [], [green])

    def greenness(*surfaces: str) -> float:
        source = catalogue.composites([], surfaces)
        patches = [source.surface(np.random.default_rng(seed), 64) for seed in range(12)]
        return float(np.mean([(p[..., 1] - p[..., 0] > 0.9).mean() for p in patches]))

    assert greenness("textures") == 1
    assert greenness("wood") == 0
    assert 0 < greenness("wood", "textures") < 1
