"""The lots' pages: a lead offers a lot, follows its sample, decides it and signs the report."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from station_page import MARKS, Service, opened, photo_of, violations
from visitors import cookies_of

from qc.decision.verdict import Verdict
from service.people.roles import Role

pytestmark = MARKS

SIZES = [(1280, 800), (800, 1280), (390, 844)]


@pytest.fixture
def cookies(station: Service) -> dict[str, str]:
    return cookies_of(station.runtime, Role.LEAD, tablet=False, name="Ibu Dewi")


@pytest.fixture
def lead(browser: Any, station: Service, cookies: dict[str, str]) -> Iterator[Any]:
    with opened(browser, station, cookies) as page:
        yield page


@pytest.fixture
def api(station: Service, cookies: dict[str, str]) -> Iterator[httpx2.Client]:
    """The service as the lead's own programs reach it."""
    with httpx2.Client(base_url=station.address, cookies=cookies, timeout=60) as client:
        yield client


def offered(api: httpx2.Client, *verdicts: Verdict, size: int = 9) -> str:
    """A lot of which items with these verdicts were photographed."""
    body = {"client_id": str(uuid4()), "spec": "test-bowl", "order_number": "PO-17", "size": size}
    lot: str = api.post("/v1/lots", json=body).json()["id"]
    for verdict in verdicts:
        photo = photo_of(verdict)
        answer = api.post(
            "/v1/inspections",
            data={"client_id": str(uuid4()), "spec": "test-bowl", "lot_id": lot},
            files={"photos": (photo["name"], photo["buffer"], photo["mimeType"])},
        )
        assert answer.status_code == 201, answer.text
    return lot


def test_the_plan_is_shown_before_the_lot_is_offered_and_stays(
    lead: Any, api: httpx2.Client
) -> None:
    lead.goto("/")
    lead.get_by_role("link", name="Lot", exact=True).click()
    lead.get_by_text("Belum ada lot.").wait_for()
    lead.get_by_label("Produk").select_option(label="Mangkuk maple · Test")
    lead.get_by_label("Nomor pesanan").fill("PO-44")
    lead.get_by_label("Banyaknya barang").fill("400")
    row = lead.get_by_role("row", name=re.compile("^berat", re.IGNORECASE))
    row.wait_for()
    # ISO 2859-1, level II, 400 units, AQL 2.5: letter H, n 50, Ac 3, Re 4
    assert re.findall(r"\d+", row.inner_text())[-3:] == ["50", "3", "4"]
    lead.get_by_role("button", name="Ajukan lot").click()

    lead.get_by_role("heading", name="Mangkuk maple · PO-44").wait_for()
    (lot,) = api.get("/v1/lots").json()["items"]
    assert (lot["order_number"], lot["size"], lot["plan"]["letter"]) == ("PO-44", 400, "H")
    assert lead.get_by_text("95% diterima pada 2,78%").is_visible()


def test_a_rejected_lot_is_signed_for_and_goes_to_rework(lead: Any, api: httpx2.Client) -> None:
    lot = offered(api, Verdict.PASS, Verdict.FAIL)
    lead.goto(f"/#/lots/{lot}")
    lead.get_by_text("Contoh ini menolak lot.").wait_for()
    assert lead.get_by_role("link", name=re.compile("^Barang 2")).inner_text().endswith("1 kritis")
    lead.get_by_role("button", name="Tolak lot").click()
    lead.get_by_role("button", name="Sesuai hasil contoh").click()
    lead.get_by_text("Ditolak").first.wait_for()

    assert lead.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert violations(lead) == []
    lead.get_by_label("Bahasa laporan").select_option(label="Jepang")
    lead.get_by_label("Pernyataan").last.fill("11 % moisture")
    lead.get_by_role("button", name="Tandatangani laporan").click()
    link = lead.get_by_role("link", name=re.compile("^Laporan 2"))
    link.wait_for()
    (report,) = api.get("/v1/reports", params={"lot_id": lot}).json()["items"]
    assert (report["language"], report["signed_by"]) == ("ja", "Ibu Dewi")
    assert api.get(link.get_attribute("href")).content.startswith(b"%PDF")

    lead.get_by_role("button", name="Kerjakan ulang").click()
    lead.get_by_label("Alasan").fill("Sand all of them again")
    lead.get_by_role("button", name="Kerjakan ulang").click()
    lead.get_by_text("Sand all of them again").wait_for()
    assert api.get(f"/v1/lots/{lot}").json()["state"] == "rework"


def test_a_decision_that_the_sample_does_not_carry_is_explained(
    lead: Any, api: httpx2.Client
) -> None:
    lot = offered(api, Verdict.PASS)
    lead.goto(f"/#/lots/{lot}")
    lead.get_by_text("Contoh ini belum memutuskan.").wait_for()
    lead.get_by_role("button", name="Terima lot").click()
    lead.get_by_role("button", name="Sesuai hasil contoh").click()
    lead.get_by_text("Contoh ini belum cukup untuk keputusan itu.").wait_for()
    assert api.get(f"/v1/lots/{lot}").json()["decision"] is None


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_no_page_of_lots_breaks_a_rule_of_accessibility(
    browser: Any,
    station: Service,
    cookies: dict[str, str],
    api: httpx2.Client,
    size: tuple[int, int],
) -> None:
    lot = offered(api, Verdict.PASS, Verdict.FAIL, Verdict.CHECK, size=400)
    viewport = {"width": size[0], "height": size[1]}
    for scheme in ("light", "dark"):
        with opened(browser, station, cookies, viewport=viewport, color_scheme=scheme) as page:
            page.goto("/#/lots")
            page.get_by_role("link", name=re.compile("PO-17")).wait_for()
            assert violations(page) == []
            page.goto(f"/#/lots/{lot}")
            page.get_by_role("button", name="Tolak lot").click()
            page.get_by_role("heading", name="Tolak lot: mengapa?").wait_for()
            assert violations(page) == []
            page.get_by_role("button", name="English").click()
            page.get_by_role("heading", name="Reject lot: why?").wait_for()
            page.get_by_role("button", name="Indonesia").click()
            narrow = page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            assert narrow, "the page scrolls sideways"


def test_a_packer_is_told_that_lots_are_the_leads(browser: Any, station: Service) -> None:
    packer = cookies_of(station.runtime, Role.PACKER, tablet=True)
    with opened(browser, station, packer) as page:
        page.goto("/#/lots")
        page.get_by_text("Peran Anda tidak boleh melakukan ini.").wait_for()
