"""The sheet of instructions: what a merchandiser reads before filling in the others."""

from __future__ import annotations

from openpyxl.worksheet.worksheet import Worksheet

from qc.spec.dimension import dimension_models
from qc.spec.workbook.layout import DIMENSIONS, INSTRUCTIONS, SHEETS, Field
from qc.spec.workbook.style import STRONG, TITLE, for_paper, header, note

_STEPS = (
    (
        "Fill in the sheets Spec, Views, Dimensions and Defects; Colour and Moisture where agreed.",
        "Isi lembar Spec, Views, Dimensions dan Defects; Colour dan Moisture bila disepakati.",
    ),
    (
        "Yellow cells must be filled in, wherever a row is used. White cells may stay empty.",
        "Sel kuning wajib diisi pada baris yang dipakai. Sel putih boleh kosong.",
    ),
    (
        "Write numbers without units: the unit stands in the header. No formulas, no merged cells, "
        "no hidden rows.",
        "Tulis angka tanpa satuan: satuan ada di judul kolom. Tanpa rumus, tanpa sel gabungan, "
        "tanpa baris tersembunyi.",
    ),
    (
        "A changed spec gets the next version number. The old version stays with what was "
        "inspected by it.",
        "Spesifikasi yang berubah mendapat nomor versi berikutnya. Versi lama tetap berlaku bagi "
        "barang yang sudah diperiksa dengannya.",
    ),
    (
        "Do not rename sheets or headers. Columns may stand in any order.",
        "Jangan ubah nama lembar atau judul kolom. Urutan kolom bebas.",
    ),
)

_FEATURES = {
    "length": "Longer side of the smallest rectangle around the item.",
    "width": "Shorter side of the smallest rectangle around the item.",
    "diameter": "Of a circle fitted to the outline.",
    "inside_diameter": "Of a circle fitted to the opening.",
    "height": "Of the highest place, in a view before an upright mat.",
    "min_feret": "Least distance between two parallel jaws.",
    "max_feret": "Greatest distance between two parallel jaws.",
    "corner_radius": "Of the corner farthest from nominal.",
    "hole_diameter": "Of the hole farthest from nominal.",
    "gap": "From one part to the next on its right.",
    "width_at": "Across the axis, at a distance from an end.",
    "hole_position": "Of a hole's centre, from an end or the nearest edge.",
    "roundness": "Departure from a circle; only an upper limit.",
    "straightness": "Departure from a straight line; only an upper limit.",
    "angle": "Of corners, or between the long sides.",
    "count": "How many parts or holes.",
}


def write_instructions(worksheet: Worksheet, spec: str | None) -> None:
    """Fill the first sheet; `spec` is the reference of what the workbook holds, if anything."""
    worksheet.title = INSTRUCTIONS
    worksheet.sheet_view.showGridLines = False
    for letter, width in zip("ABCD", (26, 26, 64, 64), strict=True):
        worksheet.column_dimensions[letter].width = width
    worksheet["A1"] = f"Spec {spec}" if spec else "Spec of a product"
    worksheet["A1"].font = TITLE
    row = 3
    for number, (english, indonesian) in enumerate(_STEPS, start=1):
        note(worksheet.cell(row, 1), f"{number}.")
        note(worksheet.cell(row, 3), english)
        note(worksheet.cell(row, 4), indonesian)
        row += 1
    row = _table(
        worksheet, row + 1, ("Sheet", "Column", "What to write", "Allowed"),
        [
            (sheet.title, field.header, field.help, _allowed(field))
            for sheet in SHEETS
            for field in sheet.fields
        ],
    )  # fmt: skip
    needed = {
        feature: ", ".join(
            field.header
            for field in DIMENSIONS.fields
            if field.key in model.model_fields and model.model_fields[field.key].is_required()
        )
        for feature, model in dimension_models().items()
    }
    _table(
        worksheet, row + 1, ("Feature", "", "What it is", "Columns that it needs"),
        [(feature, "", _FEATURES.get(feature, ""), needed[feature]) for feature in needed],
    )  # fmt: skip
    for_paper(worksheet)


def _table(
    worksheet: Worksheet, row: int, headers: tuple[str, ...], lines: list[tuple[str, ...]]
) -> int:
    """Write a table and return the row after it."""
    for column, text in enumerate(headers, start=1):
        header(worksheet.cell(row, column), text)
    for line in lines:
        row += 1
        for column, text in enumerate(line, start=1):
            note(worksheet.cell(row, column), text)
        worksheet.cell(row, 1).font = STRONG
    return row + 1


def _allowed(field: Field) -> str:
    if field.choices:
        said = ", ".join(field.choices)
    elif field.suggestions:
        said = f"{', '.join(field.suggestions)}, or another"
    elif field.views:
        said = "a name from Views"
    else:
        said = field.kind.value
    return said + (" (must be filled in)" if field.required else "")
