"""A workshop that moved to PostgreSQL and S3 is the same workshop, or has not moved."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
import scale
from conftest import SPEC, House, jpeg, recorded_inspection, settings_for
from fastapi.testclient import TestClient
from test_lots import decide, offered
from test_reports import signed
from typer.testing import CliRunner
from visitors import cookies_of

from qc.defects.release import MODELS_VARIABLE
from qc.geometry.station import Station
from service.app import create_app
from service.cli import migrate
from service.database import DATABASE_FILE, Database
from service.errors import MoveError, StorageError
from service.moving import Moved, move
from service.people.roles import Role
from service.retention.models import DeletedPhotoRow
from service.settings import Settings
from service.specs.service import store_spec
from service.stations.service import store_station

pytestmark = [
    pytest.mark.files,
    pytest.mark.skipif(not scale.AVAILABLE, reason="PostgreSQL and S3 are not installed"),
]

PAGES = ("/v1/inspections", "/v1/lots", "/v1/spec-versions", "/v1/reports", "/v1/audit")


@contextmanager
def running(settings: Settings, cookies: dict[str, str] | None = None) -> Iterator[House]:
    """A service that is stopped at the end, unlike `open_house`'s."""
    app = create_app(settings, inspect=recorded_inspection)
    with TestClient(app) as client:
        runtime = app.state.runtime
        client.cookies.update(cookies or cookies_of(runtime, Role.PACKER, tablet=True))
        yield House(client, runtime)


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small workshop in which everything happened once; nobody runs it."""
    folder = tmp_path_factory.mktemp("workshop")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(MODELS_VARIABLE, str(folder / "models"))
        return live(settings_for(folder))


def live(settings: Settings) -> Path:
    """Let everything happen once; return the folder of the data."""
    with running(settings) as house:
        with house.runtime.database.writing() as session:
            store_spec(session, SPEC)
            store_station(session, Station(id="table-1"))
        files = {"photo": ("golden.jpg", jpeg(5), "image/jpeg")}
        assert house.lead().post("/v1/specs/test-bowl/2/golden/top", files=files).is_success
        lot_id = offered(house)
        for seed in range(3):
            upload = house.upload(jpeg(seed), lot_id=lot_id, station="table-1")
            assert upload.status_code == 201
        body = {"value": "12.5"}
        house.client.post(f"/v1/inspections/{upload.json()['id']}/readings", json=body)
        assert decide(house, lot_id, "reject").is_success
        signed(house, lot_id)
        return house.runtime.settings.storage.data_dir


@pytest.fixture
def data(workshop: Path, tmp_path: Path) -> Path:
    """A copy of the workshop for each test."""
    return Path(shutil.copytree(workshop, tmp_path / "data"))


@pytest.fixture
def place_to_go(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The variables of an empty database and an empty place in the bucket."""
    variables = scale.s3_environment() | {
        "TELITI_STORAGE__DATABASE_URL": scale.empty_database(),
        "TELITI_STORAGE__OBJECTS_URL": scale.new_prefix(),
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return variables


def moved(data: Path) -> Moved:
    storage = Settings().storage.model_copy(update={"data_dir": data})
    return move(data, storage, lambda walk, *_: walk)


def seen(house: House) -> dict[str, Any]:
    """What an admin and a packer see."""
    admin = house.browser(Role.ADMIN)
    answers = {path: admin.get(path).json() for path in PAGES}
    for item in answers["/v1/inspections"]["items"]:
        for photo in item["photos"]:
            answers[photo["photo_url"]] = house.client.get(photo["photo_url"]).content
    for report in answers["/v1/reports"]["items"]:
        answers[report["pdf_url"]] = admin.get(report["pdf_url"]).content
    return answers


def rows_of(url: str) -> int:
    with psycopg.connect(url) as connection:
        tables = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' "
            "AND tablename NOT IN ('alembic_version', 'audit_head')"
        ).fetchall()
        counts = [connection.execute(f'SELECT count(*) FROM "{t}"').fetchone() for (t,) in tables]
    assert counts
    return sum(count[0] for count in counts if count)


@pytest.mark.parametrize("objects", [True, False], ids=["to the bucket", "photos stay"])
def test_the_moved_workshop_answers_as_before_and_goes_on(
    data: Path,
    tmp_path: Path,
    place_to_go: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    objects: bool,
) -> None:
    if not objects:
        monkeypatch.delenv("TELITI_STORAGE__OBJECTS_URL")
    new_home = {name: os.environ.get(name) for name in place_to_go if "TELITI" in name}
    for name in new_home:
        monkeypatch.delenv(name, raising=False)
    with running(settings_for(tmp_path)) as house:
        before = seen(house)
        cookies = dict(house.client.cookies)
    for name, value in new_home.items():
        if value:
            monkeypatch.setenv(name, value)

    done = CliRunner().invoke(migrate.app, ["sqlite-to-postgres", "--data-dir", str(data)])

    assert done.exit_code == 0, done.output
    assert "4 photos and 1 reports" in done.output
    storage = Settings().storage.model_copy(update={"data_dir": data}).model_dump()
    if objects:  # not from the folder, then
        (data / "photos").rename(tmp_path / "old photos")
    with running(Settings(storage=storage), cookies) as house:
        assert house.runtime.database.engine.dialect.name == "postgresql"
        after = seen(house)
        # Whoever is added by looking is told of in the log; all else is the same.
        added = len(after["/v1/audit"]["items"]) - len(before["/v1/audit"]["items"])
        after["/v1/audit"]["items"] = after["/v1/audit"]["items"][added:]
        assert after == before
        answer = house.upload(jpeg(9), station="table-1")  # in the session from before the move
        assert answer.status_code == 201, answer.text
        newest = house.client.get("/v1/inspections").json()["items"]
        assert [item["id"] for item in newest[:1]] == [answer.json()["id"]]


def test_a_second_move_is_refused_and_changes_nothing(
    data: Path, place_to_go: dict[str, str]
) -> None:
    first = moved(data)
    url = place_to_go["TELITI_STORAGE__DATABASE_URL"]
    there = rows_of(url)
    assert there == sum(first.rows.values()) - first.rows["audit_head"]
    with pytest.raises(MoveError, match=r"not empty: there are rows in .*inspections"):
        moved(data)
    assert rows_of(url) == there


def test_a_target_of_another_version_is_refused(data: Path, place_to_go: dict[str, str]) -> None:
    target = Database.postgresql(place_to_go["TELITI_STORAGE__DATABASE_URL"], busy_timeout_s=5)
    target.upgrade("0009")
    target.close()
    with pytest.raises(MoveError, match=r"another version \(0009"):
        moved(data)


def test_a_running_service_stops_the_move(
    data: Path, tmp_path: Path, place_to_go: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    url = place_to_go["TELITI_STORAGE__DATABASE_URL"]
    target = Settings().storage.model_copy(update={"data_dir": data})
    monkeypatch.delenv("TELITI_STORAGE__DATABASE_URL")
    monkeypatch.delenv("TELITI_STORAGE__OBJECTS_URL")
    with running(settings_for(tmp_path)) as house:
        with pytest.raises(MoveError, match=r"in use .*Stop the service"):
            move(data, target, lambda walk, *_: walk)
        assert house.upload(jpeg(7)).status_code == 201  # and is not harmed
    assert rows_of(url) == 0


def test_rows_that_arrive_otherwise_are_found_and_none_is_kept(
    data: Path, place_to_go: dict[str, str]
) -> None:
    url = place_to_go["TELITI_STORAGE__DATABASE_URL"]
    target = Database.postgresql(url, busy_timeout_s=5)
    target.migrate()
    target.close()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN NEW.verdict := 'pass'; RETURN NEW; END $$"
        )
        connection.execute(
            "CREATE TRIGGER spoil BEFORE INSERT ON inspections "
            "FOR EACH ROW WHEN (NEW.sequence = 2) EXECUTE FUNCTION spoil()"
        )
    with pytest.raises(MoveError, match="inspections: row 2 is not the same in verdict"):
        moved(data)
    assert rows_of(url) == 0


def test_a_lost_photo_stops_the_move_which_goes_on_once_it_is_back(
    data: Path, place_to_go: dict[str, str], tmp_path: Path
) -> None:
    photo = sorted((data / "photos").glob("??/*"))[-1]
    away = photo.rename(tmp_path / photo.name)
    with pytest.raises(StorageError, match=photo.name[:12]):
        moved(data)
    assert rows_of(place_to_go["TELITI_STORAGE__DATABASE_URL"]) == 0
    away.rename(photo)
    assert moved(data).photos == 4


@pytest.mark.usefixtures("place_to_go")
def test_a_photo_that_retention_deleted_is_not_missed(data: Path) -> None:
    photo = sorted((data / "photos").glob("??/*"))[-1]
    source = Database.sqlite(data / DATABASE_FILE, busy_timeout_s=1)
    with source.writing() as session:
        row = DeletedPhotoRow(
            sha256=photo.name, size_bytes=1, deleted_at=datetime.now(UTC), gone=True
        )
        session.add(row)
    source.close()
    photo.unlink()
    done = moved(data)
    assert (done.photos, done.rows["deleted_photos"]) == (3, 1)


def test_a_tampered_log_does_not_move(data: Path, place_to_go: dict[str, str]) -> None:
    source = Database.sqlite(data / DATABASE_FILE, busy_timeout_s=1)
    with source.writing() as session:
        session.connection().exec_driver_sql("UPDATE audit_log SET person = 'X' WHERE sequence = 3")
    source.close()
    with pytest.raises(MoveError, match=r"audit log at the source .*entry 3 was changed"):
        moved(data)
    assert rows_of(place_to_go["TELITI_STORAGE__DATABASE_URL"]) == 0


def test_numbers_go_on_after_the_highest_that_ever_was(
    data: Path, place_to_go: dict[str, str]
) -> None:
    """SQLite never gives a number twice, also where the last row is gone."""
    source = Database.sqlite(data / DATABASE_FILE, busy_timeout_s=1)
    with source.writing() as session:
        session.connection().exec_driver_sql(
            "UPDATE sqlite_sequence SET seq = 70 WHERE name = 'inspections'"
        )
    source.close()
    moved(data)
    with psycopg.connect(place_to_go["TELITI_STORAGE__DATABASE_URL"]) as connection:
        asked = "SELECT nextval(pg_get_serial_sequence(%s, %s))"
        assert connection.execute(asked, ("inspections", "sequence")).fetchone() == (71,)
        stations = connection.execute("SELECT max(revision) FROM stations").fetchone()
        assert stations is not None
        following = connection.execute(asked, ("stations", "revision")).fetchone()
        assert following == (stations[0] + 1,)
