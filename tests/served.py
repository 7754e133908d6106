"""`qc serve` as a process of its own, with its real pipeline, and photos to send to it."""

from __future__ import annotations

import io
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx2
from PIL import Image
from station_page import SAMPLES

PHOTO_PX = (4000, 3000)
PASSWORD = "a long password"
_PATIENCE_S = 300


class Served:
    """`qc serve` on a fresh folder.

    Args:
        folder: of the data; its parent gets stations and the log.
        environment: further variables.
        cores: on which it may run; all where none is named.
    """

    def __init__(
        self,
        folder: Path,
        environment: Mapping[str, str] | None = None,
        cores: Sequence[int] = (),
    ) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        stations = folder.parent / "stations"
        stations.mkdir()
        for path in SAMPLES.glob("station-*.json"):
            shutil.copy(path, stations)
        program = "from qc.cli import main; main()"
        options = ["--port", str(port), "--data-dir", str(folder)]
        command = [sys.executable, "-c", program, "serve", *options]
        variables = os.environ | {
            "PYTHONUNBUFFERED": "1",
            "TELITI_CATALOGUE__STATIONS_DIR": str(stations),
            **(environment or {}),
        }
        self._log = (folder.parent / "log").open("w+", encoding="utf-8")
        self.process = subprocess.Popen(
            command, stdout=self._log, stderr=subprocess.STDOUT, env=variables
        )
        if cores:  # before its threads are there, which then inherit it
            os.sched_setaffinity(self.process.pid, cores)

    def wait(self) -> None:
        """Wait until the service answers."""
        deadline = time.monotonic() + _PATIENCE_S
        while time.monotonic() < deadline:
            try:
                if httpx2.get(f"{self.address}/ready").is_success:
                    return
            except httpx2.TransportError:
                pass
            time.sleep(0.2)
        raise TimeoutError("the service did not start")

    def sign_in(self) -> dict[str, str]:
        """Wait for the service and return the first admin's cookies."""
        deadline = time.monotonic() + _PATIENCE_S
        while time.monotonic() < deadline:
            text = Path(self._log.name).read_text(encoding="utf-8")
            if code := re.search(r"welcome/([A-Z0-9]{5}-[A-Z0-9]{5})", text):
                body = {"code": code[1], "password": PASSWORD, "name": "Bench"}
                try:
                    answer = httpx2.post(f"{self.address}/v1/session/code", json=body)
                except httpx2.TransportError:
                    time.sleep(0.2)
                    continue
                return dict(answer.raise_for_status().cookies)
            time.sleep(0.2)
        raise TimeoutError("the service did not start")

    def stop(self) -> None:
        """Stop the service."""
        self.process.terminate()
        self.process.wait()
        self._log.close()


def photo_jpeg(number: int) -> bytes:
    """A 12-megapixel photo of a bowl, unlike every other one in its bytes."""
    out = io.BytesIO()
    with Image.open(SAMPLES / "bowl-sound.jpg") as image:
        width, height = PHOTO_PX
        scaled = image.resize((width, round(width * image.height / image.width)))
        scaled.crop((0, 0, width, min(height, scaled.height))).save(
            out, "JPEG", quality=90, comment=f"photo {number}"
        )
    return out.getvalue()
