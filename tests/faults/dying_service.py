"""A service that dies by SIGKILL at a chosen step of its next upload.

Between two steps lies a statement of SQL, a commit, a flush to the disk or a renaming; the file
`die-at` in the folder says at which one.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

ORDER = "die-at"
"""Name of the file with the number of the step."""


def die_as_ordered(folder: Path) -> None:
    """Let this process die at the step that the file in `folder` will name."""
    order = folder / ORDER
    left: list[int] = []  # steps that are left to live; empty while nobody wants it dead

    def step() -> None:
        if not left and order.exists():
            left.append(int(order.read_text()))
            order.unlink()
        if left:
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)

    def stepping(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            step()
            result = function(*args, **kwargs)
            step()
            return result

        return call

    os.fsync = stepping(os.fsync)
    os.replace = stepping(os.replace)
    for when in ("before_cursor_execute", "commit"):
        event.listen(Engine, when, lambda *_: step())
