"""Normality: what a product line's good items look like, and what is unlike them.

`teach` makes a memory from good photos, `Normality.judge` compares a photo with it, and
`confirm_defect` and `confirm_good` correct it.
"""

from qc.defects.normality.confirm import confirm_defect, confirm_good
from qc.defects.normality.encoder import Encoder
from qc.defects.normality.learning import MIN_PHOTOS, Augmentation
from qc.defects.normality.model import ANOMALY, Judgement, Normality
from qc.defects.normality.storage import load, load_by_view, save
from qc.defects.normality.teaching import Line, require_item_on_mat, teach
from qc.defects.normality.threshold import false_reject_bound

__all__ = [
    "ANOMALY",
    "MIN_PHOTOS",
    "Augmentation",
    "Encoder",
    "Judgement",
    "Line",
    "Normality",
    "confirm_defect",
    "confirm_good",
    "false_reject_bound",
    "load",
    "load_by_view",
    "require_item_on_mat",
    "save",
    "teach",
]
