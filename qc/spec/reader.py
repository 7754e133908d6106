"""Reading a spec from YAML, with every error located: `spoon.yaml:14: …`.

YAML 1.2 without anchors, aliases and tags: a spec is plain text that a person wrote, and what
those allow (a value far from its line, a file that unfolds without end) helps nobody here.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from qc.errors import SpecError
from qc.spec.models import DefectRule, Dimension, LocalText, Product, Spec, View

MAX_BYTES = 64 * 1024

_FIX = "Correct the line and read the file again."
_CORE_TAGS = tuple(
    f"tag:yaml.org,2002:{kind}" for kind in ("map", "seq", "str", "int", "float", "bool", "null")
)


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
        return Spec.model_validate(data)
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
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        problem = error.problem or "this is not YAML"
        if "\\t" in problem:
            problem = "a tab stands where YAML wants spaces"
        raise SpecError(problem, location=f"{name}:{line}", fix=_FIX) from error
    except (YAMLError, ValueError, RecursionError) as error:
        raise SpecError("the file is not YAML text", location=name, fix=_FIX) from error
    return node


def _construct(node: Node, name: str, depth: int = 0) -> Any:
    """Build plain data from a node; refuse what a spec has no use for."""

    def refuse(message: str, at: Node) -> SpecError:
        return SpecError(message, location=f"{name}:{at.start_mark.line + 1}", fix=_FIX)

    if depth > 12:
        raise refuse("the lines are nested too deeply", node)
    if node.anchor:
        raise refuse("anchors and aliases (`&`, `*`) are not allowed", node)
    if str(node.tag) not in _CORE_TAGS:
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
    if isinstance(node, SequenceNode):
        return [_construct(item, name, depth + 1) for item in node.value]
    try:
        return YAML(typ="safe", pure=True).constructor.construct_object(node, deep=True)
    except (YAMLError, ValueError, OverflowError) as error:
        raise refuse(f"`{node.value}` is not a value", node) from error


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
    path = list(error["loc"])
    if error["type"] == "value_error" and isinstance(error["input"], dict):
        said = str(error["msg"])
        named = [key for key in error["input"] if isinstance(key, str) and key in said]
        if named:
            path.append(min(named, key=said.index))
    return path


_SEQUELS = {"missing", "too_short"}
"""Errors that often follow from another one."""

_PLAIN = {
    "missing": "`{key}` is missing",
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
    if error["type"] == "string_pattern_mismatch":
        return f"`{key}` may hold lower-case letters, digits and single hyphens only"
    template = _PLAIN.get(error["type"], "`{key}`: " + str(error["msg"]).replace("{", "("))
    return template.format(key=key, **error.get("ctx", {}))


def _known_keys(path: Sequence[int | str]) -> list[str]:
    parents: dict[str, type[BaseModel]] = {
        "product": Product,
        "views": View,
        "dimensions": Dimension,
        "defects": DefectRule,
        "name": LocalText,
        "label": LocalText,
        "instruction": LocalText,
    }
    named = [step for step in path[:-1] if isinstance(step, str)]
    model = parents.get(named[-1], Spec) if named else Spec
    return list(model.model_fields)
