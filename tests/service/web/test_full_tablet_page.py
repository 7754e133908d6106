"""A tablet without room says so, and loses nothing that it took."""

from __future__ import annotations

from typing import Any

from station_page import (
    MARKS,
    Service,
    choose,
    opened,
    pick,
    violations,
)
from visitors import cookies_of
from waiting_photos import (
    data_of,
    photo,
    received,
    sha256,
)

from service.people.roles import Role

pytestmark = MARKS


def test_a_tablet_that_refuses_storage_still_inspects_and_says_what_it_cannot_keep(
    browser: Any, station: Service
) -> None:
    cookies = cookies_of(station.runtime, Role.PACKER, tablet=True, name="Komang")
    with opened(browser, station, cookies) as page:
        page.add_init_script(
            "IDBObjectStore.prototype.add = IDBObjectStore.prototype.put = () => {"
            "  throw new DOMException('full', 'QuotaExceededError'); }"
        )
        choose(page)
        pick(page, photo(1))
        page.get_by_role("heading", level=1, name="LULUS").wait_for()
        page.get_by_role("link", name="Barang berikutnya").click()
        page.get_by_label("Pilih berkas").wait_for(state="attached")
        page.context.set_offline(True)
        pick(page, photo(2))
        page.get_by_role("alert").get_by_text("Tablet tidak bisa menyimpan foto ini.").wait_for()
        assert page.get_by_text("Jangan tutup halaman ini.").is_visible()
        assert violations(page) == []
        page.context.set_offline(False)
        page.get_by_role("heading", level=1, name="LULUS").wait_for()
    assert received(data_of(station)) == [sha256(photo(1)), sha256(photo(2))]


def test_a_tablet_that_is_almost_full_says_so_before_it_is_too_late(
    browser: Any, station: Service
) -> None:
    cookies = cookies_of(station.runtime, Role.PACKER, tablet=True, name="Komang")
    with opened(browser, station, cookies) as page:
        page.add_init_script(
            "StorageManager.prototype.estimate = async () => "
            "({quota: 100 * 2 ** 20, usage: 50 * 2 ** 20});"
        )
        choose(page)
        page.get_by_text("Tablet hampir penuh: cukup untuk kira-kira 8 foto lagi.").wait_for()
        assert violations(page) == []
        pick(page, photo(1))
        page.get_by_role("heading", level=1, name="LULUS").wait_for()
