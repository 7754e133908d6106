"""`qc snapshot`: what was reviewed, as data that never changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track

from qc.datasets.formats import read_dataset
from qc.datasets.model import SPLITS
from qc.datasets.snapshot import (
    ReviewedPhoto,
    create_snapshot,
    of_dataset,
    read_snapshot,
    verify_snapshot,
)
from service.cli.store import DataDir, open_database
from service.releases import service as releases
from service.review.learning import reviewed_photos
from service.stores import photo_store

app = typer.Typer(help="Reviewed photos as immutable data sets.", no_args_is_help=True)


class SplitBy(StrEnum):
    """What is never split between training and test."""

    LOT = "lot"
    ITEM = "item"


@app.command()
def create(
    out: Annotated[Path, typer.Option(help="Folder of snapshots; this one gets its own in it.")],
    product: Annotated[str | None, typer.Option(help="Id of a spec: its photos alone.")] = None,
    by: Annotated[SplitBy, typer.Option(help="What is never split.")] = SplitBy.LOT,
    add: Annotated[
        list[Path] | None, typer.Option(help="Labelled data sets to add (see qc dataset).")
    ] = None,
    reviews: Annotated[
        bool, typer.Option(help="Take the service's reviews; --no-reviews takes --add alone.")
    ] = True,
    data_dir: DataDir = None,
) -> None:
    """Write all reviewed photos with their defects as one snapshot, split by item and lot."""
    photos: list[ReviewedPhoto] = []
    types: list[str] = []
    for source in add or ():
        dataset = read_dataset(source)
        photos += of_dataset(dataset)
        types += [name for name in dataset.types if name not in types]
    left_out: Counter[str] = Counter()
    if reviews:
        with open_database(data_dir) as (database, settings), database.reading() as session:
            store = photo_store(settings.storage)
            found = reviewed_photos(session, store, product)
            detector = releases.load_active(session, settings)
        photos, left_out = [*photos, *found.photos], found.left_out
        types += [name for name in (detector.types if detector else ()) if name not in types]

    def progress(walk: Iterable[ReviewedPhoto]) -> Iterable[ReviewedPhoto]:
        return track(list(walk), "Copying …", console=Console(stderr=True), transient=True)

    folder = create_snapshot(
        photos,
        types,
        out,
        created=datetime.now(UTC).date(),
        by="lot" if by is SplitBy.LOT else "item",
        progress=progress,
    )
    print(folder)
    for reason, count in sorted(left_out.items()):
        print(f"left out: {count} photos, {reason}")
    _print(folder)


@app.command()
def verify(folder: Annotated[Path, typer.Argument(help="Folder of a snapshot.")]) -> None:
    """Check every file of a snapshot against its manifest."""
    print(f"{folder} is as it was made: {verify_snapshot(folder)}")
    _print(folder)


def _print(folder: Path) -> None:
    dataset, _ = read_snapshot(folder)
    for split in SPLITS:
        photos = dataset.of_split(split)
        counts = Counter(region.type for photo in photos for region in photo.regions)
        listed = ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
        print(f"{split}: {len(photos)} photos, {listed or 'no defect'}")
