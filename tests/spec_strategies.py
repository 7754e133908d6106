"""Specs of every kind, for tests that must hold for all of them."""

from hypothesis import strategies as st

from qc.spec import Spec
from qc.spec.dimension import dimension_models

# Excel keeps neither control characters nor the blanks around a text.
_characters = st.characters(exclude_categories=("C", "Z"), exclude_characters="\ufffe\uffff")
texts = st.one_of(
    st.sampled_from(
        ["=1+1", "#N/A", "1/5", "12,5", "2026-11-24", "no", "007", "_x0041_", "'a", "–"]
    ),
    st.text(_characters, min_size=1, max_size=12),
)
slugs = st.from_regex(r"[a-z0-9]{1,6}(-[a-z0-9]{1,4})?", fullmatch=True)
sizes_mm = st.floats(0.1, 900).map(lambda value: float(f"{value:.6g}"))
labels = st.fixed_dictionaries({"en": texts, "id": texts})
zones = st.sampled_from(["A", "B", "C"])
classes = st.sampled_from(["critical", "major", "minor"])


@st.composite
def dimensions(draw, name, views, parts):
    feature = draw(st.sampled_from(sorted(set(dimension_models()) - {"height"})))
    if feature == "gap" and parts == 1:
        feature = "length"
    row = {"name": name, "feature": feature, "view": draw(st.sampled_from(views))}
    row |= draw(st.fixed_dictionaries({}, optional={"label": labels, "severity": classes}))
    if feature == "count":
        of = draw(st.sampled_from(["parts", "holes"]))
        return row | {"of": of, "expected": parts if of == "parts" else draw(st.integers(1, 200))}
    row |= draw(
        st.fixed_dictionaries(
            {},
            optional={
                "height_mm": sizes_mm,
                "height_u95_mm": sizes_mm,
                "rise_mm": st.floats(-9, 9).map(lambda value: round(value, 3)),
                "edge_radius_mm": sizes_mm,
                "edge": st.sampled_from(["wall", "round"]),
            },
        )
    )
    if feature == "angle":
        between = draw(st.sampled_from(["corners", "long_sides"]))
        return row | {"between": between, "nominal_deg": 2, "lower_deg": -1.5, "upper_deg": 3}
    if feature in {"roundness", "straightness"}:
        row["upper_mm"] = draw(sizes_mm)
        return row | ({"of": "axis"} if feature == "straightness" else {})
    nominal = row["nominal_mm"] = draw(sizes_mm)
    if draw(st.booleans()):
        # Excel holds 15 digits of a number.
        row |= {"lower_mm": round(nominal * 0.875, 9), "upper_mm": round(nominal * 1.0625, 9)}
        row["default_tolerance"] = draw(st.booleans())
    if feature == "width_at":
        row |= {"at_mm": draw(sizes_mm), "end": "narrow"}
    return row | ({"distance_to": "edge"} if feature == "hole_position" else {})


@st.composite
def shown_views(draw, names):
    return [
        {
            "name": name,
            "instruction": draw(labels),
            "zone": draw(zones),
            **draw(
                st.just({})
                | st.fixed_dictionaries({"edge_zone": zones, "edge_band_mm": st.just(7.5)})
            ),
        }
        for name in names
    ]


@st.composite
def upright_views(draw, names):
    """One or two views before an upright mat, and the heights that are measured there."""
    rows = [
        {
            "name": f"height {name}",
            "feature": "height",
            "view": name,
            "nominal_mm": draw(sizes_mm),
            **draw(st.fixed_dictionaries({}, optional={"label": labels, "severity": classes})),
        }
        for name in names
    ]
    edge = st.fixed_dictionaries({"top_depth_mm": st.just(12.5), "top_radius_mm": sizes_mm})
    lengths_mm = st.floats(0, 300).map(lambda value: float(f"{value:.6g}"))
    setup = st.fixed_dictionaries({}, optional={"stand_mm": lengths_mm, "gap_mm": lengths_mm})
    views = [
        {
            "name": name,
            "instruction": draw(labels),
            "mat": "upright",
            **draw(setup),
            **draw(st.just({"top": "back"}) | edge),
        }
        for name in names
    ]
    return views, rows


@st.composite
def rules(draw, views):
    shown = sorted({view[key] for view in views for key in ("zone", "edge_zone") if key in view})
    where = st.tuples(st.sampled_from(["crack", "knot", "own"]), st.none() | st.sampled_from(shown))
    return [
        {
            "type": kind,
            "zone": zone,
            "severity": "minor",
            "max_length_mm": draw(st.none() | sizes_mm),
        }
        for kind, zone in draw(st.lists(where, unique=True, max_size=6))
    ]


@st.composite
def specs(draw):
    views = draw(st.lists(slugs, min_size=1, max_size=3, unique=True))
    parts = draw(st.integers(1, 3))
    names = draw(st.lists(texts, max_size=4, unique=True))
    rows = [draw(dimensions(name, views, parts)) for name in names]
    shown = draw(shown_views(views))
    if parts == 1:
        upright, heights = draw(upright_views([f"{views[0]}-u"] if draw(st.booleans()) else []))
        rows += heights
    else:
        upright = []
    across = [row["name"] for row in rows if row["feature"] not in {"angle", "count"}]
    document = {
        "id": draw(slugs),
        "version": draw(st.integers(1, 2**31 - 1)),
        "buyer": draw(texts),
        "example": draw(st.booleans()),
        "report_language": draw(st.sampled_from(["en", "id", "ja", "ko"])),
        "product": {"id": draw(slugs), "name": draw(labels), "material": draw(texts)},
        "mat": draw(st.sampled_from(["A4", "A3", "A2"])),
        "views": shown + upright,
        "parts": parts,
        "dimensions": rows,
        "defects": draw(rules(shown)),
        "check_probability": draw(st.sampled_from([0.5, 0.25, 0.123456789])),
    }
    if draw(st.booleans()):
        reference = draw(
            st.sampled_from([{"reference_lab": (70.5, -9, 0)}, {"reference_srgb": (1, 0, 255)}])
        )
        document["colour"] = reference | {"max_delta_e": draw(sizes_mm), "view": views[0]}
    if draw(st.booleans()):
        document["moisture"] = {
            "species": "maple-sugar",
            "change_percent": 2.5,
            "radial": across[:1],
            "tangential": across[1:],
        }
    return Spec.model_validate(document)
