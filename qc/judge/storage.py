"""The judge's file: JSON that a person can read."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from qc.errors import JudgeError
from qc.judge.model import Judge


def write_judge(path: Path, judge: Judge) -> None:
    """Write a judge; whoever reads meanwhile sees the old one or the new one."""
    new = path.with_suffix(".new")
    new.write_text(judge.model_dump_json(indent=2) + "\n", encoding="utf-8")
    new.replace(path)


def read_judge(path: Path) -> Judge:
    """Read a judge.

    Raises:
        JudgeError: the file is missing, or no judge.
    """
    try:
        return Judge.model_validate_json(path.read_bytes())
    except OSError as error:
        raise JudgeError(f"cannot read {path}: {error.strerror}", fix="Check the path.") from error
    except ValidationError as error:
        raise JudgeError(
            f"{path} is no judge: {error.errors()[0]['msg']}", fix="Fit it again: qc judge."
        ) from error
