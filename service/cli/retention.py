"""`qc retention`: photos whose time is over."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from service.actor import CONSOLE
from service.cli.store import DataDir, open_database
from service.retention import service
from service.stores import photo_store
from service.teaching.learner import Learner


def _age(typed: str) -> timedelta:
    days = re.fullmatch(r"([1-9][0-9]{0,4})d", typed)
    if days is None:
        raise typer.BadParameter("give days, such as 730d")
    return timedelta(days=int(days[1]))


def retention(
    older_than: Annotated[
        timedelta, typer.Option(parser=_age, metavar="DAYSd", help="How old: 730d, at least 30d.")
    ],
    delete: Annotated[
        bool, typer.Option("--delete/--dry-run", help="Delete them, or only say how many.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Delete old photos that nothing needs any more; all records stay."""
    now = datetime.now(UTC)
    with open_database(data_dir) as (database, settings):
        learnt = Learner(settings.storage.data_dir).photos()
        if delete:
            store = photo_store(settings.storage)
            done = service.retire(database, store, CONSOLE, now, older_than, learnt)
        else:
            with database.reading() as session:
                done = service.examine(session, now, older_than, learnt)
    size = f"{done.bytes / 1024**2:.1f} MiB"
    what = "deleted" if delete else "would be deleted (--delete does it)"
    print(f"{done.photos} photos from before {done.before:%Y-%m-%d}, {size}: {what}")
    print(f"{done.kept} stay, or were deleted earlier")
