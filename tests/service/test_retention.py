"""Old photos are deleted with a tombstone; nothing that is needed is, and nothing looks lost."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import typer
from conftest import House, OpenHouse, everywhere, jpeg
from sqlalchemy import update
from test_doctor import findings
from test_lots import decide, offered, say, sound
from test_reviews import reviewed
from typer.testing import CliRunner

from service.actor import CONSOLE
from service.audit import service as audit
from service.backup import back_up, check_snapshot, snapshot
from service.cli import retention as command
from service.database import DATABASE_FILE
from service.doctor import State
from service.errors import BackupError, StorageError
from service.inspections.models import InspectionRow
from service.people.roles import Role
from service.retention import service as retention
from service.retention.service import RetentionError
from service.storage import PhotoStore
from service.teaching import service as teaching
from service.teaching.schemas import Learning, LearningRequest, LearningState, TeachingPhoto

YEARS = timedelta(days=730)


@pytest.fixture
def calm(open_house: OpenHouse) -> House:
    """A service in which every item passes and no pass is drawn for a review."""
    return open_house(inspect=sound, review={"pass_sample_rate": 0})


def old(house: House, seed: int, **fields: Any) -> dict[str, Any]:
    """Upload a photo that was stored three years ago."""
    answer = house.upload(jpeg(seed), **fields)
    assert answer.status_code == 201, answer.text
    kept: dict[str, Any] = answer.json()
    with house.runtime.database.writing() as session:
        session.execute(
            update(InspectionRow)
            .where(InspectionRow.id == UUID(answer.json()["id"]))
            .values(created_at=datetime.now(UTC) - 1.5 * YEARS)
        )
    return kept


def key(seed: int) -> str:
    return hashlib.sha256(jpeg(seed)).hexdigest()


def retire(house: House, age: timedelta = YEARS) -> retention.Retired:
    runtime = house.runtime
    return retention.retire(runtime.database, runtime.photos, CONSOLE, datetime.now(UTC), age)


def there(house: House) -> set[str]:
    return set(house.runtime.photos.keys())


@everywhere
def test_an_old_photo_is_gone_and_says_since_when(calm: House) -> None:
    kept, young = old(calm, 1), calm.upload(jpeg(2)).json()
    before = calm.client.get(f"/v1/inspections/{kept['id']}").json()

    done = retire(calm)

    assert (done.photos, done.bytes, done.kept) == (1, len(jpeg(1)), 1)
    assert there(calm) == {key(2)}
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    for url in (kept["photos"][0]["photo_url"], kept["photos"][0]["overlay_url"]):
        gone = calm.client.get(url)
        assert (gone.status_code, gone.json()["code"]) == (410, "photo-deleted")
        assert f"deleted on {today} by retention" in gone.json()["detail"]
    assert calm.client.get(young["photos"][0]["photo_url"]).status_code == 200
    after = calm.client.get(f"/v1/inspections/{kept['id']}").json()
    assert after["photos"][0].pop("deleted_at").startswith(today)
    assert before["photos"][0].pop("deleted_at") is None
    assert after == before  # the verdict and everything measured stay
    engineer = calm.browser(Role.ENGINEER)
    good = engineer.get("/v1/specs/test-bowl/teaching/good", params={"view": "top"}).json()
    assert [photo["sha256"] for photo in good["items"]] == [key(2)]  # to learn from
    taught = "/v1/specs/test-bowl/teaching"
    learning = {"view": "top", "station": None, "photos": [{"sha256": key(1), "name": "one"}]}
    for answer in (
        engineer.get(f"{taught}/photos/{key(1)}"),
        engineer.post(f"{taught}/learning", json=learning),
    ):
        assert (answer.status_code, answer.json()["code"]) == (410, "photo-deleted")
    listed = calm.client.get("/v1/inspections").json()["items"]
    since = {one["id"]: one["photos"][0]["deleted_at"] for one in listed}
    assert since.pop(kept["id"]).startswith(today)
    assert list(since.values()) == [None]
    found = findings(calm)
    assert found["photos"].detail == "all 1 are there, to the last byte"
    assert found["retention"].detail == f"1 photos were deleted, the last on {today}"
    assert found["audit log"].state is State.GOOD
    with calm.runtime.database.reading() as session:
        entry = list(audit.every_entry(session))[-1]
    assert (entry.action, entry.person) == ("photos.deleted", CONSOLE.name)
    assert retire(calm).photos == 0


def young(house: House) -> None:
    house.upload(jpeg(1))


def in_an_open_lot(house: House) -> None:
    old(house, 1, lot_id=offered(house))


def of_a_finding(house: House) -> None:
    lot_id = offered(house)
    old(house, 1, lot_id=lot_id)
    found = say(house, lot_id, "units/1/findings", major=1)
    assert found.is_success, found.text
    assert decide(house, lot_id, "reject").is_success


def golden(house: House) -> None:
    files = {"photo": ("golden.jpg", jpeg(1), "image/jpeg")}
    assert house.lead().post("/v1/specs/test-bowl/2/golden/top", files=files).is_success
    old(house, 1)


def seen_again_lately(house: House) -> None:
    old(house, 1)
    house.upload(jpeg(1))


def chosen_by_a_lead(house: House) -> None:
    reviewed(house, old(house, 1)["id"], reason="It has a crack")


NEEDED = [young, in_an_open_lot, of_a_finding, golden, seen_again_lately, chosen_by_a_lead]


@pytest.mark.parametrize("needed", NEEDED)
@everywhere
def test_what_is_needed_stays(calm: House, needed: Callable[[House], None]) -> None:
    needed(calm)
    assert retire(calm).photos == 0
    assert there(calm) == {key(1)}


def test_what_waits_for_a_lead_stays(house: House) -> None:
    assert old(house, 1)["verdict"] == "fail"
    assert retire(house).photos == 0
    assert there(house) == {key(1)}


@everywhere
def test_photos_of_a_decided_lot_go(calm: House) -> None:
    lot_id = offered(calm)
    for seed in range(3):
        old(calm, seed, lot_id=lot_id)
    assert retire(calm).photos == 0
    assert decide(calm, lot_id, "reject").is_success
    assert retire(calm).photos == 3
    draft = calm.lead().get(f"/v1/lots/{lot_id}/report", params={"language": "en"})
    assert draft.content.startswith(b"%PDF")


def test_a_photo_that_is_sent_to_learn_from_is_kept_again(
    calm: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(teaching, "require_item_on_mat", lambda _: None)
    first = old(calm, 1)
    retire(calm)
    answer = calm.browser(Role.ENGINEER).post(
        "/v1/specs/test-bowl/teaching/photos", files={"photo": ("one.jpg", jpeg(1), "image/jpeg")}
    )
    assert answer.status_code == 201, answer.text
    assert there(calm) == {key(1)}
    assert calm.client.get(first["photos"][0]["photo_url"]).status_code == 200


@everywhere
def test_a_photo_that_is_sent_again_is_kept_again(calm: House) -> None:
    first = old(calm, 1)
    retire(calm)
    assert there(calm) == set()
    calm.upload(jpeg(1))
    assert there(calm) == {key(1)}
    assert calm.client.get(first["photos"][0]["photo_url"]).status_code == 200
    assert "retention" not in findings(calm)


def test_a_photo_that_is_sent_while_it_is_deleted_is_not_lost(
    calm: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The upload finds the old file in place; it goes before the upload's row is committed."""
    old(calm, 1)
    putting = PhotoStore.putting
    deletions: list[int] = []

    @contextmanager
    def slow(self: PhotoStore, data: bytes, sha256: str) -> Iterator[Callable[[], None]]:
        with putting(self, data, sha256) as put:

            def put_and_retire() -> None:
                put()
                deletions.append(retire(calm).photos)

            yield put_and_retire

    monkeypatch.setattr(PhotoStore, "putting", slow)
    again = calm.upload(jpeg(1))
    assert deletions == [1]
    assert again.status_code == 201
    assert there(calm) == {key(1)}
    assert calm.client.get(again.json()["photos"][0]["photo_url"]).status_code == 200


def test_a_deletion_that_fails_is_finished_by_the_next(
    calm: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = old(calm, 1)
    with monkeypatch.context() as patch:

        def fail(*_: object) -> None:
            raise StorageError("read-only")

        patch.setattr(PhotoStore, "delete", fail)
        with pytest.raises(StorageError):
            retire(calm)
    assert there(calm) == {key(1)}
    assert calm.client.get(kept["photos"][0]["photo_url"]).status_code == 410
    assert retire(calm).photos == 0
    assert there(calm) == set()


def test_a_short_time_is_refused(calm: House) -> None:
    with pytest.raises(RetentionError, match="30 days"):
        retire(calm, timedelta(days=29))


@pytest.mark.files
def test_the_command_deletes_only_when_told_and_backups_and_starts_go_on(
    calm: House, open_house: OpenHouse, tmp_path: Path
) -> None:

    app = typer.Typer()
    app.command()(command)
    data = calm.runtime.settings.storage.data_dir
    options = ["--older-than", "730d", "--data-dir", str(data)]
    old(calm, 1)
    photo = TeachingPhoto(sha256=key(1), name="good")
    learning = Learning(
        id=uuid4(),
        request=LearningRequest(view="top", station=None, photos=(photo,)),
        by="Ayu",
        started_at=datetime.now(UTC),
        state=LearningState.DONE,
    )
    learnt = calm.runtime.learner.folder / "test-bowl" / "learning.json"
    learnt.parent.mkdir(parents=True)
    learnt.write_text(learning.model_dump_json(), encoding="utf-8")
    said = CliRunner().invoke(app, [*options, "--delete"])
    assert (said.exit_code, there(calm)) == (0, {key(1)}), said.output
    learnt.unlink()
    said = CliRunner().invoke(app, options)
    assert (said.exit_code, there(calm)) == (0, {key(1)})
    assert "1 photos from before" in said.output
    assert "would be deleted" in said.output
    said = CliRunner().invoke(app, [*options, "--delete"])
    assert (said.exit_code, there(calm)) == (0, set())
    assert CliRunner().invoke(app, ["--older-than", "2y"]).exit_code == 2

    made = back_up(data, tmp_path / "backup")
    assert check_snapshot(made).photos == ()
    with closing(sqlite3.connect(data / DATABASE_FILE)) as connection:
        assert connection.execute("SELECT count(*) FROM photos").fetchone() == (1,)
    (data / "photos" / ".teliti-photos").unlink()  # as on a new disk
    again = open_house()  # starts although its newest photo is not there
    assert again.browser(Role.LEAD).get("/v1/inspections").is_success


@pytest.mark.files
@pytest.mark.parametrize("lost_besides", [False, True])
def test_what_is_deleted_during_a_backup_is_not_lost(
    calm: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost_besides: bool
) -> None:
    old(calm, 1)
    calm.upload(jpeg(2))
    data = calm.runtime.settings.storage.data_dir
    if lost_besides:
        (path,) = (data / "photos").glob(f"??/*{key(2)[2:]}")
        path.unlink()
    copy = snapshot._copy_database

    def then_retire(source: Path, target: Path) -> None:
        copy(source, target)
        retire(calm)

    monkeypatch.setattr(snapshot, "_copy_database", then_retire)
    if lost_besides:
        with pytest.raises(BackupError, match=f"1 photos .* {key(2)[:12]}"):
            back_up(data, tmp_path / "backup")
        return
    made = back_up(data, tmp_path / "backup")
    assert check_snapshot(made).photos == (key(2),)
    with closing(sqlite3.connect(made / DATABASE_FILE)) as connection:
        assert connection.execute("SELECT sha256 FROM deleted_photos").fetchall() == [(key(1),)]
