"""Frames of the live camera: answered in spare time, bounded, and nothing of them is kept."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from conftest import House, OpenHouse, jpeg, recorded_inspection
from fastapi.testclient import TestClient
from httpx2 import Response
from PIL import Image
from sqlalchemy import select, update

from qc.guidance import ADVICE
from qc.photo import Photo
from service.guidance.schemas import CameraGuidance
from service.sessions.models import SessionRow
from service.turnstile import Turnstile

BOWL = {"spec": "mitsubishi-bowl-150", "view": "top", "photo_px": 1664}


def guided(client: TestClient, frame: bytes, **query: Any) -> Response:
    headers = {"content-type": "image/jpeg"}
    return client.post("/v1/guidance", content=frame, params=BOWL | query, headers=headers)


def test_a_bowl_on_its_mat_needs_no_advice(house: House, bowl: Photo) -> None:
    image = Image.fromarray(bowl.pixels)
    image.thumbnail((960, 960))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    answer = guided(house.client, out.getvalue())
    assert answer.status_code == 200, answer.text
    assert answer.json()["advice"] is None
    corners = answer.json()["mat"]
    assert len(corners) == 4
    assert all(-0.1 < share < 1.1 for corner in corners for share in corner)
    assert house.kept() == {"inspections": 0, "photos": 0, "files": 0}


def test_without_a_mat_it_says_so(house: House) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (480, 640, 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(noise).save(out, "JPEG", quality=90)
    answer = guided(house.client, out.getvalue()).json()
    assert answer == {"advice": "mat-missing", "mat": []}


def test_the_codes_are_those_of_the_inspector() -> None:
    said = CameraGuidance.model_json_schema()["properties"]["advice"]["anyOf"][0]
    assert tuple(said["enum"]) == ADVICE


@pytest.mark.parametrize(
    ("frame", "query", "status", "code"),
    [
        (b"no photo", {}, 422, "photo-unreadable"),
        (jpeg(size=(1600, 1200)), {}, 413, "upload-too-large"),
        (bytes(600_000), {}, 413, "upload-too-large"),
        (jpeg(), {"view": "inside"}, 422, "upload-invalid"),
        (jpeg(), {"spec": "no-such"}, 404, "spec-unknown"),
        (jpeg(), {"station": "no-such"}, 404, "station-unknown"),
        (jpeg(), {"photo_px": 0}, 422, "request-invalid"),
    ],
)
def test_what_cannot_be_judged_is_refused_with_its_reason(
    house: House, frame: bytes, query: dict[str, Any], status: int, code: str
) -> None:
    answer = guided(house.client, frame, **query)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_inspections_come_first(open_house: OpenHouse) -> None:
    asked: list[Response] = []

    def inspect(*arguments: Any, **options: Any) -> Any:
        asked.append(guided(house.client, jpeg(size=(640, 480))))
        return recorded_inspection(*arguments, **options)

    house = open_house(inspect=inspect)
    assert house.upload().status_code == 201
    (answer,) = asked
    assert (answer.status_code, answer.json()["code"]) == (429, "busy")
    assert answer.headers["retry-after"] == "1"
    assert guided(house.client, jpeg(size=(640, 480))).status_code == 200


def test_one_frame_of_each_tablet_at_a_time() -> None:
    turnstile, ours, theirs = Turnstile(), uuid4(), uuid4()
    with turnstile.enter(ours) as first, turnstile.enter(ours) as second:
        assert (first, second) == (True, False)
        with turnstile.enter(theirs) as other:
            assert other
        with turnstile.enter(ours) as third:
            assert not third, "whom was refused did not open the way"
    with turnstile.enter(ours) as again:
        assert again


def test_a_camera_that_is_left_alone_keeps_nobody_signed_in(house: House) -> None:
    long_ago = datetime.now(UTC) - timedelta(minutes=30)
    with house.runtime.database.writing() as session:
        session.execute(update(SessionRow).values(seen_at=long_ago))
    assert guided(house.client, jpeg(size=(640, 480))).status_code == 200
    with house.runtime.database.reading() as session:
        assert session.scalars(select(SessionRow.seen_at)).all() == [long_ago]
    assert house.client.get("/v1/specs").status_code == 200
    with house.runtime.database.reading() as session:
        assert session.scalars(select(SessionRow.seen_at)).all() != [long_ago]
