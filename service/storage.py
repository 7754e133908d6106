"""Photos by content: the key of a photo is the SHA-256 of its bytes.

The same photo is stored once, however often it is sent, and a file that no row names is
harmless: it is what a crash between photo and commit leaves, and a retry uses it.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, S3Store

from service.durable import flush, make_folder
from service.errors import StorageError

if TYPE_CHECKING:
    from obstore.store import RetryConfig


PHOTOS_FOLDER = "photos"
"""Name of the store of photos, in the data folder or the bucket."""

REPORTS_FOLDER = "reports"
"""Name of the store of signed reports."""

DRAFTS_FOLDER = ".drafts"
"""Name of the folder, in a local store, of what is not in its place yet; never worth a copy."""

_DRAFT_PREFIX = "draft-"
_LEFT_AFTER = timedelta(days=1)
"""A draft lives as long as an inspection, seconds; one this old was left by whoever died."""

_KEY = re.compile(r"[0-9a-f]{64}")

_MARK = ".teliti-photos"
"""A file by which a folder is known again: the empty one where a disk was mounted has none."""


class PhotoStore:
    """Keeps photos in an object store, by default a local folder.

    Other object stores acknowledge a photo once it is durable. The local one of obstore 0.12
    renames a finished file into place but never flushes it to the disk, so a power cut could
    take an acknowledged photo; writing to a local folder is therefore done here.
    """

    def __init__(self, store: ObjectStore) -> None:
        self._store = store
        self._mark: Path | None = None
        self._made = set[Path]()
        """Folders of which this process knows that a power cut leaves them."""

    @classmethod
    def local(cls, folder: Path) -> PhotoStore:
        """Keep photos in `folder`, which is created."""
        make_folder(folder.absolute())
        return cls(LocalStore(folder.absolute()))

    @classmethod
    def remote(cls, url: str) -> PhotoStore:
        """Keep photos under an address of S3; how to get there is in the variables `AWS_…`."""
        # Without limits of its own it would try for three minutes while a packer waits.
        retries: RetryConfig = {"max_retries": 4, "retry_timeout": timedelta(seconds=20)}
        return cls(S3Store.from_url(url, retry_config=retries))

    @property
    def _folder(self) -> Path | None:
        """Where a local store lies; None in a bucket or in memory."""
        return self._store.prefix if isinstance(self._store, LocalStore) else None

    def recognise(self, known: Sequence[str]) -> None:
        """Make sure that photos were kept here before, and a local folder stays the same from now.

        Args:
            known: keys of some photos that should be here; none before the first.

        Raises:
            StorageError: none of them is here, or the folder cannot be written.
        """
        folder = self._folder
        mark = None if folder is None else folder / _MARK
        if known and not (mark and mark.exists()) and not any(map(self.has, known)):
            where = mark.parent if mark else "the bucket"
            raise StorageError(
                f"none of the last {len(known)} photos is in {where}",
                fix="Mount the disk of the photos, or correct TELITI_STORAGE__OBJECTS_URL. "
                "Nothing was changed; if they are lost, restore a backup.",
            )
        if mark:
            try:
                mark.touch()
            except OSError as error:
                raise StorageError(
                    f"photos cannot be stored ({error})", fix="Check the disk and its permissions."
                ) from error
        self._mark = mark

    def put(self, data: bytes) -> str:
        """Store a photo durably and return its key.

        Raises:
            StorageError: the photo could not be written.
        """
        sha256 = hashlib.sha256(data).hexdigest()
        with _named_faults():
            path = self._place(sha256)
            if path is None:
                obstore.put(self._store, _path(sha256), data)
            else:
                _settle(_draft(path, data), path)
        return sha256

    @contextmanager
    def putting(self, data: bytes, sha256: str) -> Iterator[Callable[[], None]]:
        """Write a photo to the disk while the caller does something else.

        Gives what has to be called to store it: that waits until the photo is durable in its
        place. Where it is not called nothing is stored. Only a local folder gains: what an object
        store was sent could not be taken back, so there it is sent when it is called.

        Args:
            data: its bytes.
            sha256: of `data`.

        Raises:
            StorageError: by what is called, where the photo could not be written.
        """

        def put() -> None:
            with _named_faults():
                path, draft = writing.result()
                if path is None:
                    obstore.put(self._store, _path(sha256), data)
                else:
                    _settle(draft, path)

        def write() -> tuple[Path | None, Path | None]:
            path = self._place(sha256)
            return path, path and _draft(path, data)

        with ThreadPoolExecutor(1) as disk:
            writing = disk.submit(write)
            try:
                yield put
            finally:
                if not writing.exception() and (draft := writing.result()[1]):
                    draft.unlink(missing_ok=True)

    def clear_drafts(self) -> None:
        """Delete the drafts that somebody left who was killed; a bucket has none.

        Other processes, on other machines as well, may be writing into the folder, and no lock
        tells which of them live: a draft is left once it is a day old, by the folder's own clock.
        What cannot be deleted waits for the next time.
        """
        if self._folder is None:
            return
        folder = self._folder / DRAFTS_FOLDER
        with suppress(OSError), NamedTemporaryFile(dir=folder, prefix=_DRAFT_PREFIX) as newest:
            latest_s = os.fstat(newest.fileno()).st_mtime - _LEFT_AFTER.total_seconds()
            for path in folder.glob(f"{_DRAFT_PREFIX}*"):
                if path.stat().st_mtime < latest_s:
                    path.unlink()

    def _place(self, sha256: str) -> Path | None:
        """Return where a photo's file belongs, in a folder that is there; None in a bucket.

        Raises:
            StorageError: it is not the folder that it was at the start.
        """
        self._require_same_folder()
        if self._folder is None:
            return None
        path = self._folder / _path(sha256)
        if path.parent not in self._made or not path.parent.is_dir():
            make_folder(path.parent)
            self._made.add(path.parent)
        return path

    def get(self, sha256: str) -> bytes:
        """Return the bytes of a stored photo.

        Raises:
            StorageError: the photo is missing, or its bytes have changed.
        """
        try:
            data = obstore.get(self._store, _path(sha256)).bytes().to_bytes()
        except (OSError, BaseError) as error:
            self._require_same_folder()
            raise StorageError(
                f"photo {sha256[:12]} cannot be read", fix="Restore it from the backup."
            ) from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise StorageError(
                f"photo {sha256[:12]} is damaged on the disk", fix="Restore it from the backup."
            )
        return data

    def delete(self, sha256: str) -> None:
        """Delete a photo; one that is not there is no fault.

        Raises:
            StorageError: it cannot be deleted.
        """
        self._require_same_folder()
        try:
            if self._folder is not None:
                path = self._folder / _path(sha256)
                path.unlink(missing_ok=True)
                if path.parent.is_dir():
                    flush(path.parent)
            else:
                obstore.delete(self._store, _path(sha256))
        except (OSError, BaseError) as error:
            raise StorageError(
                f"photo {sha256[:12]} cannot be deleted ({error})",
                fix="Check the disk and its permissions.",
            ) from error

    def keys(self) -> Iterator[str]:
        """Give the key of every photo that is there, in no order.

        Raises:
            StorageError: the store cannot be read.
        """
        try:
            for page in obstore.list(self._store):
                names = (entry["path"].rpartition("/")[2] for entry in page)
                yield from (name for name in names if _KEY.fullmatch(name))
        except (OSError, BaseError) as error:
            raise StorageError(
                f"photos cannot be listed ({error})", fix="Check the disk and its permissions."
            ) from error

    def check(self) -> None:
        """Write something small.

        Raises:
            StorageError: the store cannot be written.
        """
        self._require_same_folder()
        try:
            obstore.put(self._store, "probe", b"")
        except (OSError, BaseError) as error:
            raise StorageError(
                f"photos cannot be stored ({error})", fix="Check the disk and its permissions."
            ) from error

    def has(self, sha256: str) -> bool:
        """Tell whether a photo is there."""
        try:
            obstore.head(self._store, _path(sha256))
        except (OSError, BaseError):
            return False
        return True

    def _require_same_folder(self) -> None:
        if self._mark is not None and not self._mark.exists():
            raise StorageError(
                f"{self._mark.parent} is not the folder in which the photos are",
                fix="Mount its disk again, then send the photo again. Delete nothing.",
            )


def _path(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256}"


@contextmanager
def _named_faults() -> Iterator[None]:
    try:
        yield
    except (OSError, BaseError) as error:
        raise StorageError(
            f"the photo could not be stored ({error})",
            fix="Check that the disk has room and can be written, then send it again.",
        ) from error


def _draft(path: Path, data: bytes) -> Path | None:
    """Write a file near its place, whole and on the disk; None if it is in its place already."""
    if _holds(path, data):
        return None
    folder = path.parents[1] / DRAFTS_FOLDER
    folder.mkdir(exist_ok=True)  # not flushed: after a power cut nobody looks for what is in it
    with NamedTemporaryFile(dir=folder, prefix=_DRAFT_PREFIX, delete=False) as file:
        draft = Path(file.name)
        try:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
    return draft


def _settle(draft: Path | None, path: Path) -> None:
    """Put a file in its place; it is there for good when this returns."""
    if draft is not None:
        try:
            draft.replace(path)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
    # Also where the file was there: whoever wrote it may not have come this far yet.
    flush(path.parent)


def _holds(path: Path, data: bytes) -> bool:
    try:
        return path.read_bytes() == data
    except FileNotFoundError:
        return False
