"""The judge's file: JSON that a person can read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from qc.errors import JudgeError
from qc.judge.model import Judge


def write_judge(path: Path, judge: Judge) -> None:
    """Write a judge; whoever reads meanwhile sees the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
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


def read_judges(paths: Sequence[Path], spec_id: str) -> dict[str, Judge]:
    """Read the judges of a spec's views, by view.

    Raises:
        JudgeError: as `read_judge`, or one was fitted for another spec, on whole photos, or for a
            view that has one.
    """
    judges: dict[str, Judge] = {}
    for path in paths:
        judge = read_judge(path)
        if judge.spec != spec_id or judge.view is None:
            raise JudgeError(
                f"{path} was fitted for {judge.spec or 'whole photos'}, not for {spec_id}",
                fix=f"Fit one with qc judge --spec {spec_id}.",
            )
        if judge.view in judges:
            raise JudgeError(f"{path} is a second judge of {judge.view}", fix="Give one a view.")
        judges[judge.view] = judge
    return judges
