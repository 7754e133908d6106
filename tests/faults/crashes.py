"""SIGKILL at every step of an upload, one after another."""

from __future__ import annotations

from pathlib import Path

import httpx2
from killable import KillableService
from station_page import running, scripted_inspection

from faults.dying_service import ORDER, die_as_ordered
from faults.ledger import Ledger, Row
from service.settings import Settings


def killed_at_every_step(folder: Path, ledger: Ledger, times: int) -> Row:
    """Kill the service at step 0, 1, 2, … of an upload until one comes through, and again.

    It ends after `times` kills.
    """
    service = KillableService(folder, prepare=die_as_ordered)
    cookies = service.first_cookies(service.start())
    step = 0
    while ledger.injected < times:
        upload = ledger.new()
        (folder / ORDER).write_text(str(step))
        with httpx2.Client(base_url=service.address, cookies=cookies, timeout=30) as client:
            try:
                answer = client.send(upload.request(client))
            except httpx2.TransportError:
                ledger.injected += 1
                step += 1
                _start_again(service, folder)
                answer = client.send(upload.request(client))
            else:
                step = 0
                _start_again(service, folder)  # it would die at a step of the next upload
        ledger.note(upload, answer)
    service.kill()
    settings = Settings(storage={"data_dir": service.data_dir})
    with running(settings, scripted_inspection) as again:
        return ledger.compare(again.runtime)


def _start_again(service: KillableService, folder: Path) -> None:
    service.kill()
    (folder / ORDER).unlink(missing_ok=True)
    service.start()


FAULTS = (("killed at every step of an upload", killed_at_every_step),)
