"""Control charts: whether a process moved, or only varies as it always does."""

from qc.decision.control.charts import Chart, Point, p_chart, xbar_r
from qc.decision.control.rules import RULES, Rule, signals

__all__ = ["RULES", "Chart", "Point", "Rule", "p_chart", "signals", "xbar_r"]
