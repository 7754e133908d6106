"""Hand scenes to Blender and collect what it rendered."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qc.errors import TelitiError
from qc.geometry.mat import standard_mat
from qc.geometry.mat_print import write_mat

from .scene import Scene, kelvin_rgb, sky_strength

_HERE = Path(__file__).parent
_FIX = "Make an environment with bpy==4.5.15 and name its interpreter with --blender."


class BlenderError(TelitiError):
    """Blender could not be started or did not render every scene."""

    code = "blender-failed"


@dataclass(frozen=True)
class Rendered:
    """Files of one scene as Blender wrote them."""

    photo: Path
    """16-bit sRGB PNG, sharp and without noise."""
    ids: Path
    """8-bit PNG: blue where the item is sound, red its first defect, green its second."""
    measured: Path
    """JSON: per piece, what was measured on its mesh."""


def render(scenes: Mapping[str, Scene], python: Path, folder: Path) -> dict[str, Rendered]:
    """Render scenes with the Blender of another Python environment.

    Args:
        scenes: by name.
        python: interpreter of an environment with `bpy`.
        folder: where the files go; made if missing.

    Raises:
        BlenderError: the interpreter is missing, or rendering failed.
    """
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    for paper in {scene.paper for scene in scenes.values()}:
        write_mat(standard_mat(paper), folder / f"mat-{paper.lower()}")
    files = {
        name: Rendered(
            folder / f"{name}.photo.png", folder / f"{name}.ids.png", folder / f"{name}.json"
        )
        for name in scenes
    }
    jobs = folder / "scenes.json"
    jobs.write_text(
        json.dumps([_job(scene, files[name], folder) for name, scene in scenes.items()])
    )
    environment = {**os.environ, "PYTHONPATH": ""}
    try:
        subprocess.run(  # noqa: S603 - our own program
            [python, "-m", "blender", jobs],
            cwd=_HERE,
            env=environment,
            check=True,
            capture_output=True,
            text=True,
        )
    except OSError as error:
        raise BlenderError(f"cannot start {python}: {error.strerror}", fix=_FIX) from error
    except subprocess.CalledProcessError as error:
        last = error.stderr.strip().splitlines()[-1:] or [f"exit status {error.returncode}"]
        raise BlenderError(f"Blender stopped: {last[0]}", fix=_FIX) from error
    return files


def _job(scene: Scene, files: Rendered, folder: Path) -> dict[str, Any]:
    layout = standard_mat(scene.paper)
    return {
        "mat": {
            "png": str(folder / f"mat-{scene.paper.lower()}" / "mat.png"),
            "width_mm": layout.sheet_width_mm,
            "height_mm": layout.sheet_height_mm,
        },
        "pieces": [piece.model_dump() for piece in scene.pieces],
        "camera": scene.camera.for_blender(),
        "lights": [light.for_blender() for light in scene.lights],
        "sky_rgb": kelvin_rgb(scene.sky_kelvin),
        "sky_strength": sky_strength(scene.sky_share),
        "table_rgb": scene.table_rgb,
        "samples": scene.samples,
        "photo": str(files.photo),
        "ids": str(files.ids),
        "measured": str(files.measured),
    }
