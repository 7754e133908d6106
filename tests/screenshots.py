"""Take the screenshots of the documentation: the real pipeline on the sample photos.

Run by `make screenshots`.
"""

from __future__ import annotations

import io
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx2
from PIL import Image
from sqlalchemy import func, select
from station_page import SAMPLES, Service, chromium, opened, running
from visitors import Staff, cookies_of

from qc.inspection import inspect
from service.inspections.models import InspectionRow, PhotoRow
from service.people.roles import Role
from service.settings import CatalogueSettings, Settings, StorageSettings

LANDSCAPE, PORTRAIT = (1280, 800), (800, 1280)
CAMERA = "bowl-sound.jpg"


@dataclass(frozen=True)
class Shot:
    """One picture: where to go, and what to wait for before it is taken."""

    name: str
    hash: str
    size: tuple[int, int] = LANDSCAPE
    english: bool = False
    ready: Callable[[Any], None] = lambda page: page.wait_for_load_state("networkidle")


def shots(answer_of: Callable[[str], UUID], lot_id: str) -> Iterator[Shot]:
    """List the pictures; `answer_of` gives the id of a sample's inspection."""
    yield Shot("choose", "/")
    yield Shot("choose-portrait-english", "/", PORTRAIT, english=True)
    yield Shot("camera", "/specs/mitsubishi-bowl-150", ready=_await_camera)
    yield Shot("answer-pass", f"/inspections/{answer_of('spoon-sound')}")
    yield Shot("answer-fail", f"/inspections/{answer_of('bowl-wide')}")
    yield Shot("answer-fail-portrait", f"/inspections/{answer_of('chopsticks-unequal')}", PORTRAIT)
    for verdict, sample in (("check", "bowl-chip"), ("retake", "retake-shaken")):
        answer = f"/inspections/{answer_of(sample)}"
        yield Shot(f"answer-{verdict}-portrait-english", answer, PORTRAIT, english=True)
    yield Shot("review-queue", "/review")
    tray = f"/review/{answer_of('tray-stain-scratch')}"
    yield Shot("review", tray)
    yield Shot("review-portrait-english", tray, PORTRAIT, english=True)
    yield Shot("manage", "/manage")
    yield Shot("lots", "/lots")
    yield Shot("lot", f"/lots/{lot_id}")
    yield Shot("quality", "/insight")
    yield Shot("change-at-the-stations-portrait-english", "/drift", PORTRAIT, english=True)
    yield Shot("specs", "/specs")
    yield Shot("spec-portrait-english", "/spec/asung-tray-280/2", PORTRAIT, english=True)
    yield Shot("teach", "/teach/mitsubishi-bowl-150")
    yield Shot("releases", "/releases")
    yield Shot("data-and-training", "/datasets")


def _await_camera(page: Any) -> None:
    """The camera's page never falls silent: it has its frames judged."""
    page.wait_for_function("() => document.querySelector('video')?.videoWidth > 0")
    page.wait_for_timeout(2500)


def main(folder: Path) -> None:
    """Write every picture into `folder` as WebP."""
    with tempfile.TemporaryDirectory() as temporary, _samples_inspected(Path(temporary)) as service:
        answers = _answers(service)
        staff = Staff(service.runtime)
        staff.add("Ibu Dewi", Role.LEAD)
        staff.add("Bagus", Role.PACKER)
        staff.add("Sari", Role.PACKER)
        cookies = cookies_of(service.runtime, Role.ADMIN, tablet=True, name="Pak Adi")
        lot_id = _lot(service, cookies)
        camera = Path(temporary) / "camera.mjpeg"
        Image.open(SAMPLES / CAMERA).resize((1440, 1080)).save(camera, "JPEG")
        with chromium(camera) as browser:
            for shot in shots(answers.__getitem__, lot_id):
                width, height = shot.size
                viewport = {"width": width, "height": height}
                with opened(browser, service, cookies, viewport=viewport) as page:
                    page.goto(f"/#{shot.hash}")
                    if shot.english:
                        page.get_by_role("button", name="English").click()
                    shot.ready(page)
                    page.wait_for_timeout(500)  # the answer's arrival is animated
                    picture = Image.open(io.BytesIO(page.screenshot()))
                    picture.save(folder / f"{shot.name}.webp", quality=82, method=6)


@contextmanager
def _samples_inspected(folder: Path) -> Iterator[Service]:
    settings = Settings(
        storage=StorageSettings(data_dir=folder / "data"),
        catalogue=CatalogueSettings(samples_dir=SAMPLES),
    )
    with running(settings, inspect) as service:
        photos = len(list(SAMPLES.glob("*.truth.json")))
        while _count(service) < photos:
            time.sleep(1)
        yield service


def _lot(service: Service, cookies: dict[str, str]) -> str:
    """Offer a lot, and have three of its bowls inspected."""
    with httpx2.Client(base_url=service.address, cookies=cookies, timeout=60) as lead:
        offer = {"spec": "mitsubishi-bowl-150", "order_number": "PO-2611", "size": 240}
        lot = lead.post("/v1/lots", json={"client_id": str(uuid4())} | offer).raise_for_status()
        lot_id = str(lot.json()["id"])
        for name in ("bowl-sound", "bowl-crack", "bowl-sound"):
            form = {"client_id": str(uuid4()), "spec": offer["spec"], "lot_id": lot_id}
            photo = (SAMPLES / f"{name}.jpg").read_bytes()
            files = {"photos": (f"{name}.jpg", photo, "image/jpeg")}
            lead.post("/v1/inspections", data=form, files=files).raise_for_status()
    return lot_id


def _count(service: Service) -> int:
    with service.runtime.database.reading() as session:
        return session.scalar(select(func.count()).select_from(InspectionRow)) or 0


def _answers(service: Service) -> dict[str, UUID]:
    """Return the inspection's id of each sample, which is known by its photo."""
    samples = {sha256(path.read_bytes()).hexdigest(): path.stem for path in SAMPLES.glob("*.jpg")}
    with service.runtime.database.reading() as session:
        rows = session.execute(select(PhotoRow.sha256, InspectionRow.id).join(InspectionRow))
        return {samples[digest]: inspection_id for digest, inspection_id in rows}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
