"""A service in a process of its own that a test may kill, and uploads that survive it.

`python tests/killable.py --uploads 500` sends as many photos while the service is killed again and
again, on files and on PostgreSQL with S3, and then looks whether anything was lost or came twice.
"""

from __future__ import annotations

import argparse
import io
import multiprocessing
import os
import random
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256
from multiprocessing import forkserver
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Final
from unittest import mock
from uuid import UUID, uuid4

import child
import httpx2
from PIL import Image
from scripted_service import LOG, serve
from sqlalchemy import func, select
from station_page import SPEC

from service.audit import service as audit
from service.inspections.models import InspectionRow, PhotoRow
from service.settings import Settings
from service.stores import open_database, photo_store

_CLIENTS: Final = 4
_LONGEST_S: Final = 600
_WHILE_DOWN: Final = 8
"""Receipts of the other nodes before one that was killed comes back."""
_TAKEN_OVER_S: Final = 10
"""Goal of `make killed`, on a machine that is not busy with other things."""


_FORKS: Final = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["scripted_service"])
"""A start takes seconds, nearly all of them for imports: they are made once, and then forked."""


def _nothing(_folder: Path) -> None:
    pass


class KillableService:
    """A service on a port that stays the same.

    Args:
        folder: where it keeps everything, unless the environment names other stores.
        environment: further variables.
        prepare: is called in each of its processes with the folder, before anything else; a
            function of a module.
    """

    def __init__(
        self,
        folder: Path,
        environment: Mapping[str, str] | None = None,
        *,
        prepare: Callable[[Path], None] = _nothing,
    ) -> None:
        (folder / "specs").mkdir()
        (folder / "specs" / "bowl.yaml").write_text(SPEC, encoding="utf-8")
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.data_dir = folder / "data"
        self._folder = folder
        self._prepare = prepare
        self._environment = child.environment() | (environment or {})
        self._process: BaseProcess | None = None

    def start(self) -> str:
        """Start and return the first code, which is asked for only once."""
        with mock.patch.dict(os.environ, child.environment()):
            forkserver.ensure_running()
        listening, told = _FORKS.Pipe(duplex=False)
        told_what = (self._folder, self.port, self._environment, told, self._prepare)
        self._process = _FORKS.Process(target=serve, args=told_what, daemon=True)
        self._process.start()
        told.close()  # or it would not be noticed that the process ended
        with listening:
            try:
                return str(listening.recv())
            except EOFError as error:
                said = (self._folder / LOG).read_text(encoding="utf-8")
                raise RuntimeError(f"the service did not start:\n{said[-3000:]}") from error

    def first_cookies(self, code: str) -> dict[str, str]:
        """Sign the first admin in."""
        body = {"code": code, "password": "a long password", "name": "Sari"}
        answer = httpx2.post(f"{self.address}/v1/session/code", json=body, timeout=30)
        assert answer.status_code == 200, answer.text
        return dict(answer.cookies)

    def kill(self) -> None:
        """As a power cut would, as far as a process can."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process.close()
            self._process = None


@dataclass
class Outcome:
    """What became of the uploads."""

    kills: int = 0
    cut_off: int = 0
    longest_s: float = 0
    """From the first attempt of an upload to its receipt."""
    taken_over: int = 0
    """Uploads that a kill cut off and another node answered while the killed one was down."""
    taken_over_s: float = 0
    """The longest time from the cut to such an answer."""
    took_s: float = 0
    receipts: dict[UUID, Any] = field(default_factory=dict)
    sent: dict[UUID, str] = field(default_factory=dict)
    """Client id → SHA-256 of the photo."""


def upload_while_killed(
    folder: Path, environment: Mapping[str, str], uploads: int, most_between: int, nodes: int = 1
) -> Outcome:
    """Upload until every photo has its receipt; kill one service or another at random moments.

    One is killed while it answers, after 1 to `most_between` further receipts: counted, so that a
    slow machine comes to an end as well. Where there are several, on the same stores, clients turn
    to the next when one does not answer; the killed one stays down until the others gave a few
    receipts.
    """
    services = [KillableService(_home(folder, node), environment) for node in range(nodes)]
    outcome = Outcome()
    done = threading.Event()
    down: list[KillableService] = []
    chance = random.Random(7)

    def kill_again_and_again() -> None:
        while not done.is_set():
            enough = len(outcome.receipts) + chance.randint(1, most_between)
            while len(outcome.receipts) < enough and not done.wait(0.005):
                pass
            if not done.wait(chance.uniform(0, 0.1)):
                victim = chance.choice(services)
                victim.kill()
                down.append(victim)
                outcome.kills += 1
                enough = len(outcome.receipts) + (_WHILE_DOWN if nodes > 1 else 0)
                while len(outcome.receipts) < enough and not done.wait(0.005):
                    pass
                down.remove(victim)
                victim.start()

    def upload(number: int) -> None:
        client_id = uuid4()
        photo = _photo(number)
        outcome.sent[client_id] = sha256(photo).hexdigest()
        node, began_s = number, time.monotonic()
        cut_s: float | None = None
        while client_id not in outcome.receipts:
            assert time.monotonic() < began_s + _LONGEST_S, "no receipt after all this time"
            try:
                answer = clients[node % nodes].post(
                    "/v1/inspections",
                    data={"client_id": str(client_id), "spec": "test-bowl"},
                    files={"photos": ("photo.jpg", photo, "image/jpeg")},
                )
            except httpx2.TransportError:
                outcome.cut_off += 1
                cut_s = cut_s or time.monotonic()
                node += 1
                time.sleep(0.1)
                continue
            if answer.status_code in (429, 503):
                node += 1
                time.sleep(0.1)
                continue
            assert answer.status_code in (200, 201), answer.text
            if cut_s is not None and down and services[node % nodes] not in down:
                outcome.taken_over += 1
                outcome.taken_over_s = max(outcome.taken_over_s, time.monotonic() - cut_s)
            outcome.receipts[client_id] = answer.json()
        outcome.longest_s = max(outcome.longest_s, time.monotonic() - began_s)

    clients = [httpx2.Client(base_url=service.address, timeout=30) for service in services]
    try:
        cookies = services[0].first_cookies(services[0].start())
        for service in services[1:]:
            service.start()
        for client in clients:
            client.cookies.update(cookies)
        began_s = time.monotonic()
        killer = threading.Thread(target=kill_again_and_again)
        killer.start()
        try:
            with ThreadPoolExecutor(_CLIENTS) as pool:
                list(pool.map(upload, range(uploads)))
            outcome.took_s = time.monotonic() - began_s
        finally:
            done.set()
            killer.join()
        for client in clients:
            _compare_with_what_is_kept(client, outcome)
    finally:
        for client in clients:
            client.close()
        for service in services:
            service.kill()
    return outcome


def _home(folder: Path, node: int) -> Path:
    """Return the folder of a node: the first one's holds the data where they lie in files."""
    home = folder / f"node-{node}" if node else folder
    home.mkdir(exist_ok=True)
    return home


def _photo(number: int) -> bytes:
    out = io.BytesIO()
    picture = Image.new("RGB", (96, 72), (40, 160, 60))
    picture.putpixel((number % 96, number // 96), (255, 255, 255))
    picture.save(out, "PNG")
    return out.getvalue()


def _compare_with_what_is_kept(client: httpx2.Client, outcome: Outcome) -> None:
    """Make sure that every receipt has its complete inspection, and that there is nothing else."""
    for client_id, receipt in outcome.receipts.items():
        kept = client.get(f"/v1/inspections/{receipt['id']}").json()
        assert kept == receipt
        assert kept["client_id"] == str(client_id)
        assert [photo["sha256"] for photo in kept["photos"]] == [outcome.sent[client_id]]


def compare_with_stores(folder: Path, environment: Mapping[str, str], outcome: Outcome) -> None:
    """Look beneath the service: rows, photos to the last byte, and the chain of the log."""
    with mock.patch.dict(os.environ, environment):
        settings = Settings(storage={"data_dir": folder / "data"}).storage
        photos = photo_store(settings)
        database = open_database(settings)
    try:
        with database.reading() as session:
            ids = list(session.scalars(select(InspectionRow.client_id)))
            rows = session.scalar(select(func.count()).select_from(PhotoRow))
            log = audit.verify(session)
    finally:
        database.close()
    assert len(ids) == len(set(ids)), "an upload was kept twice"
    assert set(ids) == set(outcome.receipts) == set(outcome.sent), "an upload was lost"
    assert rows == len(ids)
    assert not log.problems
    for digest in outcome.sent.values():
        assert sha256(photos.get(digest)).hexdigest() == digest


def main() -> int:
    """Run the command; 1 where a node took over too late."""
    import scale

    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--uploads", type=int, default=500)
    arguments.add_argument("--most-between", type=int, default=40, help="receipts between kills")
    given = arguments.parse_args()
    late = False
    for name, nodes, environment in (
        ("files", 1, {}),
        ("PostgreSQL and S3", 1, scale.environment()),
        ("two nodes on PostgreSQL and S3", 2, scale.environment()),
    ):
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            outcome = upload_while_killed(
                folder, environment, given.uploads, given.most_between, nodes
            )
            compare_with_stores(folder, environment, outcome)
        if nodes > 1:
            late |= outcome.taken_over_s > _TAKEN_OVER_S
            print(
                f"{outcome.taken_over} uploads were taken over from a killed node, after "
                f"{outcome.taken_over_s:.1f} s at most"
            )
        print(
            f"{name}: {len(outcome.receipts)} receipts, each with its complete inspection, none "
            f"twice, none lost; killed {outcome.kills} times, {outcome.cut_off} requests cut off, "
            f"{outcome.longest_s:.1f} s the longest wait for a receipt ({outcome.took_s:.0f} s)",
            flush=True,
        )
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())
