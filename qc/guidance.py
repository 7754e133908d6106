"""What to change while the camera is live: the first thing that would make a photo useless.

A frame of a thousand pixels is too small to inspect, but shows whether there is light, where the
mat lies and whether something lies on it. Quicker than the pipeline and coarser: a third of the
markers, a usual lens, millimetres instead of half ones. What it lets pass is judged by
`qc.inspection` all the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np

from qc.decision.verdict import Reason, Verdict
from qc.geometry.camera import estimated_camera
from qc.geometry.corners import find_corners, sheet_px
from qc.geometry.gate import gate_mat, gate_parts
from qc.geometry.item import find_parts
from qc.geometry.mat import PAPERS
from qc.geometry.pose import glimpse_mat
from qc.geometry.station import Station
from qc.photo import Photo, gate_exposure, gate_frame_blur, srgb_to_linear, to_grey
from qc.records import Points, to_points
from qc.spec.models import Spec

AdviceCode = Literal[
    "photo-dark",
    "photo-bright",
    "photo-grey",
    "mat-missing",
    "mat-wrong",
    "camera-tilted",
    "side-camera-aslant",
    "camera-far",
    "mat-covered",
    "photo-blurred",
    "item-missing",
    "item-cut-off",
    "item-count",
    "item-unclear",
    "side-mat-turned",
    "side-item-low",
    "side-item-high",
    "side-item-floating",
    "side-camera-low",
    "side-camera-high",
]
ADVICE: tuple[AdviceCode, ...] = get_args(AdviceCode)
"""Codes of what is advised, in the order in which they are looked at: whoever holds the tablet
upright also sees more of the mat."""

_FIELD_MM_PER_PX = 1.0
_SAMPLES_PER_SIDE = 75
_SLIVER_MM = 5.0


@dataclass(frozen=True, slots=True)
class Guidance:
    """What a frame shows.

    Attributes:
        advice: why a photo taken now would have to be taken again, its code one of `ADVICE`;
            None where nothing speaks against it.
        mat_px: corners `(x, y)` of the mat's sheet in pixels of the frame, clockwise from the
            upper left as printed; empty where no mat was found.
    """

    advice: Reason | None
    mat_px: Points = ()


def guide(
    frame: Photo, view: str, spec: Spec, station: Station | None = None, *, enlargement: float = 1.0
) -> Guidance:
    """Look at one frame of the live camera.

    Args:
        frame: about a thousand pixels long.
        view: the spec's view that is about to be photographed.
        spec: what the buyer requires.
        station: says which mat lies there.
        enlargement: how many pixels the photo will have for one of the frame, along a side.

    Returns:
        The first thing to change, if any, and where the mat lies.
    """
    exposure = gate_exposure(frame, view, samples_per_side=_SAMPLES_PER_SIDE)
    if exposure:
        return Guidance(exposure[0])
    grey = to_grey(frame.pixels)
    light = srgb_to_linear(grey)
    large_enough = PAPERS[PAPERS.index(spec.mat) :]
    corners = find_corners(grey, mats=large_enough, glance=True)
    camera = estimated_camera(frame.width_px, frame.height_px, frame.focal_35mm)
    mat = glimpse_mat(corners, camera) if corners else None
    sheet = sheet_px(corners) if corners and mat else None
    if mat is None or sheet is None:
        blurred = gate_frame_blur(light, enlargement, view)
        return Guidance(blurred or Reason.of(Verdict.RETAKE, "mat-missing", view=view))

    taken = replace(mat, camera=replace(camera, focal_px=camera.focal_px * enlargement))

    def wrong() -> Iterator[Reason]:
        found = {reason.code: reason for reason in gate_mat(taken, view, spec, station)}
        yield from (found[code] for code in ADVICE if code in found)
        if blurred := gate_frame_blur(light, enlargement, view):
            yield blurred
        parts = find_parts(frame, mat, mm_per_px=_FIELD_MM_PER_PX)
        if (setup := spec.view(view)) and setup.mat == "upright":
            # The lens is a usual one: where it is another, the ring seems to reach into the field.
            parts = [part for part in parts if np.ptp(part.contour_mm, axis=0).min() > _SLIVER_MM]
        yield from gate_parts(parts, mat, view, spec)

    return Guidance(next(wrong(), None), to_points(sheet))
