"""How the workbook looks, and what its cells let people choose."""

from __future__ import annotations

from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from qc.spec.workbook.layout import Field, Kind, Sheet

_INK = "1F2A30"
_HEADER = PatternFill("solid", fgColor="1F4E5F")
_REQUIRED = PatternFill("solid", fgColor="FFF4CC")
_LINE = Side("thin", color="C9D1D5")
_BORDER = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_WRAPPED = Alignment(wrap_text=True, vertical="top")
_NUMBER_FORMATS = {Kind.NUMBER: "General", Kind.WHOLE: "0", Kind.TEXT: "@", Kind.YES_NO: "@"}

TITLE = Font(bold=True, size=16, color=_INK)
STRONG = Font(bold=True, color=_INK)


def header(cell: Cell | MergedCell, text: str) -> None:
    """Write a header."""
    cell.value = text
    cell.font = Font(bold=True, color="FFFFFF")
    cell.fill = _HEADER
    cell.alignment = Alignment(wrap_text=True, vertical="center")
    cell.border = _BORDER


def note(cell: Cell | MergedCell, text: str) -> None:
    """Write an explanation."""
    cell.value = text
    cell.font = Font(color=_INK)
    cell.alignment = _WRAPPED


def style_input(cell: Cell | MergedCell, field: Field) -> None:
    """Show that a cell is to be filled: yellow where it must be."""
    cell.border = _BORDER
    cell.alignment = _WRAPPED
    cell.number_format = _NUMBER_FORMATS[field.kind]
    if field.required:
        cell.fill = _REQUIRED


def lay_out_form(worksheet: Worksheet, sheet: Sheet) -> None:
    """Write labels and explanations beside the values' column."""
    for column, (text, width) in enumerate(
        (("Field", 30), ("Value", 36), ("What to write", 72)), start=1
    ):
        header(worksheet.cell(1, column), text)
        worksheet.column_dimensions["ABC"[column - 1]].width = width
    for row, field in enumerate(sheet.fields, start=2):
        worksheet.cell(row, 1, field.header).font = STRONG
        worksheet.cell(row, 1).border = _BORDER
        note(worksheet.cell(row, 3), field.help)
    worksheet.freeze_panes = "A2"
    for_paper(worksheet)


def lay_out_table(worksheet: Worksheet, sheet: Sheet) -> None:
    """Write the headers; they stay in sight, and so does the first column."""
    for column, field in enumerate(sheet.fields, start=1):
        cell = worksheet.cell(1, column)
        header(cell, field.header)
        worksheet.column_dimensions[get_column_letter(column)].width = field.width
    worksheet.row_dimensions[1].height = 34
    worksheet.freeze_panes = "B2"
    worksheet.print_title_rows = "1:1"
    for_paper(worksheet)


def for_paper(worksheet: Worksheet) -> None:
    """Print as wide as a sheet of paper."""
    worksheet.page_setup.orientation = "landscape"
    worksheet.page_setup.fitToWidth = 1
    worksheet.page_setup.fitToHeight = 0
    worksheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def validate(worksheet: Worksheet, cells: str, field: Field) -> None:
    """Offer a list where there are choices, ask for a number where one is needed."""
    rule = _rule(field)
    rule.promptTitle = field.header[:32]
    rule.prompt = field.help[:255]
    rule.showInputMessage = True
    rule.errorTitle = field.header[:32]
    rule.add(cells)
    worksheet.add_data_validation(rule)


def _rule(field: Field) -> DataValidation:
    choices = field.choices or field.suggestions
    if field.kind is Kind.YES_NO:
        choices = ("yes", "no")
    if field.views or choices:
        offered = "Views!$A$2:$A$9" if field.views else f'"{",".join(choices)}"'
        rule = DataValidation("list", formula1=offered, allow_blank=True)
        rule.showErrorMessage = not field.suggestions
        rule.error = "Choose one from the list."
    elif field.kind is Kind.NUMBER:
        rule = DataValidation("decimal", operator="between", formula1="-10000", formula2="10000")
        rule.allow_blank = rule.showErrorMessage = True
        rule.error = "Write a number without its unit; the unit stands in the header."
    elif field.kind is Kind.WHOLE:
        rule = DataValidation("whole", operator="between", formula1="0", formula2="2147483647")
        rule.allow_blank = rule.showErrorMessage = True
        rule.error = "Write a whole number."
    else:
        rule = DataValidation(None, allow_blank=True)
        rule.showErrorMessage = False
    return rule
