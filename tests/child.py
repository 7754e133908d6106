"""Programs of the tests that run as processes of their own."""

from __future__ import annotations

import os
import sys


def environment() -> dict[str, str]:
    """Return this process's environment, in which a child imports from where this one does."""
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
