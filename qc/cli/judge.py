"""`qc judge`: one calibrated decision for a product, by the prices of an escape and a review."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track

from qc.cli.learn import EncoderFolder, StationFile, load_encoder
from qc.cli.photos import read_photo
from qc.defects.detector import Detector
from qc.defects.normality import Normality, load
from qc.defects.unscaled import map_unscaled
from qc.errors import EvaluationError, PhotoError, ReleaseError
from qc.evaluation.folder import GOOD, read_labelled
from qc.geometry.station import Station, read_station
from qc.inspection import inspect
from qc.judge import Judge, Known, Prices, fit_judge, write_judge
from qc.photo import Photo
from qc.spec.examples import find_spec
from qc.spec.models import Spec

Scores = tuple[float, float | None]


def judge(
    photos: Annotated[
        Path, typer.Argument(help="Labelled photos: test/good and test/TYPE, COCO, or masks.")
    ],
    out: Annotated[Path, typer.Option(help="File of the judge to write (JSON).")],
    escape: Annotated[float, typer.Option(help="Price of a defective item that passes.")],
    review: Annotated[float, typer.Option(help="Price of a person looking at an item.")],
    memory: Annotated[
        Path | None, typer.Option(help="Memory of good items, from qc learn.")
    ] = None,
    spec: Annotated[
        str | None, typer.Option(help="Spec of the items on the mat; whole photos without.")
    ] = None,
    view: Annotated[
        str | None, typer.Option(help="View of the spec; the first by default.")
    ] = None,
    station: StationFile = None,
    defect_rate: Annotated[
        float | None,
        typer.Option(help="Share of defective items in production; as in the photos by default."),
    ] = None,
    release: Annotated[
        Path | None, typer.Option(help="Folder of a detector release other than the active one.")
    ] = None,
    encoder: EncoderFolder = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the judge.")] = False,
) -> None:
    """Weigh detector and memory on labelled photos, and choose what may pass without a person.

    Use photos that neither of them has learnt from. Give the file to qc inspect --judge.
    """
    detector = Detector.load(release) if release else Detector.load_active()
    if detector is None:
        raise ReleaseError("no detector release is active", fix="Give one with --release.")
    prices = Prices(escape, review)
    normality = load(memory, load_encoder(encoder)) if memory else None
    requirements = find_spec(spec) if spec else None
    if requirements:
        view = view or requirements.views[0].name
        place = read_station(station) if station else None
        score = _on_the_mat(requirements, view, place, detector, normality)
    else:
        score = _whole_photos(detector, normality)
    labelled = read_labelled(photos)
    console = Console(stderr=True)
    left_out = [f"{problem.photo}: {problem.message}" for problem in labelled.problems]
    items = []
    for photo in track(labelled.photos, "Judging …", console=console, transient=True):
        try:
            scores = score(read_photo(photo.path))
        except PhotoError as error:
            left_out.append(str(error))
            continue
        if scores is None:
            left_out.append(f"{photo.path}: the photo cannot be judged")
        else:
            items.append(Known(*scores, defective=photo.kind != GOOD))
    for line in left_out:
        console.print(f"left out: {line}", markup=False, soft_wrap=True)
    if not items:
        raise EvaluationError(f"no photo of {photos} can be judged", fix="Check spec and photos.")
    made = fit_judge(
        items,
        prices,
        name=re.sub(r"[^a-z0-9]+", "-", out.stem.lower()).strip("-") or "judge",
        detector=detector.reference,
        normality=normality.card.name if normality else None,
        spec=requirements.id if requirements else None,
        view=view,
        defect_rate=defect_rate,
    )
    write_judge(out, made)
    print(made.model_dump_json(indent=2) if as_json else _said(made, out))


def _whole_photos(
    detector: Detector, normality: Normality | None
) -> Callable[[Photo], Scores | None]:
    def score(photo: Photo) -> Scores | None:
        unlike = normality.judge(photo).score / normality.threshold if normality else None
        return map_unscaled(detector, photo.pixels).score, unlike

    return score


def _on_the_mat(
    spec: Spec,
    view: str,
    station: Station | None,
    detector: Detector,
    normality: Normality | None,
) -> Callable[[Photo], Scores | None]:
    """As `qc inspect` scores them, so that the judge sees what it was fitted to."""

    def score(photo: Photo) -> Scores | None:
        memories = {view: normality} if normality else {}
        seen = inspect({view: photo}, spec, station, detector, memories).scores
        own = next((one for one in seen if one.view == view), None)
        if own is None or own.detector is None or (normality and own.normality is None):
            return None
        return own.detector, own.normality

    return score


def _said(made: Judge, out: Path) -> str:
    return (
        f"{out}: {made.reference}, from {made.good} good and {made.defective} defective items\n"
        f"passes below a probability of {made.pass_below:.4f}: {made.coverage:.1%} of all items, "
        f"of which {made.risk:.2%} are defective where {made.defect_rate:.1%} of all are\n"
        f"{made.missed} of {made.defective} defective ones pass; at most "
        f"{made.missed_bound:.1%} of all such, with 95 % confidence"
    )
