"""What is true of a rendered photo: sizes from the mesh, flaws from the image of ids."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from .scene import Camera, Scene

_Points = tuple[tuple[float, float], ...]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TrueDimension(_Model):
    """A size of the item, measured on its mesh; `height_mm` is that of the edge that shows it."""

    name: str
    feature: Literal["length", "width", "diameter"]
    part: int = 1
    value_mm: float
    height_mm: float


class TrueDefect(_Model):
    """A visible flaw: its outline in the photo and its extent on the item's surface."""

    type: str
    length_mm: float
    width_mm: float
    area_mm2: float
    polygon_px: _Points


class TruePose(_Model):
    """Where a piece lies: origin on the mat under its middle."""

    part: int
    x_mm: float
    y_mm: float
    angle_deg: float


class TrueCamera(_Model):
    """A pinhole camera; `world_from_camera` has OpenCV's axes and the mat frame's millimetres."""

    width_px: int
    height_px: int
    f_px: float
    cx_px: float
    cy_px: float
    world_from_camera: tuple[tuple[float, float, float, float], ...]


class PhotoTruth(_Model):
    """Everything known about one rendered photo."""

    photo: str
    rendered: Literal[True] = True
    product: str
    spec: str
    station: str
    mat: str
    dimensions: tuple[TrueDimension, ...]
    defects: tuple[TrueDefect, ...]
    poses: tuple[TruePose, ...]
    outlines_px: tuple[_Points, ...]
    camera: TrueCamera
    expected_verdict: Literal["pass", "fail", "check", "retake"]
    why: str


def read_measured(path: Path) -> list[dict[str, Any]]:
    """Read what Blender's side measured, one entry per piece."""
    measured: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return measured


def id_masks(path: Path) -> tuple[NDArray[np.bool_], list[NDArray[np.bool_]]]:
    """Split an image of ids.

    Returns:
        The item's mask, defects included, and one mask for each of the two possible defects.
    """
    image = np.asarray(cv2.imread(str(path), cv2.IMREAD_COLOR_RGB)).astype(np.int16)
    item = image.sum(axis=2) > 127
    defects = [item & (image[..., channel] > 127) for channel in (0, 1)]
    return item, defects


def contours(mask: NDArray[np.bool_], tolerance_px: float) -> list[NDArray[np.float64]]:
    """Outer outlines of a mask, the largest first, each of shape `(N, 2)`."""
    found, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    ordered = sorted(found, key=cv2.contourArea, reverse=True)
    simple = [cv2.approxPolyDP(contour, tolerance_px, True) for contour in ordered]
    return [np.asarray(c, np.float64).reshape(-1, 2) for c in simple if len(c) >= 3]


def true_defects(
    scene: Scene, masks: list[NDArray[np.bool_]], heights_mm: list[float]
) -> list[TrueDefect]:
    """Describe the scene's defects as they are seen; one that is hidden is left out.

    The extent is that of the visible area, put back on the level plane through the surface.
    """
    drawn = [defect for piece in scene.pieces for defect in piece.defects]
    truths = []
    for defect, mask, height_mm in zip(drawn, masks, heights_mm, strict=False):
        outline = contours(mask, 0.4)
        if not outline:
            continue
        ground = scene.camera.on_plane(outline[0], height_mm).astype(np.float32)
        sides = sorted(cv2.minAreaRect(ground)[1])
        pixel_mm = scene.camera.distance_mm / scene.camera.f_px
        truths.append(
            TrueDefect(
                type=defect.type,
                # The outline runs through pixel centres, so it misses half a pixel on each side.
                length_mm=round(sides[1] + pixel_mm, 2),
                width_mm=round(sides[0] + pixel_mm, 2),
                area_mm2=round(float(mask.sum()) * pixel_mm**2, 2),
                polygon_px=points(outline[0]),
            )
        )
    return truths


def points(array: NDArray[np.float64]) -> _Points:
    """Points for JSON, to a tenth of a pixel."""
    return tuple((round(float(x), 1), round(float(y), 1)) for x, y in array)


def true_camera(camera: Camera) -> TrueCamera:
    """The camera's intrinsics and pose."""
    pose = np.round(camera.world_from_camera(), 9)
    return TrueCamera(
        width_px=camera.width_px,
        height_px=camera.height_px,
        f_px=round(camera.f_px, 6),
        cx_px=(camera.width_px - 1) / 2,
        cy_px=(camera.height_px - 1) / 2,
        world_from_camera=tuple(tuple(map(float, row)) for row in pose),
    )
