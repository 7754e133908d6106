"""What a client sent and was told, and what the service has of it."""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import dataclass, field
from hashlib import sha256
from http import HTTPStatus
from typing import Any
from uuid import UUID, uuid4

import httpx2
from PIL import Image
from sqlalchemy import select
from station_page import COLOURS

from qc.decision.verdict import Verdict
from qc.records import Inspection
from service.errors import PROBLEM_JSON, StorageError
from service.inspections.models import InspectionRow
from service.runtime import Runtime


@dataclass(frozen=True)
class Upload:
    """A photo whose colour tells what the scripted pipeline must say of it."""

    client_id: UUID
    verdict: Verdict
    photos: tuple[bytes, ...]
    """One of each view; the first one decides."""
    spec: str = "test-bowl"
    views: tuple[str, ...] = ()

    @classmethod
    def number(cls, number: int) -> Upload:
        """Make the photo with this number: no two are alike, and verdicts take turns."""
        verdict = list(COLOURS)[number % len(COLOURS)]
        return cls(uuid4(), verdict, (_photo(number, verdict),))

    def of_views(self, spec: str, *views: str) -> Upload:
        """Return the same upload with a photo for each of several views."""
        number = self.client_id.int >> 96
        more = tuple(_photo(number ^ other, self.verdict) for other in range(1, len(views)))
        return Upload(self.client_id, self.verdict, self.photos + more, spec, views)

    def request(self, client: httpx2.Client) -> httpx2.Request:
        """Return what a tablet sends."""
        return client.build_request(
            "POST",
            "/v1/inspections",
            data={"client_id": str(self.client_id), "spec": self.spec, "views": list(self.views)},
            files=[("photos", ("photo.png", photo, "image/png")) for photo in self.photos],
        )


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    fault: str
    injected: int
    acknowledged: int
    lost: int
    doubled: int
    wrong: int
    untyped: int
    """Refusals that name neither the fault nor what helps."""

    @property
    def sound(self) -> bool:
        """Whether what was acknowledged is there, once, as it was judged."""
        return not (self.lost or self.doubled or self.wrong or self.untyped)


@dataclass
class Ledger:
    """A client's memory, which outlives the service."""

    fault: str
    injected: int = 0
    untyped: int = 0
    uploads: list[Upload] = field(default_factory=list)
    receipts: dict[UUID, list[dict[str, Any]]] = field(default_factory=dict)

    def new(self) -> Upload:
        """Take another photo."""
        return self._add(Upload.number(len(self.uploads)))

    def new_of_views(self, spec: str, *views: str) -> Upload:
        """Take a photo of each view of another item."""
        return self._add(Upload.number(len(self.uploads)).of_views(spec, *views))

    def _add(self, upload: Upload) -> Upload:
        self.uploads.append(upload)
        return upload

    def note(self, upload: Upload, answer: httpx2.Response, *expected: str) -> bool:
        """Remember an answer; tell whether it is a receipt.

        Whatever else it is must be a problem with one of the codes that are expected.
        """
        if answer.status_code in (HTTPStatus.OK, HTTPStatus.CREATED):
            self.receipts.setdefault(upload.client_id, []).append(answer.json())
            return True
        problem = answer.json() if answer.headers.get("content-type") == PROBLEM_JSON else {}
        if problem.get("code") not in expected or not problem.get("fix"):
            self.untyped += 1
        return False

    def compare(self, runtime: Runtime) -> Row:
        """Look at the database and the photos."""
        lost = wrong = 0
        with runtime.database.reading() as session:
            rows = session.execute(select(InspectionRow.client_id, InspectionRow.document)).all()
        ours = {upload.client_id for upload in self.uploads}
        times = Counter(row.client_id for row in rows if row.client_id in ours)
        kept = {row.client_id: Inspection.model_validate_json(row.document) for row in rows}
        for upload in self.uploads:
            receipts = self.receipts.get(upload.client_id)
            if receipts is None:
                continue
            if upload.client_id not in kept or not _are_kept(runtime, upload.photos):
                lost += 1
                continue
            said = {receipt["verdict"] for receipt in receipts}
            wrong += said | {kept[upload.client_id].verdict.value} != {upload.verdict.value}
            wrong += any(receipt != receipts[0] for receipt in receipts)
        doubled = sum(count - 1 for count in times.values())
        acknowledged = len(self.receipts)
        return Row(self.fault, self.injected, acknowledged, lost, doubled, wrong, self.untyped)


def _photo(number: int, verdict: Verdict) -> bytes:
    picture = Image.new("RGB", (96, 72), COLOURS[verdict])
    for bit in range(32):
        picture.putpixel((bit, 0), (255, 255, 255) if number >> bit & 1 else (0, 0, 0))
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _are_kept(runtime: Runtime, photos: tuple[bytes, ...]) -> bool:
    try:
        return all(runtime.photos.get(sha256(photo).hexdigest()) == photo for photo in photos)
    except StorageError:
        return False
