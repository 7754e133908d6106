"""The station page in a real browser against the real service; only the pipeline is scripted."""

from __future__ import annotations

import io
import json
import re
import shutil
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvicorn
from PIL import Image

from qc.decision.conformity import Decision
from qc.decision.verdict import Reason, Verdict, worst
from qc.geometry.station import Station
from qc.inspection import inspect
from qc.photo import Photo
from qc.records import Defect, Inspection, Measurement, PhotoRecord, Versions
from qc.spec.base import Severity
from qc.spec.models import Spec
from service import webclient
from service.app import create_app
from service.settings import CatalogueSettings, Settings, StorageSettings

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
AXE = Path(webclient.BUNDLE).parent / "node_modules" / "axe-core" / "axe.min.js"

SAMPLES = Path(__file__).parents[3] / "datasets" / "samples"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
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
  - {name: diameter, feature: diameter, nominal_mm: 200, height_mm: 60}
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


def photo_of(verdict: Verdict) -> dict[str, Any]:
    """A plain photo whose colour tells the scripted pipeline what to answer."""
    out = io.BytesIO()
    Image.new("RGB", (800, 600), COLOURS[verdict]).save(out, "JPEG", quality=95)
    return {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def scripted_inspection(
    photos: Mapping[str, Photo],
    spec: Spec,
    station: Station | None = None,
    detector: object = None,  # noqa: ARG001 -- the pipeline's signature
) -> Inspection:
    """Answer by the photo's colour."""
    photo = photos["top"]
    shade = photo.pixels.mean(axis=(0, 1))
    verdict = min(COLOURS, key=lambda one: float(abs(shade - COLOURS[one]).sum()))
    judged = verdict is not Verdict.RETAKE
    decision = Decision.CHECK if verdict is Verdict.CHECK else Decision.PASS
    value_mm = 201.8 if verdict is Verdict.CHECK else 200.12
    numbers = {"value_mm": value_mm, "u95_mm": 0.38, "lower_mm": 198.0, "upper_mm": 202.0}
    defects: tuple[Defect, ...] = ()
    if verdict is Verdict.RETAKE:
        reasons = [Reason.of(verdict, "camera-tilted", view="top", tilt_deg=23)]
    else:
        code = {"pass": "dimension-inside", "check": "dimension-doubtful"}[decision.value]
        reasons = [
            Reason.of(Verdict(decision.value), code, view="top", subject="diameter", **numbers)
        ]
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


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    flags = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
    ]
    with playwright.sync_playwright() as run:
        chromium = run.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield chromium
        chromium.close()


@pytest.fixture
def station(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a running service that keeps everything in the test's folder."""
    specs = tmp_path / "specs"
    specs.mkdir()
    (specs / "bowl.yaml").write_text(SPEC, encoding="utf-8")
    stations = tmp_path / "stations"
    stations.mkdir()
    for path in SAMPLES.glob("station-*.json"):
        shutil.copy(path, stations)
    settings = Settings(
        storage=StorageSettings(data_dir=tmp_path / "data"),
        catalogue=CatalogueSettings(specs_dir=specs, stations_dir=stations),
    )
    app = create_app(settings, inspect=getattr(request, "param", scripted_inspection))
    server = _Server(uvicorn.Config(app, port=0, log_config=None, lifespan="on"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the service did not start"
        time.sleep(0.02)
    host, port = server.servers[0].sockets[0].getsockname()[:2]
    yield f"http://{host}:{port}"
    server.should_exit = True
    thread.join()


@pytest.fixture
def tablet(browser: Any, station: str, request: pytest.FixtureRequest) -> Iterator[Any]:
    """A page on a fresh tablet; complaints of the browser, its content policy's too, fail."""
    options = getattr(request, "param", {})
    context = browser.new_context(
        base_url=station, **({"viewport": {"width": 1280, "height": 800}} | options)
    )
    context.set_default_timeout(10_000)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    yield page
    context.close()
    # A request that the test itself made fail is no complaint of the page.
    assert [line for line in complaints if "Failed to load resource" not in line] == []


def choose(page: Any, name: str = "Mangkuk maple") -> None:
    page.goto("/")
    page.get_by_role("link", name=re.compile(f"^{name}")).click()


def pick(page: Any, photo: dict[str, Any]) -> None:
    page.get_by_label("Pilih berkas").set_input_files(photo)


def kept(station: str) -> list[dict[str, Any]]:
    """What the service has stored."""
    items: list[dict[str, Any]] = httpx2.get(f"{station}/v1/inspections").json()["items"]
    return items


def violations(page: Any) -> list[str]:
    """Rules of WCAG 2.2 AA and of good practice that the page breaks, by axe-core."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("() => axe.run().then(result => result.violations)")
    return [f"{rule['id']}: {node['html']}" for rule in found for node in rule["nodes"]]


@pytest.mark.parametrize("verdict", list(Verdict))
def test_one_photo_gives_one_clear_answer_in_both_languages(
    tablet: Any, station: str, verdict: Verdict
) -> None:
    indonesian, english = WORDS[verdict]
    choose(tablet)
    pick(tablet, photo_of(verdict))

    tablet.get_by_role("heading", level=1, name=indonesian).wait_for()
    (inspection,) = kept(station)
    assert inspection["verdict"] == verdict
    overlay = tablet.get_by_role("img", name=re.compile("ditandai"))
    assert overlay.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    for reason in inspection["reasons"]:
        assert tablet.get_by_text(reason["text"]["id"]).is_visible()

    tablet.get_by_role("button", name="English").click()
    tablet.get_by_role("heading", level=1, name=english).wait_for()
    for reason in inspection["reasons"]:
        assert tablet.get_by_text(reason["text"]["en"]).is_visible()
    assert tablet.locator("html").get_attribute("lang") == "en"


@pytest.mark.skipif(not any(SAMPLES.glob("*.truth.json")), reason="no sample photos here")
@pytest.mark.parametrize("station", [inspect], indirect=True, ids=["real-pipeline"])
def test_a_sample_photo_is_really_inspected(tablet: Any, station: str) -> None:
    sample = json.loads((SAMPLES / "bowl-wide.truth.json").read_text(encoding="utf-8"))
    spec = httpx2.get(f"{station}/v1/specs/{sample['spec']}").json()

    tablet.goto("/")
    tablet.get_by_label("Stasiun").select_option(sample["station"])
    tablet.get_by_role("link", name=re.compile("^" + spec["product"]["name"]["id"])).click()
    tablet.get_by_label("Pilih berkas").set_input_files(SAMPLES / sample["photo"])

    tablet.get_by_role("heading", level=1, name="TOLAK").wait_for()
    (inspection,) = kept(station)
    assert inspection["station"] == sample["station"]
    row = tablet.get_by_role("table").get_by_role("row").nth(1)
    shown = re.search(r"(\d+),(\d\d)", row.inner_text())
    assert shown is not None
    truth_mm = sample["dimensions"][0]["value_mm"]
    assert float(shown[1] + "." + shown[2]) == pytest.approx(truth_mm, abs=1.5)


@pytest.mark.parametrize(
    "tablet",
    [
        {"color_scheme": scheme, "viewport": {"width": width, "height": height}}
        for scheme, width, height in [("light", 1280, 800), ("dark", 800, 1280), ("dark", 390, 844)]
    ],
    indirect=True,
    ids=["light-landscape", "dark-portrait", "dark-phone"],
)
def test_no_page_breaks_a_rule_of_accessibility(tablet: Any) -> None:
    for verdict in Verdict:
        choose(tablet)
        tablet.get_by_role("button", name="Ambil foto", disabled=False).wait_for()
        assert violations(tablet) == []
        pick(tablet, photo_of(verdict))
        tablet.get_by_role("heading", level=1, name=WORDS[verdict][0]).wait_for()
        assert violations(tablet) == []
        narrow = tablet.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert narrow, "the page scrolls sideways"
    tablet.goto("/#/")
    tablet.get_by_role("heading", name="Pemeriksaan terakhir").wait_for()
    assert violations(tablet) == []
    tablet.goto("/#/inspections/00000000-0000-4000-8000-000000000000")
    tablet.get_by_role("alert").wait_for()
    assert violations(tablet) == []


def test_gloves_hit_every_control(tablet: Any) -> None:
    # A 10-inch tablet of 1280 pixels shows 6.3 of them per millimetre.
    def smallest_side_mm(control: Any) -> float:
        box = control.bounding_box()
        return float(min(box["width"], box["height"])) / 6.3

    choose(tablet)
    assert smallest_side_mm(tablet.get_by_role("button", name="Ambil foto")) >= 20
    pick(tablet, photo_of(Verdict.PASS))
    assert smallest_side_mm(tablet.get_by_role("link", name="Barang berikutnya")) >= 20
    for control in tablet.locator("a, button").all():
        assert smallest_side_mm(control) >= 9, control.inner_text()


def test_the_live_camera_and_the_keyboard_are_enough(tablet: Any, station: str) -> None:
    tablet.goto("/")
    tablet.get_by_role("link", name=re.compile("^Mangkuk maple")).focus()
    tablet.keyboard.press("Enter")
    shutter = tablet.get_by_role("button", name="Ambil foto", disabled=False)
    shutter.wait_for()
    shutter.focus()
    tablet.keyboard.press("Enter")
    heading = tablet.locator("#verdict")
    heading.wait_for()
    assert heading.evaluate("element => element === document.activeElement")
    assert len(kept(station)) == 1


def test_a_lost_answer_is_asked_for_again_and_nothing_doubles(tablet: Any, station: str) -> None:
    def lose_the_answer(route: Any) -> None:
        route.fetch()  # the server hears it
        route.abort()  # the tablet does not hear the answer

    choose(tablet)
    tablet.route("**/v1/inspections", lose_the_answer, times=1)
    pick(tablet, photo_of(Verdict.PASS))

    notice = tablet.get_by_role("alert")
    notice.get_by_text("Server tidak terjangkau.").wait_for()
    assert len(kept(station)) == 1
    notice.get_by_role("button", name="Coba lagi").click()

    tablet.get_by_role("heading", level=1, name="LULUS").wait_for()
    assert len(kept(station)) == 1


def test_a_file_that_is_no_photo_is_refused_with_what_to_do(tablet: Any, station: str) -> None:
    choose(tablet)
    pick(tablet, {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": b"not a photo"})

    notice = tablet.get_by_role("alert")
    notice.get_by_text("Foto tidak bisa dibaca.").wait_for()
    assert notice.get_by_text("Foto ulang, atau pilih berkas JPEG atau PNG.").is_visible()
    assert kept(station) == []
    notice.get_by_role("button").click()
    tablet.get_by_role("button", name="Ambil foto").wait_for()


def test_a_past_inspection_opens_from_the_list_and_enlarges(tablet: Any) -> None:
    choose(tablet)
    pick(tablet, photo_of(Verdict.FAIL))
    tablet.get_by_role("heading", level=1, name="TOLAK").wait_for()
    tablet.get_by_role("link", name="Ganti barang").click()
    tablet.get_by_role("link", name=re.compile("^TOLAK Mangkuk maple")).click()
    tablet.get_by_role("heading", level=1, name="TOLAK").wait_for()

    tablet.get_by_role("button", name="Perbesar foto").click()
    tablet.get_by_role("dialog").wait_for()
    assert violations(tablet) == []
    tablet.keyboard.press("Escape")
    assert tablet.get_by_role("dialog").count() == 0
