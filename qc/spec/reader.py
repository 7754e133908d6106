"""Reading a spec from YAML, with every error located: `spoon.yaml:14: …`.

YAML 1.2 without anchors, aliases and tags: a spec is plain text that a person wrote, and what
those allow (a value far from its line, a file that unfolds without end) helps nobody here.
"""

from __future__ import annotations

import json
import re
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from qc.errors import Fault, SpecError
from qc.spec.models import Spec
from qc.spec.wording import Path, complaints

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


def parse_spec(text: str, name: str) -> Spec:
    """Parse the text of a spec; `name` locates its errors.

    Raises:
        SpecError: the text is no valid spec, with all its faults.
    """
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise _too_large(name)
    root = _compose(text, name)
    if not isinstance(root, MappingNode):
        line = root.start_mark.line + 1 if root else 1
        raise _at(
            name,
            line,
            "a spec is a list of `key: value` lines",
            fix="See `qc spec list` for examples.",
        )
    data = _construct(root, name)
    try:
        # JSON in strict mode is what people mean: a list is a tuple, but true is no number.
        return Spec.model_validate_json(json.dumps(data), strict=True)
    except ValidationError as error:
        # A misspelt key is named before the one that is missing because of it.
        found = sorted((c.sequel, _line(root, c.path), c.message) for c in complaints(error))
        faults = [Fault(f"line {line}", message, _FIX) for _, line, message in found]
        raise SpecError.of(name, faults) from error


def _at(name: str, line: int, message: str, fix: str = _FIX) -> SpecError:
    return SpecError.of(name, [Fault(f"line {line}", message, fix)])


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
        raise _at(name, line, _say_syntax(problem)) from error
    except Exception as error:  # the parser's own faults on hostile text, RecursionError included
        raise SpecError("the file is not YAML text", location=name, fix=_FIX) from error
    return node


def _construct(node: Node, name: str, depth: int = 0) -> Any:
    """Build plain data from a node; refuse what a spec has no use for."""

    def refuse(message: str, at: Node) -> SpecError:
        return _at(name, at.start_mark.line + 1, message)

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


def _line(root: Node, path: Path) -> int:
    """Return the line of the key that a path leads to, or of the nearest parent that exists."""
    node, line = root, root.start_mark.line
    for step in path:
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
