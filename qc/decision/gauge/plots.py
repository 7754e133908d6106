"""The charts of a gauge study, as SVG."""

from __future__ import annotations

import numpy as np

from qc.chart import PALETTE, Chart
from qc.decision.gauge.report import GaugeReport, Source
from qc.decision.gauge.study import Study

_BARS: tuple[Source, ...] = ("gauge R&R", "repeatability", "reproducibility", "part")


def draw_plots(study: Study, report: GaugeReport, unit: str) -> dict[str, str]:
    """Draw the charts: file name → SVG.

    Args:
        study: the readings.
        report: of that study.
        unit: of the readings, for the axes; may be empty.
    """
    return {
        "by-part.svg": _by_part(study, unit),
        "by-operator.svg": _by_operator(study, unit),
        "interaction.svg": _interaction(study, unit),
        "components.svg": _components(report),
    }


def _label(name: str, unit: str) -> str:
    return f"{name} ({unit})" if unit else name


def _colour(index: int) -> str:
    return PALETTE[index % len(PALETTE)]


def _chart(study: Study, title: str, x_label: str, y_label: str, names: tuple[str, ...]) -> Chart:
    low, high = float(study.values.min()), float(study.values.max())
    return Chart(title, x_label, y_label, names, low, high)


def _by_part(study: Study, unit: str) -> str:
    """Every reading of each part, beside each other by operator; the line joins the means."""
    chart = _chart(study, "Readings by part", "part", _label("reading", unit), study.parts)
    operators = len(study.operators)
    for j, operator in enumerate(study.operators):
        shift = 0.5 * ((j + 0.5) / operators - 0.5)
        for i in range(len(study.parts)):
            chart.points([i + shift] * study.trials, study.values[i, j].tolist(), _colour(j))
        chart.legend(operator, _colour(j))
    means = study.values.mean(axis=(1, 2)).tolist()
    chart.line(range(len(study.parts)), means, "#888", "mean")
    return chart.svg()


def _by_operator(study: Study, unit: str) -> str:
    """Each reading less its part's mean: what the gauge adds, by operator."""
    off = study.values - study.values.mean(axis=(1, 2), keepdims=True)
    low, high = float(off.min()), float(off.max())
    chart = Chart(
        "Deviation from the part's mean, by operator",
        "operator",
        _label("deviation", unit),
        study.operators,
        low,
        high,
    )
    spread = np.linspace(-0.25, 0.25, off[:, 0].size)
    for j in range(len(study.operators)):
        chart.points((j + spread).tolist(), off[:, j].ravel().tolist(), _colour(j))
    means = off.mean(axis=(0, 2)).tolist()
    chart.line(range(len(study.operators)), means, "#888", "mean")
    return chart.svg()


def _interaction(study: Study, unit: str) -> str:
    """Mean of each operator on each part; lines that are not parallel show an interaction."""
    chart = _chart(study, "Operator × part: means", "part", _label("mean", unit), study.parts)
    means = study.values.mean(axis=2)
    for j, operator in enumerate(study.operators):
        chart.line(range(len(study.parts)), means[:, j].tolist(), _colour(j), operator)
    return chart.svg()


def _components(report: GaugeReport) -> str:
    found = [report.component(source) for source in _BARS]
    of_tolerance = [c.percent_of_tolerance for c in found if c.percent_of_tolerance is not None]
    highest = max([c.percent_of_total for c in found] + of_tolerance)
    chart = Chart("Components of variation", "source", "percent", _BARS, 0.0, highest)
    width = 0.36 if of_tolerance else 0.6
    for index, component in enumerate(found):
        chart.bar(
            index - 0.19 if of_tolerance else index, component.percent_of_total, PALETTE[0], width
        )
        if component.percent_of_tolerance is not None:
            chart.bar(index + 0.19, component.percent_of_tolerance, PALETTE[1], width)
    chart.legend("of total variation", PALETTE[0])
    if of_tolerance:
        chart.legend("of tolerance", PALETTE[1])
    return chart.svg()
