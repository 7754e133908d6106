"""The page of data and training: an engineer makes a snapshot of what leads said."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import networks
import pytest
from station_page import MARKS, Service, opened, photo_of, serving, violations
from visitors import cookies_of

from qc.decision.verdict import Verdict
from qc.defects.release import MODELS_VARIABLE
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

    # The shipped releases were trained before runs kept a history.
    assert engineer.get_by_text("Pelatihan ini tidak menyimpan riwayat.").is_visible()

    engineer.get_by_role("button", name="English").click()
    assert engineer.get_by_role("heading", name="Data and training").is_visible()
    assert "crack 4" in snapshot.inner_text()


CURVE = [
    {"step": 100, "loss": 0.9, "mean_average_precision": 0.31},
    {"step": 200, "loss": None, "mean_average_precision": 0.62},
    {"step": 300, "loss": 0.4, "mean_average_precision": 0.58},
]


@pytest.mark.parametrize("size", [(1280, 800), (800, 1280), (390, 844)], ids=str)
def test_the_learning_curve_of_a_run_is_drawn(
    browser: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    monkeypatch.setenv(MODELS_VARIABLE, str(tmp_path / "models"))
    for version, curve in (("0.0.1", CURVE), ("0.0.2", [])):
        folder = tmp_path / "models" / "detector" / version
        networks.write_release(folder, networks.colours(), ("crack",), version=version)
        card = json.loads((folder / "release.json").read_text(encoding="utf-8"))
        (folder / "release.json").write_text(json.dumps(card | {"training": {"curve": curve}}))
    with serving(tmp_path) as station:
        cookies = cookies_of(station.runtime, Role.ENGINEER, tablet=False)
        viewport = {"width": size[0], "height": size[1]}
        with opened(browser, station, cookies, viewport=viewport) as page:
            page.goto("/#/datasets")
            panel = page.get_by_role("region", name="Kurva belajar")
            # Of a run that kept none nothing is drawn: the first with a history is shown.
            panel.get_by_text("Terbaik 0,620 pada langkah 200").wait_for()
            assert panel.locator("svg.chart").count() == 2
            precision, loss = (panel.locator("figure").nth(n) for n in (0, 1))
            assert precision.locator("circle").count() == 3
            assert loss.locator("circle").count() == 2, "what was not said is not drawn"
            kept = precision.locator("circle.kept").bounding_box()
            others = [c.bounding_box() for c in precision.locator("circle:not(.kept)").all()]
            assert all(kept["y"] < other["y"] for other in others), "more is higher"
            panel.get_by_text("Lihat sebagai tabel").click()
            assert panel.get_by_role("row").nth(2).inner_text().split() == ["200", "0,620", "–"]
            assert violations(page) == []
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

            panel.get_by_label("Detektor").select_option("detector@0.0.2")
            panel.get_by_text("Pelatihan ini tidak menyimpan riwayat.").wait_for()
            assert panel.locator("svg").count() == 0
            page.get_by_role("button", name="English").click()
            panel = page.get_by_role("region", name="Learning curve")
            panel.get_by_label("Detector").select_option("detector@0.0.1")
            panel.get_by_text("Best 0.620 at step 200").wait_for()


def test_leads_are_turned_away(browser: Any, station: Service) -> None:
    cookies = cookies_of(station.runtime, Role.LEAD, tablet=False)
    with opened(browser, station, cookies) as page:
        page.goto("/#/datasets")
        page.get_by_text("Peran Anda tidak boleh melakukan ini.").wait_for()
        page.goto("/#/releases")
        page.get_by_role("heading", name="Detektor").wait_for()
        assert page.get_by_role("link", name="Data dan pelatihan").count() == 0
