"""Signing in on the station page: first use, PIN, password, and sessions that end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select
from station_page import (
    MARKS,
    Service,
    opened,
    photo_of,
    pick,
    violations,
)
from visitors import Hired, Staff, cookies_of

from qc.decision.verdict import Verdict
from service.people.roles import Role
from service.sessions.models import SessionRow

pytestmark = MARKS


@pytest.fixture
def tablet(browser: Any, station: Service) -> Iterator[Any]:
    """A page on an enrolled tablet on which nobody is signed in."""
    cookies = cookies_of(station.runtime, None, tablet=True)
    with opened(browser, station, cookies) as page:
        yield page


def type_pin(page: Any, pin: str) -> None:
    for digit in pin:
        page.get_by_role("button", name=digit, exact=True).click()


def end_sessions(station: Service) -> None:
    with station.runtime.database.writing() as session:
        session.execute(delete(SessionRow))


@pytest.mark.parametrize("size", [(1280, 800), (800, 1280), (390, 844)], ids=str)
def test_from_the_printed_address_to_the_first_inspection(
    browser: Any, station: Service, size: tuple[int, int]
) -> None:
    viewport = {"width": size[0], "height": size[1]}
    with opened(browser, station, viewport=viewport) as page:
        page.goto("/")
        page.get_by_text("Buka alamat sekali pakai").wait_for()
        page.goto(f"/#/welcome/{station.runtime.first_code}")
        page.get_by_label("Kata sandi baru").fill("a long password")
        assert violations(page) == []
        page.get_by_role("button", name="Mulai").click()
        page.get_by_role("link", name=re.compile("^Mangkuk maple")).click()
        pick(page, photo_of(Verdict.PASS))
        page.get_by_role("heading", level=1, name="LULUS").wait_for()
        (inspection,) = station.kept()
        assert inspection["verdict"] == "pass"

        page.get_by_role("button", name="Ganti orang").click()
        page.get_by_role("button", name="Admin").click()
        page.get_by_label("Kata sandi", exact=True).fill("a long password")
        assert violations(page) == []
        page.get_by_role("button", name="Masuk").click()
        page.get_by_role("heading", level=1, name="LULUS").wait_for()


def test_a_packer_is_at_work_after_a_name_and_a_pin(tablet: Any, sari: Hired) -> None:
    tablet.goto("/")
    tablet.get_by_role("button", name="Sari").wait_for()
    assert violations(tablet) == []
    tablet.get_by_role("button", name="Sari").click()
    tablet.get_by_role("button", name="5", exact=True).wait_for()
    assert violations(tablet) == []
    for key in tablet.locator(".keys button").all():
        box = key.bounding_box()
        assert min(box["width"], box["height"]) >= 20 * 6.3, "a glove needs 20 mm"
    type_pin(tablet, sari.secret)
    tablet.get_by_role("heading", name="Pilih barang").wait_for()


def test_a_wrong_pin_says_so_and_too_many_say_how_long_to_wait(tablet: Any, sari: Hired) -> None:
    wrong = f"{(int(sari.secret) + 1) % 10_000:04}"
    tablet.goto("/")
    tablet.get_by_role("button", name="Sari").click()
    for _ in range(5):
        type_pin(tablet, wrong)
        tablet.get_by_text("Tidak cocok.").wait_for()
    type_pin(tablet, wrong)
    tablet.get_by_text(re.compile(r"Coba lagi dalam 0 menit \d+ detik")).wait_for()
    assert violations(tablet) == []


def test_a_badge_reader_types_and_somebody_is_at_work(
    tablet: Any, station: Service, sari: Hired
) -> None:
    from service.actor import SYSTEM
    from service.people.service import issue_badge

    with station.runtime.database.writing() as session:
        _, badge = issue_badge(session, SYSTEM, Role.ADMIN, sari.id)
    tablet.goto("/")
    tablet.get_by_role("button", name="Sari").wait_for()
    tablet.keyboard.type(badge)
    tablet.keyboard.press("Enter")
    tablet.get_by_role("heading", name="Pilih barang").wait_for()


def test_a_session_that_ends_during_an_upload_loses_no_photo(
    tablet: Any, station: Service, sari: Hired
) -> None:
    tablet.goto("/")
    tablet.get_by_role("button", name="Sari").click()
    type_pin(tablet, sari.secret)
    tablet.get_by_role("link", name=re.compile("^Mangkuk maple")).click()
    tablet.get_by_label("Pilih berkas").wait_for(state="attached")
    end_sessions(station)

    pick(tablet, photo_of(Verdict.FAIL))
    tablet.get_by_text("Sesi sudah berakhir.").wait_for()
    assert violations(tablet) == []
    assert station.kept() == []
    tablet.get_by_role("button", name="Sari").click()
    type_pin(tablet, sari.secret)

    tablet.get_by_role("heading", level=1, name="TOLAK").wait_for()
    (inspection,) = station.kept()
    assert inspection["verdict"] == "fail"


def test_people_change_between_two_photos_and_nothing_is_lost(
    tablet: Any, station: Service, sari: Hired
) -> None:
    ketut = Staff(station.runtime).add("Ketut", Role.PACKER)
    tablet.goto("/")
    tablet.get_by_role("button", name="Sari").click()
    type_pin(tablet, sari.secret)
    tablet.get_by_role("link", name=re.compile("^Mangkuk maple")).click()
    tablet.route("**/v1/inspections", lambda route: route.abort())
    pick(tablet, photo_of(Verdict.CHECK))
    tablet.get_by_role("heading", name="Foto tersimpan di tablet").wait_for()

    # The page asks whether to leave only while it takes the server for lost: any answer ends that.
    tablet.get_by_role("button", name="Ganti orang").click()
    leave = tablet.get_by_role("button", name="Keluar")
    next_one = tablet.get_by_role("button", name="Ketut")
    leave.or_(next_one).wait_for()
    if leave.is_visible():
        leave.click()
    next_one.click()
    tablet.unroute("**/v1/inspections")
    type_pin(tablet, ketut.secret)

    tablet.get_by_role("heading", level=1, name="PERIKSA").wait_for()
    (inspection,) = station.kept()
    detail = station.get(f"/v1/inspections/{inspection['id']}")
    assert (detail["inspected_by"], detail["sent_by"]) == ("Sari", "Ketut")


def test_a_lead_adds_a_packer_and_a_tablet(browser: Any, station: Service) -> None:
    cookies = cookies_of(station.runtime, Role.LEAD, tablet=False, name="Lestari")
    with opened(browser, station, cookies) as page:
        page.goto("/#/manage")
        people = page.get_by_role("region", name="Orang")
        people.get_by_label("Nama").fill("Komang")
        assert violations(page) == []
        people.get_by_role("button", name="Tambah orang").click()
        dialog = page.get_by_role("dialog", name="PIN untuk Komang")
        pin = dialog.get_by_text(re.compile(r"^\d{4}$")).inner_text()
        assert violations(page) == []
        dialog.get_by_role("button", name="Tutup").click()

        tablets = page.get_by_role("region", name="Tablet")
        tablets.get_by_label("Nama").fill("Meja 2")
        tablets.get_by_role("button", name="Tambah tablet").click()
        dialog = page.get_by_role("dialog")
        assert dialog.get_by_role("img", name="Kode QR").evaluate("image => image.naturalWidth") > 0
        address = dialog.get_by_text("/#/enrol/").inner_text()

        with opened(browser, station) as other:
            other.goto(address)
            other.get_by_role("button", name="Daftarkan").click()
            other.get_by_role("button", name="Komang").click()
            type_pin(other, pin)
            other.get_by_role("heading", name="Pilih barang").wait_for()
        dialog.get_by_role("button", name="Tutup").click()
        tablets.get_by_role("button", name="Cabut: Meja 2").wait_for()


def test_a_session_that_is_unused_shows_the_sign_in_at_the_next_tap(
    tablet: Any, station: Service, sari: Hired
) -> None:
    tablet.goto("/")
    tablet.get_by_role("button", name="Sari").click()
    type_pin(tablet, sari.secret)
    tablet.get_by_role("heading", name="Pilih barang").wait_for()
    tablet.wait_for_load_state("networkidle")  # what the page asks by itself was answered
    with station.runtime.database.writing() as session:
        for row in session.scalars(select(SessionRow)):
            row.seen_at -= timedelta(hours=2)
    tablet.get_by_role("link", name=re.compile("^Mangkuk maple")).click()
    tablet.get_by_text("Sesi sudah berakhir.").wait_for()
    tablet.get_by_role("button", name="Sari").click()
    type_pin(tablet, sari.secret)
    tablet.get_by_role("button", name="Ambil foto").wait_for()
