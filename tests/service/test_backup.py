"""A backup is whole, consistent while uploads run, and comes back; anything less is refused."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from conftest import House, OpenHouse, jpeg
from sqlalchemy import func, select
from test_migrations import at_version

from service.backup import back_up, check_snapshot, restore
from service.backup.snapshot import copy_private
from service.database import DATABASE_FILE, Database
from service.errors import BackupError
from service.https.authority import provide_certificates
from service.https.names import Names
from service.inspections.models import InspectionRow, PhotoRow
from service.storage import PhotoStore

pytestmark = pytest.mark.files


def data_of(house: House) -> Path:
    return house.runtime.settings.storage.data_dir


@pytest.fixture
def snapshot(house: House, tmp_path: Path) -> Path:
    for seed in range(3):
        assert house.upload(jpeg(seed)).status_code == 201
    return back_up(data_of(house), tmp_path / "backup")


def test_what_comes_back_is_what_was_there(
    house: House, open_house: OpenHouse, snapshot: Path, tmp_path: Path
) -> None:
    before = house.client.get("/v1/inspections").json()
    restored = tmp_path / "elsewhere" / "data"
    restore(snapshot, restored)
    again = open_house(storage={"data_dir": restored})
    assert again.client.get("/v1/inspections").json() == before
    for item in before["items"]:
        url = item["photos"][0]["photo_url"]
        assert again.client.get(url).content == house.client.get(url).content


def test_golden_samples_come_back(house: House, open_house: OpenHouse, tmp_path: Path) -> None:
    files = {"photo": ("golden.jpg", jpeg(5), "image/jpeg")}
    kept = house.lead().post("/v1/specs/test-bowl/2/golden/top", files=files).json()
    snapshot = back_up(data_of(house), tmp_path / "backup")
    restored = tmp_path / "elsewhere" / "data"
    restore(snapshot, restored)
    again = open_house(storage={"data_dir": restored})
    shown = again.client.get(kept["photo_url"])
    assert shown.status_code == 200
    assert shown.content == house.client.get(kept["photo_url"]).content


def test_a_lost_golden_sample_is_named_by_the_backup(house: House, tmp_path: Path) -> None:
    files = {"photo": ("golden.jpg", jpeg(5), "image/jpeg")}
    house.lead().post("/v1/specs/test-bowl/2/golden/top", files=files)
    (path,) = (data_of(house) / "photos").glob("??/*")
    path.unlink()
    with pytest.raises(BackupError, match=path.name[:12]):
        back_up(data_of(house), tmp_path / "backup")


def test_what_the_service_removes_meanwhile_is_not_missed(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file and a folder of a running job that go while the others are copied."""
    job = data_of(house) / "teaching" / "job"
    job.mkdir(parents=True)
    for name in ("gone.png", "kept.png"):
        (job / name).write_bytes(b"photo")
    copy = copy_private

    def removing(source: Path, target: Path) -> None:
        if source.name == "gone.png":
            source.unlink()
        copy(source, target)

    monkeypatch.setattr("service.backup.snapshot.copy_private", removing)
    manifest = check_snapshot(back_up(data_of(house), tmp_path / "backup"))
    assert "teaching/job/kept.png" in manifest.files
    assert "teaching/job/gone.png" not in manifest.files


def test_a_photo_is_copied_once_and_every_snapshot_is_complete(
    house: House, snapshot: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    put = PhotoStore.put

    def counted(self: PhotoStore, data: bytes) -> str:
        written.append(put(self, data))
        return written[-1]

    house.upload(jpeg(9))
    monkeypatch.setattr(PhotoStore, "put", counted)
    monkeypatch.setattr("service.backup.snapshot._name", lambda _: "later")
    later = back_up(data_of(house), snapshot.parent)
    assert len(written) == 1
    assert len(check_snapshot(later).photos) == 4
    assert len(check_snapshot(snapshot).photos) == 3


def test_a_backup_during_uploads_holds_every_photo_of_every_row(
    house: House, tmp_path: Path
) -> None:
    stop = threading.Event()
    uploaded = threading.Semaphore(0)

    def upload() -> None:
        seed = 100
        while not stop.is_set():
            house.upload(jpeg(seed))
            seed += 1
            uploaded.release()

    thread = threading.Thread(target=upload)
    thread.start()
    try:
        snapshots = []
        for number in range(4):
            for _ in range(2):
                assert uploaded.acquire(timeout=20)
            snapshots.append(back_up(data_of(house), tmp_path / f"backup-{number}"))
    finally:
        stop.set()
        thread.join()
    for number, one in enumerate(snapshots):
        restored = tmp_path / f"restored-{number}"
        restore(one, restored)
        database = Database.sqlite(restored / DATABASE_FILE, busy_timeout_s=1)
        store = PhotoStore.local(restored / "photos")
        with database.reading() as session:
            rows = session.scalar(select(func.count()).select_from(InspectionRow)) or 0
            photos = list(session.scalars(select(PhotoRow.sha256)))
        database.close()
        assert rows == len(photos) >= 2 * number + 2
        for sha256 in photos:
            store.get(sha256)


def damaged_database(snapshot: Path) -> None:
    path = snapshot / DATABASE_FILE
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def damaged_photo(snapshot: Path) -> None:
    photo = next((snapshot.parent / "photos").glob("??/*"))
    photo.write_bytes(photo.read_bytes()[:-1])


def unfinished(snapshot: Path) -> None:
    (snapshot / "manifest.json").unlink()


def newer(snapshot: Path) -> None:
    path = snapshot / "manifest.json"
    manifest = json.loads(path.read_bytes()) | {"schema_revision": "9999", "software": "99.0"}
    path.write_text(json.dumps(manifest), encoding="utf-8")


def much_newer(snapshot: Path) -> None:
    path = snapshot / "manifest.json"
    path.write_text(json.dumps({"format": 2, "software": "99.0", "new": 1}), encoding="utf-8")


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (damaged_database, "was changed after the snapshot"),
        (damaged_photo, "damaged"),
        (unfinished, "not a finished snapshot"),
        (newer, r"made by Teliti 99\.0.*Restore it with that version"),
        (much_newer, r"newer version of Teliti \(99\.0\)"),
    ],
)
def test_a_snapshot_that_is_not_whole_or_too_new_restores_nothing(
    snapshot: Path, tmp_path: Path, harm: Callable[[Path], None], says: str
) -> None:
    harm(snapshot)
    target = tmp_path / "restored"
    with pytest.raises(BackupError, match=says):
        restore(snapshot, target)
    assert not target.exists()


def test_what_is_there_is_never_overwritten(house: House, snapshot: Path) -> None:
    before = house.kept()
    with pytest.raises(BackupError, match=r"not empty.*move the folder away"):
        restore(snapshot, data_of(house))
    assert house.kept() == before


def test_a_missing_photo_is_named_and_the_others_are_copied(house: House, tmp_path: Path) -> None:
    for seed in range(3):
        house.upload(jpeg(seed))
    lost = next((data_of(house) / "photos").glob("??/*"))
    lost.unlink()
    with pytest.raises(BackupError, match=f"1 photos .* {lost.name[:12]}"):
        back_up(data_of(house), tmp_path / "backup")
    assert len(list((tmp_path / "backup" / "photos").glob("??/*"))) == 2
    assert not list((tmp_path / "backup").glob("*/manifest.json"))


@pytest.mark.parametrize("inside", ["backup", "."])
def test_a_backup_into_the_data_itself_is_refused(house: House, inside: str) -> None:
    with pytest.raises(BackupError, match="lie in each other"):
        back_up(data_of(house), data_of(house) / inside)


def test_there_must_be_a_service(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="no service"):
        back_up(tmp_path / "nothing", tmp_path / "backup")


def test_a_snapshot_of_an_earlier_version_comes_back_as_this_one(
    snapshot: Path, tmp_path: Path
) -> None:
    old = tmp_path / "old"
    old.mkdir()
    at_version(old / DATABASE_FILE, "0002").close()
    earlier = back_up(old, tmp_path / "old-backup")
    assert check_snapshot(earlier).schema_revision == "0002"
    restore(earlier, tmp_path / "new")
    newest = check_snapshot(snapshot).schema_revision
    with closing(sqlite3.connect(tmp_path / "new" / DATABASE_FILE)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == (newest,)


def test_certificates_come_back_as_private_as_they_were(house: House, tmp_path: Path) -> None:
    names = Names(("localhost",), ())
    made = provide_certificates(data_of(house), names, datetime.now(UTC))
    restored = tmp_path / "restored"
    restore(back_up(data_of(house), tmp_path / "backup"), restored)

    again = provide_certificates(restored, names, datetime.now(UTC))
    assert again.fingerprint == made.fingerprint  # the tablets go on trusting it
    for folder in (restored / "https", next((tmp_path / "backup").glob("*/files/https"))):
        assert folder.stat().st_mode & 0o077 == 0
        assert {path.stat().st_mode & 0o077 for path in folder.glob("*.key")} == {0}


def test_everything_else_in_the_data_folder_comes_along(house: House, tmp_path: Path) -> None:
    kept = data_of(house) / "tls" / "ca.pem"
    kept.parent.mkdir()
    kept.write_text("certificate", encoding="utf-8")
    restored = tmp_path / "restored"
    restore(back_up(data_of(house), tmp_path / "backup"), restored)
    assert (restored / "tls" / "ca.pem").read_text(encoding="utf-8") == "certificate"


def test_drafts_are_not_copied_and_those_of_a_killed_backup_go(
    house: House, tmp_path: Path
) -> None:
    house.upload(jpeg(1))
    to = tmp_path / "backup"
    drafts = [
        folder / ".drafts" / "draft-of_a_file"
        for folder in (data_of(house) / "photos", data_of(house) / "reports", to / "photos")
    ]
    for draft in drafts:
        draft.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(jpeg(2))
    os.utime(drafts[-1], (0, 0))
    assert check_snapshot(back_up(data_of(house), to)).files == {}
    assert list(to.rglob("draft-*")) == []
