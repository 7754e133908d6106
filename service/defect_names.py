"""What people call the types of defects."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import BaseModel

from qc.decision.messages import DEFECT_NAMES
from qc.spec.base import LocalText


class DefectTypeName(BaseModel):
    """A type of defect and what people call it."""

    type: str
    name: LocalText


def named(types: Iterable[str]) -> tuple[DefectTypeName, ...]:
    """Name types, each once; one that is not common is called as it is written."""
    return tuple(_named(one) for one in dict.fromkeys(types))


def _named(defect_type: str) -> DefectTypeName:
    names = DEFECT_NAMES.get(defect_type, {"en": defect_type, "id": defect_type})
    return DefectTypeName(type=defect_type, name=LocalText(en=names["en"], id=names["id"]))
