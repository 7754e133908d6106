"""A tablet whose photos wait for the server: taking them, counting them, and what arrived."""

from __future__ import annotations

import hashlib
import io
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from killable import KillableService
from PIL import Image
from station_page import COLOURS, Service, pick
from visitors import Hired

from qc.decision.verdict import Verdict
from service.database import DATABASE_FILE

KEPT = "Foto tersimpan di tablet"


def sign_in(page: Any, person: Hired) -> None:
    page.get_by_role("button", name=person.name).click()
    for digit in person.secret:
        page.get_by_role("button", name=digit, exact=True).click()
    page.get_by_role("button", name="Ganti orang").wait_for()


def photo(number: int, verdict: Verdict = Verdict.PASS) -> dict[str, Any]:
    """A photo unlike every other one, whose colour tells the pipeline what to answer."""
    out = io.BytesIO()
    comment = f"photo {number}"
    Image.new("RGB", (320, 240), COLOURS[verdict]).save(out, "JPEG", quality=95, comment=comment)
    return {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def sha256(shot: dict[str, Any]) -> str:
    return hashlib.sha256(shot["buffer"]).hexdigest()


def take_offline(page: Any, shots: list[dict[str, Any]]) -> None:
    """Take photos one after the other while the server cannot be reached."""
    for shot in shots:
        pick(page, shot)
        page.get_by_role("heading", name=KEPT).wait_for()
        page.get_by_role("button", name="Barang berikutnya").click()
        page.get_by_label("Pilih berkas").wait_for(state="attached")


def await_prefetched(page: Any) -> None:
    """Wait until the tablet keeps the spec that it has never shown."""
    page.evaluate(
        """async () => {
          const opening = indexedDB.open("teliti");
          await new Promise((resolve) => (opening.onsuccess = resolve));
          const kept = () => new Promise((resolve) => {
            const asked = opening.result.transaction("answers").objectStore("answers")
              .get("spec/test-bowl");
            asked.onsuccess = () => resolve(asked.result);
          });
          while (!(await kept())) await new Promise((resolve) => setTimeout(resolve, 20));
          opening.result.close();
        }"""
    )


def await_worker(page: Any) -> None:
    """Wait until the page's own files are kept on the tablet."""
    page.evaluate("() => navigator.serviceWorker.ready")
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")


def unsent(page: Any) -> int:
    """The number in the top bar."""
    number = page.locator("a.unsent b:visible").filter(has_text=re.compile(r"^\d+$"))
    return int(number.inner_text())


def await_sent(page: Any, timeout: float = 30_000) -> None:
    page.wait_for_function(
        "() => document.querySelector('a.unsent b')?.textContent === '0'", timeout=timeout
    )


def received(data_dir: Path) -> list[str]:
    """SHA-256 of every photo of which the server has an inspection, in the order of arrival."""
    with closing(sqlite3.connect(data_dir / DATABASE_FILE)) as database:
        query = "SELECT sha256 FROM photos ORDER BY inspection_sequence, position"
        return [row[0] for row in database.execute(query)]


def data_of(station: Service) -> Path:
    return station.runtime.settings.storage.data_dir


class Killable(KillableService):
    """A service that may be killed in the middle of what a tablet sends."""

    def kill_when_it_has(self, photos: int) -> None:
        deadline = time.monotonic() + 60
        while len(received(self.data_dir)) < photos:
            assert time.monotonic() < deadline, "the tablet sends nothing"
            time.sleep(0.005)
        self.kill()


@contextmanager
def killable(folder: Path) -> Iterator[tuple[Killable, dict[str, str]]]:
    """A service that may be killed, and the cookies of its first admin on the first tablet."""
    service = Killable(folder)
    try:
        yield service, service.first_cookies(service.start())
    finally:
        service.kill()
