"""Webhooks: signed, in order, at least once, and never into the workshop's own network."""

from __future__ import annotations

import hmac
import http.server
import json
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from conftest import House, OpenHouse, everywhere, jpeg
from pydantic import ValidationError

from service.doctor.findings import State
from service.doctor.webhooks import find_lag
from service.settings import WebhookSettings
from service.stores import open_database
from service.webhooks.address import WebhookAddressError, find_target
from service.webhooks.delivery import DeliveryError
from service.webhooks.worker import Worker, pause_s

SECRET = "a secret of the two systems"


class Receiver(http.server.BaseHTTPRequestHandler):
    """Keeps what it is sent, and answers as it is told."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        server: Any = self.server
        time.sleep(server.delay_s)
        server.heard.append((dict(self.headers), body))
        status = server.answers.pop(0) if server.answers else 204
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def receiver() -> Iterator[Any]:
    server: Any = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    server.heard, server.answers, server.delay_s = [], [], 0.0
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def settings_of(receiver: Any, **options: Any) -> WebhookSettings:
    usual = {"allowed_hosts": ("127.0.0.1",), "secret": SECRET}
    address = f"http://127.0.0.1:{receiver.server_address[1]}/hook?of=workshop"
    return WebhookSettings(url=address, **(usual | options))


def worker_of(house: House, settings: WebhookSettings) -> Worker:
    worker = Worker(house.runtime.database, settings)
    worker.begin()
    return worker


def told(receiver: Any) -> list[dict[str, Any]]:
    return [json.loads(body) for _, body in receiver.heard]


@everywhere
def test_what_happens_is_told_signed_and_without_names(
    open_house: OpenHouse, receiver: Any
) -> None:
    house = open_house()
    house.upload(jpeg(1))  # before the receiver was there
    worker = worker_of(house, settings_of(receiver))
    assert not worker.step()
    inspection_id = house.upload(jpeg(2)).json()["id"]

    assert worker.step()
    assert not worker.step()

    ((headers, body),) = receiver.heard
    stamp, mac = (part.partition("=")[2] for part in headers["Teliti-Signature"].split(","))
    signed = f"{stamp}.".encode() + body
    assert hmac.new(SECRET.encode(), signed, "sha256").hexdigest() == mac
    assert abs(int(stamp) - time.time()) < 60
    message = json.loads(body)
    assert (message["event"], message["subject"]) == (
        "inspection.kept",
        f"inspection/{inspection_id}",
    )
    assert headers["Teliti-Event-Id"] == message["id"]
    person = house.client.get("/v1/session").json()["person"]["name"]
    assert person not in body.decode()


def test_what_is_not_taken_is_sent_again_first_and_under_the_same_id(
    house: House, receiver: Any
) -> None:
    settings = settings_of(receiver, first_pause_s=1e-6)
    worker = worker_of(house, settings)
    ids = [house.upload(jpeg(n)).json()["id"] for n in range(3)]
    receiver.answers = [500, 302]
    for _ in range(2):
        with pytest.raises(DeliveryError):
            worker.step()
    again = worker_of(house, settings)  # the service was started again
    while again.step():
        pass
    subjects = [message["subject"].partition("/")[2] for message in told(receiver)]
    assert subjects == [ids[0]] * 3 + ids[1:]
    assert len({message["id"] for message in told(receiver)[:3]}) == 1
    sequences = [message["sequence"] for message in told(receiver)]
    assert sequences == sorted(sequences)


@everywhere
def test_two_nodes_tell_every_message_once_and_in_order(
    open_house: OpenHouse, receiver: Any
) -> None:
    """Each node with a database connection of its own, as processes have them."""
    house = open_house()
    storage = house.runtime.settings.storage
    databases = [open_database(storage) for _ in range(2)]
    workers = [Worker(database, settings_of(receiver)) for database in databases]
    for worker in workers:
        worker.begin()
    ids = [house.upload(jpeg(n)).json()["id"] for n in range(6)]
    receiver.delay_s = 0.02  # long enough for the other node to look

    def work(worker: Worker) -> None:
        deadline = time.monotonic() + 30
        while len(receiver.heard) < len(ids) and time.monotonic() < deadline:
            worker.step()

    threads = [threading.Thread(target=work, args=(worker,)) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for database in databases:
        database.close()
    assert [message["subject"].partition("/")[2] for message in told(receiver)] == ids


@everywhere
def test_a_node_that_died_while_sending_is_followed_once_its_claim_ends(
    open_house: OpenHouse, receiver: Any
) -> None:
    house = open_house()
    dead, alive = (worker_of(house, settings_of(receiver)) for _ in range(2))
    house.upload(jpeg(1))
    assert dead._claim(uuid4()) is not None  # and never comes back
    assert not alive.step()
    assert receiver.heard == []
    with time_machine.travel(time.time() + 600, tick=True):
        assert alive.step()
    assert len(receiver.heard) == 1


def test_a_claim_by_a_clock_that_was_wrong_does_not_last_for_years(
    house: House, receiver: Any
) -> None:
    worker = worker_of(house, settings_of(receiver))
    house.upload(jpeg(1))
    with time_machine.travel(time.time() + 3e8, tick=True):
        assert worker._claim(uuid4()) is not None
    assert worker.step()


def test_other_nodes_keep_the_pause_and_a_start_ends_it(house: House, receiver: Any) -> None:
    failing, other = (worker_of(house, settings_of(receiver)) for _ in range(2))
    house.upload(jpeg(1))
    receiver.answers = [500]
    with pytest.raises(DeliveryError):
        failing.step()
    assert not other.step()
    other.begin()
    assert other.step()


def test_the_doctor_names_a_receiver_that_lags(house: House, receiver: Any) -> None:
    settings = settings_of(receiver)

    def state(hours: float = 0) -> tuple[State, str]:
        with house.runtime.database.reading() as session:
            found = find_lag(session, settings, datetime.now(UTC) + timedelta(hours=hours))
        assert found is not None
        return found.state, f"{found.subject}: {found.detail}"

    assert state() == (
        State.WATCH,
        "webhook to 127.0.0.1: new: it hears nothing before the next start",
    )
    worker = worker_of(house, settings)
    assert state(48) == (State.GOOD, "webhook to 127.0.0.1: hears what happens")
    house.upload(jpeg(1))
    assert state()[0] is State.GOOD
    assert state(1)[0] is State.WATCH
    receiver.answers = [500]
    with pytest.raises(DeliveryError):
        worker.step()
    assert state()[0] is State.WATCH
    assert "1 attempts in a row failed: 127.0.0.1 answered 500" in state()[1]
    assert state(25)[0] is State.BAD
    worker.begin()
    assert worker.step()
    assert state(48)[0] is State.GOOD


def test_only_what_is_wanted_is_told(house: House, receiver: Any) -> None:
    worker = worker_of(house, settings_of(receiver, events=("lot.", "per%")))
    house.upload(jpeg(1))
    assert not worker.step()


def test_the_service_delivers_by_itself(open_house: OpenHouse, receiver: Any) -> None:
    values = settings_of(receiver).model_dump(include={"url", "allowed_hosts", "secret"})
    house = open_house(webhook=values | {"interval_s": 0.02})
    house.upload(jpeg(1))
    deadline = time.monotonic() + 20
    while not receiver.heard and time.monotonic() < deadline:
        time.sleep(0.02)
    assert [message["event"] for message in told(receiver)] == ["inspection.kept"]


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
        *("0.0.0.0", "224.0.0.1", "255.255.255.255", "::1", "fe80::1%eth0", "fd00::1"),
        *("::ffff:10.0.0.1", "2002:0a00:0001::", "64:ff9b::a00:1", "64:ff9b:1::a00:1", "::"),
    ],
)
def test_a_public_name_that_leads_inside_is_refused(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def resolve(*_: Any, **__: Any) -> Any:
        return [(0, 0, 0, "", (ip, 443)) for ip in ("93.184.215.14", address)]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(WebhookAddressError, match="private network"):
        find_target("https://hooks.example.com/x", ())
    assert find_target("https://hooks.example.com/x", ("hooks.example.com",)).port == 443


def test_the_checked_address_is_the_one_that_is_called(
    house: House, receiver: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    real = socket.getaddrinfo

    def resolve(host: str, *rest: Any, **options: Any) -> Any:
        asked.append(str(host))
        return real("127.0.0.1" if host == "receiver.test" else host, *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    port = receiver.server_address[1]
    url = f"http://receiver.test:{port}/hook"
    worker = worker_of(
        house, WebhookSettings(url=url, secret=SECRET, allowed_hosts=("receiver.test",))
    )
    house.upload(jpeg(1))
    assert worker.step()
    assert asked.count("receiver.test") == 1
    assert receiver.heard[0][0]["Host"] == f"receiver.test:{port}"


def test_a_public_address_is_taken_and_its_path_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda *_, **__: [(0, 0, 0, "", ("93.184.215.14", 443))]
    )
    target = find_target("https://hooks.example.com/in?key=1", ())
    assert (target.ip, target.port, target.path, target.tls) == (
        "93.184.215.14",
        443,
        "/in?key=1",
        True,
    )
    for url in ("http://hooks.example.com/", "ftp://hooks.example.com/", "https://a@b/"):
        with pytest.raises(WebhookAddressError):
            find_target(url, ())


def test_settings_want_a_secret_and_pauses_grow() -> None:
    with pytest.raises(ValidationError, match="needs its secret"):
        WebhookSettings(url="https://hooks.example.com/")
    with pytest.raises(ValidationError):
        WebhookSettings(url="https://hooks.example.com/", secret="short")
    settings = WebhookSettings(url="https://hooks.example.com/", secret=SECRET)
    pauses = [pause_s(n, settings) for n in range(1, 13)]
    assert pauses[:4] == [5, 10, 20, 40]
    assert pauses[-1] == 3600
    assert SECRET not in repr(settings)
