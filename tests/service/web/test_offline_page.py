"""Nothing is lost when the Wi-Fi drops: photos wait on the tablet, and reach the server once."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import delete
from station_page import (
    MARKS,
    WORDS,
    Service,
    choose,
    flagged,
    opened,
    pick,
    violations,
)
from visitors import Hired, Staff, cookies_of
from waiting_photos import (
    KEPT,
    await_prefetched,
    await_sent,
    data_of,
    photo,
    received,
    sha256,
    sign_in,
    take_offline,
    unsent,
)

from qc.decision.verdict import Verdict
from service.people.roles import Role
from service.sessions.models import SessionRow

pytestmark = MARKS


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
