"""The service with a scripted pipeline as a process of its own, which a test may kill."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from pathlib import Path

import uvicorn
from station_page import scripted_inspection

from service.app import create_app
from service.settings import Settings

LOG = "service.log"
"""Name of the file, beside the data, into which it prints."""


def serve(
    folder: Path,
    port: int,
    environment: Mapping[str, str],
    listening: Connection,
    prepare: Callable[[Path], None],
) -> None:
    """Run the service; once it listens, send the code of the first admin, None after its use.

    Args:
        folder: where it keeps everything, unless the environment names other stores.
        port: of the loopback address.
        environment: all variables of the process.
        listening: is told the code.
        prepare: is called with the folder before anything else.
    """
    os.environ.clear()
    os.environ.update(environment)
    log = os.open(folder / LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(log, stream)
    prepare(folder)
    app = create_app(
        Settings(
            # Not models: the environment may name another database and other stores.
            storage={"data_dir": folder / "data"},
            catalogue={"specs_dir": folder / "specs"},
        ),
        inspect=scripted_inspection,
    )

    class _Server(uvicorn.Server):
        async def startup(self, sockets: object = None) -> None:
            await super().startup(sockets)
            listening.send(app.state.runtime.first_code)

    _Server(uvicorn.Config(app, port=port, log_config=None, lifespan="on")).run()
