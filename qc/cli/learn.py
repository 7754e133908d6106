"""`qc learn` and `qc confirm`: teach a product line from good photos, and correct it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.progress import track

from qc.cli.photos import find_photos, read_photo
from qc.defects.normality import (
    Augmentation,
    Encoder,
    Line,
    Normality,
    confirm_defect,
    confirm_good,
    false_reject_bound,
    load,
    save,
    teach,
)
from qc.geometry.station import read_station
from qc.spec.examples import find_spec

StationFile = Annotated[Path | None, typer.Option(help="Station file (JSON).")]
EncoderFolder = Annotated[
    Path | None, typer.Option(help="Folder of an encoder release other than the active one.")
]


def learn(
    photos: Annotated[list[Path], typer.Argument(help="Photos of good items, or folders of them.")],
    out: Annotated[Path, typer.Option(help="File of the memory to write.")],
    spec: Annotated[
        str | None, typer.Option(help="Spec file or example: gives view and height.")
    ] = None,
    view: Annotated[
        str | None, typer.Option(help="View of the spec; the first one if left out.")
    ] = None,
    station: StationFile = None,
    size: Annotated[
        int, typer.Option(min=128, max=1024, help="The item covers about SIZE² pixels.")
    ] = 384,
    turns: Annotated[
        int, typer.Option(help="Orientations in which good items may lie: 1, 2 or 4.")
    ] = 1,
    light: Annotated[bool, typer.Option("--light", help="Exposure may vary by 15 %.")] = False,
    false_reject: Annotated[
        float | None,
        typer.Option(min=0.001, max=0.5, help="Share of good items that may alarm, e.g. 0.1."),
    ] = None,
    keep_outliers: Annotated[
        bool, typer.Option("--keep-outliers", help="Learn from photos unlike the others as well.")
    ] = False,
    encoder: EncoderFolder = None,
) -> None:
    """Learn what good items look like from photos of them, with or without the mat.

    With fewer than 29 photos more than one good item in ten may alarm.
    """
    if turns not in {1, 2, 4}:
        raise typer.BadParameter("--turns is 1, 2 or 4")
    name = re.sub(r"[^a-z0-9]+", "-", out.stem.lower()).strip("-") or "line"
    augmentation = Augmentation(turns, light)
    if spec:
        line = Line.of_spec(
            name,
            find_spec(spec),
            view,
            size_px=size,
            augmentation=augmentation,
            false_reject=false_reject,
            keep_outliers=keep_outliers,
        )
    else:
        line = Line(name, None, view, 0.0, size, augmentation, false_reject, keep_outliers)
    paths = find_photos(photos)
    console = Console(stderr=True)

    def progress(numbers: Sequence[int], word: str) -> Iterable[int]:
        return track(numbers, word, console=console, transient=True)

    normality = teach(
        [str(path) for path in paths],
        lambda index: read_photo(paths[index]),
        line,
        load_encoder(encoder),
        read_station(station) if station else None,
        progress,
    )
    save(out, normality)
    _print(normality, out)


def confirm(
    memory: Annotated[Path, typer.Argument(help="File of the memory; it is replaced.")],
    photo: Annotated[Path, typer.Argument(help="Photo that was judged wrongly.")],
    region: Annotated[
        tuple[float, float, float, float],
        typer.Option(help="Left, top, right and bottom in pixels of the photo."),
    ],
    defect: Annotated[
        str | None, typer.Option(help="The region shows a missed defect of this type.")
    ] = None,
    good: Annotated[bool, typer.Option("--good", help="The region was a false alarm.")] = False,
    station: StationFile = None,
    encoder: EncoderFolder = None,
) -> None:
    """Correct a memory: a missed defect alarms and a false alarm is silent from now on."""
    if good == bool(defect):
        raise typer.BadParameter("give either --defect TYPE or --good")
    if defect and not re.fullmatch(r"[a-z][a-z0-9_]{0,31}", defect):
        raise typer.BadParameter("a type is lower-case letters, digits and _")
    left, top, right, bottom = region
    if left >= right or top >= bottom:
        raise typer.BadParameter("--region is left, top, right, bottom")
    polygon = np.array([[left, top], [right, top], [right, bottom], [left, bottom]])
    before = load(memory, load_encoder(encoder))
    seen, place = read_photo(photo), read_station(station) if station else None
    after = (
        confirm_defect(before, seen, polygon, defect, place)
        if defect
        else confirm_good(before, seen, polygon, place)
    )
    judged = after.judge(seen, place)
    save(memory, after)
    print(f"{before.reference} → {after.reference}")
    print(f"{photo}: {'alarm' if judged.alarm else 'no alarm'} from now on")


def load_encoder(folder: Path | None) -> Encoder:
    """Load the encoder that is named, else the active one."""
    return Encoder.load(folder) if folder else Encoder.load_active()


def _print(normality: Normality, out: Path) -> None:
    card = normality.card
    count = len(card.photos)
    promises = ", ".join(f"{n} promise {false_reject_bound(n):.1%}" for n in (29, 59, 299))
    where = f"items on the mat at {card.mm_per_px:.3f} mm/px" if card.mm_per_px else "whole photos"
    print(f"{out}: {normality.reference}")
    print(f"{count} good photos, {where}, {len(normality.memory.vectors)} patches kept")
    print(
        f"threshold {card.threshold:.3f}: at most {card.false_reject_bound:.1%} of good items "
        f"alarm, with {card.confidence:.0%} confidence ({promises})"
    )
