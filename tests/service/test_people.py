"""People and tablets: who manages whom, and codes that work once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from conftest import House
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import select
from visitors import Staff

from service.people.models import InvitationRow
from service.people.roles import MANAGES, Role
from service.tablets.models import EnrolmentRow

PASSWORD = "a long password"


def redeem(browser: TestClient, code: str, **more: str) -> Response:
    return browser.post("/v1/session/code", json={"code": code, "password": PASSWORD, **more})


def test_the_first_use_makes_an_admin_a_tablet_and_a_session(house: House) -> None:
    code = house.runtime.first_code
    assert code is not None
    browser = house.browser()
    assert browser.get("/v1/session").json()["first_use"]

    state = redeem(browser, code.lower().replace("-", " "), name="Ibu Dewi").json()

    assert (state["person"]["name"], state["person"]["role"]) == ("Ibu Dewi", "admin")
    assert state["tablet"]["name"] == "Station 1"
    assert not state["first_use"]
    assert browser.get("/v1/people").status_code == 200
    assert redeem(house.browser(), code).json()["code"] == "code-invalid"


def test_a_code_is_printed_until_an_admin_has_a_password(house: House) -> None:
    from service.people.service import invite_first_admin

    with house.runtime.database.writing() as session:
        again = invite_first_admin(session, timedelta(hours=1))
    assert again is not None
    assert redeem(house.browser(), house.runtime.first_code or "").status_code == 401
    assert redeem(house.browser(), again).status_code == 200
    with house.runtime.database.writing() as session:
        assert invite_first_admin(session, timedelta(hours=1)) is None


@pytest.mark.parametrize("by", [Role.LEAD, Role.ADMIN])
@pytest.mark.parametrize("role", list(Role))
def test_people_are_managed_by_whom_the_table_says(house: House, by: Role, role: Role) -> None:
    manager = house.browser(by)
    other = Staff(house.runtime).add("Other", role)
    answers = [
        manager.post("/v1/people", json={"name": "New", "role": role}),
        manager.post(f"/v1/people/{other.id}/reset"),
        manager.patch(f"/v1/people/{other.id}", json={"disabled": True}),
    ]
    if role in MANAGES[by]:
        assert [answer.status_code for answer in answers] == [201, 200, 200]
    else:
        assert {answer.json()["code"] for answer in answers} == {"role-forbidden"}


def test_a_lead_makes_nobody_more_than_a_packer(house: House) -> None:
    sari = Staff(house.runtime).add("Sari", Role.PACKER)
    answer = house.browser(Role.LEAD).patch(f"/v1/people/{sari.id}", json={"role": "admin"})
    assert answer.json()["code"] == "role-forbidden"


def test_a_reset_replaces_everything_and_ends_the_lock_out(house: House) -> None:
    sari = Staff(house.runtime).add("Sari", Role.PACKER)
    tablet = house.browser(tablet=True)

    def pin(value: str) -> int:
        body = {"person": str(sari.id), "pin": value}
        return tablet.post("/v1/session/pin", json=body).status_code

    assert [pin(f"{(int(sari.secret) + 1) % 10_000:04}") for _ in range(6)][-1] == 429
    issued = house.browser(Role.LEAD).post(f"/v1/people/{sari.id}/reset").json()
    assert pin(issued["secret"]["value"]) == 200
    if issued["secret"]["value"] != sari.secret:
        assert pin(sari.secret) == 401


def test_an_invited_lead_chooses_a_password_once(house: House) -> None:
    admin = house.browser(Role.ADMIN)
    issued = admin.post("/v1/people", json={"name": "Lestari", "role": "lead"}).json()
    assert issued["secret"]["kind"] == "code"
    assert not issued["person"]["ready"]
    code = issued["secret"]["value"]

    short = house.browser().post("/v1/session/code", json={"code": code, "password": "short"})
    assert short.status_code == 422
    state = redeem(house.browser(), code, name="Somebody Else").json()
    assert state["person"]["name"] == "Lestari", "only the first admin chooses a name here"
    assert state["tablet"] is None
    assert redeem(house.browser(), code).json()["code"] == "code-invalid"


def test_codes_end(house: House) -> None:
    admin = house.browser(Role.ADMIN)
    person = admin.post("/v1/people", json={"name": "Lestari", "role": "lead"}).json()
    tablet = admin.post("/v1/tablets/enrolments", json={"name": "Table 2"}).json()
    with house.runtime.database.writing() as session:
        for row in (
            *session.scalars(select(InvitationRow)),
            *session.scalars(select(EnrolmentRow)),
        ):
            row.created_at -= timedelta(hours=25)
            row.expires_at -= timedelta(hours=25)
    assert redeem(house.browser(), person["secret"]["value"]).status_code == 401
    enrol = house.browser().post("/v1/tablets", json={"code": tablet["code"]})
    assert (enrol.status_code, enrol.json()["code"]) == (401, "code-invalid")


def test_guessing_codes_is_slowed_down(house: House) -> None:
    browser = house.browser()
    statuses = [
        browser.post("/v1/tablets", json={"code": "AAAAA-AAAAA"}).status_code for _ in range(12)
    ]
    assert statuses == [401] * 10 + [429] * 2


@pytest.mark.parametrize("name", ["sari", " SARI ", "Sári".replace("á", "a")])
def test_two_people_never_share_a_name(house: House, name: str) -> None:
    Staff(house.runtime).add("Sari", Role.PACKER)
    answer = house.browser(Role.ADMIN).post("/v1/people", json={"name": name, "role": "packer"})
    assert (answer.status_code, answer.json()["code"]) == (409, "name-taken")


@pytest.mark.parametrize("name", ["", "   ", "a\u0000b", "x" * 65, "a\u202eb"])
def test_a_name_that_cannot_be_read_is_refused(house: House, name: str) -> None:
    answer = house.browser(Role.ADMIN).post("/v1/people", json={"name": name, "role": "packer"})
    assert answer.status_code == 422


def test_the_last_admin_stays(house: House) -> None:
    admin = house.browser(Role.ADMIN)
    people = admin.get("/v1/people").json()["items"]
    admins = [person["id"] for person in people if person["role"] == "admin"]
    assert len(admins) == 2  # the one of the first use has no password yet
    me = admin.get("/v1/session").json()["person"]["id"]
    (other,) = set(admins) - {me}
    assert admin.patch(f"/v1/people/{other}", json={"disabled": True}).status_code == 200
    for change in ({"disabled": True}, {"role": "packer"}):
        answer = admin.patch(f"/v1/people/{me}", json=change)
        assert (answer.status_code, answer.json()["code"]) == (409, "last-admin")
    assert admin.get("/v1/people").status_code == 200


def test_who_changes_to_a_packer_needs_a_pin_first(house: House) -> None:
    lead = Staff(house.runtime).add("Lead", Role.LEAD)
    admin = house.browser(Role.ADMIN)
    changed = admin.patch(f"/v1/people/{lead.id}", json={"role": "packer"}).json()
    assert not changed["ready"]
    body = {"name": lead.name, "password": lead.secret}
    assert house.browser().post("/v1/session/password", json=body).status_code == 401


def test_a_tablet_is_enrolled_once_by_its_code(house: House) -> None:
    lead = house.browser(Role.LEAD)
    body = {"name": "Meja 2", "station": "table-1"}
    invitation = lead.post("/v1/tablets/enrolments", json=body).json()
    assert invitation["url"] == f"http://testserver/#/enrol/{invitation['code']}"
    assert invitation["qr"].startswith("data:image/svg+xml")

    tablet = house.browser()
    enrolled = tablet.post("/v1/tablets", json={"code": invitation["code"]})
    assert enrolled.status_code == 201
    assert tablet.get("/v1/session").json()["tablet"]["station"] == "table-1"
    assert tablet.get("/v1/session/choices").status_code == 200
    again = house.browser().post("/v1/tablets", json={"code": invitation["code"]})
    assert again.json()["code"] == "code-invalid"


def test_a_tablet_is_enrolled_for_a_known_station_only(house: House) -> None:
    body = {"name": "Meja 2", "station": "nowhere"}
    answer = house.browser(Role.LEAD).post("/v1/tablets/enrolments", json=body)
    assert (answer.status_code, answer.json()["code"]) == (404, "station-unknown")
