"""`qc serve`: the command that starts the service."""

from __future__ import annotations

import contextlib
import gc
import ipaddress
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer
import uvicorn
from fastapi import FastAPI
from rich.console import Console

from qc.errors import TelitiError
from service import qr
from service.app import create_app
from service.https.authority import Certificates, provide_certificates
from service.https.install_page import create_install_app
from service.https.names import Names, names_of_this_machine
from service.logs import configure_logging
from service.runtime import Runtime
from service.settings import ServerSettings, Settings

EXIT_UNAVAILABLE = 69
"""The address cannot be listened on (EX_UNAVAILABLE of sysexits)."""

_QUIET: Final[dict[str, Any]] = {
    "log_config": None,
    "log_level": "critical",  # requests, failures and a failed start are in our own log
    "access_log": False,
    "server_header": False,
}

EXIT_CONFIG = 78
"""The certificates cannot be used (EX_CONFIG of sysexits)."""


def serve(
    host: Annotated[
        str | None, typer.Option(help="Address to listen on; 0.0.0.0 opens it to the network.")
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="TCP port; 0 picks a free one.")
    ] = None,
    https: Annotated[
        bool | None,
        typer.Option(
            "--https", help="Serve by https, with a certificate of the workshop's own authority."
        ),
    ] = None,
    local_port: Annotated[
        int | None,
        typer.Option(
            min=0, max=65535, help="With --https: TCP port by http for this very machine alone."
        ),
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
        server={"host": host, "port": port, "https": https, "local_port": local_port},
        storage={"data_dir": data_dir},
        catalogue={"samples_dir": samples},
    )
    configure_logging()
    server = settings.server
    names = names_of_this_machine(server.public_url)
    certificates = _certificates(settings, names) if server.https else None
    with ExitStack() as stack:
        listening = stack.enter_context(_listen(server.host, server.port, "--port"))
        doors = Doors(_address(listening, server, names), certificates)
        if certificates is not None and not _is_loopback(server.host):
            install = stack.enter_context(
                _listen(server.host, server.install_port, "TELITI_SERVER__INSTALL_PORT")
            )
            doors.install_page = f"http://{names.best}:{_port(install)}"
            page = create_install_app(certificates, doors.address)
            stack.enter_context(_serving(uvicorn.Config(page, **_QUIET), install))
        if certificates is not None and server.local_port is not None:
            local = stack.enter_context(_listen("127.0.0.1", server.local_port, "--local-port"))
            doors.local = local
            # A browser on this machine shows tablets the way to the address that they can reach.
            public = server.model_copy(update={"public_url": doors.address})
            settings = settings.model_copy(update={"server": public})
        app = create_app(settings)
        config = uvicorn.Config(
            app,
            ssl_certfile=None if certificates is None else certificates.server_pem,
            ssl_keyfile=None if certificates is None else certificates.server_key,
            lifespan="on",
            **_QUIET,
        )
        _Server(app, config, doors).run(sockets=[listening])


@dataclass
class Doors:
    """Where the service is reached, and by whom."""

    address: str
    """By whoever may use it; by tablets, where that is https."""
    certificates: Certificates | None
    install_page: str | None = None
    """Where tablets install the certificate."""
    local: socket.socket | None = None
    """Where browsers on this very machine come in, without a certificate."""

    @property
    def here(self) -> str:
        """The address for the person at this machine."""
        return self.address if self.local is None else f"http://127.0.0.1:{_port(self.local)}"


def _settings(**groups: dict[str, object]) -> Settings:
    """Put options over environment variables, where an option was given."""
    given = {
        name: {key: value for key, value in group.items() if value is not None}
        for name, group in groups.items()
    }
    return Settings.model_validate(given)


def _certificates(settings: Settings, names: Names) -> Certificates:
    try:
        return provide_certificates(settings.storage.data_dir, names, datetime.now(UTC))
    except TelitiError as error:
        Console(stderr=True).print(f"{error.message}. {error.fix}", highlight=False)
        raise typer.Exit(EXIT_CONFIG) from error


def _listen(host: str, port: int, option: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        Console(stderr=True).print(
            f"Cannot listen on {host} port {port}: {error.strerror}. Choose another {option}."
        )
        raise typer.Exit(EXIT_UNAVAILABLE) from error


class _Server(uvicorn.Server):
    """Says where it listens, once it does, and how tablets and the first person get in."""

    def __init__(self, app: FastAPI, config: uvicorn.Config, doors: Doors) -> None:
        super().__init__(config)
        self._app, self._doors = app, doors
        self._beside = ExitStack()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.should_exit:
            return  # it did not start; the log says why
        # Code and models stay: a full collection that looks through them holds up an inspection.
        gc.freeze()
        if self._doors.local is not None:
            beside = uvicorn.Config(self._app, lifespan="off", **_QUIET)
            self._beside.enter_context(_serving(beside, self._doors.local))
        runtime: Runtime = self._app.state.runtime
        _announce(self._doors, runtime.first_code)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._beside.close()
        await super().shutdown(sockets)


def _announce(doors: Doors, first_code: str | None) -> None:
    console = Console(soft_wrap=True, highlight=False)
    console.print(f"Teliti is at [bold]{doors.here}[/bold]  (stop with Ctrl+C)")
    if first_code is not None:
        link = f"{doors.here}/#/welcome/{first_code}"
        console.print(f"First use: open [bold]{link}[/bold]  (works once)")
    if doors.local is not None:
        console.print(f"In the workshop's network it is at [bold]{doors.address}[/bold]")
    if doors.install_page is not None:
        page = doors.install_page
        console.print(f"Tablets: open [bold]{page}[/bold] and install the certificate, once:")
        console.print(qr.terminal_text(page), end="")
    if doors.certificates is not None:
        console.print(f"Its fingerprint (SHA-256): {doors.certificates.fingerprint}")


@contextlib.contextmanager
def _serving(config: uvicorn.Config, listening: socket.socket) -> Iterator[None]:
    """Serve another door in a thread of its own: signals go to the service alone."""
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


def _is_loopback(host: str) -> bool:
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


def _port(listening: socket.socket) -> int:
    port: int = listening.getsockname()[1]
    return port


def _address(listening: socket.socket, server: ServerSettings, names: Names) -> str:
    if server.public_url is not None:
        return server.public_url.rstrip("/")
    host = str(listening.getsockname()[0])
    if ipaddress.ip_address(host).is_unspecified:
        host = names.best if server.https else socket.gethostname()
    shown = f"[{host}]" if ":" in host else host
    return f"{'https' if server.https else 'http'}://{shown}:{_port(listening)}"
