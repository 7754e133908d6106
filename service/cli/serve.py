"""`qc serve`: the command that starts the service."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from fastapi import FastAPI
from rich.console import Console

from service.app import create_app
from service.logs import configure_logging
from service.runtime import Runtime
from service.settings import Settings

EXIT_UNAVAILABLE = 69
"""The address cannot be listened on (EX_UNAVAILABLE of sysexits)."""


def serve(
    host: Annotated[
        str | None, typer.Option(help="Address to listen on; 0.0.0.0 opens it to the network.")
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="TCP port; 0 picks a free one.")
    ] = None,
    data_dir: Annotated[
        Path | None, typer.Option(file_okay=False, help="Folder of database and photos.")
    ] = None,
    samples: Annotated[
        Path | None,
        typer.Option(
            exists=True, file_okay=False, help="Folder of sample photos to inspect at the start."
        ),
    ] = None,
) -> None:
    """Start the service for a workshop. Other settings are environment variables (TELITI_…)."""
    settings = _settings(
        server={"host": host, "port": port},
        storage={"data_dir": data_dir},
        catalogue={"samples_dir": samples},
    )
    configure_logging()
    listening = _listen(settings.server.host, settings.server.port)
    app = create_app(settings)
    config = uvicorn.Config(
        app,
        log_config=None,
        log_level="critical",  # requests, failures and a failed start are in our own log
        access_log=False,
        server_header=False,
        lifespan="on",
    )
    with listening:
        _Server(config, app).run(sockets=[listening])


def _settings(**groups: dict[str, object]) -> Settings:
    """Put options over environment variables, where an option was given."""
    given = {
        name: {key: value for key, value in group.items() if value is not None}
        for name, group in groups.items()
    }
    return Settings(**given)  # type: ignore[arg-type]  # validated by pydantic


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        Console(stderr=True).print(
            f"Cannot listen on {host} port {port}: {error.strerror}. Choose another --port."
        )
        raise typer.Exit(EXIT_UNAVAILABLE) from error


class _Server(uvicorn.Server):
    """Says where it listens, once it does, and at the first use how to get in."""

    def __init__(self, config: uvicorn.Config, app: FastAPI) -> None:
        super().__init__(config)
        self._app = app

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.should_exit:
            return  # it did not start; the log says why
        runtime: Runtime = self._app.state.runtime
        for listening in sockets or ():
            address = _address(listening, runtime.settings.server.public_url)
            console = Console(soft_wrap=True, highlight=False)
            console.print(f"Teliti is at [bold]{address}[/bold]  (stop with Ctrl+C)")
            if runtime.first_code is not None:
                link = f"{address}/#/welcome/{runtime.first_code}"
                console.print(f"First use: open [bold]{link}[/bold]  (works once)")


def _address(listening: socket.socket, public_url: str | None) -> str:
    if public_url is not None:
        return public_url.rstrip("/")
    host, port = listening.getsockname()[:2]
    if host in ("0.0.0.0", "::"):  # noqa: S104 -- asked for by the option
        host = socket.gethostname()
    return f"http://{host}:{port}"
