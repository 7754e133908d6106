"""How far an item's silhouette lies from a coarse outline, stretch by stretch.

Averaged over stretches, noise and grain count little; but where the outline bends within a
stretch, as at the end of a stick, what it shows is of the end and of the sides at once, and
smoothing the course draws the end inwards. There every profile is looked at by itself, again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d, maximum_filter1d, median_filter

from qc.geometry.curve import bridged
from qc.geometry.profiles import ProfileReader
from qc.geometry.silhouette import OFFSETS_PX, find_silhouette
from qc.geometry.spread import EdgeSpread

Array = npt.NDArray[np.float64]

_STRETCH, _MIN_STRETCHES = 4, 32
_MAX_STRETCHES = 360
_MAX_SHIFT_PX = 5.0

_MIN_KEPT = 0.6
"""Share of the stretches that must show a silhouette for the outline to be believed."""

_BEND_POINTS, _BEND_DEG = 4, 30.0
"""Normals that differ so much over twice so many points, 12 pixels, tell a bend: a radius of less
than 23 pixels."""

_AROUND_BEND = 3
_BEND_SIGMA = 1.6


@dataclass(frozen=True, slots=True)
class Course:
    """How far the silhouette lies outside the coarse outline, `(N,)` pixels.

    `sound` is the share of stretches that show one, `u_px` the standard uncertainty of most of
    them. `farthest_px` is how far one twentieth of them lies away, or more. `mirrored` `(N,)` is
    the share of what is seen at the edge that is the mat, mirrored, `chroma_px` what the photo's
    codec does to colour (`qc.geometry.silhouette`).
    """

    shift_px: Array
    farthest_px: float
    sound: float
    u_px: float
    mirrored: Array
    chroma_px: float


@dataclass(frozen=True, slots=True)
class Edge:
    """What is known of an item's edge in a photo, wherever its outline runs.

    `profile` reads the photo, `spread` is that of its sharp edges; the item reaches `inner_px`
    inside the outline at least.
    """

    profile: ProfileReader
    spread: EdgeSpread
    inner_px: float


def find_course(
    edge: Edge, points: Array, normals: Array, chroma_px: float | None = None
) -> Course | None:
    """Find the silhouette stretch by stretch; None where too few show one.

    Args:
        edge: of the item.
        points: `(N, 2)` evenly spaced along the outline.
        normals: `(N, 2)` off the item.
        chroma_px: as found by an earlier look.
    """
    count = len(points)
    size = max(min(_STRETCH, count // _MIN_STRETCHES), -(-count // _MAX_STRETCHES))
    starts = np.arange(0, count, size)
    sizes = np.diff(np.append(starts, count))

    averaged = edge.profile.averaged(points, normals, OFFSETS_PX, starts)
    across_px = edge.spread.across(normals[starts + sizes // 2])
    found, u_px, mirrored, chroma_px = find_silhouette(
        averaged, across_px, edge.inner_px, chroma_px
    )
    sound = np.isfinite(found) & (np.abs(found) < _MAX_SHIFT_PX)
    if sound.mean() < _MIN_KEPT:
        return None
    raw = bridged(found, sound)
    shift = gaussian_filter1d(median_filter(raw, 3, mode="wrap"), 0.8, mode="wrap")
    middles = starts + (sizes - 1) / 2
    every = np.arange(count)
    return Course(
        shift_px=np.asarray(np.interp(every, middles, shift, period=count)),
        farthest_px=float(np.percentile(np.abs(found), 95)),
        sound=float(sound.mean()),
        u_px=float(np.median(u_px[sound])),
        mirrored=np.asarray(
            np.interp(every, middles, median_filter(mirrored, 3, mode="wrap"), period=count)
        ),
        chroma_px=chroma_px,
    )


def look_again(edge: Edge, points: Array, normals: Array, chroma_px: float) -> Array | None:
    """Find the silhouette where a closed outline bends sharply, in single profiles.

    Args:
        edge: of the item.
        points: `(N, 2)` evenly spaced along the outline.
        normals: `(N, 2)` off the item.
        chroma_px: as found for the whole outline.

    Returns:
        `(N,)` pixels outwards, 0 elsewhere; None where it bends nowhere.
    """
    before, after = (np.roll(normals, k, axis=0) for k in (_BEND_POINTS, -_BEND_POINTS))
    bends = (before * after).sum(axis=1) < np.cos(np.radians(_BEND_DEG))
    if not bends.any():
        return None
    near = maximum_filter1d(bends.astype(np.uint8), 2 * _AROUND_BEND + 1, mode="wrap")
    chosen = np.flatnonzero(near)
    at, across = points[chosen], normals[chosen]
    colours = edge.profile.averaged(at, across, OFFSETS_PX, np.arange(len(chosen)))
    across_px = edge.spread.across(across)
    found = find_silhouette(colours, across_px, edge.inner_px, chroma_px).edge_px
    shift = np.zeros(len(points))
    shift[chosen] = np.where(np.abs(found) < _MAX_SHIFT_PX, found, 0.0)
    shift = median_filter(shift, 3, mode="wrap")
    return np.asarray(gaussian_filter1d(shift, _BEND_SIGMA, mode="wrap"))
