"""A service on a fresh folder; its inspector answers at once, everything else is real."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID, uuid4

import numpy as np
import pytest
import scale
from applications import lent
from fastapi.testclient import TestClient
from httpx2 import Response
from PIL import Image
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import func, select
from station_page import Service, chromium, opened, scripted_inspection, serving
from structlog.testing import capture_logs
from visitors import Hired, Staff, cookies_of
from waiting_photos import sign_in

from qc.decision.conformity import Decision
from qc.decision.verdict import Reason, Verdict, worst
from qc.defects.release import MODELS_VARIABLE
from qc.geometry.station import Station
from qc.photo import Photo
from qc.records import BudgetLine, Defect, Inspection, Measurement, PhotoRecord, Versions
from qc.spec.base import LocalText, Severity
from qc.spec.models import Product, Spec, View
from service import credentials
from service.inspections.models import InspectionRow, PhotoRow
from service.inspector import Inspect
from service.people.roles import Role
from service.runtime import Runtime
from service.settings import Settings
from service.specs.service import store_spec
from service.stations.service import store_station

SPEC = Spec(
    id="test-bowl",
    version=2,
    buyer="Test",
    example=True,
    product=Product(id="bowl", name=LocalText(en="Bowl", id="Mangkuk"), material="teak"),
    mat="A4",
    views=(
        View(name="top", instruction=LocalText(en="From above", id="Dari atas")),
        View(name="underside", instruction=LocalText(en="From below", id="Dari bawah")),
    ),
)


def recorded_inspection(
    photos: Mapping[str, Photo],
    spec: Spec,
    station: Station | None = None,
    *_experts: object,
    **_day: object,
) -> Inspection:
    """Answer with findings that depend on the photos alone, awkward numbers included."""
    reasons = (
        Reason.of(
            Verdict.FAIL,
            "defect-found",
            subject="crack",
            view="top",
            length_mm=7.25,
            severity="major",
        ),
    )
    first = next(iter(photos.values()))
    return Inspection(
        verdict=worst(reasons),
        reasons=reasons,
        measurements=(
            Measurement(
                name="length",
                feature="length",
                view="top",
                value_mm=float(first.pixels.mean()) + 0.1 + 0.2,
                u95_mm=1 / 3,
                lower_mm=1.0,
                upper_mm=400.0,
                default_tolerance=False,
                decision=Decision.PASS,
                budget=(BudgetLine(source="edge", u_mm=1 / 7),),
                line_px=((1.5, 2.5), (30.123456789, 4.0)),
            ),
        ),
        defects=(
            Defect(
                type="crack",
                view="top",
                length_mm=7.25,
                width_mm=0.5,
                area_mm2=2.2,
                probability=0.97,
                severity=Severity.MAJOR,
                verdict=Verdict.FAIL,
                polygon_px=((10.0, 10.0), (20.0, 10.0), (20.0, 14.0)),
            ),
        ),
        photos=tuple(
            PhotoRecord(
                view=view,
                sha256=photo.sha256,
                width_px=photo.width_px,
                height_px=photo.height_px,
                mat="teliti-a4",
                mm_per_px=0.2,
                distance_mm=600.0,
                tilt_deg=2.0,
                mat_residual_px=0.2,
            )
            for view, photo in photos.items()
        ),
        versions=Versions(
            software="test",
            spec=spec.reference,
            release=None,
            mat="teliti-a4",
            station=station.id if station else None,
        ),
    )


def jpeg(seed: int = 0, size: tuple[int, int] = (320, 240), **options: object) -> bytes:
    """A small photo whose pixels depend on `seed`."""
    shades = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(shades).resize(size).save(out, "JPEG", quality=90, **options)
    return out.getvalue()


@dataclass(frozen=True)
class House:
    """A started service, seen from outside (`client`) and from inside (`runtime`)."""

    client: TestClient
    """The browser of a packer, signed in on an enrolled tablet."""
    runtime: Runtime
    _cookies: dict[str, dict[str, str]] = field(default_factory=dict)

    def browser(self, role: Role | None = None, *, tablet: bool = False) -> TestClient:
        """Another browser, in which a person of a role is signed in, or nobody."""
        return TestClient(self.client.app, cookies=cookies_of(self.runtime, role, tablet=tablet))

    def lead(self, name: str = "Ayu") -> TestClient:
        """A browser of the lead of this name, the same person every time."""
        if name not in self._cookies:
            self._cookies[name] = cookies_of(self.runtime, Role.LEAD, tablet=False, name=name)
        return TestClient(self.client.app, cookies=self._cookies[name])

    def upload(
        self,
        *photos: bytes,
        client_id: UUID | None = None,
        spec: str = "test-bowl",
        views: list[str] | None = None,
        station: str | None = None,
        **fields: object,
    ) -> Response:
        """Post one inspection; whatever is not given is made up."""
        data: dict[str, Any] = {"client_id": str(client_id or uuid4()), "spec": spec, **fields}
        if views is not None:
            data["views"] = views
        if station is not None:
            data["station"] = station
        files = [("photos", ("photo.jpg", photo, "image/jpeg")) for photo in photos or (jpeg(),)]
        return self.client.post("/v1/inspections", data=data, files=files)

    def kept(self) -> dict[str, int]:
        """Count what is stored: rows, and files of whole photos."""
        with self.runtime.database.reading() as session:
            inspections = session.scalar(select(func.count()).select_from(InspectionRow))
            photos = session.scalar(select(func.count()).select_from(PhotoRow))
        files = len(list(self.runtime.photos.keys()))
        return {"inspections": inspections or 0, "photos": photos or 0, "files": files}


class OpenHouse(Protocol):
    """Starts a service on the test's folder."""

    def __call__(self, *, inspect: Inspect = ..., **groups: dict[str, object]) -> House: ...


@pytest.fixture(autouse=True)
def place(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Where services keep everything: `files` of a folder, or `scale`, PostgreSQL and S3.

    Tests that say nothing run on files, or where TELITI_TEST_STORES says.
    """
    where: str = getattr(request, "param", os.environ.get("TELITI_TEST_STORES", "files"))
    if where == "scale":
        if request.node.get_closest_marker("files") is not None:
            pytest.skip("about the files of the data folder")
        if not scale.AVAILABLE:
            pytest.skip("PostgreSQL and S3 are not installed")
        for name, value in scale.environment().items():
            monkeypatch.setenv(name, value)
    return where


everywhere = pytest.mark.parametrize("place", ["files", "scale"], indirect=True)
"""Marks tests that run on both, whatever else is said."""


@pytest.fixture(autouse=True)
def no_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests are about keeping inspections; a detector would only slow them down."""
    monkeypatch.setenv(MODELS_VARIABLE, str(tmp_path / "models"))


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """PINs and passwords are hashed as in earnest, with less memory and time."""
    quick = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
    monkeypatch.setattr(credentials, "_HASH", quick)


@pytest.fixture
def open_house(tmp_path: Path) -> Iterator[OpenHouse]:
    with ExitStack() as stack:

        def start(*, inspect: Inspect = recorded_inspection, **groups: dict[str, object]) -> House:
            settings = settings_for(tmp_path, **groups)
            app = stack.enter_context(lent(settings, inspect))
            client = stack.enter_context(TestClient(app))
            runtime: Runtime = app.state.runtime
            client.cookies.update(cookies_of(runtime, Role.PACKER, tablet=True))
            with runtime.database.writing() as session:
                store_spec(session, SPEC)
                store_station(session, Station(id="table-1"))
            return House(client, runtime)

        yield start


@pytest.fixture(autouse=True)
def log() -> Iterator[list[MutableMapping[str, Any]]]:
    """What the service logs."""
    with capture_logs() as events:
        yield events


@pytest.fixture
def house(open_house: OpenHouse) -> House:
    return open_house()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A real browser, for the tests of pages."""
    with chromium() as browser:
        yield browser


@pytest.fixture
def station(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Service]:
    """A running service whose pipeline answers by a photo's colour, or the one given."""
    with serving(tmp_path, getattr(request, "param", scripted_inspection)) as service:
        yield service


@pytest.fixture
def sari(station: Service) -> Hired:
    """A packer of the station, whose first use is over."""
    staff = Staff(station.runtime)
    staff.add("Ibu Dewi", Role.ADMIN)
    return staff.add("Sari", Role.PACKER)


@pytest.fixture
def tablet(browser: Any, station: Service, sari: Hired) -> Iterator[Any]:
    """A page on an enrolled tablet on which Sari has signed in."""
    with opened(browser, station, cookies_of(station.runtime, None, tablet=True)) as page:
        page.goto("/")
        sign_in(page, sari)
        yield page


def settings_for(folder: Path, **groups: dict[str, object]) -> Settings:
    """Settings of a service that keeps everything in `folder`."""
    values: dict[str, Any] = {"storage": {"data_dir": folder / "data"}}
    return Settings(**(values | groups))
