"""The page of data and training: an engineer makes a snapshot of what leads said."""

from __future__ import annotations

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


@pytest.fixture
def engineer(browser: Any, station: Service) -> Iterator[Any]:
    with opened(browser, station, cookies_of(station.runtime, Role.ENGINEER, tablet=False)) as page:
        yield page


def reviewed(station: Service, count: int) -> None:
    """Have items inspected and rejected; their photos differ in a byte after the JPEG's end."""
    cookies = cookies_of(station.runtime, Role.ADMIN, tablet=False)
    with httpx2.Client(base_url=station.address, cookies=cookies, timeout=60) as api:
        for _ in range(count):
            photo = photo_of(Verdict.FAIL)
            form = {"client_id": str(uuid4()), "spec": "test-bowl"}
            unlike = photo["buffer"] + uuid4().bytes
            files = {"photos": ("photo.jpg", unlike, "image/jpeg")}
            item = api.post("/v1/inspections", data=form, files=files).raise_for_status().json()
            said = {"client_id": str(uuid4()), "disposition": "reject", "reason": ""}
            api.post(f"/v1/reviews/{item['id']}", json=said).raise_for_status()


def test_an_engineer_makes_a_snapshot_and_sees_how_to_train(
    engineer: Any, station: Service
) -> None:
    reviewed(station, 2)
    engineer.goto("/#/releases")
    engineer.get_by_role("link", name="Data dan pelatihan").click()
    engineer.get_by_text("Belum ada. Buat satu setelah beberapa lot ditinjau.").wait_for()
    assert engineer.get_by_text("2 barang").is_visible()

    engineer.get_by_role("button", name="Buat kumpulan data").click()
    engineer.get_by_text("Tinjauan masih terlalu sedikit.").wait_for()
    reviewed(station, 2)
    engineer.get_by_label("Yang tidak dipisah").select_option(label="Barang saja")
    engineer.get_by_role("button", name="Buat kumpulan data").click()

    snapshot = engineer.get_by_role("article")
    snapshot.wait_for()
    name = snapshot.get_by_role("heading").inner_text()
    assert engineer.get_by_text(f"{name} sudah dibuat.").is_visible()
    assert "retak 4" in snapshot.inner_text()
    assert (station.runtime.settings.storage.data_dir / "snapshots" / name).is_dir()
    assert engineer.get_by_text("Tinjauan masih terlalu sedikit.").count() == 0
    assert violations(engineer) == []

    engineer.get_by_role("button", name="English").click()
    assert engineer.get_by_role("heading", name="Data and training").is_visible()
    assert "crack 4" in snapshot.inner_text()


def test_leads_are_turned_away(browser: Any, station: Service) -> None:
    cookies = cookies_of(station.runtime, Role.LEAD, tablet=False)
    with opened(browser, station, cookies) as page:
        page.goto("/#/datasets")
        page.get_by_text("Peran Anda tidak boleh melakukan ini.").wait_for()
        page.goto("/#/releases")
        page.get_by_role("heading", name="Detektor").wait_for()
        assert page.get_by_role("link", name="Data dan pelatihan").count() == 0
