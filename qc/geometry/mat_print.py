"""The mat as a printable PDF, true to scale, and as an image.

Both come from one list of drawing primitives, set by Typst with its built-in font only, so
that the same layout gives the same bytes on every machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
import typst

from qc.geometry.mat import CHECK_LINE_MM, CheckLine, MatLayout, Rect, Srgb

_BLACK: Srgb = (0, 0, 0)
_LINE_MM = 0.25
_TICK_MM = 3.0
_TEXT_MM = 2.3
_TEXT_BOX_MM = 100  # wide enough for any label, so that none is broken
_MM_PER_INCH = 25.4


@dataclass(frozen=True, slots=True)
class Fill:
    """Rectangles in one colour, drawn as one shape so that no seams show between them."""

    srgb: Srgb
    rects: tuple[Rect, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text; `x_mm, y_mm` is its centre and `turned` makes it read up the page."""

    x_mm: float
    y_mm: float
    text: str
    turned: bool = False


def px_per_mm(layout: MatLayout) -> Literal[10, 20]:
    """Scale of the image: the lowest at which each marker begins on a whole pixel."""
    margin_mm = (layout.square_mm - layout.marker_mm) / 2
    return 10 if (margin_mm * 10).is_integer() else 20


def drawing(layout: MatLayout) -> Iterator[Fill | Text]:
    """Yield what is on the mat, in the mat frame and in the order of painting."""
    yield Fill(layout.field_srgb, (layout.field_mm,))
    for patch in layout.patches:
        yield Fill(patch.srgb, (patch.rect,))
    yield Fill(_BLACK, tuple(_black_squares(layout)))
    for marker_id in layout.marker_squares:
        yield Fill(_BLACK, tuple(_marker_modules(layout, marker_id)))
    for line in layout.check_lines:
        yield Fill(_BLACK, tuple(_line_with_ticks(line)))
    yield from _labels(layout)


def _black_squares(layout: MatLayout) -> Iterator[Rect]:
    for row in range(layout.rows):
        for column in range(layout.columns):
            if (column + row) % 2 == 0 and layout.in_ring(column, row):
                yield layout.square_rect(column, row)


def _marker_modules(layout: MatLayout, marker_id: int) -> Iterator[Rect]:
    """Yield the black modules of a marker, runs of them joined along the rows."""
    dictionary = layout.board().getDictionary()
    modules = dictionary.markerSize + 2
    black = dictionary.generateImageMarker(marker_id, modules) == 0
    square = layout.square_rect(*layout.marker_squares[marker_id])
    margin_mm = (layout.square_mm - layout.marker_mm) / 2
    module_mm = layout.marker_mm / modules
    left, top = square.left_mm + margin_mm, square.top_mm - margin_mm
    for row, line in enumerate(black):
        steps = np.flatnonzero(np.diff(line.astype(np.int8), prepend=0, append=0))
        for start, end in steps.reshape(-1, 2):
            yield Rect(
                left + float(start) * module_mm,
                top - (row + 1) * module_mm,
                left + float(end) * module_mm,
                top - row * module_mm,
            )


def _line_with_ticks(line: CheckLine) -> Iterator[Rect]:
    (x0, y0), (x1, y1) = line.start_mm, line.end_mm
    pen, tick = _LINE_MM / 2, _TICK_MM / 2
    yield Rect(x0 - pen, y0 - pen, x1 + pen, y1 + pen)
    for x, y in (line.start_mm, line.end_mm):
        if line.axis == "x":
            yield Rect(x - pen, y - tick, x + pen, y + tick)
        else:
            yield Rect(x - tick, y - pen, x + tick, y + pen)


def _labels(layout: MatLayout) -> Iterator[Text]:
    along_x, along_y = layout.check_lines
    ring = layout.ring_mm
    width_mm = ring.right_mm - ring.left_mm
    below_mm, beside_mm = along_x.start_mm[1], along_y.start_mm[0]
    gap_mm = CHECK_LINE_MM / 2 + 12
    yield Text(0, ring.top_mm + 3, "place the item here / letakkan barang di sini")
    yield Text(gap_mm, below_mm, f"x {CHECK_LINE_MM:.0f} mm")
    yield Text(beside_mm, gap_mm, f"y {CHECK_LINE_MM:.0f} mm", turned=True)
    yield Text(-(width_mm / 2 + CHECK_LINE_MM / 2) / 2, below_mm, layout.identity)
    yield Text(-ring.left_mm + 3, 0, "print at 100 % / cetak 100 %", turned=True)


def _typst_source(layout: MatLayout) -> bytes:
    half_width, half_height = layout.sheet_width_mm / 2, layout.sheet_height_mm / 2

    def at(x_mm: float, y_mm: float) -> str:
        return f"{x_mm + half_width:.4f}mm, {half_height - y_mm:.4f}mm"

    def shape(fill: Fill) -> str:
        steps = []
        for left, bottom, right, top in fill.rects:
            first, *rest = at(left, top), at(right, top), at(right, bottom), at(left, bottom)
            lines = "".join(f"curve.line(({point})), " for point in rest)
            steps.append(f"curve.move(({first})), {lines}curve.close()")
        colour = ", ".join(map(str, fill.srgb))
        return f'#place(curve(fill: rgb({colour}), fill-rule: "non-zero", {", ".join(steps)}))'

    def words(text: Text) -> str:
        x, y = at(text.x_mm, text.y_mm).split(", ")
        content = f'box(width: {_TEXT_BOX_MM}mm, align(center, text("{text.text}")))'
        if text.turned:
            content = f"rotate(-90deg, reflow: true, {content})"
        # A box without extent, so that `center + horizon` centres the words on the point.
        box = f"box(width: 0mm, height: 0mm, place(center + horizon, {content}))"
        return f"#place(dx: {x}, dy: {y}, {box})"

    page = (
        f'#set document(title: "{layout.identity}", date: none)\n'
        + f"#set page(width: {layout.sheet_width_mm}mm, height: {layout.sheet_height_mm}mm, "
        + "margin: 0mm)\n"
        + f'#set text(font: "DejaVu Sans Mono", size: {_TEXT_MM}mm, top-edge: "bounds", '
        + 'bottom-edge: "bounds")\n'
    )
    body = "\n".join(shape(p) if isinstance(p, Fill) else words(p) for p in drawing(layout))
    return (page + body).encode()


def mat_pdf(layout: MatLayout) -> bytes:
    """Return the mat as a vector PDF of one page, to be printed at 100 %."""
    return _typeset(layout, "pdf")


def mat_png(layout: MatLayout) -> bytes:
    """Return the mat as an sRGB PNG at `px_per_mm`.

    The sheet's upper left corner is the upper left corner of the first pixel.
    """
    rgba = np.frombuffer(_typeset(layout, "png", ppi=px_per_mm(layout) * _MM_PER_INCH), np.uint8)
    opaque = np.asarray(cv2.imdecode(rgba, cv2.IMREAD_COLOR))
    return cv2.imencode(".png", opaque)[1].tobytes()


def _typeset(layout: MatLayout, form: typst.OutputFormat, ppi: float | None = None) -> bytes:
    page: bytes = typst.compile(
        _typst_source(layout), format=form, ppi=ppi, ignore_system_fonts=True, pdf_tags=False
    )
    return page


def write_mat(layout: MatLayout, folder: Path) -> tuple[Path, Path, Path]:
    """Write `mat.pdf`, `mat.png` and `mat.json` into a folder, which is made if missing.

    Returns:
        The three paths, in this order.
    """
    folder.mkdir(parents=True, exist_ok=True)
    pdf, png, json = (folder / f"mat.{suffix}" for suffix in ("pdf", "png", "json"))
    pdf.write_bytes(mat_pdf(layout))
    png.write_bytes(mat_png(layout))
    json.write_text(layout.model_dump_json(indent=2) + "\n", encoding="utf-8")
    return pdf, png, json
