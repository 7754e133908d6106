"""A spec as an Excel workbook: what a buyer's merchandiser fills in, and what comes back."""

from qc.spec.workbook.opening import is_workbook
from qc.spec.workbook.reading import read_workbook
from qc.spec.workbook.writing import template_workbook, write_workbook

__all__ = ["is_workbook", "read_workbook", "template_workbook", "write_workbook"]
