"""What a person who looks at a sheet may not see, or see in another place."""

from __future__ import annotations

from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.worksheet.worksheet import Worksheet


class Concealed:
    """Hidden rows and columns and merged cells of a sheet."""

    def __init__(self, worksheet: Worksheet) -> None:
        self._rows = {
            number
            for number, row in worksheet.row_dimensions.items()
            if row.hidden or row.height == 0
        }
        # Columns that look alike are one entry, which says from where to where.
        self._columns = {
            number
            for column in worksheet.column_dimensions.values()
            if column.hidden or column.width == 0
            for number in range(column.min or 0, (column.max or 0) + 1)
        }
        self.merged = sorted(str(area) for area in worksheet.merged_cells.ranges)
        """Areas: `B3:B6`."""
        self._areas = [area.bounds for area in worksheet.merged_cells.ranges]

    def hides(self, cell: Cell | MergedCell) -> bool:
        """Tell whether a cell is in a hidden row or column."""
        return cell.row in self._rows or cell.column in self._columns

    def merges(self, cell: Cell | MergedCell) -> bool:
        """Tell whether a cell is one of several that were made one."""
        return any(
            left <= cell.column <= right and top <= cell.row <= bottom
            for left, top, right, bottom in self._areas
        )
