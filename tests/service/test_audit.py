"""The log of a real service, and what is found when somebody edits the database."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from conftest import House, jpeg
from sqlalchemy import select, text
from typer.testing import CliRunner

from service.audit import service
from service.audit.models import AuditRow
from service.cli import audit
from service.people.roles import Role


def entries(house: House) -> list[AuditRow]:
    with house.runtime.database.reading() as session:
        return list(session.scalars(select(AuditRow).order_by(AuditRow.sequence)))


def problems(house: House) -> tuple[str, ...]:
    with house.runtime.database.reading() as session:
        return service.verify(session).problems


def tamper(house: House, statement: str) -> None:
    with house.runtime.database.writing() as session:
        session.execute(text(statement))


def test_an_inspection_stands_in_the_log_with_who_where_and_its_hash(house: House) -> None:
    answer = house.upload().json()
    entry = entries(house)[-1]

    assert (entry.action, entry.subject) == ("inspection.kept", f"inspection/{answer['id']}")
    assert entry.person.startswith("packer")
    assert entry.tablet == "Table 1"
    with house.runtime.database.reading() as session:
        document = session.scalar(text("SELECT document FROM inspections"))
    assert entry.after_sha256 == hashlib.sha256(str(document).encode()).hexdigest()
    assert problems(house) == ()


def test_what_was_not_kept_is_not_in_the_log(house: House) -> None:
    before = len(entries(house))
    house.upload(b"no photo")
    assert len(entries(house)) == before


def test_specs_stations_people_and_tablets_stand_in_the_log(house: House) -> None:
    admin = house.browser(Role.ADMIN)
    person = admin.post("/v1/people", json={"name": "Sari", "role": "packer"}).json()["person"]
    admin.patch(f"/v1/people/{person['id']}", json={"role": "lead"})
    admin.post(f"/v1/people/{person['id']}/reset")
    code = admin.post("/v1/tablets/enrolments", json={"name": "Meja 2"}).json()["code"]
    tablet = house.browser().post("/v1/tablets", json={"code": code}).json()
    admin.delete(f"/v1/tablets/{tablet['id']}")

    log = entries(house)
    actions = [entry.action for entry in log]
    assert actions[-6:] == [
        "person.added",
        "person.changed",
        "person.reset",
        "tablet.invited",
        "tablet.enrolled",
        "tablet.revoked",
    ]
    assert {"spec.stored", "station.stored"} <= set(actions)
    changed = log[-5]
    assert changed.before_sha256 != changed.after_sha256
    assert problems(house) == ()


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE audit_log SET person = 'Nobody' WHERE sequence = 3", "entry 3 was changed"),
        ("DELETE FROM audit_log WHERE sequence = 3", "entry 3 is missing"),
        ("DELETE FROM audit_log WHERE sequence > 3", "missing"),
        (
            "INSERT INTO audit_log SELECT sequence + 1, at, person_id, person, tablet_id, tablet, "
            "action, subject, before_sha256, after_sha256, previous_hash, hash FROM audit_log "
            "WHERE sequence = (SELECT max(sequence) FROM audit_log)",
            "inserted",
        ),
    ],
)
def test_an_edit_of_the_database_is_found(house: House, statement: str, found: str) -> None:
    house.upload()
    assert problems(house) == ()
    tamper(house, statement)
    assert any(found in problem for problem in problems(house))


def test_the_log_is_read_page_by_page_and_exported_whole(house: House) -> None:
    for seed in range(3):
        house.upload(jpeg(seed))
    admin = house.browser(Role.ADMIN)
    pages, cursor = [], None
    while True:
        query = {"limit": 3} | ({"cursor": cursor} if cursor else {})
        page = admin.get("/v1/audit", params=query).json()
        pages += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    exported = [json.loads(line) for line in admin.get("/v1/audit/export").text.splitlines()]
    assert exported == pages[::-1]
    assert [entry["sequence"] for entry in exported] == list(range(1, len(exported) + 1))


def test_the_command_verifies_and_exports(house: House, tmp_path: Path) -> None:
    data_dir = str(house.runtime.settings.storage.data_dir)
    run = CliRunner()
    whole = run.invoke(audit.app, ["verify", "--data-dir", data_dir])
    assert whole.exit_code == 0, whole.output
    head = whole.output.split()[-1]
    assert run.invoke(audit.app, ["verify", "--data-dir", data_dir, "--head", head]).exit_code == 0

    file = tmp_path / "log.jsonl"
    assert run.invoke(audit.app, ["export", str(file), "--data-dir", data_dir]).exit_code == 0
    assert json.loads(file.read_text().splitlines()[-1])["hash"] == head

    tamper(house, "DELETE FROM audit_log WHERE hash = (SELECT hash FROM audit_head)")
    assert run.invoke(audit.app, ["verify", "--data-dir", data_dir]).exit_code == 65
    gone = run.invoke(audit.app, ["verify", "--data-dir", data_dir, "--head", head])
    assert "no entry has the hash" in gone.output
