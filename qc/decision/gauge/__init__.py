"""Gauge study: how much of the variation that we measure is our own.

Crossed study of AIAG's *Measurement Systems Analysis*, 4th edition (2010), chapter III-B: every
operator measures every part several times.
"""

from qc.decision.gauge.analysis import analyse
from qc.decision.gauge.reader import read_study
from qc.decision.gauge.report import GaugeReport
from qc.decision.gauge.study import Reading, Study

__all__ = ["GaugeReport", "Reading", "Study", "analyse", "read_study"]
