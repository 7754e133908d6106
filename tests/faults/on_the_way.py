"""Faults between tablet and service: cut and slow connections, doubled and crowding requests."""

from __future__ import annotations

import json
import random
import socket
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from http import HTTPStatus
from itertools import cycle
from urllib.parse import urlsplit

import httpx2
from ruamel.yaml import YAML
from station_page import SPEC, Service

from faults.ledger import Ledger, Upload
from faults.tablet import Tablet
from qc.spec.reader import parse_spec
from service.specs.service import store_spec

_TABLETS = 10
_SLOW_PIECES = 20


def damaged_photos(service: Service, ledger: Ledger, times: int) -> None:
    """A photo comes cut off or empty first, whole under the same id later."""
    chance = random.Random(1)
    with Tablet(service) as tablet:
        for _ in range(times):
            upload = ledger.new()
            # The last bytes of a PNG hold no pixels: without them a photo is whole.
            (photo,) = upload.photos
            length = chance.choice([0, chance.randrange(1, len(photo) - 32)])
            cut = Upload(upload.client_id, upload.verdict, (photo[:length],))
            ledger.injected += 1
            ledger.note(upload, tablet.send(cut), "photo-unreadable")
            ledger.note(upload, tablet.send(upload))


def doubled_and_reordered(service: Service, ledger: Ledger, times: int) -> None:
    """Every upload comes three times, mixed with all others and four at once."""
    uploads = [ledger.new() for _ in range(times)]
    order = uploads * 3
    random.Random(2).shuffle(order)
    with ExitStack() as stack:
        tablets = [stack.enter_context(Tablet(service)) for _ in range(4)]
        with ThreadPoolExecutor(len(tablets)) as pool:
            answers = list(pool.map(_send_until_taken, cycle(tablets), order))
    ledger.injected += len(order) - len(uploads)
    for upload, answer in zip(order, answers, strict=True):
        ledger.note(upload, answer)


def crowding(service: Service, ledger: Ledger, times: int) -> None:
    """Ten tablets come back at once, with all that they could not send."""
    queues = [[ledger.new() for _ in range(2 * times // _TABLETS or 1)] for _ in range(_TABLETS)]

    def send_all(queue: Sequence[Upload]) -> list[httpx2.Response]:
        with Tablet(service) as tablet:
            return [_send_until_taken(tablet, upload) for upload in queue]

    with ThreadPoolExecutor(_TABLETS) as pool:
        answers = list(pool.map(send_all, queues))
    for queue, own in zip(queues, answers, strict=True):
        ledger.injected += len(queue)
        for upload, answer in zip(queue, own, strict=True):
            ledger.note(upload, answer)


def cut_connections(service: Service, ledger: Ledger, times: int) -> None:
    """The connection breaks somewhere in the request, or before the answer is read."""
    chance = random.Random(3)
    with Tablet(service) as tablet:
        for _ in range(times):
            upload = ledger.new()
            request = tablet.bytes_of(upload)
            ledger.injected += 1
            with _connection(service) as connection:
                connection.sendall(request[: chance.randrange(1, len(request) + 1)])
            ledger.note(upload, tablet.send(upload))


def cut_between_views(service: Service, ledger: Ledger, times: int) -> None:
    """The connection breaks in the second of an item's three photos: all come again, or none."""
    chance = random.Random(6)
    views = ("top", "side", "underside")
    spec = parse_spec(_with_views(SPEC, *views), "three views")
    with service.runtime.database.writing() as session:
        store_spec(session, spec)
    with Tablet(service) as tablet:
        for _ in range(times):
            upload = ledger.new_of_views(spec.id, *views)
            request = tablet.bytes_of(upload)
            begin = request.index(upload.photos[1])
            ledger.injected += 1
            with _connection(service) as connection:
                connection.sendall(request[: begin + chance.randrange(len(upload.photos[1]))])
            ledger.note(upload, tablet.send(upload))


def _with_views(spec: str, *views: str) -> str:
    document = YAML(typ="safe", pure=True).load(spec)
    (first,) = document["views"]
    document["id"] = "test-set"
    document["views"] = [first | {"name": name} for name in views]
    return json.dumps(document)


def slow_clients(service: Service, ledger: Ledger, times: int) -> None:
    """Clients send a few bytes at a time, while another one is served."""
    with ExitStack() as stack:
        tablet = stack.enter_context(Tablet(service))
        slow = [ledger.new() for _ in range(times)]
        requests = [tablet.bytes_of(upload) for upload in slow]
        connections = [stack.enter_context(_connection(service)) for _ in slow]
        ledger.injected += times
        for piece in range(_SLOW_PIECES):
            for connection, request in zip(connections, requests, strict=True):
                step = -(-len(request) // _SLOW_PIECES)
                connection.sendall(request[piece * step : (piece + 1) * step])
            quick = ledger.new()
            ledger.note(quick, _send_until_taken(tablet, quick))
        for upload, connection in zip(slow, connections, strict=True):
            # All end at once, so that some are asked to come again.
            assert connection.recv(12) in (b"HTTP/1.1 201", b"HTTP/1.1 429")
            ledger.note(upload, _send_until_taken(tablet, upload))


FAULTS: tuple[tuple[str, Callable[[Service, Ledger, int], None]], ...] = (
    ("photo cut off or empty", damaged_photos),
    ("requests doubled and reordered", doubled_and_reordered),
    ("connection cut in the middle", cut_connections),
    ("connection cut in the second photo of three", cut_between_views),
    ("slow clients", slow_clients),
    ("ten tablets with full queues at once", crowding),
)


def _send_until_taken(tablet: Tablet, upload: Upload) -> httpx2.Response:
    while (answer := tablet.send(upload)).status_code == HTTPStatus.TOO_MANY_REQUESTS:
        assert int(answer.headers["Retry-After"]) > 0
        time.sleep(0.02)
    return answer


def _connection(service: Service) -> socket.socket:
    address = urlsplit(service.address)
    assert address.hostname is not None
    return socket.create_connection((address.hostname, address.port or 80), timeout=60)
