"""Tables for other programs: CSV that no spreadsheet executes, and Parquet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, Literal

from service.errors import UploadError
from service.insight.items import Item

Table = Literal["items", "measurements", "nonconformities"]
Cell = str | float | int | None

_ITEM: Final = ("inspection_id", "inspected_at", "spec", "buyer", "order_number", "group", "unit")
COLUMNS: Final[dict[Table, tuple[str, ...]]] = {
    "items": (*_ITEM, "product", "machine_verdict", "standing_verdict", "nonconformities"),
    "measurements": (*_ITEM, "name", "part", "value", "u95", "lower", "upper", "measure"),
    "nonconformities": (*_ITEM, "kind", "name", "severity", "zone"),
}

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "|", "%")
"""What makes a spreadsheet take a text for a formula (OWASP, CSV injection)."""


class FormatMissingError(UploadError):
    """This machine cannot write the format."""

    code = "format-missing"


def rows_of(table: Table, items: Iterable[Item]) -> Iterator[tuple[Cell, ...]]:
    """Return the rows of a table, one tuple for each, in the order of `COLUMNS`."""
    for item in items:
        at = item.at.isoformat(timespec="seconds")
        place = (item.order_number, item.group, item.unit)
        head: tuple[Cell, ...] = (str(item.id), at, item.spec.reference, item.spec.buyer, *place)
        match table:
            case "items":
                product = item.spec.product.name.en
                yield (*head, product, item.machine, item.standing, len(item.wrong))
            case "measurements":
                for one in item.sizes:
                    value, u95, lower, upper, unit = one.quantity
                    yield (*head, one.name, one.part, value, u95, lower, upper, unit.strip())
            case "nonconformities":
                for wrong in item.wrong:
                    yield (*head, wrong.kind, wrong.name, wrong.severity, wrong.zone)


def to_csv(columns: Sequence[str], rows: Iterable[tuple[Cell, ...]]) -> bytes:
    """Write a table as CSV (RFC 4180, UTF-8 with a mark that Excel needs).

    A text that a spreadsheet would take for a formula gets an apostrophe before it; numbers are
    written as numbers.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows(map(_plain, rows))
    return out.getvalue().encode("utf-8-sig")


def _plain(row: tuple[Cell, ...]) -> list[Cell]:
    return [
        f"'{cell}"
        if isinstance(cell, str)
        and (cell.startswith(_FORMULA) or cell.lstrip().startswith(_FORMULA))
        else cell
        for cell in row
    ]


def to_parquet(columns: Sequence[str], rows: Iterable[tuple[Cell, ...]]) -> bytes:
    """Write a table as Parquet.

    Raises:
        FormatMissingError: pyarrow is not installed.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ModuleNotFoundError as error:
        raise FormatMissingError(
            "Parquet cannot be written here", fix="Run: pip install 'teliti[scale]', or take CSV."
        ) from error
    by_column: list[Sequence[Any]] = list(zip(*rows, strict=True)) or [()] * len(columns)
    out = io.BytesIO()
    pq.write_table(pa.table(dict(zip(columns, map(list, by_column), strict=True))), out)
    return out.getvalue()
