"""The station page in a real browser against the real service; only the pipeline is scripted."""

from __future__ import annotations

import io
import math
import re
import shutil
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import httpx2
import pytest
import uvicorn
from applications import lent
from browser import FLAGS, launch_options
from PIL import Image
from visitors import cookies_of

from qc.decision.conformity import Decision
from qc.decision.verdict import Reason, Verdict, worst
from qc.geometry.station import Station
from qc.photo import Photo
from qc.records import Defect, Inspection, Measurement, PhotoRecord, Versions
from qc.spec.base import Severity
from qc.spec.models import Spec
from service import webclient
from service.inspector import Inspect
from service.people.roles import Role
from service.runtime import Runtime
from service.settings import CatalogueSettings, Settings, StorageSettings

LAUNCH = launch_options()
PATIENCE_MS = 30_000
"""Before a test gives up: the page knocks at a lost server every 10 s, and machines may be slow."""
AXE = Path(webclient.BUNDLE).parent / "node_modules" / "axe-core" / "axe.min.js"

SAMPLES = Path(__file__).parents[1] / "datasets" / "samples"

MARKS = [
    pytest.mark.slow,
    pytest.mark.skipif(find_spec("playwright") is None, reason="playwright is not installed"),
    pytest.mark.skipif(LAUNCH is None, reason="no Chromium on this machine"),
    pytest.mark.skipif(not AXE.is_file(), reason="the page is not built here: run `make web`"),
]

SPEC = """
id: test-bowl
version: 1
buyer: Test
example: true
product: {id: bowl, name: {en: Maple bowl, id: Mangkuk maple}, material: maple}
mat: A3
views:
  - {name: top, instruction: {en: Put it upright., id: Letakkan tegak.}}
dimensions:
  - name: diameter
    feature: diameter
    nominal_mm: 200
    lower_mm: 198
    upper_mm: 202
    height_mm: 60
"""

COLOURS = {
    Verdict.PASS: (40, 160, 60),
    Verdict.FAIL: (200, 30, 30),
    Verdict.CHECK: (240, 190, 40),
    Verdict.RETAKE: (40, 60, 200),
}
WORDS = {
    Verdict.PASS: ("LULUS", "PASS"),
    Verdict.FAIL: ("TOLAK", "FAIL"),
    Verdict.CHECK: ("PERIKSA", "CHECK"),
    Verdict.RETAKE: ("FOTO ULANG", "RETAKE"),
}


_CIRCLE = tuple(
    (400 + 200 * math.cos(angle), 300 + 200 * math.sin(angle))
    for angle in (math.tau * step / 72 for step in range(72))
)
"""The outline of the scripted item."""


def photo_of(verdict: Verdict) -> dict[str, Any]:
    """A plain photo whose colour tells the scripted pipeline what to answer."""
    out = io.BytesIO()
    Image.new("RGB", (800, 600), COLOURS[verdict]).save(out, "JPEG", quality=95)
    return {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def scripted_inspection(
    photos: Mapping[str, Photo],
    spec: Spec,
    station: Station | None = None,
    *_experts: object,
    **_day: object,
) -> Inspection:
    """Answer by the photo's colour."""
    photo = photos["top"]
    shade = photo.pixels.mean(axis=(0, 1))
    verdict = min(COLOURS, key=lambda one: float(abs(shade - COLOURS[one]).sum()))
    judged = verdict is not Verdict.RETAKE
    decision = Decision.CHECK if verdict is Verdict.CHECK else Decision.PASS
    value_mm = 201.8 if verdict is Verdict.CHECK else 200.12
    numbers = {"value_mm": value_mm, "u95_mm": 0.38, "lower_mm": 198.0, "upper_mm": 202.0}
    measurement = Measurement(
        name="diameter",
        feature="diameter",
        view="top",
        **numbers,
        default_tolerance=False,
        decision=decision,
        budget=(),
        line_px=((200.0, 300.0), (600.0, 300.0)),
    )
    said = measurement.quantity._asdict()
    defects: tuple[Defect, ...] = ()
    if verdict is Verdict.RETAKE:
        reasons = [Reason.of(verdict, "camera-tilted", view="top", tilt_deg=23)]
    else:
        code = {"pass": "dimension-inside", "check": "dimension-doubtful"}[decision.value]
        reasons = [Reason.of(Verdict(decision.value), code, view="top", subject="diameter", **said)]
    if verdict is Verdict.FAIL:
        size = {"length_mm": 23.4, "severity": "critical"}
        reasons.append(Reason.of(verdict, "defect-found", view="top", subject="crack", **size))
        defects = (
            Defect(
                type="crack",
                view="top",
                length_mm=23.4,
                width_mm=0.8,
                area_mm2=12.0,
                probability=0.97,
                severity=Severity.CRITICAL,
                verdict=verdict,
                polygon_px=((500.0, 200.0), (560.0, 205.0), (555.0, 215.0)),
            ),
        )
    return Inspection(
        verdict=worst(reasons),
        reasons=tuple(reasons),
        measurements=(measurement,) if judged else (),
        defects=defects,
        photos=(
            PhotoRecord(
                view="top",
                sha256=photo.sha256,
                width_px=photo.width_px,
                height_px=photo.height_px,
                mat="teliti-a3",
                mm_per_px=0.5,
                distance_mm=600.0,
                tilt_deg=2.0,
                mat_residual_px=0.2,
                outlines_px=(_CIRCLE,) if judged else (),
            ),
        ),
        versions=Versions(
            software="test",
            spec=spec.reference,
            release=None,
            mat="teliti-a3",
            station=station.id if station else None,
        ),
    )


class _Server(uvicorn.Server):
    """A server in a thread of the test."""

    def install_signal_handlers(self) -> None:
        """Leave the signals to pytest."""


@contextmanager
def chromium(camera: Path | None = None) -> Iterator[Any]:
    """A browser whose camera shows a JPEG, or a moving test picture."""
    from playwright.sync_api import sync_playwright  # where it is missing the tests are skipped

    shown = [] if camera is None else [f"--use-file-for-fake-video-capture={camera}"]
    with sync_playwright() as run:
        browser = run.chromium.launch(**LAUNCH or {}, args=[*FLAGS, *shown])
        yield browser
        browser.close()


@contextmanager
def flagged(browser: Any, *flags: str) -> Iterator[Any]:
    """Another browser of the same kind, started with more flags."""
    other = browser.browser_type.launch(**LAUNCH or {}, args=[*FLAGS, *flags])
    yield other
    other.close()


@contextmanager
def kept_browser(browser: Any, profile: Path, station: Addressed) -> Iterator[Any]:
    """A browser of the same kind that finds again what it had stored when it was closed."""
    context = browser.browser_type.launch_persistent_context(
        profile,
        **LAUNCH or {},
        args=FLAGS,
        base_url=station.address,
        viewport={"width": 1280, "height": 800},
    )
    context.set_default_timeout(PATIENCE_MS)
    yield context
    context.close()


class Addressed(Protocol):
    """Whatever is reached at an address."""

    @property
    def address(self) -> str: ...


@dataclass(frozen=True)
class Service:
    """A running service, seen from outside and from inside."""

    address: str
    runtime: Runtime

    def get(self, path: str) -> Any:
        """Ask as a person who is signed in."""
        cookies = cookies_of(self.runtime, Role.PACKER, tablet=False)
        return httpx2.get(self.address + path, cookies=cookies).json()

    def kept(self) -> list[dict[str, Any]]:
        """What the service has stored."""
        items: list[dict[str, Any]] = self.get("/v1/inspections")["items"]
        return items


@contextmanager
def serving(folder: Path, inspect: Inspect = scripted_inspection) -> Iterator[Service]:
    """A running service that keeps everything in `folder`."""
    specs = folder / "specs"
    specs.mkdir()
    (specs / "bowl.yaml").write_text(SPEC, encoding="utf-8")
    stations = folder / "stations"
    stations.mkdir()
    for path in SAMPLES.glob("station-*.json"):
        shutil.copy(path, stations)
    settings = Settings(
        storage=StorageSettings(data_dir=folder / "data"),
        catalogue=CatalogueSettings(specs_dir=specs, stations_dir=stations),
    )
    with running(settings, inspect) as service:
        yield service


@contextmanager
def running(settings: Settings, inspect: Inspect) -> Iterator[Service]:
    """A running service with these settings, on a port of its own."""
    with lent(settings, inspect) as app:
        server = _Server(uvicorn.Config(app, port=0, log_config=None, lifespan="on"))
        thread = threading.Thread(target=server.run)
        thread.start()
        while not server.started:
            assert thread.is_alive(), "the service did not start"
            time.sleep(0.02)
        host, port = server.servers[0].sockets[0].getsockname()[:2]
        try:
            yield Service(f"http://{host}:{port}", app.state.runtime)
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def opened(
    browser: Any, station: Addressed, cookies: Mapping[str, str] | None = None, **options: Any
) -> Iterator[Any]:
    """A page in a fresh browser; its complaints, its content policy's too, fail.

    Without its service worker, unless a test asks for it: behind one, requests cannot be seen.
    """
    usual = {"viewport": {"width": 1280, "height": 800}, "service_workers": "block"}
    context = browser.new_context(base_url=station.address, **(usual | options))
    context.set_default_timeout(PATIENCE_MS)
    context.add_cookies(
        [
            {"name": name, "value": value, "url": station.address}
            for name, value in (cookies or {}).items()
        ]
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    yield page
    context.close()
    # A request that the test itself made fail is no complaint of the page, nor is plain http.
    expected = ("Failed to load resource", "Cross-Origin-Opener-Policy header has been ignored")
    unexpected = [line for line in complaints if not any(known in line for known in expected)]
    assert unexpected == [], unexpected


def choose(page: Any, name: str = "Mangkuk maple") -> None:
    page.goto("/")
    page.get_by_role("link", name=re.compile(f"^{name}")).click()


def pick(page: Any, photo: dict[str, Any]) -> None:
    page.get_by_label("Pilih berkas").set_input_files(photo)


def violations(page: Any) -> list[str]:
    """Rules of WCAG 2.2 AA and of good practice that the page breaks, by axe-core."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("() => axe.run().then(result => result.violations)")
    return [f"{rule['id']}: {node['html']}" for rule in found for node in rule["nodes"]]
