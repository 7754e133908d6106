"""The service with a scripted pipeline as a process of its own, which a test may kill.

Run as `python tests/scripted_service.py FOLDER PORT`; once it listens it prints the code of the
first admin, `None` after the first use.
"""

from __future__ import annotations

import sys
from pathlib import Path

import uvicorn
from station_page import scripted_inspection

from service.app import create_app
from service.logs import configure_logging
from service.settings import Settings


class _Server(uvicorn.Server):
    async def startup(self, sockets: object = None) -> None:
        await super().startup(sockets)  # type: ignore[arg-type]
        print(_APP.state.runtime.first_code, flush=True)  # noqa: T201


_FOLDER = Path(sys.argv[1])
_APP = create_app(
    Settings(
        # Not models: the environment may name another database and other stores.
        storage={"data_dir": _FOLDER / "data"},  # type: ignore[arg-type]
        catalogue={"specs_dir": _FOLDER / "specs"},  # type: ignore[arg-type]
    ),
    inspect=scripted_inspection,
)

if __name__ == "__main__":
    configure_logging()
    _Server(uvicorn.Config(_APP, port=int(sys.argv[2]), log_config=None, lifespan="on")).run()
