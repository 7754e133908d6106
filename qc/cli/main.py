"""The `qc` program: its commands and its exit statuses."""

from __future__ import annotations

import sys
import traceback
from functools import cache
from importlib.metadata import entry_points

import typer
from rich.console import Console
from typer.exceptions import TyperException

from qc import __version__
from qc.cli import bench, dataset, evaluate, lot, mat, spec, station
from qc.cli.detect import detect
from qc.cli.gauge import gauge
from qc.cli.inspect import inspect_command
from qc.cli.judge import judge
from qc.cli.learn import confirm, learn
from qc.cli.reinspect import reinspect
from qc.cli.samples import samples
from qc.cli.status import EXIT_DATA, EXIT_IO, EXIT_SOFTWARE, EXIT_USAGE
from qc.errors import TelitiError

app = typer.Typer(
    name="qc",
    help="Inspect photos of craft items: dimensions in mm, defects, verdict.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("inspect")(inspect_command)
app.command("reinspect")(reinspect)
app.command("detect")(detect)
app.command("samples")(samples)
app.command("gauge")(gauge)
app.command("learn")(learn)
app.command("confirm")(confirm)
app.command("judge")(judge)
app.add_typer(spec.app, name="spec")
app.add_typer(mat.app, name="mat")
app.add_typer(lot.app, name="lot")
app.add_typer(station.app, name="station")
app.add_typer(bench.app, name="bench")
app.add_typer(evaluate.app, name="evaluate")
app.add_typer(dataset.app, name="dataset")


@cache
def _join_extensions() -> None:
    """Add the commands of the other packages, once and not at import: they import this one."""
    for extension in entry_points(group="teliti.commands"):
        command = extension.load()
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=extension.name)
        else:
            app.command(extension.name)(command)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"teliti {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(
        False, "--version", callback=_print_version, is_eager=True, help="Show the version."
    ),
) -> None:
    """Hold the options of the program itself."""


def main() -> None:
    """Run the program.

    A verdict takes the statuses 0 to 3, so that errors keep to 64 and above (sysexits). That
    includes the program's own faults: Python's status for an exception is 1, a verdict of fail.
    """
    try:
        _join_extensions()
        status = app(standalone_mode=False)
    except TelitiError as error:
        Console(stderr=True).print(f"qc: {error}", markup=False, soft_wrap=True)
        status = EXIT_DATA
    except TyperException as error:
        Console(stderr=True).print(f"qc: {error.format_message()}", markup=False, soft_wrap=True)
        status = EXIT_USAGE
    except OSError as error:
        Console(stderr=True).print(
            f"qc: {error.filename or 'input or output'}: {error.strerror or error}",
            markup=False,
            soft_wrap=True,
        )
        status = EXIT_IO
    except typer.Abort:
        status = 130
    except Exception:
        traceback.print_exc()
        status = EXIT_SOFTWARE
    sys.exit(status)
