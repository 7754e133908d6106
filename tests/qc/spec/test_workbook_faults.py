"""Workbooks as buyers send them: every fault is named by sheet and cell, all at once."""

import zipfile
from datetime import date, time
from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook

from qc.errors import SpecError
from qc.spec import example_specs
from qc.spec.files import parse_file, read_spec
from qc.spec.workbook import opening, template_workbook, write_workbook

(TRAY,) = (spec for spec in example_specs() if spec.id == "asung-tray-280")
GOOD = write_workbook(TRAY)


def faults_of(data, name="tray.xlsx"):
    with pytest.raises(SpecError) as caught:
        parse_file(data, name)
    assert caught.value.code == "spec-invalid"
    assert str(caught.value).startswith(name)
    assert all(fault.message and fault.fix for fault in caught.value.faults)
    found = {}
    for fault in caught.value.faults:
        found.setdefault(fault.location, []).append(f"{fault.message}. {fault.fix}")
    return {location: " ".join(said) for location, said in found.items()}


def changed(change):
    """Return the bytes of a good workbook after a change."""
    book = load_workbook(BytesIO(GOOD))
    change(book)
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def faults_after(change):
    return faults_of(changed(change))


@pytest.mark.parametrize(
    ("cell", "value", "said"),
    [
        ("Dimensions!G2", "=140*2", "formula"),
        ("Dimensions!G2", "12,5", "comma"),
        ("Dimensions!G2", "12.5", "write 12.5 again"),
        ("Dimensions!G2", "about 280 mm", "such as 280"),
        ("Dimensions!G2", "-", "leave the cell empty"),
        ("Dimensions!G2", date(2026, 5, 3), "date"),
        ("Dimensions!G2", time(12, 5), "date"),
        ("Dimensions!G2", True, "must be a number"),
        ("Dimensions!G2", "#REF!", "error #REF!"),
        ("Dimensions!G2", -5, "must be above 0"),
        ("Dimensions!G2", None, "“Nominal (mm)” is missing. Fill in"),
        ("Dimensions!H2", 281, "“Nominal (mm)” must lie between “Lower limit (mm)”"),
        ("Dimensions!I2", 270, "“Upper limit (mm)” must be above “Lower limit (mm)”"),
        ("Dimensions!I2", None, "“Upper limit (mm)” is missing"),
        ("Dimensions!F3", "awful", "critical, major, minor"),
        ("Dimensions!D3", "lenght", "must be length, width"),
        ("Dimensions!D3", None, "“Feature” is missing. Choose one"),
        ("Dimensions!E3", "side", "'side', which is not in views"),
        ("Dimensions!P3", 20, "“At (mm)” does not belong to this row's feature"),
        ("Dimensions!A3", "length", "'length' stands twice"),
        ("Dimensions!A1", "Nam", "Did you mean “Name”"),
        ("Dimensions!B1", "Name", "stands twice"),
        ("Dimensions!AD1", "see mail", "“see mail” is not known"),
        ("Spec!B3", 2.5, "“Version” must be a whole number"),
        ("Spec!B3", date(2026, 1, 2), "date"),
        ("Spec!B2", "Tray!", "lower-case letters"),
        ("Spec!B5", "maybe", "yes or no"),
        ("Spec!B9", None, "“Product name (Indonesian)” is missing"),
        ("Spec!A9", "Name", "is not known"),
        ("Views!B2", None, "“Instruction (English)” is missing"),
        ("Defects!C3", "2 mm", "such as 2"),
        ("Defects!A3", "crack", "'crack' stands twice"),
        ("Colour!H2", 0, "“Largest ΔE00” must be above 0"),
        ("Moisture!B3", "oak", "must be alder-red"),
    ],
)  # fmt: skip
def test_a_fault_is_named_by_sheet_and_cell(cell, value, said):
    sheet, _, coordinate = cell.partition("!")

    def change(book):
        book[sheet][coordinate].value = value

    found = faults_after(change)
    if cell == "Dimensions!H2":  # a rule between cells is shown at the one that it names first
        cell = "Dimensions!G2"
    assert said in found[cell], found


def test_all_faults_are_named_at_once_and_none_twice():
    def change(book):
        book["Spec"]["B4"].value = None
        book["Dimensions"]["G2"].value = "280 mm"
        book["Dimensions"]["G3"].value = "=A1"
        book["Defects"]["B4"].value = "bad"

    found = faults_after(change)
    assert list(found) == ["Spec!B4", "Dimensions!G2", "Dimensions!G3", "Defects!B4"]


def test_merged_cells_hidden_rows_columns_and_sheets():
    def change(book):
        book["Defects"].merge_cells("B2:B4")
        book["Dimensions"].row_dimensions[3].hidden = True
        book["Spec"].column_dimensions["B"].hidden = True
        book["Views"].sheet_state = "hidden"

    found = faults_after(change)
    assert "Unmerge" in found["Defects!B2:B4"]
    assert not {"Defects!B2", "Defects!B3", "Defects!B4"} & set(found)
    assert {"Dimensions!A3", "Dimensions!G3", "Spec!B4", "Views"} <= set(found)
    assert "hidden" in found["Dimensions!G3"]


def test_hidden_rows_that_are_empty_harm_nobody():
    def change(book):
        for row in range(4, 30):
            book["Dimensions"].row_dimensions[row].hidden = True

    assert parse_file(changed(change), "tray.xlsx") == TRAY


def test_sheets_under_other_names():
    def change(book):
        book["Dimensions"].title = "Dimension"
        book["Defects"].title = "Sheet5"
        book.create_sheet("empty")

    found = faults_after(change)
    assert "Rename “Dimension”" in found["Dimensions"]
    assert "is none of a spec's" in found["Sheet5"]
    assert set(found) == {"Dimensions", "Dimension", "Defects", "Sheet5"}


def test_case_and_blanks_of_names_do_not_matter_nor_does_the_order_of_columns():
    def change(book):
        book["Defects"].title = "DEFECTS "
        sheet = book["Dimensions"]
        sheet["A1"].value = " name"
        sheet.move_range("C1:C41", cols=40)

    assert parse_file(changed(change), "tray.xlsx") == TRAY


def test_a_column_that_must_be_there_is_missed_once():
    def change(book):
        book["Defects"].delete_cols(2)

    assert list(faults_after(change)) == ["Defects!A1"]


def test_an_empty_template_says_what_to_fill_in():
    found = faults_of(template_workbook())
    assert set(found) == {f"Spec!B{row}" for row in (2, 4, 7, 8, 9, 10, 11)} | {"Views!A1"}


@pytest.mark.parametrize(("rows", "said"), [(41, "41 rows are"), (10_000, "10,000 rows are")])
def test_more_rows_than_a_spec_has(rows, said):
    def change(book):
        sheet = book["Defects"]
        for row in range(2, rows + 2):
            sheet.cell(row, 1).value = f"kind_{row}"
            sheet.cell(row, 2).value = "minor"

    (fault,) = faults_after(change).values()
    assert said in fault


def test_one_colour_and_no_second_one():
    def change(book):
        for row in (2, 3):
            for column, value in {2: 50, 3: 0, 4: 0, 8: 5}.items():
                book["Colour"].cell(row, column).value = value

    assert "1 at most" in faults_after(change)["Colour!A1"]


def test_a_row_far_below_is_seen_without_reading_a_million():
    def change(book):
        book["Defects"]["A1048576"].value = "crack"

    assert "1,048,576" in faults_after(change)["Defects!A1048576"]


def zipped(parts, compression=zipfile.ZIP_DEFLATED):
    target = BytesIO()
    with zipfile.ZipFile(target, "w", compression) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


def parts_of(data):
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_zip_bomb_is_refused_before_it_is_unpacked(monkeypatch):
    bomb = zipped(parts_of(GOOD) | {"xl/media/a.bin": bytes(300 * 1024**2)})
    assert len(bomb) < 1024**2
    monkeypatch.setattr(opening, "load_workbook", lambda *_, **__: pytest.fail("it was parsed"))
    assert "unpacks to more than 8 MiB" in faults_of(bomb)[""]
    many = zipped({"[Content_Types].xml": ""} | {f"xl/{i}": "" for i in range(300)})
    assert "200 parts" in faults_of(many)[""]


def test_a_zip_that_lies_about_its_sizes_is_damaged():
    parts = parts_of(GOOD)
    sheet = parts["xl/worksheets/sheet4.xml"]
    data = bytearray(zipped(parts | {"xl/worksheets/sheet4.xml": sheet + b" " * 9_000_000}))
    true, said = (9_000_000 + len(sheet)).to_bytes(4, "little"), (100).to_bytes(4, "little")
    assert data.count(true) == 2
    assert "damaged" in faults_of(bytes(data.replace(true, said)))[""]


def test_entities_are_refused():
    parts = parts_of(GOOD)
    name = "xl/workbook.xml"
    bomb = '<!DOCTYPE a [<!ENTITY b "ha">' + "".join(
        f'<!ENTITY b{i} "{"&b" + str(i - 1) + ";" if i else "&b;"}">' for i in range(3)
    )
    parts[name] = parts[name].replace(b"<workbook ", f"{bomb}]><workbook ".encode(), 1)
    assert bomb.encode() in parts[name]
    assert "damaged" in faults_of(zipped(parts))[""]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no Excel workbook"),
        (b"PK\x03\x04 and then nothing", "no Excel workbook"),
        (b"\xff\xd8\xff\xe0 a photo", "no Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "password"),
        (zipped({"content.xml": "<ods/>"}), "no Excel workbook"),
        (zipped({"[Content_Types].xml": "<Types/>"}), "damaged"),
        (zipped({"[Content_Types].xml": "not XML"}), "damaged"),
    ],
)
def test_what_is_no_workbook(data, said):
    (fault,) = faults_of(data).values()
    assert said in fault


def test_a_cut_off_workbook_never_gives_another_error():
    for length in range(0, len(GOOD), 1500):
        with pytest.raises(SpecError):
            parse_file(GOOD[:length], "tray.xlsx")


def test_a_workbook_of_something_else():
    target = BytesIO()
    Workbook().save(target)
    assert {"Spec", "Views", "Dimensions", "Defects"} <= set(faults_of(target.getvalue()))


def test_large_files_are_not_read(tmp_path):
    path = tmp_path / "large.xlsx"
    path.write_bytes(bytes(2 * 1024**2 + 1))
    with pytest.raises(SpecError, match="larger than 2 MiB"):
        read_spec(path)


def test_text_that_begins_like_a_formula_is_text():
    spec = TRAY.model_copy(update={"buyer": '=HYPERLINK("http://x","y")'})
    data = write_workbook(spec)
    cell = load_workbook(BytesIO(data))["Spec"]["B4"]
    assert cell.data_type == "s"
    assert parse_file(data, "x.xlsx") == spec


def test_a_control_character_cannot_be_exported():
    with pytest.raises(SpecError, match="control character"):
        write_workbook(TRAY.model_copy(update={"buyer": "a\x07b"}))
