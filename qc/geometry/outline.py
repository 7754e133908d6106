"""The item's outline to a fraction of a pixel.

Across the coarse outline, profiles of linear light are read along the normals and an edge
model `a + b·(1 - erf((s - s0) / (σ√2))) / 2` is fitted to each; s0 is the edge of the item's
colour. The light is first projected on the one direction of colour in which the field, lit or in
shadow, stays dark: what remains is the item. This gives the outline its detail; how far beyond
the item really ends is found for stretches of it (`qc.geometry.silhouette`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d, median_filter

from qc.geometry.course import Edge, find_course, look_again
from qc.geometry.curve import bridged, resample, there_and_back
from qc.geometry.item import Part
from qc.geometry.pose import MatView
from qc.geometry.profiles import STEP_PX, ProfileReader, fit_edges
from qc.geometry.spread import EdgeSpread
from qc.photo import Photo, median_colour

Array = npt.NDArray[np.float64]
Resampling = Callable[[Array], tuple[Array, Array]]
"""Spaces a curve evenly; returns points and unit normals that point off the item."""

_SEARCH_PX = 10.0
_FIT_PX = 5.0

_CONTOUR_SIGMA = 1.2

_MIN_CONTRAST = 0.1
"""Share of the outline's median contrast below which a profile is dropped."""

_MIN_KEPT = 0.6
"""Share of the profiles that must show an edge for the outline to be believed."""

_HIGHLIGHT = 2.0
"""Light above this multiple of the part's median is a highlight."""

_FAINT = 0.15
"""Light of the item's own colour over the field's, below which an edge is faint."""

_U_COMMON_PX = 0.15
"""Standard uncertainty that the codec and the spread of edges add to that of the model; measured on
development scenes of the proof bench."""

_U_HOLE_PX = 0.1

_U_FAINT_PX = 2.0
"""The same of a faint edge."""

_COURSE_PROFILES = 15
_COURSE_SIGMA = 3.0

_PASSES, _NEAR_PX = 3, 2.5
"""The flank of a lacquered bulge mirrors so much of the mat that its colour ends many pixels
inside: where the silhouette lies that far away, what was read of item and mat was not theirs."""

_LOOKS = 2
"""How often an end is looked at again."""


@dataclass(frozen=True, slots=True)
class Outline:
    """A closed outline.

    `points_px` `(N, 2)` in order, counter-clockwise on the mat; `u_px` is the standard uncertainty
    of where it lies as a whole, `scatter_px` the RMS of the points about their smooth course,
    `kept` the share of the outline where a silhouette was found. A `faint` outline is of an item
    whose own colour is weak beside the light of the field, as that of black lacquer: it mirrors
    the mat at its rim and cannot be told from it for sure. One that `mirrors` shows little else.
    `mirrored` `(N,)` is how much of what each point's edge shows is the mat; None where nobody
    looked.
    """

    points_px: Array
    u_px: float
    scatter_px: float
    kept: float
    faint: bool
    mirrors: bool = False
    mirrored: Array | None = None


def trace_outline(photo: Photo, view: MatView, part: Part, spread: EdgeSpread) -> Outline | None:
    """Trace the outline of a part.

    Args:
        photo: the photo.
        view: the mat in it.
        part: its coarse contour.
        spread: of the photo's sharp edges.

    Returns:
        The outline, or None where too few profiles show an edge.
    """
    seen, thickness_px = _coarse(view, part)
    return _traced(photo, part, seen, thickness_px, spread, resample)


def trace_stretch(
    photo: Photo, view: MatView, part: Part, keep: npt.NDArray[np.bool_], spread: EdgeSpread
) -> Outline | None:
    """Trace a stretch of a part's outline, as of an item that is seen in part only.

    The stretch is followed there and back, so that it is a closed curve to all that follows one.

    Args:
        photo: the photo.
        view: the mat in it.
        part: its coarse contour.
        keep: which of the contour's `(N,)` points belong to the stretch; one run of them.
        spread: of the photo's sharp edges.

    Returns:
        The outline, an open line; or None where too few profiles show an edge.
    """
    seen, thickness_px = _coarse(view, part)
    begin = int(np.flatnonzero(keep & ~np.roll(keep, 1))[0]) if not keep.all() else 0
    stretch = np.roll(seen, -begin, axis=0)[: int(keep.sum())]
    x, y = seen[:, 0], seen[:, 1]
    around = float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y))
    again = partial(there_and_back, right=around > 0)
    both = np.concatenate([stretch, stretch[::-1]])
    found = _traced(photo, part, both, thickness_px, spread, again)
    if found is None:
        return None
    once = len(found.points_px) // 2
    mirrored = None if found.mirrored is None else found.mirrored[:once]
    return replace(found, points_px=found.points_px[:once], mirrored=mirrored)


def _traced(
    photo: Photo,
    part: Part,
    seen: Array,
    thickness_px: float,
    spread: EdgeSpread,
    resample: Resampling,
) -> Outline | None:
    points, normals = resample(gaussian_filter1d(seen, _CONTOUR_SIGMA, axis=0, mode="wrap"))
    profile = ProfileReader(photo, seen)
    # On a thin stick a profile must not reach the other side.
    edge = Edge(profile, spread, inner_px=0.45 * thickness_px)

    passes, chroma_px = 0, None
    while True:
        course = find_course(edge, points, normals, chroma_px)
        if course is None:
            return None
        points, normals = resample(points + course.shift_px[:, None] * normals)
        passes, chroma_px = passes + 1, course.chroma_px
        if course.farthest_px < _NEAR_PX or passes == _PASSES:
            break
    for _ in range(_LOOKS):
        shift_px = look_again(edge, points, normals, chroma_px)
        if shift_px is None:
            break
        points, normals = resample(points + shift_px[:, None] * normals)
    offsets, colours = profile.read(points, normals, min(_FIT_PX, edge.inner_px), _FIT_PX)
    direction, faint = _directions(colours)
    faint = faint or part.mirrors
    # What single profiles add to the course of a faint edge is noise.
    detail, scatter_px = (
        (np.zeros(len(points)), 0.0) if faint else _detail(offsets, colours @ direction)
    )
    common_px = _U_FAINT_PX if faint else _U_COMMON_PX
    return Outline(
        points_px=points + detail[:, None] * normals,
        u_px=float(np.hypot(common_px, course.u_px)),
        scatter_px=scatter_px,
        kept=course.sound,
        faint=faint,
        mirrors=part.mirrors,
        mirrored=_carried(course.mirrored, len(points)),
    )


def trace_hole(photo: Photo, view: MatView, hole: Part) -> Outline | None:
    """Trace the outline of a hole: its edge is sharp, and where its wall shows, doubled.

    Args:
        photo: the photo.
        view: the mat in it.
        hole: its coarse contour.

    Returns:
        The outline, or None where too few profiles show an edge.
    """
    seen, across_px = _coarse(view, hole)
    outer_px = 0.9 * across_px
    if outer_px < _FIT_PX:
        return None
    points, normals = resample(gaussian_filter1d(seen, 2.0, axis=0, mode="wrap"), hole=True)
    profile = ProfileReader(photo, seen)
    # First the 50 % level in a wide search, then the model in a narrow window about it.
    offsets, colours = profile.read(points, normals, _SEARCH_PX, min(_SEARCH_PX, outer_px))
    direction, _ = _directions(colours)
    shift = _half_level(offsets, colours @ direction)
    valid = np.isfinite(shift)
    if valid.mean() < 0.5:
        return None
    shift = median_filter(bridged(shift, valid), 9, mode="wrap")
    points, normals = resample(points + shift[:, None] * normals, hole=True)
    offsets, colours = profile.read(points, normals, _FIT_PX, min(_FIT_PX, outer_px))
    edge, sigma, good = _sound_edges(offsets, colours @ direction)
    if good.mean() < _MIN_KEPT:
        return None
    edge, scatter_px = _without_splinters(edge, good)
    return Outline(
        points_px=points + edge[:, None] * normals,
        u_px=_U_HOLE_PX * max(1.0, float(np.median(sigma[good]))) ** 2,
        scatter_px=scatter_px,
        kept=float(good.mean()),
        faint=False,
    )


def _coarse(view: MatView, part: Part) -> tuple[Array, float]:
    """Return a coarse contour in the photo, `(N, 2)`, and how wide it is on average, pixels."""
    on_mat = np.column_stack([part.contour_mm, np.zeros(len(part.contour_mm))])
    seen = view.camera.project(on_mat, view.pose)
    lengths = np.linalg.norm(np.diff(seen, axis=0, append=seen[:1]), axis=1)
    return seen, 2 * part.area_mm2 / view.mm_per_px**2 / float(lengths.sum())


def _carried(values: Array, count: int) -> Array:
    """Return values along a closed outline at as many points as it has now."""
    at = np.arange(count) * (len(values) / count)
    return np.asarray(np.interp(at, np.arange(len(values)), values, period=len(values)))


def _detail(offsets: Array, signal: Array) -> tuple[Array, float]:
    """Find what single profiles add to the course, `(N,)` pixels outwards, and their RMS."""
    edge, _, good = _sound_edges(offsets, signal)
    if good.mean() < _MIN_KEPT:
        return np.zeros(len(edge)), 0.0
    edge, scatter_px = _without_splinters(edge, good)
    smooth = median_filter(edge, _COURSE_PROFILES, mode="wrap")
    return edge - gaussian_filter1d(smooth, _COURSE_SIGMA, mode="wrap"), scatter_px


def _sound_edges(offsets: Array, signal: Array) -> tuple[Array, Array, npt.NDArray[np.bool_]]:
    """Fit the edge of the item's colour to each profile: position, σ, and whether it is one."""
    # A highlight near the edge would otherwise be fitted instead of the edge.
    ceiling = _HIGHLIGHT * float(np.median(signal[:, 0]))
    edge, contrast, sigma = fit_edges(offsets, np.minimum(signal, ceiling))
    good = (
        np.isfinite(edge)
        & (np.abs(edge) < 0.7 * _FIT_PX)
        & (contrast > _MIN_CONTRAST * np.nanmedian(contrast))
        & (sigma > 0.2)
        & (sigma < 0.6 * _FIT_PX)
    )
    return edge, sigma, good


def _without_splinters(edge: Array, good: npt.NDArray[np.bool_]) -> tuple[Array, float]:
    """Bridge what is no edge; return the edges and their RMS about their smooth course.

    A splinter of grain or a crumb moves single edges; their neighbours know better.
    """
    edge = bridged(edge, good)
    deviation = np.abs(edge - median_filter(edge, 9, mode="wrap"))
    good = good & (deviation < max(4 * float(np.median(deviation[good])), 0.3))
    return bridged(edge, good), float(np.sqrt(np.mean(deviation[good] ** 2)))


def _directions(colours: npt.NDArray[np.floating]) -> tuple[Array, bool]:
    """Return the item's unit colour `(3,)` across the field's, and whether it is faint."""
    share = max(1, colours.shape[1] // 5)
    item = np.asarray(median_colour(colours[:, :share].reshape(-1, 3)), np.float64)
    light = median_colour(colours[:, -share:].reshape(-1, 3))
    field, field_light = _unit(light), max(float(np.linalg.norm(light)), 1e-9)
    across = item - float(item @ field) * field
    direction = _unit(across)
    return direction, float(across @ direction) < _FAINT * field_light


def _unit(vector: npt.NDArray[np.floating]) -> Array:
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9), np.float64)


def _half_level(offsets: Array, signal: Array) -> Array:
    """Return the outermost crossing of half contrast per profile `(N,)`, NaN without one."""
    inside = np.median(signal[:, :5], axis=1)
    outside = np.median(signal[:, -5:], axis=1)
    # Near the outline a profile's own inside may be grain or shade; the part's median is not.
    level = (np.maximum(inside, 0.5 * np.median(inside)) + outside) / 2
    above = signal > level[:, None]
    last = signal.shape[1] - 1 - np.argmax(above[:, ::-1], axis=1)
    rows = np.arange(len(signal))
    found = above.any(axis=1) & (last < signal.shape[1] - 1)
    last = np.minimum(last, signal.shape[1] - 2)
    s0, s1 = signal[rows, last], signal[rows, last + 1]
    share = (s0 - level) / np.where(s0 == s1, 1.0, s0 - s1)
    return np.where(found, offsets[last] + share * STEP_PX, np.nan)
