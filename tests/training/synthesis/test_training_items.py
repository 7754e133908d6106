"""Rendered items to train on: what is drawn, and that the reader of renders reads it."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np
import pytest

from training.datasets.renders import load_render, read_renders
from training.labels import TYPES
from training.synthesis import PAINTED_MM_PER_PX
from training.synthesis.render import training_items
from training.synthesis.render.blender.items import ITEMS
from training.synthesis.render.run import Rendered
from training.synthesis.render.scene import Scene
from training.synthesis.render.training_items import (
    render_training_items,
    training_scene,
)

SCENES = [training_scene(seed) for seed in range(120)]


def test_a_seed_says_all() -> None:
    assert training_scene(7) == training_scene(7)
    assert training_scene(7) != training_scene(8)


def test_every_shape_wood_and_defect_occurs_and_some_items_are_sound() -> None:
    pieces = [scene.pieces[0] for scene in SCENES]
    defects = Counter(defect.type for piece in pieces for defect in piece.defects)
    assert set(defects) == {"crack", "hole", "chip", "stain", "scratch", "dent"}
    assert {piece.shape for piece in pieces} == set(ITEMS)
    assert len({piece.wood.species for piece in pieces}) == 5
    # The image of ids has colours for two.
    assert {len(piece.defects) for piece in pieces} == {0, 1, 2}


def test_items_are_sound_where_that_is_asked_for() -> None:
    sound = [training_scene(seed, sound=True).pieces[0] for seed in range(20)]
    assert not any(piece.defects for piece in sound)
    assert {piece.shape for piece in sound} == set(ITEMS)


@pytest.mark.parametrize("scene", SCENES[:40])
def test_the_camera_sees_the_first_defect_at_the_scale_of_training(scene: Scene) -> None:
    camera, piece = scene.camera, scene.pieces[0]
    assert camera.distance_mm / camera.f_px == pytest.approx(PAINTED_MM_PER_PX)
    for defect in piece.defects[:1]:
        turn = math.radians(piece.angle_deg)
        x = math.cos(turn) * defect.x_mm - math.sin(turn) * defect.y_mm
        y = math.sin(turn) * defect.x_mm + math.cos(turn) * defect.y_mm
        [[column, row]] = camera.project(np.array([[x, y, camera.aim_z_mm]]))
        assert 0 <= column < camera.width_px
        assert 0 <= row < camera.height_px


@pytest.mark.parametrize("scene", SCENES[:40])
def test_defects_lie_on_the_item(scene: Scene) -> None:
    piece = scene.pieces[0]
    outline = ITEMS[piece.shape](**piece.size).vertices[:, :2].astype(np.float32)
    hull = cv2.convexHull(outline)
    for defect in piece.defects:
        assert cv2.pointPolygonTest(hull, (defect.x_mm, defect.y_mm), False) > 0


def test_what_is_written_is_read_again_and_not_rendered_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Blender's part is played: a white item, its first defect to the left."""
    rendered: list[str] = []

    def blender(scenes: Mapping[str, Scene], _: Path, folder: Path) -> dict[str, Rendered]:
        [(name, scene)] = scenes.items()
        rendered.append(name)
        folder.mkdir(exist_ok=True)
        files = Rendered(folder / "photo.png", folder / "ids.png", folder / "measured.json")
        ids = np.zeros((60, 80, 3), np.uint8)  # blue, green, red
        ids[10:50, 10:70, 0] = 255
        for channel in range(len(scene.pieces[0].defects)):
            at = slice(12 + 20 * channel, 24 + 20 * channel)
            ids[20:30, at] = 0
            ids[20:30, at, 2 - channel] = 255
        cv2.imwrite(str(files.ids), ids)
        cv2.imwrite(str(files.photo), ids.max(axis=2, keepdims=True).repeat(3, 2) * np.uint16(257))
        return {name: files}

    monkeypatch.setattr(training_items, "render", blender)
    out = tmp_path / "out"
    python = Path("python")
    names = list(render_training_items(12, 1, python, out, tmp_path / "work"))
    assert read_renders(out) == names == rendered
    for number, name in enumerate(names, start=1):
        sample, item = load_render(out, name)
        assert item.sum() == 40 * 60
        defects = training_scene(number).pieces[0].defects
        expected = Counter(d.type for d in defects)
        areas = {TYPES[c]: int(m.sum()) for c, m in enumerate(sample.target) if m.any()}
        assert areas == {kind: 120 * count for kind, count in expected.items()}
        assert sample.pixels[item].mean() > 250
    assert list(render_training_items(13, 1, python, out, tmp_path / "work"))[:-1] == names
    assert len(rendered) == 13
    assert len(json.loads((out / "index.json").read_text())["items"]) == 13
