"""Which browser the tests of the pages drive, and how it is started."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

_UNPACKED = Path(__file__).parent / "chromium" / "unpacked"
_LIBRARIES = _UNPACKED / "al2023" / "lib"

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]


def launch_options() -> dict[str, Any] | None:
    """Playwright's options for our own Chromium, else the machine's; None where there is none."""
    if (_UNPACKED / "chromium").is_file():
        path = os.pathsep.join([str(_LIBRARIES), os.environ.get("LD_LIBRARY_PATH", "")])
        environment = os.environ | {"LD_LIBRARY_PATH": path.rstrip(os.pathsep)}
        return {"executable_path": _UNPACKED / "chromium", "env": environment}
    found = shutil.which("chromium") or shutil.which("google-chrome")
    return None if found is None else {"executable_path": found}
