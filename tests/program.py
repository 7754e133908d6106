"""The `qc` program as a test sees it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

BOWL_SPEC = "mitsubishi-bowl-150"
"""The example spec that the shared photo, a disc of 150 mm at 60 mm height, meets."""


@dataclass(frozen=True)
class Run:
    """What a run of the program left: exit status, standard output and standard error."""

    status: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)


Program = Callable[..., Run]
"""`qc("inspect", path, "--json")` runs `qc inspect PATH --json`."""
