"""What contradicts in a spec whose views show the item before an upright mat."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from qc.spec.contradiction import Contradiction
from qc.spec.dimension import Count, Height, Size

if TYPE_CHECKING:
    from qc.spec.models import Spec, View

_ONLY_UPRIGHT = (
    "stand_mm",
    "gap_mm",
    "gap_u95_mm",
    "top",
    "top_depth_mm",
    "top_depth_of",
    "top_depth_u95_mm",
    "top_radius_mm",
    "lean_deg",
)

_TOPS = ("top", "top_depth_mm", "top_depth_of")
"""Each says where the item's top is; a silhouette does not."""

_ACROSS = ("length", "width", "diameter", "min_feret", "max_feret")
"""Features that tell how deep an item is."""

_AT_TOP = ("rim", "wall")
"""Edges that end at the item's highest place."""


def wrong_upright(spec: Spec) -> Iterator[Contradiction]:
    """Give what contradicts about upright mats and the heights seen before them."""
    upright = {view.name for view in spec.views if view.mat == "upright"}
    for i, view in enumerate(spec.views):
        if view.mat == "upright":
            yield from _of_view(spec, i, view)
        else:
            for key in _ONLY_UPRIGHT:
                if getattr(view, key) is not None:
                    yield Contradiction(
                        ("views", i, key), f"{key} is of an upright mat: add `mat: upright`"
                    )
    for i, dimension in enumerate(spec.dimensions):
        if isinstance(dimension, Height) != (dimension.view in upright):
            yield Contradiction(
                ("dimensions", i, "view"),
                "feature height, and nothing else, is measured in a view with `mat: upright`",
            )
    if spec.colour and spec.colour.view in upright:
        yield Contradiction(("colour", "view"), "no colour is judged before an upright mat")


def _of_view(spec: Spec, i: int, view: View) -> Iterator[Contradiction]:
    def wrong(key: str, message: str) -> Contradiction:
        return Contradiction(("views", i, key), message)

    if spec.parts > 1:
        yield wrong("mat", "mat: upright needs parts: 1")
    if view.height_of is None and not spec.of_view(view.name):
        yield wrong("mat", f"view {view.name!r} measures nothing: add a height, or height_of")
    if view.edge_zone is not None:
        yield wrong("edge_zone", "no surface is judged before an upright mat")
    if view.gap_u95_mm is not None and view.gap_mm is None:
        yield wrong("gap_u95_mm", "gap_u95_mm needs gap_mm")
    if view.top_depth_u95_mm is not None and view.top_depth_mm is None:
        yield wrong("top_depth_u95_mm", "top_depth_u95_mm needs top_depth_mm")
    yield from _top(spec, i, view)
    if view.height_of is not None:
        yield from _height_of(spec, i, view)


def _top(spec: Spec, i: int, view: View) -> Iterator[Contradiction]:
    said = [key for key in _TOPS if getattr(view, key) is not None]
    if not said:
        yield Contradiction(
            ("views", i, "mat"),
            "where the item's top is must be said: `top: back`, top_depth_mm or top_depth_of",
        )
    for key in said[1:]:
        yield Contradiction(("views", i, key), f"{said[0]} or {key}, not both")
    if view.top is None and said and view.top_radius_mm is None:
        yield Contradiction(("views", i, said[0]), f"{said[0]} needs top_radius_mm")
    if view.top_depth_of is not None and view.top_depth_of not in _depths(spec):
        yield Contradiction(
            ("views", i, "top_depth_of"),
            "top_depth_of must name a length, width, diameter or Feret diameter whose own height "
            "does not come from an upright mat",
        )


def _depths(spec: Spec) -> set[str]:
    """Return the names of the sizes that may tell a depth."""
    raised = {view.height_of for view in spec.views if view.mat == "upright"}
    return {
        one.name
        for one in spec.dimensions
        if isinstance(one, Size)
        and one.feature in _ACROSS
        and (one.height_mm is not None or one.view not in raised)
    }


def _height_of(spec: Spec, i: int, view: View) -> Iterator[Contradiction]:
    others = [v.name for v in spec.views if v.height_of == view.height_of and v is not view]
    if others:
        yield Contradiction(
            ("views", i, "height_of"),
            f"views {view.name!r} and {others[0]!r} both give the height of {view.height_of!r}",
        )
    for j, dimension in enumerate(spec.dimensions):
        if dimension.view != view.height_of or isinstance(dimension, Count | Height):
            continue
        if dimension.height_mm is None and dimension.edge not in _AT_TOP:
            yield Contradiction(
                ("dimensions", j, "edge"),
                "a height seen from the side is that of the top, so this dimension needs "
                "`edge: rim`, `edge: wall` or its own height_mm",
            )
