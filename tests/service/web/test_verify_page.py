"""The public page on which whoever holds a report compares it with what was signed."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx2
import pytest
from station_page import MARKS, Service, opened, photo_of, violations
from visitors import cookies_of

from qc.decision.verdict import Verdict
from service.people.roles import Role

pytestmark = MARKS


def signed(station: Service) -> tuple[dict[str, Any], bytes]:
    """A report of a rejected lot, and its file."""
    cookies = cookies_of(station.runtime, Role.LEAD, tablet=False, name="Ibu Dewi")
    with httpx2.Client(base_url=station.address, cookies=cookies, timeout=60) as lead:
        body = {"client_id": str(uuid4()), "spec": "test-bowl", "order_number": "PO-17", "size": 9}
        lot = lead.post("/v1/lots", json=body).json()["id"]
        photo = photo_of(Verdict.FAIL)
        lead.post(
            "/v1/inspections",
            data={"client_id": str(uuid4()), "spec": "test-bowl", "lot_id": lot},
            files={"photos": (photo["name"], photo["buffer"], photo["mimeType"])},
        )
        decision = {"outcome": "reject", "reason": "Cracked"}
        lead.post(f"/v1/lots/{lot}/decision", json=decision)
        report = lead.post(f"/v1/lots/{lot}/reports", json={"client_id": str(uuid4())}).json()
        return report, lead.get(report["pdf_url"]).content


@pytest.mark.parametrize("size", [(1280, 800), (390, 844)], ids=str)
def test_anybody_compares_a_report_with_what_was_signed(
    browser: Any, station: Service, size: tuple[int, int]
) -> None:
    report, pdf = signed(station)
    with opened(browser, station, viewport={"width": size[0], "height": size[1]}) as page:
        page.goto(f"/#/verify/{report['content_sha256']}")  # where the QR code leads
        page.get_by_role("heading", name="Laporan ini ditandatangani di sini.").wait_for()
        assert page.get_by_text(report["number"]).is_visible()
        assert page.get_by_text("Ibu Dewi").is_visible()
        assert page.get_by_text("DITOLAK").is_visible()
        assert violations(page) == []

        file = {"name": "report.pdf", "mimeType": "application/pdf", "buffer": pdf}
        page.get_by_label("Periksa berkas PDF").set_input_files(file)
        page.get_by_role("heading", name="Berkas ini asli, sampai byte terakhir.").wait_for()
        assert violations(page) == []

        changed = pdf[:-9] + bytes([pdf[-9] ^ 1]) + pdf[-8:]
        page.get_by_label("Periksa berkas PDF").set_input_files(file | {"buffer": changed})
        page.get_by_role("heading", name="Tidak dikenal.").wait_for()
        assert violations(page) == []
        page.get_by_role("button", name="English").click()
        page.get_by_role("heading", name="Not known.").wait_for()
        narrow = page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert narrow, "the page scrolls sideways"
