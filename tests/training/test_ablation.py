"""Recipes: a surface joins or leaves, and nothing else changes."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError
from typer import BadParameter

from training.ablation import RECIPES, main, train_recipe
from training.config import TrainingConfig
from training.datasets.catalogue import Catalogue
from training.datasets.surfaces import Picture
from training.errors import TrainingDataError


def test_recipes_are_valid_configurations() -> None:
    for recipe in RECIPES.values():
        TrainingConfig(**asdict(recipe))
    assert RECIPES["+ CC0 textures: all surfaces"].surfaces == TrainingConfig().surfaces
    for setting, wrong in (("surfaces", ["cloth"]), ("encoder", "resnet"), ("mm_per_px", 0)):
        with pytest.raises(ValidationError, match=setting):
            TrainingConfig.model_validate({setting: wrong})


def test_recipes_after_all_surfaces_change_one_thing() -> None:
    base = asdict(RECIPES["+ CC0 textures: all surfaces"])
    changed = {
        name: [key for key, value in asdict(recipe).items() if value != base[key]]
        for name, recipe in RECIPES.items()
        if name.startswith("all surfaces")
    }
    assert changed == {
        "all surfaces + grain of two woods": ["crossed_share"],
        "all surfaces + renders": ["renders_share"],
        "all surfaces, encoder lite2": ["encoder"],
        "all surfaces, 0.3 mm per pixel": ["mm_per_px"],
        "all surfaces, 0.15 mm per pixel": ["mm_per_px"],
    }


def test_a_recipe_of_other_settings_is_not_taken_for_this_one(tmp_path: Path) -> None:
    recipe, base = RECIPES["+ other materials"], TrainingConfig(max_steps=200)
    finished = tmp_path / "release" / "0.0.1"
    finished.mkdir(parents=True)
    (finished / "release.json").touch()
    base.model_copy(update=asdict(recipe)).write(tmp_path / "config.json")
    assert train_recipe(recipe, base, Catalogue([], [], [], []), tmp_path) == finished
    longer = base.model_copy(update={"max_steps": 400})
    with pytest.raises(TrainingDataError, match="other settings"):
        train_recipe(recipe, longer, Catalogue([], [], [], []), tmp_path)


def test_a_recipe_with_renders_needs_them() -> None:
    with pytest.raises(BadParameter, match="--renders"):
        main(Path("data"), Path("out"), recipe=["all surfaces + renders"])


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
