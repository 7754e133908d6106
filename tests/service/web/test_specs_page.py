"""The page of specs: a buyer's file with its faults, versions and what changed, golden samples."""

from __future__ import annotations

import re
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from station_page import (
    MARKS,
    SPEC,
    Service,
    choose,
    opened,
    photo_of,
    pick,
    violations,
)
from visitors import cookies_of

from qc.decision.verdict import Verdict
from qc.spec import Spec, parse_spec
from qc.spec.workbook import write_workbook
from qc.spec.workbook.layout import SHEETS
from service import webclient
from service.people.roles import Role

pytestmark = MARKS

MESSAGES = Path(webclient.BUNDLE).parent / "src" / "messages"
BOWL = parse_spec(SPEC, "bowl.yaml")
SIZES = [(1280, 800), (800, 1280), (1920, 1080), (390, 844)]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def next_version() -> Spec:
    (diameter,) = BOWL.dimensions
    tighter = diameter.model_copy(
        update={"lower_mm": 199.0, "upper_mm": 201.5, "default_tolerance": False}
    )
    return BOWL.model_copy(update={"version": 2, "dimensions": (tighter,)})


def file_of(content: bytes, name: str = "bowl.xlsx") -> dict[str, Any]:
    return {"name": name, "mimeType": XLSX, "buffer": content}


def faulty() -> dict[str, Any]:
    book = load_workbook(BytesIO(write_workbook(next_version())))
    book["Dimensions"]["G2"].value = "12,5"
    book["Dimensions"].merge_cells("A6:A9")
    book["Spec"]["B4"].value = None
    target = BytesIO()
    book.save(target)
    return file_of(target.getvalue(), "from-the-buyer.xlsx")


def lead(browser: Any, station: Service, role: Role = Role.LEAD, **options: Any) -> Any:
    return opened(browser, station, cookies_of(station.runtime, role, tablet=False), **options)


def choose_file(page: Any, file: dict[str, Any]) -> None:
    page.get_by_label("Pilih berkas").set_input_files(file)


def test_a_workbook_with_faults_is_corrected_compared_and_stored(
    browser: Any, station: Service
) -> None:
    with lead(browser, station) as page:
        page.goto("/")
        page.get_by_role("link", name="Spesifikasi").click()
        choose_file(page, faulty())
        page.get_by_role("heading", name="3 kesalahan di berkas ini").wait_for()
        rows = page.get_by_role("row")
        rows.filter(has_text="Dimensions!G2").get_by_text("12,5").first.wait_for()
        rows.filter(has_text="Dimensions!A6:A9").get_by_text("Unmerge").wait_for()
        rows.filter(has_text="Spec!B4").get_by_text("“Buyer” is missing").wait_for()
        assert violations(page) == []

        choose_file(page, file_of(write_workbook(next_version())))
        page.get_by_text("test-bowl@2 bisa disimpan.").wait_for()
        assert page.get_by_text("kesalahan").count() == 0
        row = page.get_by_role("row", name=re.compile("Batas atas"))
        assert "202 mm" in row.inner_text()
        assert "201,5 mm" in row.inner_text()
        assert station.get("/v1/specs/test-bowl")["version"] == 1, "nothing is stored yet"
        assert violations(page) == []

        tomorrow = date.today() + timedelta(days=1)
        page.get_by_label("Berlaku mulai").fill(tomorrow.isoformat())
        page.get_by_role("button", name="Simpan versi ini").click()
        page.get_by_text("test-bowl@2 disimpan").wait_for()
        later = page.get_by_role("link").filter(has_text="test-bowl · Versi 2")
        later.get_by_text("Akan berlaku").wait_for()
        assert station.get("/v1/specs/test-bowl")["version"] == 1, "it counts from tomorrow"

        later.click()
        page.get_by_role("heading", name="Mangkuk maple · Test").wait_for()
        page.get_by_role("cell", name="199 … 201,5 mm").wait_for()
        assert page.get_by_label("Bandingkan dengan").last.input_value() == "1"
        page.get_by_role("row", name=re.compile("Batas bawah.*198 mm.*199 mm")).wait_for()


def test_a_golden_sample_passes_the_gate_and_then_guides_camera_and_review(
    browser: Any, station: Service
) -> None:
    with lead(browser, station) as page:
        page.goto("/#/spec/test-bowl/1")
        add = page.get_by_label("Tambah foto contoh")
        add.set_input_files(photo_of(Verdict.RETAKE))
        page.get_by_text("Foto contoh tidak lolos pemeriksaan foto.").wait_for()
        add.set_input_files(photo_of(Verdict.PASS))
        picture = page.get_by_role("img", name="Foto contoh, top")
        picture.wait_for()
        assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
        assert add.count() == 0, "it stays"
        assert violations(page) == []

    packer = cookies_of(station.runtime, Role.PACKER, tablet=True)
    with opened(browser, station, packer) as page:
        with page.expect_request(re.compile("/golden/top")):
            choose(page)
            page.get_by_label("Pilih berkas").wait_for(state="attached")
        pick(page, photo_of(Verdict.CHECK))
        page.get_by_role("heading", level=1, name="PERIKSA").wait_for()

    (kept,) = station.kept()
    with lead(browser, station) as page:
        page.goto(f"/#/review/{kept['id']}")
        page.get_by_role("img", name="Foto contoh, top").wait_for()
        assert violations(page) == []


def test_what_is_downloaded_is_what_was_stored(browser: Any, station: Service) -> None:
    with lead(browser, station, Role.ENGINEER) as page:
        page.goto("/#/spec/test-bowl/1")
        with page.expect_download() as arriving:
            page.get_by_role("link", name="Excel").click()
        assert arriving.value.suggested_filename == "test-bowl-1.xlsx"
        page.goto("/#/specs")
        with page.expect_download() as arriving:
            page.get_by_role("link", name="Unduh templat Excel").click()
        assert arriving.value.suggested_filename == "spec.xlsx"


def test_packers_are_turned_away(browser: Any, station: Service) -> None:
    with lead(browser, station, Role.PACKER) as page:
        page.goto("/")
        page.get_by_role("link", name=re.compile("^Mangkuk maple")).wait_for()
        assert page.get_by_role("link", name="Spesifikasi").count() == 0
        page.goto("/#/specs")
        page.get_by_role("alert").get_by_role("heading").wait_for()


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_pages_break_no_rule_of_accessibility(
    browser: Any, station: Service, size: tuple[int, int]
) -> None:
    viewport = {"width": size[0], "height": size[1]}
    for scheme in ("light", "dark"):
        with lead(browser, station, viewport=viewport, color_scheme=scheme) as page:
            page.goto("/#/specs")
            choose_file(page, faulty())
            page.get_by_role("heading", name="3 kesalahan di berkas ini").wait_for()
            assert violations(page) == []
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            page.goto("/#/spec/kowabo-spoon-200/2")
            page.get_by_role("heading", name="Sendok ukir 200 · Kowabo").wait_for()
            assert violations(page) == []
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_every_field_that_can_change_has_a_name_in_both_languages() -> None:
    named = {"id", "version", "name", "type"}  # by these rows are told apart
    keys = {field.key for sheet in SHEETS for field in sheet.fields} - named
    for language in ("id", "en"):
        text = (MESSAGES / f"specs.{language}.ts").read_text("utf-8")
        said = set(re.findall(r'^    "?([\w.]+)"?: ', text, re.MULTILINE))
        assert keys <= said, language
