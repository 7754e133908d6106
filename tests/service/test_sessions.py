"""Sessions: kept by the server, ended by it, and never with the loss of a photo."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from conftest import House, jpeg
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import select
from visitors import Staff, cookies_of

from service.people.models import PersonRow
from service.people.roles import Role
from service.sessions.models import SessionRow


def earlier(house: House, by: timedelta) -> None:
    """Let all sessions have been opened and used earlier; later where the clock was set back."""
    with house.runtime.database.writing() as session:
        for row in session.scalars(select(SessionRow)):
            row.created_at -= by
            row.seen_at -= by
            row.expires_at -= by


def code_of(response: Response) -> str:
    assert response.status_code == 401, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["www-authenticate"]
    return str(response.json()["code"])


def used(house: House) -> None:
    """Let all sessions have been used just now."""
    with house.runtime.database.writing() as session:
        for row in session.scalars(select(SessionRow)):
            row.seen_at += timedelta(hours=11)


def test_a_session_that_is_not_used_ends(house: House) -> None:
    earlier(house, timedelta(minutes=59))
    assert house.client.get("/v1/specs").status_code == 200
    earlier(house, timedelta(minutes=59))
    assert house.client.get("/v1/specs").status_code == 200, "use has prolonged it"
    earlier(house, timedelta(minutes=61))
    assert code_of(house.client.get("/v1/specs")) == "session-expired"


def test_a_session_ends_after_a_working_day_however_much_it_is_used(house: House) -> None:
    earlier(house, timedelta(hours=11, minutes=30))
    used(house)
    assert house.client.get("/v1/specs").status_code == 200
    earlier(house, timedelta(minutes=31))
    assert code_of(house.client.get("/v1/specs")) == "session-expired"


def test_a_clock_that_was_set_back_ends_sessions_and_keeps_tablets(house: House) -> None:
    staff = Staff(house.runtime)
    sari = staff.add("Sari", Role.PACKER)
    earlier(house, timedelta(days=-1))
    assert code_of(house.client.get("/v1/specs")) == "session-expired"
    answer = house.client.post("/v1/session/pin", json={"person": str(sari.id), "pin": sari.secret})
    assert answer.status_code == 200
    assert house.client.get("/v1/specs").status_code == 200


def test_a_session_that_expires_during_an_upload_loses_nothing(house: House) -> None:
    client_id, photo = uuid4(), jpeg(7)
    earlier(house, timedelta(days=1))
    assert code_of(house.upload(photo, client_id=client_id)) == "session-expired"
    assert house.kept() == {"inspections": 0, "photos": 0, "files": 0}

    sari = Staff(house.runtime).add("Sari", Role.PACKER)
    house.client.post("/v1/session/pin", json={"person": str(sari.id), "pin": sari.secret})
    kept = house.upload(photo, client_id=client_id)
    assert kept.status_code == 201
    assert (kept.json()["inspected_by"], kept.json()["tablet"]) == ("Sari", "Table 1")


def test_the_cookies_are_out_of_reach_of_scripts_and_other_sites(house: House) -> None:
    lead = Staff(house.runtime).add("Lead", Role.LEAD)

    def cookie(base_url: str) -> str:
        browser = TestClient(house.client.app, base_url=base_url)
        body = {"name": lead.name, "password": lead.secret}
        return browser.post("/v1/session/password", json=body).headers["set-cookie"].lower()

    for part in ("httponly", "samesite=strict", "path=/"):
        assert part in cookie("http://testserver")
    assert "secure" not in cookie("http://testserver")
    assert "secure" in cookie("https://testserver")


def test_two_browsers_have_sessions_of_their_own(house: House) -> None:
    lead = Staff(house.runtime).add("Lead", Role.LEAD)
    first, second = house.browser(), house.browser()
    for browser in (first, second):
        browser.post("/v1/session/password", json={"name": lead.name, "password": lead.secret})
    assert first.delete("/v1/session").status_code == 204
    assert first.get("/v1/specs").status_code == 401
    assert second.get("/v1/specs").status_code == 200


def test_whoever_signs_in_ends_the_session_before(house: House) -> None:
    sari = Staff(house.runtime).add("Sari", Role.PACKER)
    before = dict(house.client.cookies)
    house.client.post("/v1/session/pin", json={"person": str(sari.id), "pin": sari.secret})
    old = TestClient(house.client.app, cookies=before)
    assert code_of(old.get("/v1/specs")) == "session-expired"


@pytest.mark.parametrize("change", [{"disabled": True}, {"role": "lead"}])
def test_a_change_of_the_person_ends_their_sessions(
    house: House, change: dict[str, object]
) -> None:
    with house.runtime.database.reading() as session:
        (packer,) = session.scalars(select(PersonRow).where(PersonRow.role == "packer"))
    admin = house.browser(Role.ADMIN)
    assert admin.patch(f"/v1/people/{packer.id}", json=change).status_code == 200
    assert code_of(house.client.get("/v1/specs")) == "session-expired"


def test_a_revoked_tablet_is_out_at_once_and_says_so(house: House) -> None:
    here = house.client.get("/v1/session").json()["tablet"]["id"]
    lead = house.browser(Role.LEAD)
    assert lead.delete(f"/v1/tablets/{here}").status_code == 204
    assert [tablet["id"] for tablet in lead.get("/v1/tablets").json()["items"]] == []

    assert code_of(house.client.get("/v1/specs")) == "tablet-revoked"
    assert code_of(house.upload()) == "tablet-revoked"
    assert code_of(house.client.get("/v1/session/choices")) == "tablet-revoked"
    state = house.client.get("/v1/session").json()
    assert (state["person"], state["tablet"]) == (None, None)


def test_a_session_does_not_move_to_another_tablet(house: House) -> None:
    other = cookies_of(house.runtime, None, tablet=True)
    stolen = TestClient(house.client.app, cookies=dict(house.client.cookies) | other)
    assert code_of(stolen.get("/v1/specs")) == "session-expired"


@pytest.mark.parametrize("value", [b"", b"x", b"\xc3\xbc", b"a" * 5000, b'"'], ids=len)
def test_a_forged_or_broken_cookie_is_nobody(house: House, value: bytes) -> None:
    cookie = b"teliti_session=" + value + b"; teliti_tablet=" + value
    headers = {b"cookie": cookie}
    assert house.browser().get("/v1/specs", headers=headers).status_code == 401
