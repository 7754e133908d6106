"""The page outlives its server, its browser and its own update."""

from __future__ import annotations

import json
import re
import shutil
import time
from pathlib import Path
from typing import Any

import pytest
from station_page import (
    MARKS,
    WORDS,
    Service,
    choose,
    kept_browser,
    opened,
    pick,
    scripted_inspection,
    serving,
)
from visitors import Hired, cookies_of
from waiting_photos import (
    KEPT,
    await_prefetched,
    await_sent,
    await_worker,
    data_of,
    killable,
    photo,
    received,
    sha256,
    sign_in,
    take_offline,
    unsent,
)

from qc.decision.verdict import Verdict
from qc.records import Inspection
from service import webclient
from service.errors import StorageError
from service.people.roles import Role

pytestmark = MARKS


def test_fifty_photos_survive_a_server_that_is_killed_again_and_again(
    browser: Any, tmp_path: Path
) -> None:
    shots = [photo(number, list(Verdict)[number % 4]) for number in range(50)]
    with (
        killable(tmp_path) as (service, cookies),
        opened(browser, service, cookies) as page,
    ):
        choose(page)
        page.get_by_label("Pilih berkas").wait_for(state="attached")
        service.kill()
        take_offline(page, shots)
        assert unsent(page) == 50

        for photos in (5, 20, 35):
            service.start()
            page.evaluate("() => dispatchEvent(new Event('online'))")
            service.kill_when_it_has(photos)
        assert 0 < unsent(page) < 50
        service.start()
        page.evaluate("() => dispatchEvent(new Event('online'))")
        await_sent(page, timeout=60_000)

        assert received(service.data_dir) == [sha256(shot) for shot in shots], "in order, once"
        page.goto("/#/unsent")
        answers = page.locator("a.answer").all_inner_texts()
        assert len(answers) == 50
        for number, answer in enumerate(answers):
            assert WORDS[list(Verdict)[number % 4]][0] in answer


def test_a_browser_that_is_closed_still_has_what_it_did_not_send(
    browser: Any, station: Service, sari: Hired, tmp_path: Path
) -> None:
    shots = [photo(number) for number in range(3)]
    with kept_browser(browser, tmp_path / "profile", station) as context:
        enrolled = cookies_of(station.runtime, None, tablet=True)
        forever = {"url": station.address, "expires": time.time() + 3600}
        context.add_cookies([forever | {"name": n, "value": v} for n, v in enrolled.items()])
        page = context.new_page()
        page.goto("/")
        sign_in(page, sari)
        choose(page)
        page.get_by_label("Pilih berkas").wait_for(state="attached")
        context.set_offline(True)
        take_offline(page, shots)
    assert received(data_of(station)) == []

    with kept_browser(browser, tmp_path / "profile", station) as context:
        page = context.new_page()
        page.goto("/")
        page.get_by_role("button", name="Sari").wait_for()  # the session went with the browser
        assert unsent(page) == 3
        sign_in(page, sari)
        await_sent(page)
    assert received(data_of(station)) == [sha256(shot) for shot in shots]


def test_the_page_opens_and_works_without_the_server(browser: Any, tmp_path: Path) -> None:
    with (
        killable(tmp_path) as (service, cookies),
        opened(browser, service, cookies, service_workers="allow") as page,
    ):
        page.goto("/")
        await_worker(page)
        await_prefetched(page)
        service.kill()

        page.reload()
        page.get_by_role("link", name=re.compile("^Mangkuk maple")).click()
        page.get_by_role("button", name="Ambil foto", disabled=False).wait_for()
        pick(page, photo(1))
        page.get_by_role("heading", name=KEPT).wait_for()
        page.reload()
        page.get_by_label("Pilih berkas").wait_for(state="attached")
        assert unsent(page) == 1

        service.start()
        page.evaluate("() => dispatchEvent(new Event('online'))")
        await_sent(page)
        assert received(service.data_dir) == [sha256(photo(1))]


def test_an_update_of_the_page_loses_nothing_that_waits(
    browser: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = tmp_path / "bundle"
    shutil.copytree(webclient.BUNDLE, bundle)
    monkeypatch.setattr(webclient, "BUNDLE", bundle)
    full = [True]

    def inspect(*arguments: Any, **options: Any) -> Inspection:
        if full[0]:
            raise StorageError("the disk is full")
        return scripted_inspection(*arguments, **options)

    with serving(tmp_path, inspect) as station:
        cookies = cookies_of(station.runtime, Role.PACKER, tablet=True, name="Sari")
        with opened(browser, station, cookies, service_workers="allow") as page:
            page.goto("/")
            await_worker(page)
            choose(page)
            for number in (1, 2):
                pick(page, photo(number))
                page.get_by_role("heading", name=KEPT).wait_for()
                page.get_by_role("button", name="Barang berikutnya").click()

            page_file, worker = bundle / "index.html", bundle / "sw.js"
            html = page_file.read_text(encoding="utf-8")
            page_file.write_text(html.replace("<body>", "<body data-new>"), encoding="utf-8")
            worker.write_text(worker.read_text(encoding="utf-8") + "// new", encoding="utf-8")
            page.evaluate(
                """async () => {
                  const changed = new Promise((resolve) => navigator.serviceWorker
                    .addEventListener("controllerchange", resolve));
                  await (await navigator.serviceWorker.ready).update();
                  await changed;
                }"""
            )
            assert page.locator("body[data-new]").count() == 0, "not while photos are taken"
            page.get_by_role("link", name="Ganti barang").click()
            page.locator("body[data-new]").wait_for()
            assert unsent(page) == 2

            full[0] = False
            page.evaluate("() => dispatchEvent(new Event('online'))")
            await_sent(page)
            assert received(data_of(station)) == [sha256(photo(1)), sha256(photo(2))]


def test_the_page_can_be_installed(tablet: Any) -> None:
    session = tablet.context.new_cdp_session(tablet)
    manifest = session.send("Page.getAppManifest")
    assert manifest["errors"] == []
    assert json.loads(manifest["data"])["name"] == "Teliti"
    errors = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
    # A test's browser is a private window, where nothing can be installed.
    assert [error["errorId"] for error in errors if error["errorId"] != "in-incognito"] == []
