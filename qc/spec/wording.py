"""What pydantic says of a spec, in words that a QC lead understands.

The readers of text and of workbooks share it: each turns a complaint's path into a line or a cell.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from qc.spec.base import LocalText
from qc.spec.colour import Colour
from qc.spec.dimension import dimension_models
from qc.spec.models import DefectRule, Product, Spec, View
from qc.spec.moisture import Moisture

Path = tuple[str | int, ...]
"""Leads from the spec to a key: `("dimensions", 0, "upper_mm")`."""

_SEQUELS = {"missing", "union_tag_not_found", "too_short"}
"""Errors that often follow from another one."""


class Complaint(NamedTuple):
    """One fault of a spec; `kind` is pydantic's name of it."""

    path: Path
    kind: str
    message: str

    @property
    def sequel(self) -> bool:
        """Tell whether another fault may be the cause: a misspelt key makes its own missing."""
        return self.kind in _SEQUELS


def complaints(error: ValidationError) -> Iterator[Complaint]:
    """Give everything that is wrong with a spec, keys in backticks."""
    details_of = error.errors()
    missing = {details["loc"] for details in details_of if details["type"] == "missing"}
    for details in details_of:
        at = details["loc"]
        # Both limits are filled in from the nominal size: what is missing is that.
        limits = {(*at[:-1], "lower_mm"), (*at[:-1], "upper_mm")}
        if at in limits and limits <= missing:
            continue
        if details["type"] == "contradiction":
            for path, message in details["ctx"]["found"]:
                yield Complaint(tuple(path), "contradiction", message)
        else:
            yield Complaint(_path(details), details["type"], _say(details))


def _path(error: ErrorDetails) -> Path:
    """Extend the path to the key that a rule between keys is about, so that its place is shown."""
    path = [step for i, step in enumerate(error["loc"]) if not _is_feature(error["loc"], i)]
    if error["type"].startswith("union_tag"):
        return (*path, "feature")
    if error["type"] == "value_error" and isinstance(error["input"], dict):
        said = str(error["msg"])
        named = [key for key in error["input"] if isinstance(key, str) and key in said]
        if named:
            path.append(min(named, key=said.index))
    return tuple(path)


def _is_feature(path: Sequence[int | str], step: int) -> bool:
    """Tell whether a step is the feature by which pydantic chose a dimension's class."""
    return step == 2 and path[0] == "dimensions"


_PLAIN = {
    "missing": "`{key}` is missing",
    "union_tag_not_found": "`feature` is missing",
    "string_type": "`{key}` must be text",
    "int_type": "`{key}` must be a whole number",
    "int_parsing": "`{key}` must be a whole number",
    "int_from_float": "`{key}` must be a whole number",
    "float_type": "`{key}` must be a number",
    "float_parsing": "`{key}` must be a number",
    "bool_type": "`{key}` must be true or false",
    "bool_parsing": "`{key}` must be true or false",
    "greater_than": "`{key}` must be above {gt}",
    "greater_than_equal": "`{key}` must be at least {ge}",
    "less_than": "`{key}` must be below {lt}",
    "less_than_equal": "`{key}` must be at most {le}",
    "string_too_short": "`{key}` must not be empty",
    "string_too_long": "`{key}` must have at most {max_length} letters",
    "too_short": "`{key}` needs at least {min_length} entry",
    "too_long": "`{key}` may have at most {max_length} entries",
    "literal_error": "`{key}` must be {expected}",
    "enum": "`{key}` must be {expected}",
    "tuple_type": "`{key}` must be a list (lines that begin with `-`)",
    "model_type": "`{key}` must be a group of `key: value` lines",
    "finite_number": "`{key}` must be a finite number",
}


def _say(error: ErrorDetails) -> str:
    """Say an error so that a QC lead understands it."""
    key = next((str(step) for step in reversed(error["loc"]) if isinstance(step, str)), "spec")
    if error["type"] == "extra_forbidden":
        near = difflib.get_close_matches(key, _known_keys(error["loc"]), n=1)
        return f"`{key}` is not known" + (f"; did you mean `{near[0]}`?" if near else "")
    if error["type"] == "value_error":
        return str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "union_tag_invalid":
        given, known = str(error["ctx"]["tag"]), list(dimension_models())
        near = difflib.get_close_matches(given, known, n=1)
        hint = f"; did you mean `{near[0]}`?" if near else f"; use one of: {', '.join(known)}"
        return f"there is no feature {given!r}" + hint
    if error["type"] == "string_pattern_mismatch":
        return f"`{key}` may hold lower-case letters, digits and single hyphens only"
    template = _PLAIN.get(error["type"], "`{key}`: " + str(error["msg"]).replace("{", "("))
    return template.format(key=key, **error.get("ctx", {}))


def _known_keys(path: Sequence[int | str]) -> list[str]:
    if len(path) == 4 and path[0] == "dimensions":
        return list(dimension_models()[str(path[2])].model_fields)
    parents: dict[str, type[BaseModel]] = {
        "product": Product,
        "views": View,
        "defects": DefectRule,
        "colour": Colour,
        "moisture": Moisture,
        "name": LocalText,
        "label": LocalText,
        "instruction": LocalText,
    }
    named = [step for step in path[:-1] if isinstance(step, str)]
    model = parents.get(named[-1], Spec) if named else Spec
    return list(model.model_fields)
