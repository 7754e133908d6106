"""`python -m training.synthesis.render`: see the package's docstring."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import track

from qc.errors import TelitiError

from .run import render
from .sample_files import write_sample, write_stations
from .samples import SAMPLES
from .training_items import render_training_items

app = typer.Typer(help="Render photos with known truth.", no_args_is_help=True)

Blender = Annotated[Path, typer.Option(help="Python interpreter of an environment with bpy.")]
Out = Annotated[Path, typer.Option(help="Folder for the results; made if missing.")]
Work = Annotated[Path, typer.Option(help="Folder for what Blender writes on the way.")]


@app.command()
def samples(
    blender: Blender,
    out: Out,
    work: Work = Path("build/render"),
    only: Annotated[list[str] | None, typer.Option(help="Names; all by default.")] = None,
) -> None:
    """Render the sample photos with truth and station files."""
    out.mkdir(parents=True, exist_ok=True)
    write_stations(out)
    for name in track(only or list(SAMPLES), "Rendering"):
        files = render({name: SAMPLES[name].scene()}, blender, work)
        write_sample(name, files[name], out)


@app.command()
def items(
    blender: Blender,
    out: Out,
    work: Work = Path("build/render"),
    count: Annotated[int, typer.Option(min=1, help="Items in all.")] = 80,
    seed: Annotated[int, typer.Option(help="Of the first item; the next has the next.")] = 1,
    sound: Annotated[bool, typer.Option("--sound", help="Items without a defect only.")] = False,
) -> None:
    """Render items to train on, with masks; the same command goes on where it stopped."""
    rendered = render_training_items(count, seed, blender, out, work, sound=sound)
    for _ in track(rendered, "Rendering", total=count):
        pass


if __name__ == "__main__":
    try:
        app(standalone_mode=True)
    except TelitiError as error:
        raise SystemExit(f"error: {error}") from error
