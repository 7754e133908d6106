"""SIGKILL at every step of an upload, one after another."""

from __future__ import annotations

from pathlib import Path

import httpx2
from killable import KillableService
from station_page import running, scripted_inspection

from faults.ledger import Ledger, Row
from service.settings import Settings

_PROGRAM = Path(__file__).with_name("dying_service.py")


def killed_at_every_step(folder: Path, ledger: Ledger, times: int) -> Row:
    """Kill the service at step 0, 1, 2, … of an upload until one comes through, `times` at most."""
    service = KillableService(folder, program=_PROGRAM)
    cookies = service.first_cookies(service.start())
    for step in range(times):
        upload = ledger.new()
        (folder / "die-at").write_text(str(step))
        with httpx2.Client(base_url=service.address, cookies=cookies, timeout=30) as client:
            try:
                answer = client.send(upload.request(client))
            except httpx2.TransportError:
                ledger.injected += 1
                service.kill()
                service.start()
                answer = client.send(upload.request(client))
            else:
                ledger.note(upload, answer)
                break
            ledger.note(upload, answer)
    service.kill()
    settings = Settings(storage={"data_dir": service.data_dir})  # type: ignore[arg-type]
    with running(settings, scripted_inspection) as again:
        return ledger.compare(again.runtime)


FAULTS = (("killed at every step of an upload", killed_at_every_step),)
