"""Nothing is lost when the Wi-Fi drops: photos wait on the tablet, and reach the server once."""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from killable import KillableService
from PIL import Image
from sqlalchemy import delete
from station_page import (
    COLOURS,
    MARKS,
    WORDS,
    Service,
    choose,
    flagged,
    kept_browser,
    opened,
    pick,
    scripted_inspection,
    serving,
    violations,
)
from visitors import Hired, Staff, cookies_of

from qc.decision.verdict import Verdict
from qc.records import Inspection
from service import webclient
from service.database import DATABASE_FILE
from service.errors import StorageError
from service.people.roles import Role
from service.sessions.models import SessionRow

pytestmark = MARKS

KEPT = "Foto tersimpan di tablet"


@pytest.fixture
def tablet(browser: Any, station: Service, sari: Hired) -> Iterator[Any]:
    """A page on an enrolled tablet on which Sari has signed in."""
    with opened(browser, station, cookies_of(station.runtime, None, tablet=True)) as page:
        page.goto("/")
        sign_in(page, sari)
        yield page


def sign_in(page: Any, person: Hired) -> None:
    page.get_by_role("button", name=person.name).click()
    for digit in person.secret:
        page.get_by_role("button", name=digit, exact=True).click()
    page.get_by_role("button", name="Ganti orang").wait_for()


def photo(number: int, verdict: Verdict = Verdict.PASS) -> dict[str, Any]:
    """A photo unlike every other one, whose colour tells the pipeline what to answer."""
    out = io.BytesIO()
    comment = f"photo {number}"
    Image.new("RGB", (320, 240), COLOURS[verdict]).save(out, "JPEG", quality=95, comment=comment)
    return {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def sha256(shot: dict[str, Any]) -> str:
    return hashlib.sha256(shot["buffer"]).hexdigest()


def take_offline(page: Any, shots: list[dict[str, Any]]) -> None:
    """Take photos one after the other while the server cannot be reached."""
    for shot in shots:
        pick(page, shot)
        page.get_by_role("heading", name=KEPT).wait_for()
        page.get_by_role("button", name="Barang berikutnya").click()
        page.get_by_label("Pilih berkas").wait_for(state="attached")


def await_prefetched(page: Any) -> None:
    """Wait until the tablet keeps the spec that it has never shown."""
    page.evaluate(
        """async () => {
          const opening = indexedDB.open("teliti");
          await new Promise((resolve) => (opening.onsuccess = resolve));
          const kept = () => new Promise((resolve) => {
            const asked = opening.result.transaction("answers").objectStore("answers")
              .get("spec/test-bowl");
            asked.onsuccess = () => resolve(asked.result);
          });
          while (!(await kept())) await new Promise((resolve) => setTimeout(resolve, 20));
          opening.result.close();
        }"""
    )


def unsent(page: Any) -> int:
    """The number in the top bar."""
    number = page.locator("a.unsent b:visible").filter(has_text=re.compile(r"^\d+$"))
    return int(number.inner_text())


def await_sent(page: Any, timeout: float = 30_000) -> None:
    page.wait_for_function(
        "() => document.querySelector('a.unsent b')?.textContent === '0'", timeout=timeout
    )


def received(data_dir: Path) -> list[str]:
    """SHA-256 of every photo of which the server has an inspection, in the order of arrival."""
    with closing(sqlite3.connect(data_dir / DATABASE_FILE)) as database:
        query = "SELECT sha256 FROM photos ORDER BY inspection_sequence, position"
        return [row[0] for row in database.execute(query)]


def data_of(station: Service) -> Path:
    return station.runtime.settings.storage.data_dir


def test_a_photo_without_wifi_is_kept_and_never_called_a_pass(
    tablet: Any, station: Service
) -> None:
    choose(tablet)
    tablet.get_by_label("Pilih berkas").wait_for(state="attached")
    tablet.context.set_offline(True)
    pick(tablet, photo(1))
    tablet.get_by_role("heading", level=1, name=KEPT).wait_for()
    assert tablet.get_by_text("jangan dikemas").is_visible()
    for word in WORDS[Verdict.PASS]:
        assert tablet.get_by_text(word, exact=True).count() == 0
    assert unsent(tablet) == 1
    assert violations(tablet) == []

    tablet.get_by_role("link", name="Lihat yang menunggu").click()
    item = tablet.get_by_role("article", name=re.compile(r"^Nomor \d+$"))
    item.get_by_text("Mangkuk maple").wait_for()
    assert item.get_by_text("Sari").is_visible()
    assert item.get_by_text("Server tidak terjangkau.").is_visible()
    assert violations(tablet) == []
    assert received(data_of(station)) == []

    tablet.context.set_offline(False)
    answer = tablet.get_by_role("link", name=re.compile(r"^Nomor \d+ LULUS Mangkuk maple"))
    answer.wait_for()
    assert unsent(tablet) == 0
    assert violations(tablet) == []
    answer.click()
    tablet.get_by_role("heading", level=1, name="LULUS").wait_for()
    tablet.goto("/#/unsent")
    tablet.get_by_text("Semua foto sudah di server.").wait_for()
    assert tablet.get_by_text("Jawaban yang datang kemudian").count() == 0


def test_the_answer_comes_to_whoever_still_waits_for_it(tablet: Any, station: Service) -> None:
    choose(tablet)
    tablet.get_by_label("Pilih berkas").wait_for(state="attached")
    tablet.context.set_offline(True)
    pick(tablet, photo(1, Verdict.FAIL))
    tablet.get_by_role("heading", level=1, name=KEPT).wait_for()
    tablet.context.set_offline(False)
    tablet.get_by_role("heading", level=1, name="TOLAK").wait_for()
    assert received(data_of(station)) == [sha256(photo(1, Verdict.FAIL))]


class Killable(KillableService):
    """A service that may be killed in the middle of what a tablet sends."""

    def kill_when_it_has(self, photos: int) -> None:
        deadline = time.monotonic() + 60
        while len(received(self.data_dir)) < photos:
            assert time.monotonic() < deadline, "the tablet sends nothing"
            time.sleep(0.005)
        self.kill()


@contextmanager
def killable(folder: Path) -> Iterator[tuple[Killable, dict[str, str]]]:
    """A service that may be killed, and the cookies of its first admin on the first tablet."""
    service = Killable(folder)
    try:
        yield service, service.first_cookies(service.start())
    finally:
        service.kill()


def test_fifty_photos_survive_a_server_that_is_killed_again_and_again(
    browser: Any, tmp_path: Path
) -> None:
    shots = [photo(number, list(Verdict)[number % 4]) for number in range(50)]
    with (
        killable(tmp_path) as (service, cookies),
        opened(browser, service, cookies) as page,
    ):
        choose(page)
        page.get_by_label("Pilih berkas").wait_for(state="attached")
        service.kill()
        take_offline(page, shots)
        assert unsent(page) == 50

        for photos in (5, 20, 35):
            service.start()
            page.evaluate("() => dispatchEvent(new Event('online'))")
            service.kill_when_it_has(photos)
        assert 0 < unsent(page) < 50
        service.start()
        page.evaluate("() => dispatchEvent(new Event('online'))")
        await_sent(page, timeout=60_000)

        assert received(service.data_dir) == [sha256(shot) for shot in shots], "in order, once"
        page.goto("/#/unsent")
        answers = page.locator("a.answer").all_inner_texts()
        assert len(answers) == 50
        for number, answer in enumerate(answers):
            assert WORDS[list(Verdict)[number % 4]][0] in answer


def test_a_browser_that_is_closed_still_has_what_it_did_not_send(
    browser: Any, station: Service, sari: Hired, tmp_path: Path
) -> None:
    shots = [photo(number) for number in range(3)]
    with kept_browser(browser, tmp_path / "profile", station) as context:
        enrolled = cookies_of(station.runtime, None, tablet=True)
        forever = {"url": station.address, "expires": time.time() + 3600}
        context.add_cookies([forever | {"name": n, "value": v} for n, v in enrolled.items()])
        page = context.new_page()
        page.goto("/")
        sign_in(page, sari)
        choose(page)
        page.get_by_label("Pilih berkas").wait_for(state="attached")
        context.set_offline(True)
        take_offline(page, shots)
    assert received(data_of(station)) == []

    with kept_browser(browser, tmp_path / "profile", station) as context:
        page = context.new_page()
        page.goto("/")
        page.get_by_role("button", name="Sari").wait_for()  # the session went with the browser
        assert unsent(page) == 3
        sign_in(page, sari)
        await_sent(page)
    assert received(data_of(station)) == [sha256(shot) for shot in shots]


def test_two_tabs_send_everything_once(tablet: Any, station: Service) -> None:
    shots = [photo(number) for number in range(8)]
    choose(tablet)
    tablet.get_by_label("Pilih berkas").wait_for(state="attached")
    other = tablet.context.new_page()
    other.goto("/")
    choose(other)
    other.get_by_label("Pilih berkas").wait_for(state="attached")
    tablet.context.set_offline(True)
    take_offline(tablet, shots[:4])
    take_offline(other, shots[4:])
    assert unsent(tablet) == unsent(other) == 8

    uploads: list[str] = []
    tablet.context.on(
        "request",
        lambda request: (
            uploads.append(request.url)
            if request.method == "POST" and request.url.endswith("/v1/inspections")
            else None
        ),
    )
    tablet.context.set_offline(False)
    await_sent(tablet)
    await_sent(other)
    assert received(data_of(station)) == [sha256(shot) for shot in shots]
    assert len(uploads) == 8, "one tab at a time sends"


def test_a_session_that_ends_in_the_middle_of_the_queue_asks_to_sign_in_and_loses_nothing(
    tablet: Any, station: Service
) -> None:
    ketut = Staff(station.runtime).add("Ketut", Role.PACKER)
    shots = [photo(number) for number in range(4)]
    choose(tablet)
    tablet.get_by_label("Pilih berkas").wait_for(state="attached")
    tablet.context.set_offline(True)
    take_offline(tablet, shots)
    sent = 0

    def end_after_two(route: Any) -> None:
        nonlocal sent
        if route.request.method == "POST":
            sent += 1
            if sent == 3:
                with station.runtime.database.writing() as session:
                    session.execute(delete(SessionRow))
        route.continue_()

    tablet.route("**/v1/inspections", end_after_two)
    tablet.context.set_offline(False)
    tablet.get_by_text("Sesi sudah berakhir.").wait_for()
    assert unsent(tablet) == 2
    assert violations(tablet) == []
    assert received(data_of(station)) == [sha256(shot) for shot in shots[:2]]

    sign_in(tablet, ketut)
    await_sent(tablet)
    assert received(data_of(station)) == [sha256(shot) for shot in shots]
    for summary in station.kept():
        detail = station.get(f"/v1/inspections/{summary['id']}")
        late = summary in station.kept()[:2]
        assert (detail["inspected_by"], detail["sent_by"]) == ("Sari", "Ketut" if late else None)


def test_nobody_takes_photos_in_the_name_of_somebody_who_left_without_wifi(
    tablet: Any,
) -> None:
    await_prefetched(tablet)
    tablet.context.set_offline(True)
    tablet.get_by_role("link", name=re.compile("^Mangkuk maple")).click()
    pick(tablet, photo(1))
    tablet.get_by_role("heading", name=KEPT).wait_for()
    tablet.get_by_role("button", name="Ganti orang").click()
    dialog = tablet.get_by_role("dialog")
    dialog.get_by_text("belum ada yang bisa masuk").wait_for()
    assert violations(tablet) == []
    dialog.get_by_role("button", name="Keluar").click()
    tablet.get_by_role("alert").get_by_text("Server tidak terjangkau.").wait_for()
    assert unsent(tablet) == 1
    tablet.context.set_offline(False)
    tablet.get_by_role("button", name="Sari").wait_for()
    assert (
        tablet.evaluate("() => fetch('/v1/session').then(r => r.json()).then(s => s.person)")
        is None
    )


def test_products_that_were_never_opened_can_be_photographed_without_wifi(
    tablet: Any, station: Service
) -> None:
    tablet.get_by_role("heading", name="Pilih barang").wait_for()
    await_prefetched(tablet)
    tablet.context.set_offline(True)
    tablet.get_by_role("link", name=re.compile("^Mangkuk maple")).click()
    pick(tablet, photo(1))
    tablet.get_by_role("heading", name=KEPT).wait_for()
    tablet.get_by_role("link", name="Ganti barang").click()
    tablet.get_by_role("heading", name="Pilih barang").wait_for()
    tablet.context.set_offline(False)
    await_sent(tablet)
    assert len(received(data_of(station))) == 1


def test_a_tablet_that_refuses_storage_still_inspects_and_says_what_it_cannot_keep(
    browser: Any, station: Service
) -> None:
    cookies = cookies_of(station.runtime, Role.PACKER, tablet=True, name="Komang")
    with opened(browser, station, cookies) as page:
        page.add_init_script(
            "IDBObjectStore.prototype.add = IDBObjectStore.prototype.put = () => {"
            "  throw new DOMException('full', 'QuotaExceededError'); }"
        )
        choose(page)
        pick(page, photo(1))
        page.get_by_role("heading", level=1, name="LULUS").wait_for()
        page.get_by_role("link", name="Barang berikutnya").click()
        page.get_by_label("Pilih berkas").wait_for(state="attached")
        page.context.set_offline(True)
        pick(page, photo(2))
        page.get_by_role("alert").get_by_text("Tablet tidak bisa menyimpan foto ini.").wait_for()
        assert page.get_by_text("Jangan tutup halaman ini.").is_visible()
        assert violations(page) == []
        page.context.set_offline(False)
        page.get_by_role("heading", level=1, name="LULUS").wait_for()
    assert received(data_of(station)) == [sha256(photo(1)), sha256(photo(2))]


def test_a_tablet_that_is_almost_full_says_so_before_it_is_too_late(
    browser: Any, station: Service
) -> None:
    cookies = cookies_of(station.runtime, Role.PACKER, tablet=True, name="Komang")
    with opened(browser, station, cookies) as page:
        page.add_init_script(
            "StorageManager.prototype.estimate = async () => "
            "({quota: 100 * 2 ** 20, usage: 50 * 2 ** 20});"
        )
        choose(page)
        page.get_by_text("Tablet hampir penuh: cukup untuk kira-kira 8 foto lagi.").wait_for()
        assert violations(page) == []
        pick(page, photo(1))
        page.get_by_role("heading", level=1, name="LULUS").wait_for()


def test_what_the_server_refuses_waits_for_a_person(tablet: Any, station: Service) -> None:
    choose(tablet)
    tablet.get_by_label("Pilih berkas").wait_for(state="attached")
    tablet.context.set_offline(True)
    bad = {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": b"not a photo"}
    take_offline(tablet, [bad, photo(1)])
    tablet.get_by_role("link", name=re.compile("belum terkirim|tidak terjangkau")).click()
    tablet.context.set_offline(False)
    item = tablet.get_by_role("article")
    item.get_by_text("Foto tidak bisa dibaca.").wait_for()
    tablet.locator("a.answer").wait_for()
    assert received(data_of(station)) == [sha256(photo(1))], "the others are not held up"
    assert violations(tablet) == []
    item.get_by_role("button", name="Hapus foto").click()
    item.get_by_text("Foto ini hanya ada di tablet ini.").wait_for()
    item.get_by_role("button", name="Hapus foto").click()
    tablet.get_by_text("Semua foto sudah di server.").wait_for()


def test_the_queue_works_on_plain_http_in_the_workshops_network(
    browser: Any, station: Service, sari: Hired
) -> None:
    # Not a secure context: no Web Locks, no crypto.subtle, no storage estimate, no worker.
    port = station.address.rpartition(":")[2]
    plain = Service(f"http://teliti.test:{port}", station.runtime)
    with (
        flagged(browser, "--host-resolver-rules=MAP teliti.test 127.0.0.1") as other,
        opened(other, plain, cookies_of(station.runtime, None, tablet=True)) as page,
    ):
        page.goto("/")
        assert page.evaluate("() => isSecureContext") is False
        sign_in(page, sari)
        choose(page)
        page.get_by_label("Pilih berkas").wait_for(state="attached")
        page.context.set_offline(True)
        take_offline(page, [photo(1), photo(2)])
        page.context.set_offline(False)
        await_sent(page)
        assert received(data_of(station)) == [sha256(photo(1)), sha256(photo(2))]
        assert {
            station.get(f"/v1/inspections/{i['id']}")["inspected_by"] for i in station.kept()
        } == {"Sari"}


def await_worker(page: Any) -> None:
    """Wait until the page's own files are kept on the tablet."""
    page.evaluate("() => navigator.serviceWorker.ready")
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")


def test_the_page_opens_and_works_without_the_server(browser: Any, tmp_path: Path) -> None:
    with (
        killable(tmp_path) as (service, cookies),
        opened(browser, service, cookies, service_workers="allow") as page,
    ):
        page.goto("/")
        await_worker(page)
        await_prefetched(page)
        service.kill()

        page.reload()
        page.get_by_role("link", name=re.compile("^Mangkuk maple")).click()
        page.get_by_role("button", name="Ambil foto", disabled=False).wait_for()
        pick(page, photo(1))
        page.get_by_role("heading", name=KEPT).wait_for()
        page.reload()
        page.get_by_label("Pilih berkas").wait_for(state="attached")
        assert unsent(page) == 1

        service.start()
        page.evaluate("() => dispatchEvent(new Event('online'))")
        await_sent(page)
        assert received(service.data_dir) == [sha256(photo(1))]


def test_an_update_of_the_page_loses_nothing_that_waits(
    browser: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = tmp_path / "bundle"
    shutil.copytree(webclient.BUNDLE, bundle)
    monkeypatch.setattr(webclient, "BUNDLE", bundle)
    full = [True]

    def inspect(*arguments: Any, **options: Any) -> Inspection:
        if full[0]:
            raise StorageError("the disk is full")
        return scripted_inspection(*arguments, **options)

    with serving(tmp_path, inspect) as station:
        cookies = cookies_of(station.runtime, Role.PACKER, tablet=True, name="Sari")
        with opened(browser, station, cookies, service_workers="allow") as page:
            page.goto("/")
            await_worker(page)
            choose(page)
            for number in (1, 2):
                pick(page, photo(number))
                page.get_by_role("heading", name=KEPT).wait_for()
                page.get_by_role("button", name="Barang berikutnya").click()

            page_file, worker = bundle / "index.html", bundle / "sw.js"
            html = page_file.read_text(encoding="utf-8")
            page_file.write_text(html.replace("<body>", "<body data-new>"), encoding="utf-8")
            worker.write_text(worker.read_text(encoding="utf-8") + "// new", encoding="utf-8")
            page.evaluate(
                """async () => {
                  const changed = new Promise((resolve) => navigator.serviceWorker
                    .addEventListener("controllerchange", resolve));
                  await (await navigator.serviceWorker.ready).update();
                  await changed;
                }"""
            )
            assert page.locator("body[data-new]").count() == 0, "not while photos are taken"
            page.get_by_role("link", name="Ganti barang").click()
            page.locator("body[data-new]").wait_for()
            assert unsent(page) == 2

            full[0] = False
            page.evaluate("() => dispatchEvent(new Event('online'))")
            await_sent(page)
            assert received(data_of(station)) == [sha256(photo(1)), sha256(photo(2))]


def test_the_page_can_be_installed(tablet: Any) -> None:
    session = tablet.context.new_cdp_session(tablet)
    manifest = session.send("Page.getAppManifest")
    assert manifest["errors"] == []
    assert json.loads(manifest["data"])["name"] == "Teliti"
    errors = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
    # A test's browser is a private window, where nothing can be installed.
    assert [error["errorId"] for error in errors if error["errorId"] != "in-incognito"] == []
