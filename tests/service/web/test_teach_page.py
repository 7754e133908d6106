"""The page on which an engineer teaches a product: photos, an outlier, a memory that counts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import good_bowls
import goods
import pytest
from station_page import MARKS, Service, opened, photo_of, violations
from visitors import cookies_of

from qc.decision.verdict import Verdict
from qc.defects.release import MODELS_VARIABLE
from service.people.roles import Role

pytestmark = MARKS


@pytest.fixture(autouse=True)
def shipped_encoder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The shipped encoder is there, and no detector."""
    models = tmp_path / "models"
    models.mkdir()
    (models / "encoder").symlink_to(goods.ENCODER.parent)
    monkeypatch.setenv(MODELS_VARIABLE, str(models))


def file_of(name: str, content: bytes) -> dict[str, Any]:
    return {"name": name, "mimeType": "image/jpeg", "buffer": content}


def test_a_product_is_taught_without_the_strange_photo(browser: Any, station: Service) -> None:
    engineer = cookies_of(station.runtime, Role.ENGINEER, tablet=False)
    photos = [file_of(f"bowl-{n}.jpg", good_bowls.good(n)) for n in range(5)]
    strange = file_of("walnut.jpg", good_bowls.other())
    table = photo_of(Verdict.PASS) | {"name": "table.jpg"}
    with opened(browser, station, engineer) as page:
        page.goto("/#/spec/test-bowl/1")
        page.get_by_role("link", name="Ajari produk").click()
        start = page.get_by_role("button", name="Mulai belajar")
        assert start.is_disabled()
        page.get_by_label("Pilih foto dari komputer").last.set_input_files(
            [*photos, strange, table]
        )
        page.get_by_role("alert").get_by_text("table.jpg").wait_for(timeout=60_000)
        page.get_by_text("6 foto dipilih").wait_for()
        assert violations(page) == []

        page.get_by_label("Stasiun foto").select_option("rendered-a2")
        with page.expect_request("**/learning") as asked:
            start.click()
        assert asked.value.post_data_json["station"] == "rendered-a2"
        page.get_by_text("Foto ini berbeda dari yang lain").wait_for(timeout=60_000)
        panel = page.get_by_role("region", name="Belum bisa dipelajari")
        assert panel.get_by_role("listitem").count() == 1
        panel.get_by_text("walnut.jpg", exact=True).wait_for()
        assert violations(page) == []

        page.get_by_role("button", name="Keluarkan foto ini dan belajar lagi").click()
        page.get_by_role("heading", name="Selesai dipelajari").wait_for(timeout=60_000)
        page.get_by_text("Dari 5 foto. Paling banyak 45,1").wait_for()
        page.get_by_role("button", name="Pakai mulai sekarang").click()
        page.get_by_role("button", name="Berhenti memakai").wait_for()
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    experts = station.runtime.settings.storage.data_dir / "experts" / "test-bowl"
    assert [path.name for path in experts.iterdir()] == ["top.qcn"]


def test_leads_do_not_teach(browser: Any, station: Service) -> None:
    with opened(browser, station, cookies_of(station.runtime, Role.LEAD, tablet=False)) as page:
        page.goto("/#/spec/test-bowl/1")
        page.get_by_role("link", name="Excel").wait_for()
        assert page.get_by_role("link", name="Ajari produk").count() == 0
        page.goto("/#/teach/test-bowl")
        page.get_by_role("alert").get_by_role("heading").wait_for()
