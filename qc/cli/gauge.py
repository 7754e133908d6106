"""`qc gauge`: a gauge study from a CSV."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from qc.decision.gauge import GaugeReport, analyse, read_study
from qc.decision.gauge.analysis import POOLING_ALPHA
from qc.decision.gauge.plots import draw_plots
from qc.decision.gauge.report import Interval, Rating

_STYLE = {
    Rating.ACCEPTABLE: "green",
    Rating.CONDITIONAL: "yellow",
    Rating.UNACCEPTABLE: "red",
}


def gauge(
    study: Annotated[
        Path,
        typer.Argument(
            help="CSV with the columns part, operator, trial and value, or inspection: the path "
            "of a record that `qc inspect --json` printed."
        ),
    ],
    tolerance: Annotated[
        float | None,
        typer.Option(
            min=1e-9,
            help="Upper less lower limit; inspections bring theirs along.",
            show_default=False,
        ),
    ] = None,
    measurement: Annotated[
        str | None, typer.Option(help="Which measurement of the inspections to study.")
    ] = None,
    piece: Annotated[int, typer.Option(min=1, help="Which piece of items that have several.")] = 1,
    pooling_alpha: Annotated[
        float,
        typer.Option(min=0, max=1, help="Count the interaction as repeatability above this p."),
    ] = POOLING_ALPHA,
    plots: Annotated[
        Path | None, typer.Option(help="Folder in which to draw the charts (SVG).")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Analyse a crossed gauge study (AIAG MSA, 4th edition): parts × operators × trials."""
    file = read_study(study, measurement, piece)
    report = analyse(file.study, tolerance or file.tolerance, pooling_alpha=pooling_alpha)
    if plots:
        plots.mkdir(parents=True, exist_ok=True)
        unit = "mm" if file.tolerance is not None else ""
        for name, picture in draw_plots(file.study, report, unit).items():
            (plots / name).write_text(picture, encoding="utf-8")
    if as_json:
        print(report.model_dump_json(indent=2))
    else:
        _print(report)


def _print(report: GaugeReport) -> None:
    console = Console(highlight=False)
    console.print(
        f"{report.parts} parts × {report.operators} operators × {report.trials} trials",
        style="bold",
    )
    tolerance = report.tolerance is not None
    table = Table(box=None, pad_edge=False)
    table.add_column("source")
    for heading in ("sd", f"{report.confidence:.0%} interval", "% of total", "% of tolerance"):
        if tolerance or "tolerance" not in heading:
            table.add_column(heading, justify="right")
    for c in report.components:
        if c.source == "interaction" and report.interaction_pooled:
            continue
        indent = {"repeatability": 2, "reproducibility": 2, "operator": 4, "interaction": 4}
        cells = [
            " " * indent.get(c.source, 0) + c.source,
            f"{c.sd:.4g}",
            _roots(c.variance_interval),
            f"{c.percent_of_total:.1f}",
        ]
        if c.percent_of_tolerance is not None:
            cells.append(f"{c.percent_of_tolerance:.1f}")
        table.add_row(*cells)
    console.print(table)

    of_total, interval = report.rating_of_total, report.grr_percent_of_total_interval
    _say(console, "total variation", report.grr_percent_of_total, interval, of_total)
    if (
        report.grr_percent_of_tolerance is not None
        and report.grr_percent_of_tolerance_interval is not None
        and report.rating_of_tolerance is not None
    ):
        _say(
            console,
            "tolerance",
            report.grr_percent_of_tolerance,
            report.grr_percent_of_tolerance_interval,
            report.rating_of_tolerance,
        )
    console.print(f"distinct categories: {report.ndc} ({report.ndc_exact:.2f}; 5 are wanted)")
    done = "counted as repeatability" if report.interaction_pooled else "kept apart"
    console.print(
        f"operator × part: p = {report.interaction_p:.3f}, {done} (alpha {report.pooling_alpha:g})"
    )
    check = report.average_range
    console.print(
        f"[dim]cross-check by average and range: gauge R&R {check.grr_sd:.4g}, "
        f"{check.grr_percent_of_total:.1f} % of total, {check.ndc} categories[/dim]",
        soft_wrap=True,
    )


def _say(console: Console, what: str, percent: float, interval: Interval, rating: Rating) -> None:
    console.print(
        f"gauge R&R is {percent:.1f} % of the {what} "
        f"({interval.lower:.1f} to {interval.upper:.1f} %): "
        f"[{_STYLE[rating]}]{rating.value}[/]"
    )


def _roots(variance: Interval | None) -> str:
    if variance is None:
        return ""
    return f"{variance.lower**0.5:.3g} – {variance.upper**0.5:.3g}"
