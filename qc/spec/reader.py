"""Reading a spec from YAML, with every error located: `spoon.yaml:14: …`.

YAML 1.2 without anchors, aliases and tags: a spec is plain text that a person wrote, and what
those allow (a value far from its line, a file that unfolds without end) helps nobody here.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from qc.errors import SpecError
from qc.spec.base import LocalText
from qc.spec.colour import Colour
from qc.spec.dimension import dimension_models
from qc.spec.models import DefectRule, Product, Spec, View
from qc.spec.moisture import Moisture

MAX_BYTES = 64 * 1024

_FIX = "Correct the line and read the file again."
_RESOLVER = YAML(typ="safe", pure=True).resolver
_MAX_DEPTH = 12

# YAML 1.2, section 10.3.2 (core schema). Numbers longer than any size in mm stay text.
_NULL = {"", "~", "null", "Null", "NULL"}
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


def read_spec(path: Path) -> Spec:
    """Read a spec file.

    Raises:
        SpecError: the file cannot be read or is no valid spec.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _too_large(path.name)
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise SpecError(
            f"cannot read spec {path}: {error.strerror}",
            fix="Check the path, or see `qc spec list` for the examples.",
        ) from error
    except UnicodeDecodeError as error:
        raise SpecError(
            "the file is not text in UTF-8", location=path.name, fix="Save it as UTF-8."
        ) from error
    return parse_spec(text, path.name)


def parse_spec(text: str, name: str) -> Spec:
    """Parse the text of a spec; `name` locates its errors.

    Raises:
        SpecError: the text is no valid spec. The message counts further errors.
    """
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise _too_large(name)
    root = _compose(text, name)
    if not isinstance(root, MappingNode):
        line = root.start_mark.line + 1 if root else 1
        raise SpecError(
            "a spec is a list of `key: value` lines",
            location=f"{name}:{line}",
            fix="See `qc spec list` for examples.",
        )
    data = _construct(root, name)
    try:
        # JSON in strict mode is what people mean: a list is a tuple, but true is no number.
        return Spec.model_validate_json(json.dumps(data), strict=True)
    except ValidationError as error:
        # A misspelt key is named before the one that is missing because of it.
        problems = [(e["type"] in _SEQUELS, _line(root, e), _say(e)) for e in error.errors()]
        _, line, message = min(problems)
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise SpecError(message + more, location=f"{name}:{line}", fix=_FIX) from error


def _too_large(name: str) -> SpecError:
    return SpecError(
        f"the file is larger than {MAX_BYTES // 1024} KiB", location=name, fix="A spec is short."
    )


def _compose(text: str, name: str) -> Node | None:
    yaml = YAML(typ="safe", pure=True)
    try:
        node: Node | None = yaml.compose(text)
    except MarkedYAMLError as error:
        problem = error.problem or ""
        # What is not closed is shown where it was opened.
        opened = re.search("stream end|end of stream", problem) and error.context_mark
        mark = opened or error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise SpecError(_say_syntax(problem), location=f"{name}:{line}", fix=_FIX) from error
    except Exception as error:  # the parser's own faults on hostile text, RecursionError included
        raise SpecError("the file is not YAML text", location=name, fix=_FIX) from error
    return node


def _construct(node: Node, name: str, depth: int = 0) -> Any:
    """Build plain data from a node; refuse what a spec has no use for."""

    def refuse(message: str, at: Node) -> SpecError:
        return SpecError(message, location=f"{name}:{at.start_mark.line + 1}", fix=_FIX)

    if depth > _MAX_DEPTH:
        raise refuse("the lines are nested too deeply", node)
    if node.anchor:
        raise refuse("anchors and aliases (`&`, `*`) are not allowed", node)
    if str(node.tag) != _implied_tag(node):
        raise refuse(f"the tag {node.tag} is not allowed", node)
    if isinstance(node, MappingNode):
        result: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, ScalarNode) or key.anchor:
                raise refuse("a key must be a plain word", key)
            if key.value in result:
                raise refuse(f"`{key.value}` stands twice", key)
            result[key.value] = _construct(value, name, depth + 1)
        return result
    if isinstance(node, ScalarNode):
        return _scalar(node.value) if node.style is None else node.value
    return [_construct(item, name, depth + 1) for item in node.value]


def _implied_tag(node: Node) -> str:
    """Return the tag that a node has where nobody wrote one."""
    if isinstance(node, ScalarNode):
        plain = node.style is None
        return str(_RESOLVER.resolve(ScalarNode, node.value, (plain, not plain)))
    kind = "map" if isinstance(node, MappingNode) else "seq"
    return f"tag:yaml.org,2002:{kind}"


def _scalar(text: str) -> str | int | float | bool | None:
    """Return what plain text means; a date stays text."""
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _NOT_FINITE.fullmatch(text):
        return float(text.replace(".", ""))
    return text


def _line(root: Node, error: ErrorDetails) -> int:
    """Return the line of the key an error is about, or of the nearest parent that exists."""
    node, line = root, root.start_mark.line
    for step in _path(error):
        if isinstance(node, MappingNode):
            pair = next(((k, v) for k, v in node.value if k.value == step), None)
            if pair is None:
                break
            line, node = pair[0].start_mark.line, pair[1]
        elif isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line
        else:
            break
    return int(line) + 1


def _path(error: ErrorDetails) -> Sequence[int | str]:
    """Extend the path to the key that a rule between keys is about, so that its line is shown."""
    path = [step for i, step in enumerate(error["loc"]) if not _is_feature(error["loc"], i)]
    if error["type"].startswith("union_tag"):
        return [*path, "feature"]
    if error["type"] == "value_error" and isinstance(error["input"], dict):
        said = str(error["msg"])
        named = [key for key in error["input"] if isinstance(key, str) and key in said]
        if named:
            path.append(min(named, key=said.index))
    return path


def _is_feature(path: Sequence[int | str], step: int) -> bool:
    """Tell whether a step is the feature by which pydantic chose a dimension's class."""
    return step == 2 and path[0] == "dimensions"


_SYNTAX = (
    (r"'\\t' that cannot start", "a tab stands where YAML wants spaces"),
    (r"cannot start any token", "put text that begins with @, `, % or another sign in quotes"),
    (r"mapping values are not allowed", "check the indentation; put text with a colon in quotes"),
    (r"could not find expected ':'", "a line must read `key: value`"),
    (r"unexpected end of stream", "a quotation mark is not closed"),
    (r"^expected ',' or|<stream end>", "a bracket or brace is not closed"),
    (r"<block end>|sequence entries", "check the indentation"),
    (r"another document", "a second document begins here; a file holds one spec"),
    (r"alias", "anchors and aliases (`&`, `*`) are not allowed"),
)


def _say_syntax(problem: str) -> str:
    """Say a YAML parser's error so that a QC lead understands it."""
    return next(
        (plain for pattern, plain in _SYNTAX if re.search(pattern, problem)),
        f"this is not YAML ({problem})",
    )


_SEQUELS = {"missing", "union_tag_not_found", "too_short"}
"""Errors that often follow from another one."""

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
