"""Photos keep the person who took them, and nobody can put another name under them."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from conftest import House, jpeg
from fastapi.testclient import TestClient
from sqlalchemy import select
from visitors import Staff

from service.audit.models import AuditRow
from service.captures.schemas import CaptureKey
from service.captures.service import Statement, seal_of
from service.people.roles import Role

TAKEN_AT = "2026-11-24T01:02:03.456Z"
MILLISECONDS = 1795482123456


def sealed(key: Mapping[str, str], photo: bytes, **changes: str) -> dict[str, str]:
    """The fields of an upload as a page seals them, written out from the API's description."""
    fields = {
        "client_id": str(uuid4()),
        "taken_at": TAKEN_AT,
        "spec": "test-bowl",
        "views": "underside",
    } | changes
    lines = [
        "teliti-capture-1",
        fields["client_id"],
        str(MILLISECONDS),
        fields["spec"],
        fields.get("station", ""),
        *("", "", ""),
        f"{fields['views']} {hashlib.sha256(photo).hexdigest()}",
    ]
    mac = hmac.new(bytes.fromhex(key["secret"]), "\n".join(lines).encode(), "sha256")
    return fields | {"seal": f"{key['id']}.{mac.hexdigest()}"}


def key_in(browser: TestClient) -> dict[str, str]:
    key: dict[str, str] = browser.get("/v1/session").json()["capture_key"]
    return key


def send(browser: TestClient, photo: bytes, fields: Mapping[str, str]) -> Any:
    files = {"photos": ("photo.jpg", photo, "image/jpeg")}
    return browser.post("/v1/inspections", data=dict(fields), files=files)


def name_in(browser: TestClient) -> str:
    name: str = browser.get("/v1/session").json()["person"]["name"]
    return name


def test_a_photo_keeps_the_person_who_took_it_whoever_sends_it(house: House) -> None:
    sari, ketut = house.client, house.browser(Role.PACKER, tablet=True)
    photo = jpeg(1)
    fields = sealed(key_in(sari), photo, station="table-1")
    names = name_in(sari), name_in(ketut)
    assert sari.delete("/v1/session").status_code == 204

    answer = send(ketut, photo, fields)

    assert answer.status_code == 201, answer.text
    kept = ketut.get(answer.headers["location"]).json()
    assert kept == answer.json()
    assert (kept["inspected_by"], kept["sent_by"]) == names
    assert datetime.fromisoformat(kept["taken_at"]) == datetime.fromtimestamp(
        MILLISECONDS // 1000, UTC
    ) + timedelta(milliseconds=456)
    with house.runtime.database.reading() as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.action.like("inspection.%")))
        assert [(row.action, row.person) for row in rows] == [
            ("inspection.kept", names[0]),
            ("inspection.sent", names[1]),
        ]
    again = send(house.browser(Role.LEAD), photo, fields)
    assert (again.status_code, again.json()) == (200, kept)


def test_whoever_sends_their_own_photos_is_named_once(house: House) -> None:
    photo = jpeg(2)
    kept = send(house.client, photo, sealed(key_in(house.client), photo)).json()
    assert (kept["inspected_by"], kept["sent_by"]) == (name_in(house.client), None)
    plain = house.upload(jpeg(3)).json()
    assert (plain["inspected_by"], plain["sent_by"]) == (name_in(house.client), None)
    assert plain["taken_at"] is None


def test_nothing_can_be_changed_under_a_name(house: House) -> None:
    photo = jpeg(4)
    fields = sealed(key_in(house.client), photo)
    changes = {
        "client_id": str(uuid4()),
        "taken_at": "2026-11-24T01:02:03.457Z",
        "spec": "test-bowl@2",
        "station": "table-1",
        "views": "top",
        "seal": f"{uuid4()}.{'0' * 64}",
    }
    for name, value in changes.items():
        answer = send(house.client, photo, fields | {name: value})
        assert (answer.status_code, answer.json()["code"]) == (422, "seal-invalid"), name
    assert house.kept()["inspections"] == 0
    assert send(house.client, photo, fields).status_code == 201


def test_another_photo_does_not_fit_the_seal(house: House) -> None:
    fields = sealed(key_in(house.client), jpeg(5))
    assert send(house.client, jpeg(6), fields).json()["code"] == "seal-invalid"


def test_half_a_seal_and_no_seal_at_all_are_refused(house: House) -> None:
    photo = jpeg(7)
    fields = sealed(key_in(house.client), photo)
    for missing in ("seal", "taken_at"):
        half = {name: value for name, value in fields.items() if name != missing}
        assert send(house.client, photo, half).json()["code"] == "upload-invalid"
    for seal in ("x", "-" * 36 + "." + "0" * 64):
        assert send(house.client, photo, fields | {"seal": seal}).status_code == 422


def test_a_seal_does_not_sign_anybody_in(house: House) -> None:
    photo = jpeg(9)
    fields = sealed(key_in(house.client), photo)
    house.client.delete("/v1/session")
    assert send(house.client, photo, fields).status_code == 401


def test_photos_of_somebody_who_was_disabled_since_keep_their_name(house: House) -> None:
    photo, name = jpeg(10), name_in(house.client)
    fields = sealed(key_in(house.client), photo)
    admin = house.browser(Role.ADMIN)
    Staff(house.runtime).add("Another admin", Role.ADMIN)
    person = house.client.get("/v1/session").json()["person"]["id"]
    assert admin.patch(f"/v1/people/{person}", json={"disabled": True}).status_code == 200
    assert send(admin, photo, fields).json()["inspected_by"] == name


def test_nobody_and_old_sessions_have_no_key(house: House) -> None:
    assert house.browser().get("/v1/session").json()["capture_key"] is None
    other = house.browser(Role.PACKER, tablet=True)
    assert key_in(other) != key_in(house.client)


def test_the_page_and_the_service_seal_alike() -> None:
    # The same example stands in service/web/tests/seal.test.ts.
    key = CaptureKey(id="11111111-2222-4333-8444-555555555555", secret="ab" * 32)
    statement = Statement(
        client_id="99999999-8888-4777-8666-555555555555",
        taken_at=datetime(2026, 11, 24, 1, 2, 3, 456_000, UTC),
        spec="daiso-tray",
        station="table-1",
        lot_id=None,
        unit=7,
        reinspection_of=None,
        sha256_of_view={"top": "cd" * 32, "underside": "ef" * 32},
    )
    assert statement.text().splitlines()[2:7] == [
        str(MILLISECONDS),
        "daiso-tray",
        "table-1",
        "",
        "7",
    ]
    assert seal_of(key, statement) == (
        "11111111-2222-4333-8444-555555555555."
        "af927c124b158ea71849fd26246a5df1fcc48a067a8d978ae6e32bf751da5342"
    )
