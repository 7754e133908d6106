"""Workbooks that ask for more memory than they are long: read or refused, in a little of it."""

import tracemalloc
import zipfile
from io import BytesIO

import pytest

from qc.errors import SpecError
from qc.spec import example_specs
from qc.spec.files import parse_file
from qc.spec.workbook import write_workbook

SPEC = example_specs()[0]
GOOD = write_workbook(SPEC)
MOST_MIB = 40
SHEET = "xl/worksheets/sheet4.xml"
ALL = "A1:XFD1048576"


def with_sheet(change, others=None):
    """Return the workbook with another text of one sheet, and other parts."""
    target = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(GOOD)) as good,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for name in good.namelist():
            text = good.read(name)
            if name == SHEET:
                sound, text = text, change(text)
                assert text != sound
            made.writestr(name, text)
        for name, text in (others or {}).items():
            made.writestr(name, text)
    return target.getvalue()


def after_rows(text):
    return lambda sheet: sheet.replace(b"</sheetData>", b"</sheetData>" + text.encode())


def last_row(text):
    return lambda sheet: sheet.replace(b"</sheetData>", text.encode() + b"</sheetData>")


def hidden_columns(last):
    return lambda sheet: sheet.replace(
        b"<sheetData>", f'<cols><col min="30" max="{last}" hidden="1"/></cols><sheetData>'.encode()
    )


def comment_everywhere():
    """Return a comment on every cell, as the parts that belong to the sheet."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/comments"
    return {
        "xl/worksheets/_rels/sheet4.xml.rels": '<Relationships xmlns="http://schemas.'
        'openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
        f'Type="{kind}" Target="/xl/comments9.xml"/></Relationships>',
        "xl/comments9.xml": f'<comments xmlns="{main}"><authors><author>a</author></authors>'
        f'<commentList><comment ref="{ALL}" authorId="0"><text><t>b</t></text></comment>'
        "</commentList></comments>",
    }


def parse_in_little_memory(data):
    tracemalloc.start()
    try:
        return parse_file(data, "spec.xlsx")
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < MOST_MIB * 2**20, f"{peak / 2**20:.0f} MiB"


HARMLESS = {
    "blank cell in the last row": with_sheet(
        last_row('<row r="1048576"><c r="A1048576" s="1"/></row>')
    ),
    "blank row beyond Excel's last": with_sheet(last_row('<row r="99999999"/>')),
    "blank cell in the last column": with_sheet(last_row('<row r="99"><c r="XFD99" s="1"/></row>')),
    "blank rows without end": with_sheet(last_row("<row/>" * 60_000)),
    "columns without end": with_sheet(hidden_columns(999_999_999)),
    "link of every cell": with_sheet(
        after_rows(f'<hyperlinks><hyperlink ref="{ALL}" display="a"/></hyperlinks>')
    ),
    "comment on every cell": with_sheet(last_row("<row/>"), comment_everywhere()),
}

REFUSED = {
    "cells are merged": after_rows(f'<mergeCells><mergeCell ref="{ALL}"/></mergeCells>'),
    "46,800,000 cells are merged": after_rows(
        "<mergeCells>" + '<mergeCell ref="A1:Z90"/>' * 20_000 + "</mergeCells>"
    ),
    "16,384 columns": last_row('<row r="9"><c r="XFD9"><v>1</v></c></row>'),
    "1,048,576": last_row('<row r="1048576"><c><v>1</v></c></row>'),
    "damaged": last_row('<row r="-5"><c><v>1</v></c></row>'),
}


@pytest.mark.parametrize("name", HARMLESS)
def test_what_holds_no_value_is_not_read(name):
    assert parse_in_little_memory(HARMLESS[name]) == SPEC


@pytest.mark.parametrize("said", REFUSED)
def test_what_is_too_large_is_refused(said):
    with pytest.raises(SpecError, match=said):
        parse_in_little_memory(with_sheet(REFUSED[said]))
