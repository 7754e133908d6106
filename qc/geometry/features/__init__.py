"""What can be measured on a part: one module a feature, and the registry of all.

To add a feature, write a function from `Shape` (and the spec's dimension, where it has
parameters) to what was `Found`, enter it below, give `qc.spec.dimension` its class, and prove
it in the tests on shapes of known size.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from qc.geometry.features.angle import angles
from qc.geometry.features.box import length, width
from qc.geometry.features.corner_radius import corner_radii
from qc.geometry.features.diameter import diameter
from qc.geometry.features.feret import max_feret, min_feret
from qc.geometry.features.gap import gap
from qc.geometry.features.hole import hole_diameters, hole_positions, inside_diameter
from qc.geometry.features.roundness import roundness
from qc.geometry.features.shape import FeatureError, Found, Shape
from qc.geometry.features.straightness import straightness
from qc.geometry.features.width_at import width_at
from qc.spec.dimension import HOLE_FEATURES, MeasuredDimension, Roundness, Size

__all__ = ["FEATURES", "SIMULATED", "FeatureError", "Found", "Shape", "find"]

_Function = Callable[..., Found | Sequence[Found]]

FEATURES: Final[dict[str, _Function]] = {
    "length": length,
    "width": width,
    "diameter": diameter,
    "inside_diameter": inside_diameter,
    "min_feret": min_feret,
    "max_feret": max_feret,
    "corner_radius": corner_radii,
    "hole_diameter": hole_diameters,
    "hole_position": hole_positions,
    "width_at": width_at,
    "roundness": roundness,
    "straightness": straightness,
    "angle": angles,
    "gap": gap,
}

SIMULATED: Final = HOLE_FEATURES | {"roundness", "straightness", "corner_radius", "angle"}
"""Features that depend on how one stretch of the outline lies against another, and not always
linearly: their uncertainty is found by simulation."""


def find(shape: Shape, dimension: MeasuredDimension) -> list[Found]:
    """Return the values of a dimension; several where a part has it several times.

    Raises:
        FeatureError: the shape does not show the feature.
    """
    plain = isinstance(dimension, Size | Roundness)
    parameters: tuple[Any, ...] = () if plain else (dimension,)
    found = FEATURES[dimension.feature](shape, *parameters)
    return [found] if isinstance(found, Found) else list(found)
