"""The settings for people who read.

`python -m service.settings_table docs/settings.md` writes it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from pydantic import BaseModel

from service.settings import Settings

_HEAD = """# Settings

Written by `python -m service.settings_table docs/settings.md` from `service/settings.py`.
Each setting is an environment variable of `qc serve`.
A value that cannot be, or a name that its group does not have, stops the start.

"""


def render_settings() -> str:
    """Return the page as Markdown."""
    lines = ["| variable | default | what it does |", "| --- | --- | --- |"]
    for group, field in Settings.model_fields.items():
        kind = field.annotation
        if not (isinstance(kind, type) and issubclass(kind, BaseModel)):
            raise TypeError(f"{group} is no group of settings")
        for name, setting in kind.model_fields.items():
            variable = f"TELITI_{group}__{name}".upper()
            default = "" if setting.default is None else f"`{setting.default}`"
            lines.append(f"| `{variable}` | {default} | {setting.description} |")
    return _HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(render_settings(), encoding="utf-8")
