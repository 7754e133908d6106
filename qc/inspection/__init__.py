"""The inspection of one item. Start reading at `qc.inspection.pipeline.inspect`."""

from qc.inspection.pipeline import inspect
from qc.records import Inspection

__all__ = ["Inspection", "inspect"]
