"""`serve` as a process: it says where it is, stops when told, and finds everything again."""

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from uuid import uuid4

import httpx2
import pytest
from conftest import jpeg

PASSWORD = "a long password"
COMMAND = [sys.executable, "-c", "import typer; from service.cli import serve; typer.run(serve)"]


@contextmanager
def serving(data_dir: Path) -> Iterator[httpx2.Client]:
    process = subprocess.Popen(
        [*COMMAND, "--port", "0", "--data-dir", str(data_dir)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        address = re.search(r"http://\S+", process.stdout.readline())
        assert address is not None
        with httpx2.Client(base_url=address.group(), timeout=30) as client:
            sign_in(client, process.stdout)
            yield client
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) in (0, -signal.SIGTERM)
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def sign_in(client: httpx2.Client, printed: IO[str]) -> None:
    """Use the one-time address where one is printed, the password from then on."""
    if client.get("/v1/session").json()["first_use"]:
        link = re.search(r"First use: open (\S+)/#/welcome/(\S+)", printed.readline())
        assert link is not None
        assert link[1] == str(client.base_url).rstrip("/")
        answer = client.post("/v1/session/code", json={"code": link[2], "password": PASSWORD})
    else:
        body = {"name": "Admin", "password": PASSWORD}
        answer = client.post("/v1/session/password", json=body)
    assert answer.status_code == 200, answer.text


@pytest.mark.slow
def test_what_was_kept_is_there_after_a_restart(tmp_path: Path) -> None:
    with serving(tmp_path) as client:
        assert client.get("/ready").json()["status"] == "ready"
        spec = client.get("/v1/specs").json()["items"][0]["id"]
        created = client.post(
            "/v1/inspections",
            data={"client_id": str(uuid4()), "spec": spec},
            files={"photos": ("photo.jpg", jpeg(size=(2000, 1500)), "image/jpeg")},
        )
        assert created.status_code == 201
        assert created.json()["verdict"] == "retake"  # no mat in sight

    with serving(tmp_path) as client:
        assert client.get(created.headers["location"]).content == created.content


@pytest.mark.slow
def test_collections_of_garbage_leave_out_what_a_start_made(tmp_path: Path) -> None:
    watched = (
        "import atexit, gc, typer; from service.cli import serve; made = len(gc.get_objects());"
        "atexit.register(lambda: print('left out', gc.get_freeze_count() > made));"
        "typer.run(serve)"
    )
    options = ["--port", "0", "--data-dir", str(tmp_path)]
    with subprocess.Popen(
        [sys.executable, "-c", watched, *options], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert "Teliti is at" in process.stdout.readline()
        process.send_signal(signal.SIGINT)  # as Ctrl+C, so that it ends in order
        assert "left out True" in process.stdout.read()


def run(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *options], capture_output=True, text=True, timeout=60)


@pytest.mark.slow
def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = run("--port", port, "--data-dir", str(tmp_path))
    assert result.returncode == 69
    assert f"port {port}: Address already in use" in result.stderr
    assert "--port" in result.stderr


@pytest.mark.slow
def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = run("--port", "0", "--data-dir", str(tmp_path / "file" / "data"))
    assert result.returncode != 0
    assert "cannot be used" in result.stderr
    assert "Traceback" not in result.stderr
