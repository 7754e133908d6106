"""Uploads: answered once, kept whole or not at all."""

import errno
import io
import json
import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest
from conftest import House, OpenHouse, everywhere, jpeg, recorded_inspection
from httpx2 import Response
from PIL import Image
from sqlalchemy import event
from sqlalchemy.orm import Session
from test_doctor import findings

from qc.records import Inspection

pytestmark = everywhere

NOTHING = {"inspections": 0, "photos": 0, "files": 0}


def assert_problem(response: Response, status: int, code: str) -> None:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == status
    assert problem["code"] == code
    assert problem["type"] == f"urn:teliti:problem:{code}"
    assert problem["instance"] == f"urn:uuid:{response.headers['x-request-id']}"
    assert problem["detail"].endswith(".")


def test_an_upload_is_kept_as_it_was_answered(house: House) -> None:
    created = house.upload(jpeg(1), jpeg(2), views=["underside", "top"], station="table-1")

    assert created.status_code == 201
    answer = created.json()
    assert created.headers["location"] == f"/v1/inspections/{answer['id']}"
    assert house.client.get(created.headers["location"]).content == created.content
    assert answer["verdict"] == "fail"
    assert answer["station"] == "table-1"
    assert answer["spec"]["id"] == "test-bowl"
    assert [photo["view"] for photo in answer["photos"]] == ["underside", "top"]
    assert answer["created_at"].endswith("Z")
    assert house.kept() == {"inspections": 1, "photos": 2, "files": 2}


def test_a_single_photo_shows_the_first_view(house: House) -> None:
    assert [photo["view"] for photo in house.upload().json()["photos"]] == ["top"]


@pytest.mark.parametrize("spec", ["test-bowl", "test-bowl@2"])
def test_a_spec_is_named_with_or_without_its_version(house: House, spec: str) -> None:
    assert house.upload(spec=spec).json()["versions"]["spec"] == "test-bowl@2"


def test_a_retry_gets_the_first_answer(house: House) -> None:
    client_id = uuid4()
    first = house.upload(client_id=client_id)
    retry = house.upload(client_id=client_id)

    assert (first.status_code, retry.status_code) == (201, 200)
    assert retry.content == first.content
    assert retry.headers["location"] == first.headers["location"]
    assert house.kept() == {"inspections": 1, "photos": 1, "files": 1}


def test_a_client_id_is_not_used_for_other_photos(house: House) -> None:
    client_id = uuid4()
    house.upload(jpeg(1), client_id=client_id)

    assert_problem(house.upload(jpeg(2), client_id=client_id), 409, "conflict")
    assert_problem(house.upload(jpeg(1), client_id=client_id, views=["underside"]), 409, "conflict")
    assert house.kept() == {"inspections": 1, "photos": 1, "files": 1}


def test_the_same_photo_of_two_items_is_stored_once(house: House) -> None:
    assert [house.upload(jpeg(1)).status_code for _ in range(2)] == [201, 201]
    assert house.kept() == {"inspections": 2, "photos": 2, "files": 1}


def test_duplicates_at_the_same_time_become_one_inspection(open_house: OpenHouse) -> None:
    both_inspect = threading.Barrier(2, timeout=20)

    def inspect(*args: Any, **options: Any) -> Inspection:
        both_inspect.wait()
        return recorded_inspection(*args, **options)

    house = open_house(inspect=inspect)
    client_id = uuid4()
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: house.upload(client_id=client_id), range(2)))

    assert sorted(answer.status_code for answer in answers) == [200, 201]
    assert answers[0].content == answers[1].content
    assert house.kept() == {"inspections": 1, "photos": 1, "files": 1}


def _truncated() -> bytes:
    whole = jpeg(size=(1200, 900))
    return whole[: len(whole) // 2]


def _bomb() -> bytes:
    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    ("photo", "status", "code"),
    [
        pytest.param(b"", 422, "photo-unreadable", id="empty"),
        pytest.param(b"not a photo at all", 422, "photo-unreadable", id="text"),
        pytest.param(_truncated(), 422, "photo-unreadable", id="truncated"),
        pytest.param(_bomb(), 413, "photo-too-large", id="bomb"),
    ],
)
def test_a_bad_photo_leaves_nothing(house: House, photo: bytes, status: int, code: str) -> None:
    response = house.upload(jpeg(), photo, views=["top", "underside"])

    assert_problem(response, status, code)
    assert response.json()["fix"]
    assert house.kept() == NOTHING


def test_what_the_upload_names_must_be_known(house: House) -> None:
    assert_problem(house.upload(spec="no-such-spec"), 404, "spec-unknown")
    assert_problem(house.upload(spec="test-bowl@7"), 404, "spec-unknown")
    assert_problem(house.upload(station="no-such-station"), 404, "station-unknown")
    assert_problem(house.upload(views=["inside"]), 422, "upload-invalid")
    assert house.kept() == NOTHING


@pytest.mark.parametrize(
    ("count", "views"), [(2, None), (1, ["top", "underside"]), (2, ["top", "top"])]
)
def test_photos_and_views_must_match(house: House, count: int, views: list[str] | None) -> None:
    photos = [jpeg(seed) for seed in range(count)]
    assert_problem(house.upload(*photos, views=views), 422, "upload-invalid")
    assert house.kept() == NOTHING


@pytest.mark.parametrize("spec", ["../../etc/passwd", "test-bowl@0", "test-bowl@", "", "A" * 200])
def test_a_spec_that_is_no_reference_is_refused(house: House, spec: str) -> None:
    response = house.upload(spec=spec)

    assert_problem(response, 422, "request-invalid")
    assert [fault["location"] for fault in response.json()["errors"]] == ["body.spec"]


def test_a_form_without_its_parts_names_all_that_is_missing(house: House) -> None:
    response = house.client.post("/v1/inspections")

    assert_problem(response, 422, "request-invalid")
    assert {fault["location"] for fault in response.json()["errors"]} == {
        "body.photos",
        "body.spec",
        "body.client_id",
    }


def test_limits_are_kept(open_house: OpenHouse) -> None:
    house = open_house(
        upload={"max_photo_bytes": 20_000, "max_photos": 2, "max_request_bytes": 50_000}
    )

    assert_problem(house.upload(bytes(20_001)), 413, "upload-too-large")
    assert_problem(house.upload(bytes(60_000)), 413, "content-too-large")
    assert_problem(house.upload(b"1", b"2", b"3"), 400, "bad-request")
    assert house.upload(jpeg()).status_code == 201


def test_a_request_of_unknown_length_is_cut_off_while_it_streams(open_house: OpenHouse) -> None:
    house = open_house(upload={"max_request_bytes": 50_000})
    sent = 0

    def body() -> Iterator[bytes]:
        nonlocal sent
        yield b'--x\r\nContent-Disposition: form-data; name="photos"; filename="a.jpg"\r\n\r\n'
        for _ in range(100):
            sent += 10_000
            yield bytes(10_000)

    response = house.client.post(
        "/v1/inspections",
        content=body(),
        headers={"content-type": "multipart/form-data; boundary=x"},
    )

    assert_problem(response, 413, "content-too-large")
    assert house.kept() == NOTHING


def test_too_many_at_once_are_told_to_come_back(open_house: OpenHouse) -> None:
    inside, go_on = threading.Event(), threading.Event()

    def inspect(*args: Any, **options: Any) -> Inspection:
        inside.set()
        assert go_on.wait(20)
        return recorded_inspection(*args, **options)

    house = open_house(
        inspect=inspect,
        inspection={"workers": 1, "queue": 0, "retry_after_s": 7},
    )
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(house.upload, jpeg(1))
        assert inside.wait(20)
        refused = house.upload(jpeg(2))
        go_on.set()

    assert_problem(refused, 429, "busy")
    assert refused.headers["retry-after"] == "7"
    assert first.result().status_code == 201
    assert house.upload(jpeg(2)).status_code == 201
    assert house.kept() == {"inspections": 2, "photos": 2, "files": 2}


def test_a_failure_at_commit_leaves_no_row_and_the_retry_succeeds(house: House) -> None:
    client_id = uuid4()

    def fail(_session: Session) -> None:
        raise RuntimeError("secret of the engine room")

    event.listen(Session, "before_commit", fail)
    try:
        failed = house.upload(client_id=client_id)
    finally:
        event.remove(Session, "before_commit", fail)

    assert_problem(failed, 500, "internal-error")
    assert "secret" not in failed.text
    # The photo was durable already; no row names it.
    assert house.kept() == {"inspections": 0, "photos": 0, "files": 1}

    assert house.upload(client_id=client_id).status_code == 201
    assert house.kept() == {"inspections": 1, "photos": 1, "files": 1}


@pytest.mark.files
def test_a_full_disk_keeps_nothing_says_so_and_the_retry_succeeds(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    client_id = uuid4()

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        refused = house.upload(jpeg(1), client_id=client_id)
    assert_problem(refused, 503, "storage-failed")
    assert "disk has room" in refused.json()["fix"]
    assert house.kept() == NOTHING

    assert house.upload(jpeg(1), client_id=client_id).status_code == 201
    assert house.kept() == {"inspections": 1, "photos": 1, "files": 1}


def test_a_failing_inspector_leaves_nothing(open_house: OpenHouse) -> None:
    def inspect(*_args: object, **_options: object) -> Inspection:
        raise ZeroDivisionError

    house = open_house(inspect=inspect)

    assert_problem(house.upload(), 500, "internal-error")
    assert house.kept() == NOTHING


@pytest.mark.files
def test_a_photo_reaches_the_disk_while_it_is_inspected(
    open_house: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed, fsync = threading.Event(), os.fsync

    def watched(descriptor: int) -> None:
        fsync(descriptor)
        if os.fstat(descriptor).st_size == len(jpeg(1)):
            flushed.set()

    def inspect(*args: Any, **options: Any) -> Inspection:
        assert flushed.wait(20)
        return recorded_inspection(*args, **options)

    house = open_house(inspect=inspect)
    monkeypatch.setattr(os, "fsync", watched)
    assert house.upload(jpeg(1)).status_code == 201


@pytest.mark.files
@pytest.mark.parametrize("kind", ["photos", "reports"])
def test_a_start_clears_drafts_that_were_left_and_none_that_another_process_writes(
    open_house: OpenHouse, kind: str
) -> None:
    def inspect(*args: Any, **options: Any) -> Inspection:
        while not any(path.stat().st_size for path in drafts.glob("draft-*")):
            time.sleep(0.01)
        left = folder / kind / ".drafts" / "draft-of_last_week"
        left.parent.mkdir(exist_ok=True)
        left.write_bytes(jpeg(2))
        os.utime(left, (0, 0))
        assert findings(house)["photos"].detail == "all 0 are there, to the last byte"
        open_house()  # another process on the same folder
        assert not left.exists()
        return recorded_inspection(*args, **options)

    house = open_house(inspect=inspect)
    folder = house.runtime.settings.storage.data_dir
    drafts = folder / "photos" / ".drafts"
    assert house.upload(jpeg(1)).status_code == 201
    assert house.kept() == {"inspections": 1, "photos": 1, "files": 1}
    assert list(drafts.iterdir()) == []


def test_orphan_photos_are_harmless(house: House) -> None:
    house.runtime.photos.put(jpeg(1))
    house.runtime.photos.put(jpeg(2))

    assert house.upload(jpeg(1)).status_code == 201
    assert house.kept() == {"inspections": 1, "photos": 1, "files": 2}
    assert len(house.client.get("/v1/inspections").json()["items"]) == 1


def test_ids_are_uuids_and_the_document_is_the_inspection(house: House) -> None:
    answer = json.loads(house.upload().content)
    assert UUID(answer["id"]).version == 4
    assert answer["id"] != answer["client_id"]
