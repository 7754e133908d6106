"""HTTPS by the workshop's own authority: trusted where installed, for nothing beyond it."""

from __future__ import annotations

import contextlib
import ipaddress
import re
import signal
import socket
import ssl
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from cryptography import x509
from starlette.testclient import TestClient

from service import qr
from service.https.authority import CertificateError, Certificates, provide_certificates
from service.https.install_page import create_install_app
from service.https.names import Names, names_of_this_machine

NOW = datetime.now(UTC)
NAMES = Names(
    ("workshop", "workshop.local", "localhost"),
    (ipaddress.ip_address("192.168.1.20"), ipaddress.ip_address("127.0.0.1")),
)
COMMAND = [sys.executable, "-c", "import typer; from service.cli import serve; typer.run(serve)"]


def server_of(certificates: Certificates) -> x509.Certificate:
    return x509.load_pem_x509_certificate(certificates.server_pem.read_bytes())


@contextmanager
def echoing(certificates: Certificates) -> Iterator[int]:
    """A TLS server by these certificates; gives its port."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificates.server_pem, certificates.server_key)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            with contextlib.suppress(OSError):  # until it is closed
                while True:
                    connection, _ = listening.accept()
                    with connection, contextlib.suppress(OSError):  # who does not trust us goes
                        context.wrap_socket(connection, server_side=True).close()

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()


def shakes_hands(port: int, authority: Path | None, name: str) -> bool:
    """Whether OpenSSL, which knows nothing of our code, trusts the server under a name."""
    context = ssl.create_default_context(cafile=authority)
    try:
        with (
            socket.create_connection(("127.0.0.1", port), timeout=10) as plain,
            context.wrap_socket(plain, server_hostname=name),
        ):
            return True
    except ssl.SSLCertVerificationError:
        return False


def test_who_installed_the_authority_trusts_the_server_under_its_names(tmp_path: Path) -> None:
    certificates = provide_certificates(tmp_path, NAMES, NOW)
    with echoing(certificates) as port:
        assert shakes_hands(port, certificates.authority_pem, "workshop.local")
        assert shakes_hands(port, certificates.authority_pem, "192.168.1.20")
        assert not shakes_hands(port, certificates.authority_pem, "example.com")
        assert not shakes_hands(port, None, "workshop.local")


def test_a_stolen_authority_opens_no_other_site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    provide_certificates(tmp_path, NAMES, NOW)
    monkeypatch.setattr("service.https.authority._check_allowed", lambda *_: None)
    forged = provide_certificates(tmp_path, Names(("bank.example.com",), ()), NOW)
    with echoing(forged) as port:
        assert not shakes_hands(port, forged.authority_pem, "bank.example.com")


def test_nothing_changes_until_it_must(tmp_path: Path) -> None:
    first = provide_certificates(tmp_path, NAMES, NOW)
    authority, server = first.authority_pem.read_bytes(), server_of(first)
    assert server_of(provide_certificates(tmp_path, NAMES, NOW)) == server

    late = NOW + timedelta(days=360)
    assert server_of(provide_certificates(tmp_path, NAMES, late)) != server
    moved = Names(NAMES.hosts, (ipaddress.ip_address("192.168.1.77"),))
    again = provide_certificates(tmp_path, moved, NOW)
    held = server_of(again).extensions.get_extension_for_class(x509.SubjectAlternativeName)
    assert moved.addresses[0] in held.value.get_values_for_type(x509.IPAddress)
    assert again.authority_pem.read_bytes() == authority, "tablets need not install it again"
    assert again.fingerprint == first.fingerprint


def test_a_browser_accepts_how_long_it_lasts(tmp_path: Path) -> None:
    server = server_of(provide_certificates(tmp_path, NAMES, NOW))
    lasts = server.not_valid_after_utc - server.not_valid_before_utc
    assert timedelta(days=390) < lasts <= timedelta(days=398)
    assert server.not_valid_before_utc < NOW < server.not_valid_after_utc


def test_keys_are_for_the_service_alone(tmp_path: Path) -> None:
    provide_certificates(tmp_path, NAMES, NOW)
    for key in (tmp_path / "https").glob("*.key"):
        assert stat.S_IMODE(key.stat().st_mode) == 0o600


@pytest.mark.parametrize("damage", ["authority.key", "authority.pem"])
def test_damaged_or_foreign_files_are_named_with_what_to_do(tmp_path: Path, damage: str) -> None:
    provide_certificates(tmp_path, NAMES, NOW)
    (tmp_path / "https" / damage).write_text("damaged")
    with pytest.raises(CertificateError, match="cannot be used") as error:
        provide_certificates(tmp_path, NAMES, NOW)
    assert "install the new certificate" in error.value.fix


def test_an_authority_says_for_what_it_was_not_made(tmp_path: Path) -> None:
    provide_certificates(tmp_path, NAMES, NOW)
    elsewhere = Names(("workshop.example.com",), ())
    with pytest.raises(CertificateError, match=r"other names than workshop\.example\.com"):
        provide_certificates(tmp_path, elsewhere, NOW)


def test_this_machine_has_names_and_the_public_one_is_first() -> None:
    names = names_of_this_machine("https://teliti.example.org:8443")
    assert names.hosts[0] == "teliti.example.org"
    assert "localhost" in names.hosts
    assert names_of_this_machine("https://10.0.0.7").best == "10.0.0.7"


def test_a_tablet_installs_the_certificate_from_a_page_that_leads_on(tmp_path: Path) -> None:
    certificates = provide_certificates(tmp_path, NAMES, NOW)
    client = TestClient(create_install_app(certificates, "https://192.168.1.20:8000"))
    page = client.get("/")
    assert certificates.fingerprint in page.text
    assert 'href="https://192.168.1.20:8000"' in page.text
    link = re.search(r'href="(/teliti-ca\.crt)"', page.text)
    assert link is not None
    got = client.get(link[1])
    assert got.headers["content-type"] == "application/x-x509-ca-cert"
    installed = x509.load_der_x509_certificate(got.content)
    assert installed == x509.load_pem_x509_certificate(certificates.authority_pem.read_bytes())
    assert client.get("/server.key").status_code == 404


def test_the_terminals_code_is_square() -> None:
    lines = qr.terminal_text("http://192.168.1.20:8080").splitlines()
    assert len({len(re.sub(r"\x1b\[[0-9;]*m", "", line)) for line in lines}) == 1


@contextmanager
def started(folder: Path, *options: str) -> Iterator[str]:
    """The program serving the network by https; gives what it prints. It ends when asked to."""
    usual = ["--https", "--host", "0.0.0.0", "--port", "0", "--data-dir", str(folder)]
    process = subprocess.Popen(
        [*COMMAND, *usual, *options], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        assert process.stdout is not None
        said = ""
        while "fingerprint" not in said:
            line = process.stdout.readline()
            assert line, said
            said += line
        yield said
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) in (0, -signal.SIGTERM)
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def found(pattern: str, said: str) -> str:
    match = re.search(pattern, said)
    assert match is not None, said
    return match[1]


@pytest.mark.slow
def test_the_service_itself_is_reached_by_https_and_installed_by_http(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TELITI_SERVER__INSTALL_PORT", "0")
    with started(tmp_path) as said:
        port = found(r"Teliti is at https://[^:]+:(\d+)", said)
        install = found(r"Tablets: open http://[^:]+:(\d+)", said)
        authority = httpx2.get(f"http://127.0.0.1:{install}/teliti-ca.crt").content
        context = ssl.create_default_context(cadata=authority)
        answer = httpx2.get(f"https://localhost:{port}/ready", verify=context)
        assert answer.json()["status"] == "ready"


@pytest.mark.slow
def test_this_machine_needs_no_certificate_and_shows_tablets_the_way_to_https(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TELITI_SERVER__INSTALL_PORT", "0")
    with started(tmp_path, "--local-port", "0") as said:
        here = found(r"Teliti is at (http://127\.0\.0\.1:\d+)", said)
        network = found(r"network it is at (https://\S+)", said)
        code = found(rf"First use: open {here}/#/welcome/(\S+)", said)
        with httpx2.Client(base_url=here) as admin:
            body = {"code": code, "password": "a long enough password"}
            assert admin.post("/v1/session/code", json=body).status_code == 200
            invitation = admin.post("/v1/tablets/enrolments", json={"name": "Table 2"}).json()
        assert invitation["url"].startswith(f"{network}/")
