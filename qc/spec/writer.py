"""Writing a spec as the YAML that the reader reads."""

from __future__ import annotations

from io import StringIO
from typing import Any

from ruamel.yaml import YAML

from qc.spec.base import SpecModel
from qc.spec.models import Spec


def to_yaml(spec: Spec) -> str:
    """Return a spec as YAML; `parse_spec` reads the same spec from it."""
    data = spec.model_dump(mode="json", exclude_none=True)
    data["dimensions"] = [stated(dimension) for dimension in spec.dimensions]
    target = StringIO()
    yaml: Any = YAML(typ="safe", pure=True)  # its attributes are typed as what they are at first
    yaml.default_flow_style = False
    yaml.allow_unicode = True
    yaml.width = 100
    yaml.sort_base_mapping_type_on_output = False
    yaml.dump(data, target)
    return target.getvalue()


def stated(dimension: SpecModel) -> dict[str, Any]:
    """Return what a buyer would have written of a dimension."""
    data = dimension.model_dump(mode="json", exclude_none=True)
    first = ("name", "label", "feature")
    data = {key: data[key] for key in first if key in data} | data
    if not data.get("default_tolerance"):
        data.pop("default_tolerance", None)
        return data
    filled_in = ("lower_mm", "upper_mm", "default_tolerance")
    short = {key: value for key, value in data.items() if key not in filled_in}
    return short if type(dimension).model_validate(short) == dimension else data
