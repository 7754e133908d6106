"""What contradicts between the parts of a spec whose every part is valid."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from qc.spec.contradiction import Contradiction
from qc.spec.dimension import Angle, Count, Dimension
from qc.spec.upright import wrong_upright

if TYPE_CHECKING:
    from qc.spec.models import Spec, View


def contradictions(spec: Spec) -> Iterator[Contradiction]:
    """Give all contradictions of a spec."""
    views = [view.name for view in spec.views]
    yield from _twice("dimensions", "name", "dimension", [d.name for d in spec.dimensions])
    named = [f"{rule.type} ({rule.zone})" if rule.zone else rule.type for rule in spec.defects]
    yield from _twice("defects", "type", "defect type", named)
    yield from _zones(spec)
    yield from _twice("views", "name", "view", views)
    if spec.check_probability > spec.fail_probability:
        yield Contradiction(
            ("check_probability",), "check_probability must not exceed fail_probability"
        )
    for i, dimension in enumerate(spec.dimensions):
        if dimension.view not in views:
            yield Contradiction(
                ("dimensions", i, "view"),
                f"a dimension names view {dimension.view!r}, which is not in views",
            )
        if dimension.feature == "gap" and spec.parts == 1:
            yield Contradiction(
                ("dimensions", i, "feature"), "feature gap needs parts of at least 2"
            )
        if _counts_other_parts(dimension, spec.parts):
            yield Contradiction(
                ("dimensions", i, "expected"),
                "parts must be the number that the count of parts expects",
            )
    for i, view in enumerate(spec.views):
        if view.height_of is not None:
            for message in _wrong_height_of(spec, view):
                yield Contradiction(("views", i, "height_of"), message)
    yield from wrong_upright(spec)
    if spec.colour and spec.colour.view not in views:
        yield Contradiction(
            ("colour", "view"), f"colour names view {spec.colour.view!r}, which is not in views"
        )
    yield from _moisture(spec)


def _counts_other_parts(dimension: Dimension, parts: int) -> bool:
    return isinstance(dimension, Count) and dimension.of == "parts" and dimension.expected != parts


def _twice(part: str, key: str, what: str, names: Sequence[str]) -> Iterator[Contradiction]:
    for i, name in enumerate(names):
        if name in names[:i]:
            yield Contradiction((part, i, key), f"{what} {name!r} stands twice")


def _wrong_height_of(spec: Spec, view: View) -> Iterator[str]:
    if view.height_of not in {v.name for v in spec.views if v.is_judged}:
        yield f"height_of must name another view that is measured: {view.name!r}"
    if spec.parts > 1:
        yield "height_of needs parts: 1"
    judged = spec.of_view(view.name) or (spec.colour and spec.colour.view == view.name)
    if view.mat == "lying" and judged:
        yield f"view {view.name!r} has a height_of, so nothing else is judged in it"


def _zones(spec: Spec) -> Iterator[Contradiction]:
    shown = {zone for view in spec.views for zone in view.zones}
    for i, rule in enumerate(spec.defects):
        if rule.zone is not None and rule.zone not in shown:
            yield Contradiction(
                ("defects", i, "zone"),
                f"zone {rule.zone} is shown by no view, so no defect is there",
            )
    for i, view in enumerate(spec.views):
        if (view.edge_zone is None) != (view.edge_band_mm is None):
            key = "edge_zone" if view.edge_zone is None else "edge_band_mm"
            yield Contradiction(
                ("views", i, key), "edge_zone and edge_band_mm stand together, or neither does"
            )


def _moisture(spec: Spec) -> Iterator[Contradiction]:
    if spec.moisture is None:
        return
    sizes = {d.name for d in spec.dimensions if not isinstance(d, Angle | Count)}
    for direction in ("radial", "tangential"):
        for i, name in enumerate(getattr(spec.moisture, direction)):
            if name not in sizes:
                yield Contradiction(
                    ("moisture", direction, i),
                    f"moisture names {name!r}, which is no size in dimensions",
                )
