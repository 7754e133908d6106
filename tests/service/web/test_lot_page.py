"""Items belong to the lot that the packer chose, also where photos have to wait."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from station_page import MARKS, WORDS, Service, choose, opened, photo_of, pick, violations
from visitors import cookies_of

from qc.decision.verdict import Verdict
from service.people.roles import Role

pytestmark = MARKS


class Office:
    """What a lead does meanwhile."""

    def __init__(self, client: httpx2.Client) -> None:
        self._client = client

    def offer(self, order_number: str) -> str:
        body = {"client_id": str(uuid4()), "spec": "test-bowl", "size": 40}
        answer = self._client.post("/v1/lots", json=body | {"order_number": order_number})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def units(self, lot_id: str) -> list[tuple[int, int]]:
        """Every unit of a lot, and how many inspections it has."""
        lot = self._client.get(f"/v1/lots/{lot_id}").json()
        return [(unit["unit"], len(unit["inspections"])) for unit in lot["units"]]

    def send_to_rework(self, inspection_id: str) -> None:
        body = {"client_id": str(uuid4()), "disposition": "rework", "reason": "Fill the crack"}
        answer = self._client.post(f"/v1/reviews/{inspection_id}", json=body)
        assert answer.status_code in (200, 201), answer.text


@pytest.fixture
def office(station: Service) -> Iterator[Office]:
    cookies = cookies_of(station.runtime, Role.LEAD, tablet=False, name="Ibu Dewi")
    with httpx2.Client(base_url=station.address, cookies=cookies) as client:
        yield Office(client)


@pytest.fixture
def tablet(browser: Any, station: Service) -> Iterator[Any]:
    cookies = cookies_of(station.runtime, Role.PACKER, tablet=True, name="Sari")
    with opened(browser, station, cookies) as page:
        yield page


def await_answer(tablet: Any, verdict: Verdict) -> None:
    tablet.get_by_role("heading", level=1, name=WORDS[verdict][0]).wait_for()


def take(tablet: Any, verdict: Verdict = Verdict.PASS) -> None:
    tablet.get_by_label("Pilih berkas").wait_for(state="attached")
    pick(tablet, photo_of(verdict))
    await_answer(tablet, verdict)


def next_item(tablet: Any) -> None:
    tablet.locator(".action a.main").click()


def test_a_lot_is_chosen_once_and_its_units_are_counted(tablet: Any, office: Office) -> None:
    lot_id = office.offer("PO-17")
    office.offer("PO-18")
    choose(tablet)
    tablet.get_by_role("button", name="Tanpa lot").click()
    dialog = tablet.get_by_role("dialog")
    dialog.get_by_role("button", name=re.compile("Lot PO-17")).wait_for()
    assert violations(tablet) == []
    dialog.get_by_role("button", name=re.compile("Lot PO-17")).click()
    take(tablet)
    assert tablet.get_by_text("Lot, unit 1").is_visible()
    next_item(tablet)
    take(tablet, Verdict.FAIL)
    assert office.units(lot_id) == [(1, 1), (2, 1)]

    tablet.goto("/")
    tablet.reload()
    choose(tablet)
    tablet.get_by_role("button", name="Lot PO-17").wait_for()
    take(tablet, Verdict.CHECK)
    assert office.units(lot_id) == [(1, 1), (2, 1), (3, 1)]


def test_another_photo_replaces_one_that_could_not_be_judged(tablet: Any, office: Office) -> None:
    lot_id = office.offer("PO-17")
    choose(tablet)
    tablet.get_by_role("button", name="Tanpa lot").click()
    tablet.get_by_role("button", name=re.compile("Lot PO-17")).click()
    take(tablet, Verdict.RETAKE)
    tablet.get_by_role("link", name="Foto ulang").click()
    take(tablet)
    assert office.units(lot_id) == [(1, 2)]
    next_item(tablet)
    take(tablet, Verdict.FAIL)
    assert office.units(lot_id) == [(1, 2), (2, 1)]


def test_photos_that_wait_keep_their_scanned_lot_and_number(
    tablet: Any, office: Office, station: Service
) -> None:
    lot_id = office.offer("PO-17")
    choose(tablet)
    tablet.get_by_role("button", name="Tanpa lot").click()
    dialog = tablet.get_by_role("dialog")
    dialog.get_by_role("button", name=re.compile("Lot PO-17")).wait_for()
    dialog.get_by_label("Nomor unit berikutnya").fill("7")
    code = dialog.get_by_label("Pindai atau ketik nomor pesanan")
    code.fill("PO-99")
    code.press("Enter")
    dialog.get_by_role("alert").get_by_text("Tidak ada lot terbuka").wait_for()
    code.fill("po-17")
    code.press("Enter")
    tablet.get_by_role("button", name="Lot PO-17 · unit 7").wait_for()

    tablet.get_by_label("Pilih berkas").wait_for(state="attached")
    tablet.context.set_offline(True)
    for verdict in (Verdict.PASS, Verdict.FAIL):
        pick(tablet, photo_of(verdict))
        tablet.get_by_role("heading", name="Foto tersimpan di tablet").wait_for()
        tablet.get_by_role("button", name="Barang berikutnya").click()
        tablet.get_by_label("Pilih berkas").wait_for(state="attached")
    tablet.get_by_role("button", name="Lot PO-17 · unit 9").wait_for()
    tablet.context.set_offline(False)
    tablet.wait_for_function("() => document.querySelector('a.unsent b')?.textContent === '0'")
    assert office.units(lot_id) == [(7, 1), (8, 1)]
    for summary in station.kept():
        assert station.get(f"/v1/inspections/{summary['id']}")["inspected_by"] == "Sari"


def test_a_repaired_item_is_linked_with_what_it_was(
    tablet: Any, office: Office, station: Service
) -> None:
    choose(tablet)
    take(tablet, Verdict.FAIL)
    (first,) = station.kept()
    office.send_to_rework(first["id"])
    tablet.reload()
    tablet.get_by_role("link", name="Foto lagi setelah diperbaiki").click()
    tablet.get_by_text("Barang yang sudah diperbaiki").wait_for()
    assert violations(tablet) == []
    tablet.get_by_label("Pilih berkas").wait_for(state="attached")
    tablet.context.set_offline(True)
    pick(tablet, photo_of(Verdict.PASS))
    tablet.get_by_role("heading", name="Foto tersimpan di tablet").wait_for()
    tablet.context.set_offline(False)
    await_answer(tablet, Verdict.PASS)
    newest = station.get(f"/v1/inspections/{station.kept()[0]['id']}")
    assert (newest["reinspection_of"], newest["inspected_by"]) == (first["id"], "Sari")
    next_item(tablet)
    tablet.get_by_role("button", name="Tanpa lot").wait_for()
