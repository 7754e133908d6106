"""Reading a spec from whatever file a buyer sent: YAML or an Excel workbook."""

from __future__ import annotations

from pathlib import Path

from qc.errors import SpecError
from qc.spec.models import Spec
from qc.spec.reader import parse_spec
from qc.spec.workbook import is_workbook, read_workbook

SUFFIXES = frozenset({".yaml", ".yml", ".xlsx"})
"""What the names of spec files end in."""

MAX_FILE_BYTES = 2 * 1024 * 1024
"""Of a file of either kind; each reader has limits of its own."""


def read_spec(path: Path) -> Spec:
    """Read a spec file.

    Raises:
        SpecError: the file cannot be read or is no valid spec.
    """
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise SpecError(
                f"the file is larger than {MAX_FILE_BYTES // 1024**2} MiB",
                location=path.name,
                fix="A spec is short: remove pictures and other sheets.",
            )
        data = path.read_bytes()
    except OSError as error:
        raise SpecError(
            f"cannot read spec {path}: {error.strerror}",
            fix="Check the path, or see `qc spec list` for the examples.",
        ) from error
    return parse_file(data, path.name)


def parse_file(data: bytes, name: str) -> Spec:
    """Read a spec from a file's bytes; `name` locates its errors. The content says what it is.

    Raises:
        SpecError: the bytes are no valid spec.
    """
    if is_workbook(data, name):
        return read_workbook(data, name)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SpecError(
            "the file is not text in UTF-8",
            location=name,
            fix="Save it as UTF-8, or send an Excel workbook (.xlsx).",
        ) from error
    return parse_spec(text, name)
