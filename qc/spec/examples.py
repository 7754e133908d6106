"""The example specs that come with Teliti, one for each buyer of the workshop."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from qc.errors import SpecError
from qc.spec.files import SUFFIXES, read_spec
from qc.spec.models import Spec

_FOLDER = Path(__file__).parent / "examples"


@cache
def example_specs() -> tuple[Spec, ...]:
    """Return the examples, by id."""
    return tuple(read_spec(path) for path in sorted(_FOLDER.glob("*.yaml")))


def find_spec(name: str) -> Spec:
    """Return the spec in a file (YAML, Excel), or the example of that id.

    Raises:
        SpecError: the file is not a valid spec, or there is no such file or example.
    """
    if Path(name).suffix.lower() in SUFFIXES:
        return read_spec(Path(name))
    examples = {spec.id: spec for spec in example_specs()}
    if name not in examples:
        raise SpecError(
            f"there is no spec {name!r}",
            fix=f"Name a .yaml or .xlsx file, or one of the examples: {', '.join(examples)}.",
        )
    return examples[name]
