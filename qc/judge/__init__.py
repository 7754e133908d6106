"""The judge of a product: what all experts say of a surface, as one probability and one decision.

`fitting.fit_judge` makes one from items whose truth is known, `storage` keeps it in a file, and
`qc.inspection.inspect` asks it.
"""

from qc.judge.fitting import Known, fit_judge
from qc.judge.model import Judge
from qc.judge.storage import read_judge, read_judges, write_judge
from qc.judge.threshold import Choice, Prices, choose_threshold, risk_coverage

__all__ = [
    "Choice",
    "Judge",
    "Known",
    "Prices",
    "choose_threshold",
    "fit_judge",
    "read_judge",
    "read_judges",
    "risk_coverage",
    "write_judge",
]
