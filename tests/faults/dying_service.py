"""The scripted service, which dies by SIGKILL at a chosen step of its next upload.

Run as `tests/scripted_service.py` is. Between two steps lies a statement of SQL, a commit, a flush
to the disk or a renaming; the file `die-at` in the folder says at which one.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

_ORDER = Path(sys.argv[1]) / "die-at"
_LEFT: list[int] = []
"""Steps that are left to live; empty while nobody wants it dead."""


def _step() -> None:
    if not _LEFT and _ORDER.exists():
        _LEFT.append(int(_ORDER.read_text()))
        _ORDER.unlink()
    if _LEFT:
        _LEFT[0] -= 1
        if _LEFT[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)


def _stepping(function: Callable[..., Any]) -> Callable[..., Any]:
    def step(*args: Any, **kwargs: Any) -> Any:
        _step()
        result = function(*args, **kwargs)
        _step()
        return result

    return step


os.fsync = _stepping(os.fsync)
os.replace = _stepping(os.replace)
for when in ("before_cursor_execute", "commit"):
    event.listen(Engine, when, lambda *_: _step())

runpy.run_path(str(Path(__file__).parents[1] / "scripted_service.py"), run_name="__main__")
