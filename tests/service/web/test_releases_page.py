"""The detector's page: an engineer compares, watches, chooses and takes back."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import networks
import pytest
from station_page import MARKS, Service, opened, scripted_inspection, serving, violations
from visitors import cookies_of

from qc.comparison import Cell, Comparison
from qc.defects.release import MODELS_VARIABLE, read_release
from service.actor import SYSTEM
from service.people.roles import Role
from service.releases import choosing
from service.releases.service import register

pytestmark = MARKS

OLD, NEW = "detector@0.0.1", "workshop@1.0.0"
SIZES = [(1280, 800), (800, 1280), (390, 844)]


@pytest.fixture
def station(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A service with a shipped release and one of the workshop that was found worse."""
    monkeypatch.setenv(MODELS_VARIABLE, str(tmp_path / "models"))
    shipped = write(tmp_path / "models" / "detector" / "0.0.1", ("crack", "stain", "hole"), OLD)
    (shipped.parent / "ACTIVE").write_text("0.0.1\n")
    made = write(tmp_path / "made", ("crack", "stain", "burn"), NEW)
    with serving(tmp_path, scripted_inspection) as service:
        data = service.runtime.settings.storage.data_dir
        with service.runtime.database.writing() as session:
            register(session, data, made, SYSTEM)
            choosing.keep_comparison(session, compared(shipped, made))
        yield service


def write(folder: Path, types: tuple[str, ...], reference: str) -> Path:
    name, version = reference.split("@")
    networks.write_release(folder, networks.colours(), types, version=version)
    card = json.loads((folder / "release.json").read_text()) | {"name": name}
    (folder / "release.json").write_text(json.dumps(card))
    return folder


def compared(shipped: Path, made: Path) -> Comparison:
    old, new = read_release(shipped), read_release(made)
    cells = (cell("crack", 0.9, 0.7, -0.31, -0.09), cell("stain", 0.6, 0.8, 0.1, 0.3))
    return Comparison(
        baseline=old.reference,
        baseline_sha256=old.sha256,
        candidate=new.reference,
        candidate_sha256=new.sha256,
        data="replay",
        data_sha256="0" * 64,
        photos=60,
        items=40,
        resamples=1000,
        cells=cells,
        types_not_measured=("hole",),
        types_lost=("hole",),
    )


def cell(defect: str, baseline: float, candidate: float, lower: float, upper: float) -> Cell:
    return Cell(
        product="bowl",
        type=defect,
        metric="recall",
        baseline=baseline,
        candidate=candidate,
        difference=candidate - baseline,
        lower=lower,
        upper=upper,
        count=30,
        items=30,
    )


def ready(station: Service) -> Any:
    return station.get("/ready")["release"]


def test_an_engineer_sees_what_is_worse_overrides_the_gate_and_goes_back(
    browser: Any, station: Service
) -> None:
    cookies = cookies_of(station.runtime, Role.ENGINEER, tablet=False, name="Pak Budi")
    with opened(browser, station, cookies) as page:
        page.goto("/#/releases")
        page.get_by_role("button", name=f"Bandingkan dengan yang aktif: {NEW}").click()
        row = page.get_by_role("row", name=re.compile("bowl · crack"))
        row.wait_for()
        assert "−20%" in row.inner_text().replace("-", "−")
        page.get_by_role("button", name=f"Jadikan aktif: {NEW}").click()
        page.get_by_label("Alasan").fill("Finds more stains")
        page.get_by_role("button", name="Jadikan aktif", exact=True).click()
        page.get_by_text("Rilis ini ditahan: ada yang lebih buruk.").wait_for()
        assert ready(station) == OLD

        page.get_by_label("Tetap aktifkan").check()
        page.get_by_role("button", name="Jadikan aktif", exact=True).click()
        page.get_by_text(f"Diaktifkan: {NEW}, walau ditahan").wait_for()
        assert ready(station) == NEW

        page.get_by_role("button", name="Kembali ke rilis sebelumnya").click()
        page.get_by_label("Alasan").fill("Missed a crack")
        page.get_by_role("button", name="Kembali ke rilis sebelumnya").click()
        page.get_by_text("Dikembalikan: bawaan").wait_for()
        assert ready(station) == OLD


def test_a_release_runs_in_shadow_until_it_is_stopped(browser: Any, station: Service) -> None:
    cookies = cookies_of(station.runtime, Role.ENGINEER, tablet=False)
    with opened(browser, station, cookies) as page:
        page.goto("/#/releases")
        page.get_by_role("button", name=f"Jalankan dalam bayangan: {NEW}").click()
        page.get_by_label("Alasan").fill("To see it work")
        page.get_by_role("button", name="Jalankan dalam bayangan", exact=True).click()
        page.get_by_text("Belum ada pemeriksaan dalam bayangan.").wait_for()
        assert ready(station) == OLD
        page.get_by_role("button", name=f"Hentikan bayangan: {NEW}").click()
        page.get_by_label("Alasan").fill("Seen enough")
        page.get_by_role("button", name="Hentikan bayangan", exact=True).click()
        page.get_by_text(f"Bayangan dihentikan: {NEW}").wait_for()


def test_a_lead_looks_on(browser: Any, station: Service) -> None:
    cookies = cookies_of(station.runtime, Role.LEAD, tablet=False)
    with opened(browser, station, cookies) as page:
        page.goto("/#/releases")
        page.get_by_role("button", name=f"Bandingkan dengan yang aktif: {NEW}").click()
        page.get_by_text("Rilis ini ditahan.").wait_for()
        assert page.get_by_role("button", name=re.compile("Jadikan aktif")).count() == 0


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_page_breaks_no_rule_of_accessibility(
    browser: Any, station: Service, size: tuple[int, int]
) -> None:
    cookies = cookies_of(station.runtime, Role.ENGINEER, tablet=False)
    viewport = {"width": size[0], "height": size[1]}
    for scheme in ("light", "dark"):
        with opened(browser, station, cookies, viewport=viewport, color_scheme=scheme) as page:
            page.goto("/#/releases")
            page.get_by_role("button", name=f"Bandingkan dengan yang aktif: {NEW}").click()
            page.get_by_role("row", name=re.compile("bowl · crack")).wait_for()
            page.get_by_role("button", name=f"Jadikan aktif: {NEW}").click()
            assert violations(page) == []
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
