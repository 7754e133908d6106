"""Two detector releases on the same labelled photos, and whether one may replace the other."""

from qc.comparison.compare import compare
from qc.comparison.report import Cell, Comparison, worse_cells

__all__ = ["Cell", "Comparison", "compare", "worse_cells"]
