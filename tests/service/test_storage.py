"""Photos by content, on the disk before they are acknowledged."""

import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import scale
from obstore.store import MemoryStore

from service import durable
from service.errors import StorageError
from service.storage import PhotoStore

PHOTO = b"a photo, as far as the store knows" * 1000
KEY = hashlib.sha256(PHOTO).hexdigest()


def put_beside(store: PhotoStore, photo: bytes) -> None:
    with store.putting(photo, hashlib.sha256(photo).hexdigest()) as put:
        put()


both_ways = pytest.mark.parametrize("put", [PhotoStore.put, put_beside])
Put = Callable[[PhotoStore, bytes], object]


@pytest.fixture(params=["local", "memory", "s3"])
def store(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> PhotoStore:
    if request.param == "memory":
        return PhotoStore(MemoryStore())
    if request.param == "local":
        return PhotoStore.local(tmp_path)
    if not scale.AVAILABLE:
        pytest.skip("no server of S3's protocol")
    for name, value in scale.s3_environment().items():
        monkeypatch.setenv(name, value)
    return PhotoStore.remote(scale.new_prefix())


def test_a_photo_comes_back_by_the_hash_of_its_bytes(store: PhotoStore) -> None:
    store.check()
    assert list(store.keys()) == []
    assert [store.put(PHOTO), store.put(PHOTO)] == [KEY, KEY]
    assert store.get(KEY) == PHOTO
    assert list(store.keys()) == [KEY]


def test_a_photo_that_is_written_is_stored_when_that_is_said(store: PhotoStore) -> None:
    with store.putting(PHOTO, KEY) as put:
        assert list(store.keys()) == []
        put()
        assert store.get(KEY) == PHOTO
    assert list(store.keys()) == [KEY]
    put_beside(store, PHOTO)
    assert store.get(KEY) == PHOTO


def test_a_photo_that_is_written_in_vain_leaves_nothing(tmp_path: Path) -> None:
    store = PhotoStore.local(tmp_path)
    with pytest.raises(ZeroDivisionError), store.putting(PHOTO, KEY):
        raise ZeroDivisionError
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_photo_that_is_not_there_says_so(store: PhotoStore) -> None:
    with pytest.raises(StorageError, match="cannot be read"):
        store.get(KEY)


def test_a_bucket_that_is_not_there_refuses_photos(monkeypatch: pytest.MonkeyPatch) -> None:
    if not scale.AVAILABLE:
        pytest.skip("no server of S3's protocol")
    for name, value in scale.s3_environment().items():
        monkeypatch.setenv(name, value)
    elsewhere = PhotoStore.remote("s3://no-such-bucket")
    with pytest.raises(StorageError, match="could not be stored"):
        elsewhere.put(PHOTO)


@both_ways
def test_a_photo_is_flushed_before_it_appears_and_its_folder_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, put: Put
) -> None:
    steps: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def watched_fsync(descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        whole = path.is_file() and path.read_bytes() == PHOTO
        steps.append(f"flush {'photo' if whole else path.relative_to(tmp_path)}")
        fsync(descriptor)

    def watched_replace(self: Path, target: Path) -> Path:
        steps.append(f"rename to {target.relative_to(tmp_path)}")
        return replace(self, target)

    store = PhotoStore.local(tmp_path)
    monkeypatch.setattr(os, "fsync", watched_fsync)
    monkeypatch.setattr(Path, "replace", watched_replace)
    put(store, PHOTO)

    folder = KEY[:2]
    assert steps == ["flush .", "flush photo", f"rename to {folder}/{KEY}", f"flush {folder}"]


def test_a_folder_is_flushed_with_those_above_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[Path] = []
    monkeypatch.setattr(durable, "flush", flushed.append)
    durable.make_folder(tmp_path / "data" / "photos")
    assert flushed == [tmp_path, tmp_path / "data"]


def test_a_folder_that_is_there_may_lie_in_one_that_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(_path: Path) -> None:
        raise PermissionError

    (tmp_path / "data").mkdir()
    monkeypatch.setattr(durable, "flush", closed)
    durable.make_folder(tmp_path / "data")
    with pytest.raises(PermissionError):
        durable.make_folder(tmp_path / "other")


@both_ways
def test_a_failed_write_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, put: Put
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    store = PhotoStore.local(tmp_path)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match="No space left on device"):
        put(store, PHOTO)

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_damaged_photo_is_not_given_out_and_healed_by_sending_it_again(tmp_path: Path) -> None:
    store = PhotoStore.local(tmp_path)
    store.put(PHOTO)
    (tmp_path / KEY[:2] / KEY).write_bytes(PHOTO[:-1])
    with pytest.raises(StorageError, match="damaged"):
        store.get(KEY)

    store.put(PHOTO)
    assert store.get(KEY) == PHOTO


def test_a_store_that_cannot_be_written_fails_its_check(tmp_path: Path) -> None:
    store = PhotoStore.local(tmp_path / "photos")
    store.check()
    (tmp_path / "photos" / "probe").unlink()
    (tmp_path / "photos").rmdir()
    (tmp_path / "photos").write_text("a file where the folder was")
    with pytest.raises(StorageError):
        store.check()


def test_drafts_that_somebody_left_are_cleared_and_nothing_else(tmp_path: Path) -> None:
    store = PhotoStore.local(tmp_path)
    store.put(b"another photo")
    left, alive = (b"left" * 1000, b"alive" * 1000)
    with store.putting(alive, hashlib.sha256(alive).hexdigest()) as put:
        abandoned = store.putting(left, hashlib.sha256(left).hexdigest())
        abandoned.__enter__()  # and never left, as by a process that is killed
        drafts = tmp_path / ".drafts"
        while sorted(p.stat().st_size for p in drafts.iterdir()) != [len(left), len(alive)]:
            time.sleep(0.01)
        foreign = [drafts / "notes", tmp_path / ".notes", tmp_path / KEY[:2] / "draft-notes"]
        (tmp_path / KEY[:2]).mkdir(exist_ok=True)
        for path in foreign:
            path.write_text("not a draft")
        store.clear_drafts()
        assert len(list(drafts.glob("draft-*"))) == 2  # both are young

        two_days_ago = time.time() - 2 * 86_400
        for path in tmp_path.rglob("*"):
            if path.is_file() and path.stat().st_size != len(alive):
                os.utime(path, (two_days_ago, two_days_ago))
        store.clear_drafts()
        (draft,) = drafts.glob("draft-*")
        assert draft.read_bytes() == alive
        put()
    assert all(path.is_file() for path in foreign)
    assert set(map(store.get, store.keys())) == {b"another photo", alive}
    assert list(drafts.iterdir()) == [drafts / "notes"]


def test_there_is_nothing_to_clear_where_nothing_was_written(store: PhotoStore) -> None:
    store.clear_drafts()
    assert list(store.keys()) == []
