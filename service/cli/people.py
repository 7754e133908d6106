"""`qc people`: for emergencies, when nobody can sign in to do it on the page.

Whoever can write the data folder can do everything; the audit log says `console`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from service.actor import CONSOLE
from service.cli.store import DataDir, open_database
from service.people import service
from service.people.names import tidy_name
from service.people.roles import Role
from service.people.schemas import IssuedPerson, PersonChange
from service.settings import Settings

app = typer.Typer(help="People who sign in: for emergencies.", no_args_is_help=True)


def _tidy(typed: str) -> str:
    try:
        return tidy_name(typed)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


_PersonName = Annotated[str, typer.Argument(metavar="NAME", callback=_tidy)]


@app.command("list")
def list_people(data_dir: DataDir = None) -> None:
    """List all people, disabled ones included."""
    table = Table("name", "role", "state")
    with open_database(data_dir) as (database, _), database.reading() as session:
        for person in service.list_people(session):
            waiting = "active" if person.ready else "has not chosen a password"
            table.add_row(person.name, person.role, "disabled" if person.disabled_at else waiting)
    Console().print(table)


@app.command()
def add(
    name: _PersonName,
    role: Annotated[Role, typer.Option(help="What the person does.")],
    data_dir: DataDir = None,
) -> None:
    """Add a person and print the PIN or code with which they get in."""
    with open_database(data_dir) as (database, settings), database.writing() as session:
        issued = service.add_person(session, CONSOLE, Role.ADMIN, name, role, _lives(settings))
    _print_secret(issued)


@app.command()
def reset(name: _PersonName, data_dir: DataDir = None) -> None:
    """Give a person a new PIN or code; the old ones, sessions and lock-out end."""
    with open_database(data_dir) as (database, settings), database.writing() as session:
        issued = service.reset_person(
            session, CONSOLE, Role.ADMIN, service.id_of(session, name), _lives(settings)
        )
    _print_secret(issued)


@app.command()
def disable(name: _PersonName, data_dir: DataDir = None) -> None:
    """Keep a person out, at once; what they did stays under their name."""
    change = PersonChange(disabled=True)
    with open_database(data_dir) as (database, _), database.writing() as session:
        person = service.change_person(
            session, CONSOLE, Role.ADMIN, service.id_of(session, name), change
        )
    print(f"{person.name} cannot sign in any more.")


def _lives(settings: Settings) -> timedelta:
    return timedelta(hours=settings.sign_in.code_hours)


def _print_secret(issued: IssuedPerson) -> None:
    secret, name = issued.secret, issued.person.name
    if secret.kind == "pin":
        print(f"{name} signs in on an enrolled tablet with PIN {secret.value}.")
    else:
        print(f"{name} chooses a password at <address of the service>/#/welcome/{secret.value}")
        print("The address works once, until it is used or", secret.expires_at, "at the latest.")
