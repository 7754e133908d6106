"""`qc release`: which detector inspects, and whether another one may."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import track
from rich.table import Table

from qc.cli.status import EXIT_DATA
from qc.comparison import Comparison, compare, worse_cells
from qc.comparison.report import MARGIN, Metric
from qc.datasets.formats import read_dataset
from qc.datasets.model import SPLITS, Dataset, DatasetPhoto, Split
from qc.defects.detector import Detector
from qc.errors import DatasetError
from service.actor import CONSOLE
from service.cli.store import DataDir, open_database
from service.releases import choosing, service
from service.settings import Settings
from service.stores import has_database

app = typer.Typer(help="Releases of the detector: which one inspects.", no_args_is_help=True)

_METRICS: Final[Mapping[Metric, str]] = {
    "recall": "found",
    "average_precision": "AP",
    "photos_without_false_alarm": "quiet photos",
}

Reference = Annotated[str, typer.Argument(metavar="NAME@VERSION")]
Margin = Annotated[
    float, typer.Option(min=0, max=1, help="What any figure of a product may be worse by.")
]


@app.command()
def register(
    folder: Annotated[Path, typer.Argument(help="Folder with model.onnx and release.json.")],
    data_dir: DataDir = None,
) -> None:
    """Keep a release in the data folder; it does not inspect yet."""
    with open_database(data_dir) as (database, settings), database.writing() as session:
        release = service.register(session, settings.storage.data_dir, folder, CONSOLE)
    print(f"{release.reference} is registered (SHA-256 {release.sha256})")


@app.command("list")
def list_releases(data_dir: DataDir = None) -> None:
    """List all releases and what was done with them."""
    with open_database(data_dir) as (database, settings), database.reading() as session:
        found = service.list_releases(session, settings)
    table = Table("release", "state", "created", "types", "registered by")
    for release in found.items:
        state = "active" if release.active else "shadow" if release.shadow else ""
        by = release.registered_by or "shipped"
        types = ", ".join(known.type for known in release.types)
        table.add_row(release.reference, state, str(release.created), types, by)
    Console().print(table)
    if found.pinned:
        print("The setting TELITI_RELEASE__FOLDER names the release that inspects.")
    for event in found.events:
        gate = ", gate overridden" if event.overridden else ""
        what = f"{event.action} {event.reference or 'shipped'} by {event.by}{gate}"
        print(f"{event.at:%Y-%m-%d %H:%M} {what}: {event.reason}")


@app.command()
def show(reference: Reference, data_dir: DataDir = None) -> None:
    """Verify a release and print its release.json."""
    with open_database(data_dir) as (database, settings), database.reading() as session:
        print(service.load(session, settings, reference).release.model_dump_json(indent=2))


@app.command("compare")
def compare_releases(
    baseline: Annotated[str, typer.Argument(help="NAME@VERSION, or a release's folder.")],
    candidate: Annotated[str, typer.Argument(help="NAME@VERSION, or a release's folder.")],
    data: Annotated[
        Path, typer.Option(help="Labelled photos that neither was trained on (qc dataset).")
    ],
    split: Annotated[
        str | None, typer.Option(help="Part to compare on: train, val or test; all by default.")
    ] = None,
    margin: Margin = MARGIN,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Compare two releases on the same photos, by product and type, with 95 % intervals.

    The comparison is kept for `qc release promote` where there is a service's data folder. The
    exit status is 65 where the candidate is worse than the margin allows.
    """
    dataset = _part(read_dataset(data), split)
    before, after = (_load(name, data_dir) for name in (baseline, candidate))

    def progress(photos: Iterable[DatasetPhoto]) -> Iterable[DatasetPhoto]:
        console = Console(stderr=True)
        return track(list(photos), "Comparing …", console=console, transient=True)

    found = compare(before, after, dataset, data, progress)
    if _has_service(data_dir):
        with open_database(data_dir) as (database, _), database.writing() as session:
            choosing.keep_comparison(session, found)
    worse = worse_cells(found, margin)
    if as_json:
        print(found.model_dump_json(indent=2))
    else:
        _print(found, margin)
    if worse or found.types_lost:
        raise typer.Exit(EXIT_DATA)


@app.command()
def promote(
    reference: Reference,
    margin: Margin = MARGIN,
    override: Annotated[
        str | None,
        typer.Option(metavar="REASON", help="Promote it although the gate holds it back."),
    ] = None,
    reason: Annotated[str, typer.Option(help="Why; it is kept.")] = "compared and better",
    data_dir: DataDir = None,
) -> None:
    """Let a release inspect from the next photo on; `qc release rollback` undoes it."""
    with open_database(data_dir) as (database, settings), database.writing() as session:
        choosing.promote(
            session,
            settings,
            reference,
            reason=override or reason,
            margin=margin,
            override=override is not None,
            actor=CONSOLE,
        )
    print(f"{reference} inspects from the next photo on")


@app.command()
def rollback(
    reason: Annotated[str, typer.Option(help="Why; it is kept.")] = "rolled back by hand",
    data_dir: DataDir = None,
) -> None:
    """Let the release inspect again that was active before."""
    with open_database(data_dir) as (database, settings), database.writing() as session:
        target = choosing.roll_back(session, settings, reason=reason, actor=CONSOLE)
    print(f"{target or 'the release that came with the software'} inspects from the next photo on")


@app.command()
def shadow(
    reference: Annotated[
        str | None, typer.Argument(metavar="NAME@VERSION", help="Without one: the report.")
    ] = None,
    stop: Annotated[bool, typer.Option("--stop", help="End the shadow run.")] = False,
    reason: Annotated[str, typer.Option(help="Why; it is kept.")] = "watch it first",
    data_dir: DataDir = None,
) -> None:
    """Let a release judge the same photos unseen; report what it said, or stop it."""
    with open_database(data_dir) as (database, settings), database.writing() as session:
        if stop:
            choosing.stop_shadow(session, reason=reason, actor=CONSOLE)
            print("No release runs in shadow.")
            return
        if reference is not None:
            choosing.start_shadow(session, settings, reference, reason=reason, actor=CONSOLE)
            print(f"{reference} judges every new inspection unseen; packers do not see it")
            return
        report = service.get_shadow_report(session)
    print(
        f"{report.reference}: {report.inspections} inspections since {report.since:%Y-%m-%d %H:%M},"
        f" {report.agreeing} with the same verdict"
    )
    table = Table("spec", "given", "in shadow", "inspections")
    for count in report.counts:
        said = count.shadow_verdict or "none"
        table.add_row(count.spec, count.verdict, said, str(count.inspections))
    Console().print(table)


def _load(name: str, data_dir: Path | None) -> Detector:
    if (Path(name) / "release.json").is_file():
        return Detector.load(Path(name))
    with open_database(data_dir) as (database, settings), database.reading() as session:
        return service.load(session, settings, name)


def _has_service(data_dir: Path | None) -> bool:
    settings = Settings() if data_dir is None else Settings(storage={"data_dir": data_dir})
    return has_database(settings.storage)


def _part(dataset: Dataset, split: str | None) -> Dataset:
    if split is None:
        return dataset
    chosen: Split | None = next((known for known in SPLITS if known == split), None)
    if chosen is None:
        raise DatasetError(f"{split!r} is no part", fix=f"Use one of: {', '.join(SPLITS)}.")
    return Dataset(dataset.types, dataset.of_split(chosen), dataset.format)


def _print(found: Comparison, margin: float) -> None:
    worse = set(worse_cells(found, margin))
    title = f"{found.baseline} → {found.candidate}, difference with its 95 % interval"
    table = Table("product", "type", "metric", title=title, box=SIMPLE_HEAD, padding=0)
    for head in ("before", "after", "differs", "from", "to", "n", "items"):
        table.add_column(head, justify="right", min_width=7, no_wrap=True)
    for cell in found.cells:
        difference = f"{cell.difference:+.3f}"
        table.add_row(
            cell.product,
            cell.type or "",
            _METRICS[cell.metric],
            f"{cell.baseline:.3f}",
            f"{cell.candidate:.3f}",
            f"[red]{difference}[/red]" if cell in worse else difference,
            f"{cell.lower:+.3f}",
            f"{cell.upper:+.3f}",
            str(cell.count),
            str(cell.items),
        )
    Console().print(table)
    print(f"{found.photos} photos of {found.items} items of {found.data}")
    if found.types_not_measured:
        print(f"not measured, as nothing is labelled: {', '.join(found.types_not_measured)}")
    if found.types_lost:
        print(f"{found.candidate} does not know: {', '.join(found.types_lost)}")
    if worse:
        print(f"{found.candidate} is worse by over {margin} in {len(worse)} figures")
