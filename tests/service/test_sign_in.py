"""Signing in: who gets in, who has to wait, and for how long."""

from __future__ import annotations

from collections.abc import MutableMapping
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from conftest import House, OpenHouse
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import select
from visitors import Staff

from service.audit.models import AuditRow
from service.lockouts.models import AttemptsRow
from service.people.roles import Role


@pytest.fixture
def staff(house: House) -> Staff:
    return Staff(house.runtime)


def by_pin(browser: TestClient, person: object, pin: str) -> Response:
    return browser.post("/v1/session/pin", json={"person": str(person), "pin": pin})


def by_password(browser: TestClient, name: str, password: str) -> Response:
    return browser.post("/v1/session/password", json={"name": name, "password": password})


def wrong(pin: str) -> str:
    return f"{(int(pin) + 1) % 10_000:04}"


def earlier(house: House, by: timedelta) -> None:
    """Let the attempts have been made earlier, or later where the clock was set back."""
    with house.runtime.database.writing() as session:
        for row in session.scalars(select(AttemptsRow)):
            row.last_at -= by


def test_a_packer_signs_in_on_a_tablet_with_a_pin(house: House, staff: Staff) -> None:
    sari = staff.add("Sari", Role.PACKER)
    tablet = house.browser(tablet=True)

    choices = tablet.get("/v1/session/choices").json()["items"]
    assert {"id": str(sari.id), "name": "Sari", "method": "pin"} in choices
    answer = by_pin(tablet, sari.id, sari.secret)

    assert answer.status_code == 200
    assert answer.json()["person"]["name"] == "Sari"
    assert answer.json()["tablet"]["name"] == "Table 1"
    assert tablet.get("/v1/session").json() == answer.json()
    assert tablet.get("/v1/specs").status_code == 200


def test_a_pin_does_not_count_in_a_browser_that_is_not_enrolled(house: House, staff: Staff) -> None:
    sari = staff.add("Sari", Role.PACKER)
    answer = by_pin(house.browser(), sari.id, sari.secret)
    assert (answer.status_code, answer.json()["code"]) == (403, "tablet-required")


def test_wrong_pins_ten_times(house: House, staff: Staff) -> None:
    sari, ketut = staff.add("Sari", Role.PACKER), staff.add("Ketut", Role.PACKER)
    tablet = house.browser(tablet=True)

    answers = [by_pin(tablet, sari.id, wrong(sari.secret)) for _ in range(10)]

    assert [answer.status_code for answer in answers] == [401] * 5 + [429] * 5
    assert {answer.json()["code"] for answer in answers[:5]} == {"credentials-wrong"}
    assert {answer.json()["code"] for answer in answers[5:]} == {"locked-out"}
    assert 0 < int(answers[-1].headers["retry-after"]) <= 30
    assert "seconds" in answers[-1].json()["fix"]
    # The right PIN has to wait as well, or the wait would tell which one is right.
    assert by_pin(tablet, sari.id, sari.secret).status_code == 429
    # Others go on working at this tablet.
    assert by_pin(tablet, ketut.id, ketut.secret).status_code == 200


def test_after_the_wait_the_right_pin_starts_a_new_count(house: House, staff: Staff) -> None:
    sari = staff.add("Sari", Role.PACKER)
    tablet = house.browser(tablet=True)
    for _ in range(6):
        by_pin(tablet, sari.id, wrong(sari.secret))
    earlier(house, timedelta(seconds=31))

    assert by_pin(tablet, sari.id, sari.secret).status_code == 200
    assert by_pin(tablet, sari.id, wrong(sari.secret)).status_code == 401


def test_a_clock_that_was_set_back_does_not_stretch_the_wait(house: House, staff: Staff) -> None:
    sari = staff.add("Sari", Role.PACKER)
    tablet = house.browser(tablet=True)
    for _ in range(5):
        by_pin(tablet, sari.id, wrong(sari.secret))
    earlier(house, timedelta(days=-300))

    refused = by_pin(tablet, sari.id, sari.secret)
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) <= 30
    earlier(house, timedelta(seconds=31))
    assert by_pin(tablet, sari.id, sari.secret).status_code == 200


def test_a_tablet_that_guesses_at_everybody_waits_too(house: House, staff: Staff) -> None:
    people = [staff.add(f"Packer {number}", Role.PACKER) for number in range(4)]
    tablet, other = house.browser(tablet=True), house.browser(tablet=True)
    statuses = [
        by_pin(tablet, person.id, wrong(person.secret)).status_code
        for person in people
        for _ in range(3)
    ]
    assert statuses == [401] * 10 + [429] * 2
    assert by_pin(other, people[3].id, people[3].secret).status_code == 200


def test_who_is_not_known_gets_the_same_answers(open_house: OpenHouse) -> None:
    house = open_house(sign_in={"free_attempts": 2})
    lead = Staff(house.runtime).add("Lead", Role.LEAD)

    def answers(name: str) -> list[tuple[int, str]]:
        got = [by_password(house.browser(tablet=True), name, "not it") for _ in range(4)]
        return [(answer.status_code, answer.json()["detail"]) for answer in got]

    assert answers("Nobody At All") == answers(lead.name)


def test_a_password_serves_in_any_browser_and_any_spelling(house: House, staff: Staff) -> None:
    lead = staff.add("Ibu Lestari", Role.LEAD)
    answer = by_password(house.browser(), "  ibu   LESTARI ", lead.secret)
    assert answer.json()["person"]["role"] == "lead"
    assert answer.json()["tablet"] is None


def test_a_packer_has_no_password_and_a_lead_no_pin(house: House, staff: Staff) -> None:
    sari, lead = staff.add("Sari", Role.PACKER), staff.add("Lead", Role.LEAD)
    assert by_password(house.browser(), "Sari", sari.secret).status_code == 401
    assert by_pin(house.browser(tablet=True), lead.id, "1234").status_code == 401


def test_a_badge_signs_in_until_another_one_is_issued(house: House, staff: Staff) -> None:
    sari = staff.add("Sari", Role.PACKER)
    lead = house.browser(Role.LEAD)
    badge = lead.post(f"/v1/people/{sari.id}/badge").json()
    assert badge["person"]["has_badge"]
    assert badge["qr"].startswith("data:image/svg+xml")

    def show(value: str) -> Response:
        return house.browser(tablet=True).post("/v1/session/badge", json={"badge": value})

    assert show(badge["value"]).json()["person"]["name"] == "Sari"
    assert show(badge["value"].lower()).status_code == 200, "readers type in any case"
    lead.post(f"/v1/people/{sari.id}/badge")
    assert show(badge["value"]).status_code == 401


@pytest.mark.files
def test_nothing_that_lets_anybody_in_is_stored_or_logged(
    house: House, staff: Staff, log: list[MutableMapping[str, Any]]
) -> None:
    sari = staff.add("Sari", Role.PACKER)
    tablet = house.browser(tablet=True)
    by_pin(tablet, sari.id, sari.secret)
    badge = house.browser(Role.LEAD).post(f"/v1/people/{sari.id}/badge").json()["value"]
    tokens = {cookie.value or "" for cookie in tablet.cookies.jar}
    assert len(tokens) == 2

    data_dir = house.runtime.settings.storage.data_dir
    stored = b"".join(path.read_bytes() for path in data_dir.glob("teliti.sqlite3*"))
    for secret in (*tokens, badge, house.runtime.first_code or ""):
        assert secret.encode() not in stored
        assert secret not in str(log)


def test_refused_and_opened_sessions_stand_in_the_audit_log(house: House, staff: Staff) -> None:
    sari = staff.add("Sari", Role.PACKER)
    tablet = house.browser(tablet=True)
    by_pin(tablet, sari.id, wrong(sari.secret))
    by_pin(tablet, uuid4(), "4711")
    by_pin(tablet, sari.id, sari.secret)
    tablet.delete("/v1/session")

    with house.runtime.database.reading() as session:
        query = select(AuditRow).where(AuditRow.action.startswith("sign-in"))
        rows = session.scalars(query.order_by(AuditRow.sequence)).all()
    him = f"person/{sari.id}"
    assert [(row.action, row.person, row.subject, row.tablet) for row in rows] == [
        ("sign-in.refused", "nobody", him, "Table 1"),
        ("sign-in.refused", "nobody", "person unknown", "Table 1"),
        ("sign-in.opened", "Sari", him, "Table 1"),
        ("sign-in.ended", "Sari", him, "Table 1"),
    ]
