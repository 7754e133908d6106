"""`qc station`: calibrate a station's camera, show what is known of it."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.progress import track

from qc.cli.station_table import print_station
from qc.cli.status import EXIT_DATA
from qc.errors import StationError, TelitiError, first_problem
from qc.geometry.calibration import (
    Calibration,
    MatPhoto,
    PrintScale,
    calibrate,
    missing_poses,
    see_mat,
)
from qc.geometry.mat import CHECK_LINE_MM, MatLayout, read_mat
from qc.geometry.selfcheck import require_sound_vision
from qc.geometry.station import Station, UprightMat, read_station
from qc.photo import decode_photo

app = typer.Typer(help="A station: its camera and its mat.", no_args_is_help=True)


@app.command("calibrate")
def calibrate_station(
    photos: Annotated[
        list[Path], typer.Argument(help="About 10 photos of the empty mat, from all sides.")
    ],
    mat: Annotated[Path, typer.Option(help="The mat's layout, as `qc mat print` wrote it.")],
    out: Annotated[Path, typer.Option(help="Station file to write; its other parts are kept.")],
    station_id: Annotated[
        str | None,
        typer.Option("--id", help="Id of the station; else as in the file, or the file's name."),
    ] = None,
    print_x_mm: Annotated[
        float | None, typer.Option(help="Length of the printed x line by a steel rule.")
    ] = None,
    print_y_mm: Annotated[
        float | None, typer.Option(help="Length of the printed y line by a steel rule.")
    ] = None,
    on: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Day of the photos; else today."),
    ] = None,
    valid_days: Annotated[int, typer.Option(min=1, help="Days until it must be repeated.")] = 180,
) -> None:
    """Calibrate a camera from photos of the empty mat and write the station's file.

    Lay the mat flat, do not zoom, and take photos from above, slanting from all four sides, from
    farther away, and with the mat turned by 90°. What is still missing is said at the end.
    """
    layout = read_mat(mat)
    before = _station_before(out, station_id, layout)
    ruler = _ruler(print_x_mm, print_y_mm, before)
    require_sound_vision()
    seen = _see(photos, layout)
    found = calibrate(
        seen,
        before.id,
        on.date() if on else date.today(),
        print_scale=ruler,
        valid_days=valid_days,
    )
    station = found.station.model_copy(update={"upright": before.upright})
    _write(station, out)
    print_station(station)
    _print_advice(found)
    print(f"written to {out}")


@app.command()
def poses(
    photos: Annotated[list[Path], typer.Argument(help="The photos of the empty mat so far.")],
    mat: Annotated[Path, typer.Option(help="The mat's layout, as `qc mat print` wrote it.")],
) -> None:
    """Say which photos are still missing for a calibration."""
    missing = missing_poses(_see(photos, read_mat(mat)))
    for reason in missing:
        print(reason.text["en"])
    if not missing:
        print("The photos suffice.")


@app.command()
def upright(
    file: Annotated[Path, typer.Argument(help="Station file (JSON); its other parts are kept.")],
    margin_mm: Annotated[
        float,
        typer.Option(help="From the table to the printed squares' border, by a steel rule."),
    ],
    side: Annotated[
        str, typer.Option(help="On the table, as printed: bottom, top, left or right.")
    ] = "bottom",
) -> None:
    """Note how the station's mat stands where it is set up behind an item.

    A printer places the page to a millimetre only; measured once, that costs no uncertainty.
    """
    station = read_station(file)
    try:
        stands = UprightMat.model_validate({"side": side, "margin_mm": margin_mm})
    except ValidationError as error:
        raise StationError(
            first_problem(error), fix="Give --side and --margin-mm as the mat stands."
        ) from error
    station = station.model_copy(update={"upright": stands})
    _write(station, file)
    print_station(station)


@app.command()
def show(file: Annotated[Path, typer.Argument(help="Station file (JSON).")]) -> None:
    """Show what is known of a station."""
    print_station(read_station(file))


def _station_before(out: Path, station_id: str | None, layout: MatLayout) -> Station:
    """Read the station that is calibrated anew, or begin one; no other file is overwritten."""
    known: dict[str, Any] = {"id": out.stem.removeprefix("station-")}
    if out.exists():
        try:
            station = read_station(out)
        except StationError as error:
            raise StationError(
                f"{error.message}; it is not overwritten", fix="Name another file with --out."
            ) from error
        # The print scale belongs to the sheet: another mat is measured anew.
        same_mat = station.mat in (None, layout.identity)
        known = station.model_dump(exclude={"camera"}) if same_mat else {"id": station.id}
    if station_id is not None:
        known["id"] = station_id
    try:
        return Station.model_validate(known)
    except ValidationError as error:
        raise StationError(
            first_problem(error), fix="Give the station an id with --id, such as table-1."
        ) from error


def _ruler(x_mm: float | None, y_mm: float | None, before: Station) -> PrintScale | None:
    if x_mm is not None and y_mm is not None:
        return PrintScale(x_mm, y_mm)
    if x_mm is not None or y_mm is not None:
        raise StationError(
            "only one check line was measured",
            fix="Measure both and give --print-x-mm and --print-y-mm.",
        )
    if before.print_scale_measured:
        return PrintScale(
            CHECK_LINE_MM * before.print_scale_x, CHECK_LINE_MM * before.print_scale_y
        )
    return None


def _see(paths: list[Path], layout: MatLayout) -> list[MatPhoto]:
    """Find the mat in every photo; all photos that are refused are named before the end."""
    seen, refused = [], []
    for path in track(paths, "Reading …", console=Console(stderr=True), transient=True):
        try:
            seen.append(see_mat(path.name, decode_photo(path.read_bytes()), layout))
        except OSError as error:
            refused.append(f"{path}: {error.strerror}. Check the path.")
        except TelitiError as error:
            text = str(error)
            refused.append(text if text.startswith(path.name) else f"{path.name}: {text}")
    if refused:
        console = Console(stderr=True)
        for line in refused:
            console.print(f"qc: {line}", markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(EXIT_DATA)
    return seen


def _write(station: Station, path: Path) -> None:
    """Write a station file in one step, so that a full disk costs no calibration."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".part")
    draft.write_text(station.model_dump_json(indent=2, exclude_defaults=True) + "\n", "utf-8")
    draft.replace(path)


def _print_advice(found: Calibration) -> None:
    console = Console(highlight=False)
    for name in found.left_out:
        console.print(f"{name} contradicts the other photos and was left out.", soft_wrap=True)
    if found.missing:
        console.print("The calibration is good enough. These photos would make it better:")
        for reason in found.missing:
            console.print(f"  {reason.text['en']}", soft_wrap=True)
    if not found.station.print_scale_measured:
        console.print(
            "The print scale is not measured: measure both check lines with a steel rule and "
            "give --print-x-mm and --print-y-mm.",
            soft_wrap=True,
        )
