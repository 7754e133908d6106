"""Where everything stands in the workbook: the one table that writing and reading share.

`Spec` and `Moisture` hold one thing per row (name, value); the other sheets one row per view,
dimension, defect type or colour, below one row of headers. Units stand in the headers.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, get_args

from qc.spec.base import Severity, Zone
from qc.spec.dimension import DEFAULT_TOLERANCE_PERCENT, dimension_models
from qc.spec.models import ReportLanguage
from qc.spec.moisture import Species


class Kind(StrEnum):
    """What a cell holds."""

    TEXT = "text"
    NUMBER = "number"
    WHOLE = "whole number"
    YES_NO = "yes or no"


@dataclass(frozen=True, slots=True)
class Field:
    """One value: a column of a table, or a row of a form.

    `key` leads to it from its row: `label.en`, `reference_lab.0`. `choices` are all that it may
    be, `suggestions` only the usual ones.
    """

    key: str
    header: str
    help: str
    kind: Kind = Kind.TEXT
    choices: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()
    required: bool = False
    width: int = 14
    views: bool = False
    """True where a view's name is to be chosen."""

    @property
    def path(self) -> tuple[str | int, ...]:
        """The key's steps."""
        return tuple(int(step) if step.isdigit() else step for step in self.key.split("."))


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet. `part` is the spec's key that it fills; a form has no `max_rows`."""

    title: str
    part: str
    fields: tuple[Field, ...]
    max_rows: int = 0
    about: str = ""
    keys: tuple[str, ...] = ()
    """The fields that tell rows apart, where the first alone does not."""

    @property
    def is_form(self) -> bool:
        """True where each field is a row of its own."""
        return self.max_rows == 0


INSTRUCTIONS: Final = "Instructions"
"""The sheet that only people read."""

GRAIN: Final = "grain"
"""Key of a dimension's direction, which the spec keeps in its moisture."""

_CLASSES = (Severity.CRITICAL.value, Severity.MAJOR.value, Severity.MINOR.value)
_ZONES = tuple(zone.value for zone in Zone)
_VIEW = Field("view", "View", "The photo that shows it; `top` where empty.", views=True)
_SEVERITY = Field(
    "severity", "Severity", "What a failure counts as in a lot; major where empty.",
    choices=_CLASSES,
)  # fmt: skip

SPEC: Final = Sheet(
    "Spec",
    "",
    (
        Field("id", "Spec id", "Lower-case letters, digits, hyphens; the same for all versions.",
              required=True),
        Field("version", "Version", "1, 2, 3 …; a corrected spec is a new version.", Kind.WHOLE,
              required=True),
        Field("buyer", "Buyer", "Who ordered.", required=True),
        Field("example", "Example", "yes for a made-up spec that shows the format.", Kind.YES_NO,
              required=True),
        Field("report_language", "Report language", "Of the buyer's reports; en where empty.",
              choices=get_args(ReportLanguage)),
        Field("product.id", "Product id", "Lower-case letters, digits, hyphens.", required=True),
        Field("product.name.en", "Product name (English)", "As people say it.", required=True),
        Field("product.name.id", "Product name (Indonesian)", "As packers say it.", required=True),
        Field("product.material", "Material", "Wood and finish.", required=True),
        Field("mat", "Mat", "The printed sheet under the item.", choices=("A4", "A3", "A2"),
              required=True),
        Field("parts", "Parts in one photo", "2 for a pair; 1 where empty.", Kind.WHOLE),
        Field("fail_probability", "Fail from probability",
              "A defect at least so probable fails the item; 0.9 where empty.", Kind.NUMBER),
        Field("check_probability", "Check from probability",
              "A defect at least so probable is looked at by a person; 0.5 where empty.",
              Kind.NUMBER),
    ),
    about="Who ordered what.",
)  # fmt: skip

VIEWS: Final = Sheet(
    "Views",
    "views",
    (
        Field("name", "View", "Lower-case letters, digits, hyphens: top, underside, side.",
              required=True),
        Field("instruction.en", "Instruction (English)", "How to lay the item down.",
              required=True, width=44),
        Field("instruction.id", "Instruction (Indonesian)", "The same for packers.",
              required=True, width=44),
        Field("height_of", "Height for view", "The view whose edge's height is measured here: by "
              "repeating it from another place, or before an upright mat.", views=True),
        Field("mat", "Mat stands", "upright: behind the item, on the same table, and only the "
              "height is measured; lying where empty.", choices=("lying", "upright")),
        Field("stand_mm", "Block (mm)", "Upright mat: height of a block under the item.",
              Kind.NUMBER),
        Field("gap_mm", "Gap to mat (mm)", "Upright mat: from the mat to the item's nearest place; "
              "it touches where empty.", Kind.NUMBER),
        Field("gap_u95_mm", "Gap U95 (mm)", "How well that is known; 1 where empty.",
              Kind.NUMBER),
        Field("top", "Top", "Upright mat: back where the top edge reaches the item's back, as a "
              "rim's or a board's does; else state its depth.", choices=("back",)),
        Field("top_depth_mm", "Top depth (mm)", "Upright mat: how far the highest line lies in "
              "front of the item's back.", Kind.NUMBER),
        Field("top_depth_u95_mm", "Top depth U95 (mm)", "How well that is known; 0.5 where empty.",
              Kind.NUMBER),
        Field("top_depth_of", "Top depth half of", "Name of the dimension of which that depth is "
              "the half, as of a domed lid its diameter."),
        Field("top_radius_mm", "Top radius (mm)", "Upright mat: of the rounded top, seen from the "
              "side; an edge of 0 to 2 mm where empty.", Kind.NUMBER),
        Field("lean_deg", "Lean (°)", "How far from upright the mat may stand; 2 where empty.",
              Kind.NUMBER),
        Field("zone", "Zone", "Of the surface that it shows: A always seen or touched, B seen at "
              "times, C hidden in use; A where empty.", choices=_ZONES),
        Field("edge_zone", "Zone of the edge", "Of a band along the item's outline, where it is "
              "another zone.", choices=_ZONES, width=18),
        Field("edge_band_mm", "Edge band (mm)", "Width of that band.", Kind.NUMBER),
    ),
    max_rows=8,
    about="One row for each photo of an item.",
)  # fmt: skip

DIMENSIONS: Final = Sheet(
    "Dimensions",
    "dimensions",
    (
        Field("name", "Name", "Short, once per dimension.", required=True, width=18),
        Field("label.en", "Label (English)", "Its name for people.", width=18),
        Field("label.id", "Label (Indonesian)", "Its name for packers.", width=18),
        Field("feature", "Feature", "What is measured.", choices=tuple(dimension_models()),
              required=True, width=18),
        _VIEW,
        _SEVERITY,
        Field("nominal_mm", "Nominal (mm)", "Of a size.", Kind.NUMBER),
        Field("lower_mm", "Lower limit (mm)", "Empty together with the upper limit: "
              f"±{DEFAULT_TOLERANCE_PERCENT:g} % applies, and reports say so.", Kind.NUMBER),
        Field("upper_mm", "Upper limit (mm)", "Of a size, or of roundness and straightness.",
              Kind.NUMBER),
        Field("height_mm", "Edge height (mm)", "Of the edge that the photo shows, above the mat. "
              "Empty: the dimension is never passed, only checked.", Kind.NUMBER),
        Field("height_u95_mm", "Edge height U95 (mm)", "How well that is known; 0.5 where empty.",
              Kind.NUMBER),
        Field("edge", "Edge", "How the edge looks from the side.",
              choices=("rim", "wall", "round")),
        Field("edge_radius_mm", "Edge radius (mm)", "Of a wall's rounded edges or a round side.",
              Kind.NUMBER),
        Field("overhang_deg", "Overhang (°)", "How far the side below a rim leans inwards.",
              Kind.NUMBER),
        Field("rise_mm", "Rise (mm)", "How much higher the edge lies at the narrow end.",
              Kind.NUMBER),
        Field("at_mm", "At (mm)", "width_at: distance from the end.", Kind.NUMBER),
        Field("end", "End", "width_at: from which end.", choices=("wide", "narrow")),
        Field("distance_to", "Distance to", "hole_position: from what.",
              choices=("wide", "narrow", "edge")),
        Field("of", "Of", "straightness: axis or sides; count: parts or holes.",
              choices=("axis", "sides", "parts", "holes")),
        Field("ends_mm", "Ends left out (mm)", "straightness: at each end; 15 where empty.",
              Kind.NUMBER),
        Field("between", "Between", "angle: between what.", choices=("corners", "long_sides")),
        Field("nominal_deg", "Nominal (°)", "Of an angle.", Kind.NUMBER),
        Field("lower_deg", "Lower limit (°)", "Of an angle.", Kind.NUMBER),
        Field("upper_deg", "Upper limit (°)", "Of an angle.", Kind.NUMBER),
        Field("expected", "Expected number", "count: how many.", Kind.WHOLE),
        Field(GRAIN, "Grain", "Across the grain, where moisture moves wood; empty along it. "
              "A turned bowl's diameter is tangential.", choices=("radial", "tangential")),
        Field("default_tolerance", "Limits not agreed", "yes where the limits are not the "
              "buyer's own. Leave it empty where both limits are.", Kind.YES_NO),
    ),
    max_rows=40,
    about="One row for each dimension. A feature needs only some of the columns.",
)  # fmt: skip

DEFECTS: Final = Sheet(
    "Defects",
    "defects",
    (
        Field("type", "Defect type", "The usual ones are offered; your own are welcome.",
              suggestions=("crack", "chip", "hole", "scratch", "dent", "stain", "coating", "knot",
                           "roughness"), required=True, width=18),
        Field("severity", "Severity", "Of a defect beyond the limits; without limits, of any.",
              choices=tuple(s.value for s in Severity), required=True),
        Field("max_length_mm", "Acceptable length (mm)", "A defect up to this is accepted.",
              Kind.NUMBER, width=20),
        Field("max_area_mm2", "Acceptable area (mm²)", "A defect up to this is accepted.",
              Kind.NUMBER, width=20),
        Field("zone", "Zone", "Where the row holds; empty: wherever the type has no row of its "
              "own. See Views.", choices=_ZONES),
    ),
    max_rows=40,
    keys=("type", "zone"),
    about="One row for each defect type, or for each of its zones. A type that is not listed is "
    "looked at by a person.",
)  # fmt: skip

COLOUR: Final = Sheet(
    "Colour",
    "colour",
    (
        _VIEW,
        *(
            Field(f"reference_lab.{i}", axis, "CIELAB of the approved sample, relative to the "
                  "mat's paper; or sRGB instead.", Kind.NUMBER)
            for i, axis in enumerate(("L*", "a*", "b*"))
        ),
        *(
            Field(f"reference_srgb.{i}", name, "sRGB of the approved sample in the balanced "
                  "photo, 0 to 255; or CIELAB instead.", Kind.WHOLE)
            for i, name in enumerate(("Red", "Green", "Blue"))
        ),
        Field("max_delta_e", "Largest ΔE00", "How far an item's colour may be from it.",
              Kind.NUMBER, required=True),
        _SEVERITY,
    ),
    max_rows=1,
    about="One row if the buyer approved a colour, none otherwise.",
)  # fmt: skip

MOISTURE: Final = Sheet(
    "Moisture",
    "moisture",
    (
        Field("change_percent", "Change of moisture (± %)", "To reckon with after the photo.",
              Kind.NUMBER, required=True),
        Field("species", "Species", "Of the Wood Handbook; or both coefficients instead.",
              choices=get_args(Species)),
        Field("radial_per_percent", "Radial coefficient (per %)", "Relative change of size.",
              Kind.NUMBER),
        Field("tangential_per_percent", "Tangential coefficient (per %)",
              "Relative change of size.", Kind.NUMBER),
    ),
    about="Only where the wood may dry or swell; empty otherwise. See `Grain` on Dimensions.",
)  # fmt: skip

SHEETS: Final = (SPEC, VIEWS, DIMENSIONS, DEFECTS, COLOUR, MOISTURE)

YES: Final = ("yes", "ya", "true")
NO: Final = ("no", "tidak", "false")
"""What people may write; templates offer the first of each."""
