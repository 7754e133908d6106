"""A workshop for the screenshots: people, lots, reviews and a detector, from the sample photos.

What is shown is what the real pipeline made of rendered samples and drawn bowls; only the past
weeks of the quality charts and of the drift report are repeated from a few inspections.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import good_bowls
import httpx2
import numpy as np
import side_scene
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload
from station_page import SAMPLES, Service, running
from visitors import Hired, Staff

from qc.comparison import compare
from qc.datasets.formats import read_dataset
from qc.defects.detector import Detector
from qc.defects.release import active_folder
from qc.inspection import inspect
from qc.records import Inspection
from screens.acts import BOWL
from screens.shots import LEARNT, SIDE_SPEC
from service.actor import SYSTEM
from service.cookies import SESSION_COOKIE, TABLET_COOKIE
from service.inspections.models import InspectionRow, PhotoRow
from service.people.models import PersonRow
from service.people.roles import Role
from service.releases import choosing
from service.releases.service import register
from service.sessions import service as sessions
from service.settings import CatalogueSettings, Settings, StorageSettings
from service.specs.service import store_spec
from service.stations.service import store_station
from service.tablets import service as tablets
from service.visitor import VisitingTablet
from training.config import TrainingConfig
from training.finetune import FINETUNING, finetune

STATION = "rendered-a3"

PEOPLE = {
    Role.PACKER: "Bu Wayan",
    Role.LEAD: "Ibu Dewi",
    Role.ENGINEER: "Rudi",
    Role.ADMIN: "Pak Adi",
}

SHORT: TrainingConfig = FINETUNING.model_copy(
    update={
        "max_steps": 60,
        "batch": 4,
        "side_px": 128,
        "check_every": 5,
        "check_patches": 24,
        "warm_up_steps": 5,
        "patience": 12,
        "workers": 0,
        "threads": 1,
    }
)
"""A training of a minute: a curve to look at, no detector to use."""


@dataclass
class Workshop:
    """The service and what the pages need to be addressed by."""

    service: Service
    folder: Path
    cookies: dict[Role | None, dict[str, str]] = field(default_factory=dict)
    """By role, on a tablet; of None the tablet alone."""
    answers: dict[str, UUID] = field(default_factory=dict)
    """Inspections by the name of their sample."""
    doubtful: str = ""
    """An inspection with a size that a calliper can settle."""
    lot: str = ""
    decided_lot: str = ""
    report_sha256: str = ""

    def as_(self, role: Role) -> httpx2.Client:
        """Return the API as a person of a role."""
        return httpx2.Client(base_url=self.service.address, cookies=self.cookies[role], timeout=120)


@contextmanager
def opened_workshop(folder: Path) -> Iterator[Workshop]:
    """Open a workshop whose samples were inspected, with people and two lots."""
    settings = Settings(
        storage=StorageSettings(data_dir=folder / "data"),
        catalogue=CatalogueSettings(samples_dir=SAMPLES),
    )
    with running(settings, inspect) as service:
        photos = len(list(SAMPLES.glob("*.truth.json")))
        while _count(service) < photos:
            time.sleep(1)
        shop = Workshop(service, folder)
        _hire(shop)
        shop.answers = _answers(service)
        _offer_lots(shop)
        yield shop


@contextmanager
def new_workshop(folder: Path) -> Iterator[Workshop]:
    """Open a service at its very first start."""
    settings = Settings(storage=StorageSettings(data_dir=folder / "new"))
    with running(settings, inspect) as service:
        yield Workshop(service, folder, cookies={role: {} for role in (None, *PEOPLE)})


def review_and_train(shop: Workshop) -> None:
    """Review what failed or is in doubt, train from it, and compare and watch what came of it."""
    for name in sorted(shop.answers):
        if not name.startswith("retake"):
            _review(shop, name)
    with shop.as_(Role.ENGINEER) as engineer:
        _posted(engineer, "/v1/datasets/snapshots", {"split_by": "item"})
    data = shop.service.runtime.settings.storage.data_dir
    (snapshot,) = (data / "snapshots").glob("snapshot-*")
    active = active_folder()
    assert active is not None
    name, _, version = LEARNT.partition("@")
    made = shop.folder / name / version
    finetune(snapshot, active, made, shop.folder / "run", config=SHORT, patches=24)
    dataset = read_dataset(snapshot)
    found = compare(Detector.load(active), Detector.load(made), dataset, snapshot)
    with shop.service.runtime.database.writing() as session:
        register(session, data, made, SYSTEM)
        choosing.keep_comparison(session, found)
    with shop.as_(Role.ENGINEER) as engineer:
        shadow = {"reference": LEARNT, "reason": "To see it work"}
        engineer.put("/v1/releases/shadow", json=shadow).raise_for_status()
        for sample in ("bowl-sound", "spoon-sound", "tray-sound", "bowl-chip"):
            _inspect(shop, sample, _spec_of(sample))
        while engineer.get("/v1/releases/shadow").json()["inspections"] < 4:
            time.sleep(1)


def learn_with_a_strange_photo(shop: Workshop) -> None:
    """Begin to teach the bowl with five good ones and one of another wood."""
    photos = [(f"bowl-{n + 1}.jpg", good_bowls.good(n)) for n in range(5)]
    _learn(shop, [*photos, ("walnut.jpg", good_bowls.other())])


def learn(shop: Workshop) -> None:
    """Teach the bowl, and choose what was learnt."""
    _learn(shop, [(f"bowl-{n + 1}.jpg", good_bowls.good(n)) for n in range(5)])
    with shop.as_(Role.ENGINEER) as engineer:
        address = f"/v1/specs/{BOWL}/teaching"
        memory = engineer.get(address).json()["learning"]["memory"]
        chosen = {"view": "top", "reference": memory}
        engineer.put(f"{address}/memory", json=chosen).raise_for_status()


def repeat_weeks(shop: Workshop) -> None:
    """Repeat the sound and the cracked bowl over six weeks, their sizes varying a little."""
    noise_mm = np.random.default_rng(5).normal(0, 0.15, 60)
    sound, cracked = (_row(shop, shop.answers[name]) for name in ("bowl-sound", "bowl-crack"))
    for number, off_mm in enumerate(noise_mm):
        found = _record(cracked if number % 8 == 0 else sound)
        (size,) = found.measurements
        size = size.model_copy(update={"value_mm": size.value_mm + off_mm})
        at = datetime.now(UTC) - timedelta(days=40 - number * 2 / 3)
        changed = found.model_copy(update={"measurements": (size,)})
        _repeat(shop, cracked if number % 8 == 0 else sound, changed, at)


def move_the_tablet(shop: Workshop) -> None:
    """Repeat the sound bowl a hundred times, and as often from six centimetres further away."""
    row = _row(shop, shop.answers["bowl-sound"])
    found = _record(row)
    (photo,) = found.photos
    for nearest_mm in (640, 700):
        for number in range(100):
            away = {"distance_mm": nearest_mm + 9 * (number * 0.618 % 1)}
            photos = (photo.model_copy(update=away),)
            changed = found.model_copy(update={"photos": photos})
            _repeat(shop, row, changed, datetime.now(UTC))


def stand_the_mat_up(shop: Workshop) -> None:
    """Bring in a bowl that is seen from above and before an upright mat, and inspect one."""
    with shop.service.runtime.database.writing() as session:
        store_station(session, side_scene.STATION)
        store_spec(session, SIDE_SPEC)
    form = {"client_id": str(uuid4()), "spec": SIDE_SPEC.id, "views": ["top", "side"]}
    photos = (side_scene.top_file(side_scene.BOWL), side_scene.side_file(side_scene.BOWL))
    with shop.as_(Role.PACKER) as packer:
        files = [("photos", ("photo.jpg", photo, "image/jpeg")) for photo in photos]
        given = form | {"station": side_scene.STATION.id}
        sent = packer.post("/v1/inspections", data=given, files=files)
    assert sent.is_success, sent.text
    shop.answers["side"] = UUID(sent.json()["id"])


def _hire(shop: Workshop) -> None:
    staff = Staff(shop.service.runtime)
    hired = {role: staff.add(name, role) for role, name in PEOPLE.items()}
    staff.add("Bagus", Role.PACKER)
    staff.add("Sari", Role.PACKER)
    with shop.service.runtime.database.writing() as session:
        enrolled = tablets.enrol(session, SYSTEM, "Meja 1", STATION)
        tablet = VisitingTablet(enrolled.tablet.id, enrolled.tablet.name, None)
        shop.cookies[None] = {TABLET_COOKIE: enrolled.token}
        for role, person in hired.items():
            shop.cookies[role] = shop.cookies[None] | _signed_in(shop, session, person, tablet)


def _signed_in(
    shop: Workshop, session: Any, person: Hired, tablet: VisitingTablet
) -> dict[str, str]:
    row = session.get_one(PersonRow, person.id)
    settings = shop.service.runtime.settings.sign_in
    token, _ = sessions.open_session(session, settings, datetime.now(UTC), row, tablet)
    return {SESSION_COOKIE: token}


def _offer_lots(shop: Workshop) -> None:
    """Offer a lot that is under inspection, and one that was rejected and reported."""
    with shop.as_(Role.LEAD) as lead:
        shop.lot = _offer(lead, BOWL, "PO-2611", 240)
        shop.decided_lot = _offer(lead, "lennox-seat-300", "PO-2609", 50)
        for name in ("bowl-sound", "bowl-crack", "bowl-sound"):
            _inspect(shop, name, BOWL, lot_id=shop.lot, station=STATION)
        for name in ("seat-sound", "seat-hole-crack"):
            seat = {"lot_id": shop.decided_lot, "station": "rendered-a2"}
            _inspect(shop, name, "lennox-seat-300", **seat)
        decision = {"outcome": "reject", "reason": "Hole and crack in one seat"}
        _posted(lead, f"/v1/lots/{shop.decided_lot}/decision", decision)
        signature = {"client_id": str(uuid4())}
        report = _posted(lead, f"/v1/lots/{shop.decided_lot}/reports", signature)
        shop.report_sha256 = report["content_sha256"]
    # Without its station the camera is not calibrated, and the size stays in doubt.
    shop.doubtful = _inspect(shop, "bowl-sound", BOWL)["id"]


def _offer(lead: httpx2.Client, spec: str, order: str, size: int) -> str:
    offer = {"client_id": str(uuid4()), "spec": spec, "order_number": order, "size": size}
    return str(_posted(lead, "/v1/lots", offer)["id"])


def _inspect(shop: Workshop, sample: str, spec: str, **more: str) -> dict[str, Any]:
    form = {"client_id": str(uuid4()), "spec": spec} | more
    photo = (SAMPLES / f"{sample}.jpg").read_bytes()
    with shop.as_(Role.PACKER) as packer:
        files = {"photos": (f"{sample}.jpg", photo, "image/jpeg")}
        sent = packer.post("/v1/inspections", data=form, files=files).raise_for_status()
    answer: dict[str, Any] = sent.json()
    return answer


def _review(shop: Workshop, sample: str) -> None:
    with shop.as_(Role.LEAD) as lead:
        inspection = lead.get(f"/v1/inspections/{shop.answers[sample]}").json()
        if inspection["verdict"] in ("fail", "check"):
            said = {
                "client_id": str(uuid4()),
                "disposition": "reject",
                "reason": "Seen on the item",
            }
            _posted(lead, f"/v1/reviews/{inspection['id']}", said)


def _learn(shop: Workshop, photos: list[tuple[str, bytes]]) -> None:
    address = f"/v1/specs/{BOWL}/teaching"
    with shop.as_(Role.ENGINEER) as engineer:
        kept = []
        for name, content in photos:
            sent = engineer.post(
                f"{address}/photos", files={"photo": (name, content, "image/jpeg")}
            )
            kept.append(sent.raise_for_status().json())
        kept = [{"sha256": one["sha256"], "name": one["name"]} for one in kept]
        _posted(engineer, f"{address}/learning", {"view": "top", "station": None, "photos": kept})
        while engineer.get(address).json()["learning"]["state"] == "running":
            time.sleep(0.5)


def _posted(api: httpx2.Client, address: str, body: object) -> dict[str, Any]:
    sent = api.post(address, json=body)
    assert sent.is_success, sent.text
    answer: dict[str, Any] = sent.json()
    return answer


def _row(shop: Workshop, inspection: UUID) -> InspectionRow:
    with shop.service.runtime.database.reading() as session:
        wanted = select(InspectionRow).where(InspectionRow.id == inspection)
        row = session.scalars(wanted.options(selectinload(InspectionRow.photos))).one()
        session.expunge_all()
        return row


def _record(row: InspectionRow) -> Inspection:
    return Inspection.model_validate_json(row.document)


def _repeat(shop: Workshop, like: InspectionRow, record: Inspection, at: datetime) -> None:
    new = InspectionRow(
        id=uuid4(),
        client_id=uuid4(),
        created_at=at,
        spec_id=like.spec_id,
        spec_version=like.spec_version,
        station_revision=like.station_revision,
        verdict=record.verdict.value,
        document=record.model_dump_json(),
    )
    new.photos = [
        PhotoRow(position=p.position, view=p.view, sha256=p.sha256, size_bytes=p.size_bytes)
        for p in like.photos
    ]
    with shop.service.runtime.database.writing() as session:
        session.add(new)


def _count(service: Service) -> int:
    with service.runtime.database.reading() as session:
        return session.scalar(select(func.count()).select_from(InspectionRow)) or 0


def _answers(service: Service) -> dict[str, UUID]:
    """Return the inspection's id of each sample, which is known by its photo."""
    samples = {sha256(path.read_bytes()).hexdigest(): path.stem for path in SAMPLES.glob("*.jpg")}
    with service.runtime.database.reading() as session:
        rows = session.execute(select(PhotoRow.sha256, InspectionRow.id).join(InspectionRow))
        return {samples[digest]: inspection_id for digest, inspection_id in rows}


def _spec_of(sample: str) -> str:
    truth = json.loads((SAMPLES / f"{sample}.truth.json").read_text(encoding="utf-8"))
    return str(truth["spec"])
