"""`qc inspect`: photos and a spec in, a verdict out."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from qc.cli.calliper import parse_readings
from qc.cli.learn import EncoderFolder, load_encoder
from qc.cli.photos import read_photo
from qc.cli.status import EXIT_BY_VERDICT
from qc.decision.calliper import with_calliper
from qc.decision.conformity import Decision
from qc.decision.verdict import Verdict
from qc.defects.detector import Detector
from qc.defects.normality import load_by_view
from qc.errors import TelitiError
from qc.geometry.station import read_station
from qc.inspection import inspect
from qc.judge import read_judges
from qc.overlay import draw_overlay
from qc.photo import Photo
from qc.records import AngleMeasurement, CalliperMeasurement, Count, Inspection, Measurement
from qc.spec.examples import find_spec
from qc.spec.models import Spec

_STYLE = {
    Verdict.PASS: "bold black on green",
    Verdict.FAIL: "bold white on red",
    Verdict.CHECK: "bold black on yellow",
    Verdict.RETAKE: "bold black on bright_cyan",
}
MemoryFiles = Annotated[
    list[Path] | None,
    typer.Option(help="Memory of good items, from qc learn; once for each view that has one."),
]
JudgeFiles = Annotated[
    list[Path] | None, typer.Option(help="Judge, from qc judge; once for each view that has one.")
]
_DECISION_STYLE = {Decision.PASS: "green", Decision.FAIL: "red", Decision.CHECK: "yellow"}


def inspect_command(
    photos: Annotated[
        list[Path], typer.Argument(help="One photo a view, in the order of the spec's views.")
    ],
    spec: Annotated[str, typer.Option(help="Spec file (YAML) or the id of an example spec.")],
    station: Annotated[Path | None, typer.Option(help="Station file (JSON).")] = None,
    overlay: Annotated[
        Path | None, typer.Option(help="Where to draw the findings (PNG; one file a view).")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the record as JSON.")] = False,
    release: Annotated[
        Path | None, typer.Option(help="Folder of a detector release other than the active one.")
    ] = None,
    normality: MemoryFiles = None,
    encoder: EncoderFolder = None,
    judge: JudgeFiles = None,
    calliper: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME[#PART]=MM", help="A size measured again by hand: it decides. Repeatable."
        ),
    ] = None,
    calliper_u95_mm: Annotated[
        float, typer.Option(min=0.001, help="Expanded uncertainty of the calliper and its use.")
    ] = 0.1,
    instrument: Annotated[str, typer.Option(help="Which calliper.")] = "calliper",
    measured_by: Annotated[str | None, typer.Option(help="Who read the calliper.")] = None,
) -> None:
    """Inspect one item. Exit status: 0 pass, 1 fail, 2 check, 3 retake, 64 and above errors."""
    readings = parse_readings(
        calliper or [], u95_mm=calliper_u95_mm, instrument=instrument, measured_by=measured_by
    )
    requirements = find_spec(spec)
    by_view = _read_photos(photos, requirements)
    inspection = inspect(
        by_view,
        requirements,
        read_station(station) if station else None,
        Detector.load(release) if release else Detector.load_active(),
        load_by_view(normality, requirements.views[0].name, load_encoder(encoder))
        if normality
        else {},
        read_judges(judge or [], requirements.id),
        today=date.today(),  # the workshop's own calendar
    )
    for reading in readings:
        inspection = with_calliper(inspection, requirements, reading)
    if overlay:
        for path, view in zip(_overlay_paths(overlay, list(by_view)), by_view, strict=True):
            path.write_bytes(draw_overlay(by_view[view], inspection, view))
    if as_json:
        print(inspection.model_dump_json(indent=2))
    else:
        _print(inspection)
    raise typer.Exit(EXIT_BY_VERDICT[inspection.verdict])


def _read_photos(paths: list[Path], spec: Spec) -> dict[str, Photo]:
    if len(paths) > len(spec.views):
        raise TelitiError(
            f"{len(paths)} photos given, but spec {spec.reference} has {len(spec.views)} views",
            fix=f"Give one photo for each of: {', '.join(view.name for view in spec.views)}.",
        )
    photos = {}
    for path, view in zip(paths, spec.views, strict=False):
        photos[view.name] = read_photo(path)
    return photos


def _overlay_paths(first: Path, views: list[str]) -> list[Path]:
    if len(views) == 1:
        return [first]
    return [first.with_stem(f"{first.stem}-{view}") for view in views]


def _print(inspection: Inspection) -> None:
    console = Console(highlight=False)
    word = f" {inspection.verdict.value.upper()} "
    console.print(Text(word, style=_STYLE[inspection.verdict]), inspection.versions.spec)
    if inspection.measurements or inspection.angles or inspection.counts:
        console.print(_dimensions(inspection))
    for m in inspection.measurements:
        if m.swelling:
            console.print(
                f"[dim]{m.name}: ± {m.swelling.moisture_percent:g} % moisture would change it by "
                f"± {m.swelling.change_mm:.1f} mm, beside U95[/dim]"
            )
    for colour in inspection.colours:
        console.print(
            f"colour{f' #{colour.part}' if len(inspection.colours) > 1 else ''}: "
            f"ΔE00 {colour.delta_e:.1f} ± {colour.u95_delta_e:.1f}, limit {colour.max_delta_e:g}: ",
            Text(colour.decision.value, style=_DECISION_STYLE[colour.decision]),
        )
    for reason in inspection.reasons:
        if reason.verdict is not Verdict.PASS or not inspection.measurements:
            console.print(f"{reason.verdict.value}: {reason.text['en']}", soft_wrap=True)
    release = inspection.versions.release or "no detector"
    console.print(f"[dim]{inspection.versions.software} · {release}[/dim]")


def _dimensions(inspection: Inspection) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("dimension", "value", "± U95", "limits", "decision"):
        table.add_column(heading, justify="left" if heading == "dimension" else "right")
    measured: list[Measurement | AngleMeasurement | Count] = [
        *inspection.measurements,
        *inspection.angles,
        *inspection.counts,
    ]
    several = any((m.part or 1) > 1 for m in measured)
    # A calliper's rows stand below the photo's, which stay as they are.
    for m in measured:
        numbers = (str(m.found), "", str(m.expected)) if isinstance(m, Count) else _numbers(m)
        table.add_row(
            f"{m.name} #{m.part}" if several and m.part else m.name,
            *numbers,
            Text(m.decision.value, style=_DECISION_STYLE[m.decision]),
        )
    for reading in inspection.calliper:
        table.add_row(
            f"{reading.name} #{reading.part}" if several else reading.name,
            *_numbers(reading),
            Text(f"{reading.decision.value} by calliper", style=_DECISION_STYLE[reading.decision]),
        )
    return table


def _numbers(
    measured: Measurement | AngleMeasurement | CalliperMeasurement,
) -> tuple[str, str, str]:
    value, u95, lower, upper, unit = measured.quantity
    default = " (default ±3 %)" if getattr(measured, "default_tolerance", False) else ""
    return f"{value:.2f}{unit}", f"{u95:.2f}{unit}", f"{lower:g} – {upper:g}{unit}{default}"
