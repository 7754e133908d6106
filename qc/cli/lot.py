"""`qc lot`: sampling plans of lots."""

from __future__ import annotations

import json
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from qc.decision.sampling import (
    CLASSES,
    DEFAULT_AQLS,
    ClassPlan,
    InspectionLevel,
    InspectionSeverity,
    LotPlan,
    Sampling,
    plan_lot,
    quality_accepted,
)
from qc.errors import AqlError
from qc.spec.base import DefectClass

app = typer.Typer(help="Lots: sampling plans by ISO 2859-1.", no_args_is_help=True)

PROBABILITIES: Final = (0.95, 0.50, 0.10)
"""Shares of lots for which `--oc` gives the quality."""


@app.callback()
def _lot() -> None:
    """Keep `plan` a command of its own, as more will follow."""


@app.command()
def plan(
    size: Annotated[int, typer.Option(help="Units offered together.")],
    level: Annotated[InspectionLevel, typer.Option(help="Inspection level.")] = (
        InspectionLevel.USUAL
    ),
    aql: Annotated[
        list[str] | None,
        typer.Option(
            help="CLASS=AQL, once for each class: `major=2.5`; `critical=none` allows none. "
            "Without any: critical=none, major=2.5, minor=4."
        ),
    ] = None,
    inspection: Annotated[InspectionSeverity, typer.Option(help="Severity of inspection.")] = (
        InspectionSeverity.NORMAL
    ),
    sampling: Annotated[Sampling, typer.Option(help="One sample, or two.")] = Sampling.SINGLE,
    full_below: Annotated[
        int | None, typer.Option(help="Inspect every unit of lots with fewer units than this.")
    ] = None,
    oc: Annotated[bool, typer.Option("--oc", help="Show which quality is accepted.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show how many units of a lot to inspect, and how many may be nonconforming."""
    aqls = dict(_read_aql(text) for text in aql) if aql else DEFAULT_AQLS
    made = plan_lot(
        size,
        level=level,
        aqls=aqls,
        inspections=dict.fromkeys(CLASSES, inspection),
        sampling=sampling,
        full_below=full_below,
    )
    if as_json:
        document = made.model_dump(mode="json")
        if oc:
            document["oc"] = {c.defect_class.value: _characteristic(c) for c in made.classes}
        print(json.dumps(document, indent=2))
    else:
        _print(made, oc)


def _read_aql(text: str) -> tuple[DefectClass, float | None]:
    name, _, value = text.partition("=")
    known = {c.value: c for c in CLASSES}
    try:
        return known[name], None if value == "none" else float(value)
    except (KeyError, ValueError) as error:
        raise AqlError(
            f"{text!r} is not a class with its AQL",
            fix=f"Write one of {', '.join(known)} and a number: major=2.5; or critical=none.",
        ) from error


def _characteristic(plan: ClassPlan) -> list[dict[str, float]] | None:
    if plan.full:
        return None
    return [
        {"accepted": probability, "quality": quality_accepted(plan, probability)}
        for probability in PROBABILITIES
    ]


def _print(made: LotPlan, oc: bool) -> None:
    console = Console(highlight=False)
    console.print(
        f"{made.edition} · lot {made.lot_size:,} · level {made.level.value} · "
        f"letter {made.letter} · {made.sampling.value} sampling"
    )
    table = Table(box=None, pad_edge=False)
    for heading in ("class", "AQL", "inspection", "sample"):
        table.add_column(heading)
    for heading in ("units", "Ac", "Re"):
        table.add_column(heading, justify="right")
    if oc:
        for probability in PROBABILITIES:
            table.add_column(f"{probability:.0%} accepted at", justify="right")
    names: tuple[str, ...]
    for row in made.classes:
        names = ("first", "second") if len(row.stages) > 1 else ("single",)
        if row.full:
            names = ("every unit",)
        aql = "none allowed" if row.aql is None else f"{row.aql:g}"
        about = (row.defect_class.value, aql, row.inspection.value)
        quality = _quality_cells(row) if oc else ()
        for name, stage in zip(names, row.stages, strict=True):
            numbers = (f"{stage.size:,}", str(stage.ac), str(stage.re))
            table.add_row(*about, name, *numbers, *quality)
            about, quality = ("", "", ""), ()
    console.print(table)
    for row in made.classes:
        if not row.confirmed:
            console.print(
                f"The {row.defect_class.value} plan rests on one transcription of the standard; "
                "compare it with your copy.",
                soft_wrap=True,
            )


def _quality_cells(row: ClassPlan) -> tuple[str, ...]:
    values = _characteristic(row)
    if values is None:
        return ("–",) * len(PROBABILITIES)
    unit = " %" if row.counts == "units" else " per 100"
    return tuple(f"{value['quality']:.2f}{unit}" for value in values)
