"""What the buyer may ask to be measured: one class for each set of parameters.

`feature` tells them apart. Units stand in the names: sizes and form errors are millimetres,
angles degrees, and a count has none.
"""

from __future__ import annotations

import math
from typing import Annotated, Literal, Self, get_args

from pydantic import Field, PositiveFloat, PositiveInt, model_validator

from qc.spec.base import DefectClass, LocalText, Severity, SpecModel

DEFAULT_TOLERANCE_PERCENT = 3.0
"""Applied to a size for which the buyer gave no limits. Reports say so."""

End = Literal["wide", "narrow"]
"""An end of the item, told apart by where more of it lies, however it was laid down."""


Edge = Literal["rim", "wall", "round"]
"""How an edge looks from the side."""


class _Named(SpecModel):
    name: str = Field(min_length=1, max_length=60)
    label: LocalText | None = Field(default=None, description="Its name for people.")
    view: str = "top"
    severity: DefectClass = Field(
        default=Severity.MAJOR, description="What a failure counts as in a lot."
    )


class _OnPlane(_Named):
    """Measured on the plane of an edge.

    `height_mm` is the height above the mat of the edge that the photo shows, because
    an edge nearer to the camera looks larger. Without it the decision is `check`.

    `edge` says how it looks from the side: a `rim` that overhangs what is below it, an upright
    `wall` from the mat up to `height_mm`, or a `round` side. Without it the uncertainty grows with
    the tilt of the camera.
    """

    height_mm: float | None = Field(default=None, ge=0)
    height_u95_mm: float = Field(default=0.5, ge=0, description="Expanded uncertainty (k = 2).")
    rise_mm: float = Field(
        default=0,
        description="How much higher the edge lies at the narrow end than at the wide end; "
        "`height_mm` is then that of the middle.",
    )
    edge: Edge | None = None
    edge_radius_mm: float | None = Field(
        default=None,
        ge=0,
        description="Of a wall's rounded edges, or of a round side seen from the side; a round "
        "side without it is as round as it is high, like a stick.",
    )
    overhang_deg: float | None = Field(
        default=None,
        ge=0,
        le=60,
        description="How far the straight side below a rim leans inwards, down to the mat; a rim "
        "without it counts as one that leans by 10° at least.",
    )

    @model_validator(mode="after")
    def _only_rims_overhang(self) -> Self:
        if self.overhang_deg is not None and self.edge != "rim":
            raise ValueError("overhang_deg is of an edge that is a rim: add `edge: rim`")
        return self


class _Limited(_Named):
    """A length that the buyer limits on both sides."""

    nominal_mm: PositiveFloat
    lower_mm: PositiveFloat
    upper_mm: PositiveFloat
    default_tolerance: bool = Field(
        default=False, description="True where the buyer gave no limits and ±3 % was applied."
    )

    @model_validator(mode="before")
    @classmethod
    def _fill_default_limits(cls, data: object) -> object:
        if isinstance(data, dict) and "lower_mm" not in data and "upper_mm" not in data:
            nominal = data.get("nominal_mm")
            if isinstance(nominal, int | float):
                share = DEFAULT_TOLERANCE_PERCENT / 100
                limits = {
                    "lower_mm": round(nominal * (1 - share), 4),
                    "upper_mm": round(nominal * (1 + share), 4),
                }
                return data | limits | {"default_tolerance": True}
        return data

    @model_validator(mode="after")
    def _limits_in_order(self) -> Self:
        if self.upper_mm <= self.lower_mm:
            raise ValueError("upper_mm must be above lower_mm")
        if not self.lower_mm <= self.nominal_mm <= self.upper_mm:
            raise ValueError("nominal_mm must lie between lower_mm and upper_mm")
        return self

    @property
    def nominal(self) -> float:
        """Millimetres."""
        return self.nominal_mm

    @property
    def limits(self) -> tuple[float, float]:
        """Millimetres."""
        return self.lower_mm, self.upper_mm

    @property
    def wanted(self) -> str:
        """The nominal value with its unit."""
        return f"{self.nominal_mm:g} mm"


class _Size(_Limited, _OnPlane):
    """A size in the plane of an edge."""


class Height(_Limited):
    """How high the item's highest place lies above the table, seen before an upright mat.

    How the item stands there is said by the view (`qc.spec.models.View`).
    """

    feature: Literal["height"]


class Size(_Size):
    """A size that needs no parameters.

    `length` and `width` are the sides of the smallest rectangle around the item, `diameter` and
    `inside_diameter` those of circles fitted to its outline and to its opening, `min_feret` and
    `max_feret` the least and greatest distance between two parallel jaws. `corner_radius` and
    `hole_diameter` are those of the corner or hole that is farthest from nominal; `gap` is the
    distance from a part to the next one on its right.
    """

    feature: Literal[
        "length",
        "width",
        "diameter",
        "inside_diameter",
        "min_feret",
        "max_feret",
        "corner_radius",
        "hole_diameter",
        "gap",
    ]


class WidthAt(_Size):
    """Width across the item's axis, `at_mm` from one of its ends."""

    feature: Literal["width_at"]
    at_mm: PositiveFloat
    end: End


class HolePosition(_Size):
    """Distance of a hole's centre from an end along the axis, or from the nearest `edge`."""

    feature: Literal["hole_position"]
    distance_to: Literal["wide", "narrow", "edge"]


class _Form(_OnPlane):
    """A departure from the ideal form: nominally none, and never below it."""

    upper_mm: PositiveFloat

    @property
    def nominal(self) -> float:
        """Millimetres."""
        return 0.0

    @property
    def limits(self) -> tuple[float, float]:
        """Millimetres; there is none below."""
        return -math.inf, self.upper_mm

    @property
    def wanted(self) -> str:
        """The limit with its unit."""
        return f"≤ {self.upper_mm:g} mm"


class Roundness(_Form):
    """Peak-to-valley roundness of the outline about the least-squares circle (ISO 12181)."""

    feature: Literal["roundness"]


class Straightness(_Form):
    """Peak-to-valley straightness about the least-squares line (ISO 12780).

    `axis` is the middle between both long sides, where a warped stick shows; `sides` is the
    worse of the two long sides.
    """

    feature: Literal["straightness"]
    of: Literal["axis", "sides"]
    ends_mm: float = Field(
        default=15, ge=0, description="Left out at each end, where corners and tips are rounded."
    )


class Angle(_OnPlane):
    """An angle between two straight edges.

    `corners` is the corner of a four-sided item that is farthest from nominal, `long_sides` the
    taper between the two long sides, positive where they part towards the wide end.
    """

    feature: Literal["angle"]
    between: Literal["corners", "long_sides"]
    nominal_deg: float = Field(ge=0, lt=180)
    lower_deg: float = Field(ge=-90, lt=180)
    upper_deg: float = Field(gt=0, lt=180)

    @model_validator(mode="after")
    def _limits_in_order(self) -> Self:
        if self.upper_deg <= self.lower_deg:
            raise ValueError("upper_deg must be above lower_deg")
        if not self.lower_deg <= self.nominal_deg <= self.upper_deg:
            raise ValueError("nominal_deg must lie between lower_deg and upper_deg")
        return self

    @property
    def nominal(self) -> float:
        """Degrees."""
        return self.nominal_deg

    @property
    def limits(self) -> tuple[float, float]:
        """Degrees."""
        return self.lower_deg, self.upper_deg

    @property
    def wanted(self) -> str:
        """The nominal value with its unit."""
        return f"{self.nominal_deg:g}°"


class Count(_Named):
    """How many parts lie on the mat, or how many holes each of them has."""

    feature: Literal["count"]
    of: Literal["parts", "holes"]
    expected: PositiveInt = Field(le=200)

    @property
    def wanted(self) -> str:
        """The number expected."""
        return str(self.expected)


MeasuredDimension = Size | WidthAt | HolePosition | Roundness | Straightness | Angle
"""What is read off an outline on the plane of an edge, with an uncertainty."""

Dimension = Annotated[MeasuredDimension | Height | Count, Field(discriminator="feature")]
"""Anything that a spec may ask to be measured."""

HOLE_FEATURES = frozenset({"inside_diameter", "hole_diameter", "hole_position"})
"""Features for which the item's holes must be found."""


def needs_holes(dimension: MeasuredDimension | Height | Count) -> bool:
    """Tell whether the holes of the parts must be found for a dimension."""
    return dimension.feature in HOLE_FEATURES or (
        isinstance(dimension, Count) and dimension.of == "holes"
    )


def dimension_models() -> dict[str, type[SpecModel]]:
    """Return the class of each feature."""
    models: tuple[type[MeasuredDimension | Height | Count], ...] = (
        Size,
        Height,
        WidthAt,
        HolePosition,
        Roundness,
        Straightness,
        Angle,
        Count,
    )
    return {
        feature: model
        for model in models
        for feature in get_args(model.model_fields["feature"].annotation)
    }
