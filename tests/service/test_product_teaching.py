"""Teaching a product through the service: photos in, a memory out, chosen and taken back."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import good_bowls
import goods
import pytest
from conftest import SPEC, House, OpenHouse, jpeg
from fastapi.testclient import TestClient

from qc.decision.verdict import Verdict
from qc.defects.normality import false_reject_bound
from qc.defects.release import MODELS_VARIABLE
from service.audit import service as audit
from service.people.roles import Role
from service.teaching.learner import TEACHING_FOLDER
from service.teaching.schemas import MOST_PHOTOS, Learning, LearningState

BASE = "/v1/specs/test-bowl/teaching"


@pytest.fixture(autouse=True)
def shipped_encoder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The shipped encoder is there, and no detector."""
    models = tmp_path / "models"
    models.mkdir()
    (models / "encoder").symlink_to(goods.ENCODER.parent)
    monkeypatch.setenv(MODELS_VARIABLE, str(models))


@pytest.fixture
def good() -> list[bytes]:
    """Photos of one kind of bowl."""
    return [good_bowls.good(number) for number in range(5)]


@pytest.fixture
def engineer(house: House) -> TestClient:
    return house.browser(Role.ENGINEER)


def send(browser: TestClient, photos: list[bytes]) -> list[dict[str, Any]]:
    kept = []
    for number, photo in enumerate(photos):
        files = {"photo": (f"bowl-{number}.jpg", photo, "image/jpeg")}
        answer = browser.post(f"{BASE}/photos", files=files)
        assert answer.status_code == 201, answer.text
        kept.append(answer.json())
    return kept


def learn(browser: TestClient, photos: list[dict[str, Any]], **more: object) -> Any:
    body = {"view": "top", "station": None, "photos": photos, **more}
    return browser.post(f"{BASE}/learning", json=body)


def teaching(browser: TestClient) -> dict[str, Any]:
    answer = browser.get(BASE)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def ended(browser: TestClient) -> dict[str, Any]:
    while (found := teaching(browser)["learning"])["state"] == "running":
        time.sleep(0.05)
    return dict(found)


def use(browser: TestClient, reference: str | None, view: str = "top") -> Any:
    return browser.put(f"{BASE}/memory", json={"reference": reference, "view": view})


def counting(house: House) -> list[str]:
    return [one.reference for one in house.runtime.experts.of(SPEC).memories.values()]


def test_a_product_is_taught_corrected_and_taken_back(
    house: House, engineer: TestClient, good: list[bytes]
) -> None:
    kept = send(engineer, [*good, good_bowls.other()])
    assert learn(engineer, kept).status_code == 202
    failed = ended(engineer)
    assert failed["state"] == "failed"
    assert failed["problem"]["outliers"]
    assert [one["name"] for one in failed["strange"]] == ["bowl-5.jpg"]
    thumbnail = engineer.get(f"{BASE}/photos/{failed['strange'][0]['sha256']}?width=64")
    assert thumbnail.headers["content-type"] == "image/jpeg"

    left = [one for one in kept if one["name"] != "bowl-5.jpg"]
    assert learn(engineer, left).status_code == 202
    done = ended(engineer)
    assert done["state"] == "done", done
    assert counting(house) == [], "it counts once it is chosen"
    (memory,) = teaching(engineer)["memories"]
    assert memory["reference"] == done["memory"]
    assert memory["false_reject_bound"] == pytest.approx(1 - 0.05 ** (1 / 5))
    assert memory["photos"] == 5

    assert use(engineer, done["memory"]).json()["memories"][0]["counts"]
    assert counting(house) == [done["memory"]]
    assert use(engineer, None).status_code == 200
    assert counting(house) == []
    assert not teaching(engineer)["memories"][0]["counts"]
    assert use(engineer, done["memory"]).status_code == 200
    assert counting(house) == [done["memory"]]

    with house.runtime.database.reading() as session:
        deeds = [entry.action for entry in audit.every_entry(session) if "memory" in entry.action]
        assert audit.verify(session).problems == ()
    assert deeds == [
        "memory.learning-begun",
        "memory.learning-begun",
        "memory.learnt",
        "memory.chosen",
        "memory.chosen",
        "memory.chosen",
    ]

    # A memory that somebody put there as a file is listed, and stays when it no longer counts.
    folder = house.runtime.settings.storage.data_dir / "experts" / "test-bowl"
    (folder / "top.qcn").rename(folder / "by-hand.qcn")
    for path in (house.runtime.learner.folder / "test-bowl").glob("*.qcn"):
        path.unlink()
    (by_hand,) = teaching(engineer)["memories"]
    assert (by_hand["learnt_by"], by_hand["counts"]) == (None, True)
    use(engineer, None)
    assert list(folder.iterdir()) == []
    use(engineer, done["memory"])
    assert counting(house) == [done["memory"]]


def test_what_cannot_be_learnt_from_is_said_before_anything_is_learnt(
    house: House, engineer: TestClient
) -> None:
    def refused(answer: Any, status: int = 422) -> dict[str, Any]:
        assert answer.status_code == status, answer.text
        found: dict[str, Any] = answer.json()
        return found

    files = {"photo": ("table.jpg", jpeg(), "image/jpeg")}
    assert "No mat" in refused(engineer.post(f"{BASE}/photos", files=files))["detail"]
    files = {"photo": ("text.jpg", b"no photo", "image/jpeg")}
    assert refused(engineer.post(f"{BASE}/photos", files=files))["code"] == "photo-unreadable"

    def photo(number: int) -> dict[str, str]:
        return {"sha256": house.runtime.photos.put(b"%d" % number), "name": "same.jpg"}

    few = refused(learn(engineer, [photo(n) for n in range(3)]))
    assert few["code"] == "teaching-invalid"
    assert "3 different photos are too few" in few["detail"]
    same = refused(learn(engineer, [photo(0)] * 30))
    assert "1 different photos are too few (29 are the same as others)" in same["detail"]
    many = [{"sha256": f"{n:064x}", "name": "a"} for n in range(MOST_PHOTOS + 1)]
    assert "too many" in refused(learn(engineer, many))["detail"]
    assert refused(learn(engineer, many[:5]), 404)["code"] == "teaching-photo-unknown"
    assert refused(learn(engineer, [], turns=3))["code"] == "teaching-invalid"
    assert refused(learn(engineer, [], view="side"))["code"] == "teaching-invalid"
    assert refused(use(engineer, "a@0123456789ab"), 404)["code"] == "memory-unknown"
    assert teaching(engineer)["learning"] is None


def test_only_one_product_is_learnt_at_a_time_and_a_restart_says_that_it_was_interrupted(
    open_house: OpenHouse, good: list[bytes]
) -> None:
    house = open_house()
    engineer = house.browser(Role.ENGINEER)
    kept = send(engineer, good)
    lock = house.runtime.learner._take_lock()  # as another process would
    busy = learn(engineer, kept)
    assert busy.status_code == 429
    assert busy.json()["code"] == "learning-busy"
    assert int(busy.headers["retry-after"]) > 0

    # What a process that was killed leaves behind: a learning that runs, and no lock.
    path = house.runtime.settings.storage.data_dir / TEACHING_FOLDER / "test-bowl"
    path.mkdir()
    running = Learning.model_validate(
        {
            "id": "00000000-0000-4000-8000-000000000000",
            "request": {"view": "top", "station": None, "photos": kept},
            "by": "Ayu",
            "started_at": "2026-11-24T12:00:00Z",
            "state": LearningState.RUNNING,
            "done": 3,
        }
    )
    (path / "learning.json").write_text(running.model_dump_json(), "utf-8")
    assert teaching(engineer)["learning"]["state"] == "running"
    os.close(lock)
    found = teaching(open_house().browser(Role.ENGINEER))["learning"]
    assert (found["state"], found["done"]) == ("interrupted", 3)
    assert [one["sha256"] for one in found["request"]["photos"]] == [p["sha256"] for p in kept]
    assert learn(engineer, found["request"]["photos"]).status_code == 202


def test_the_end_of_the_service_interrupts_a_learning(
    house: House, engineer: TestClient, good: list[bytes]
) -> None:
    learn(engineer, send(engineer, good))
    house.runtime.learner.close()
    assert teaching(engineer)["learning"]["state"] in ("interrupted", "done")


def test_photos_of_items_that_stand_as_good_are_offered(
    open_house: OpenHouse, engineer: TestClient
) -> None:
    house = open_house()
    failed = house.upload(jpeg(1)).json()
    house.upload(jpeg(2))
    assert engineer.get(f"{BASE}/good?view=top").json()["items"] == []
    review = {
        "client_id": "00000000-0000-4000-8000-000000000001",
        "disposition": "accept",
        "reason": "grain, no crack",
        "corrections": [{"kind": "dismiss", "defect": 1}],
    }
    said = house.lead().post(f"/v1/reviews/{failed['id']}", json=review)
    assert said.status_code == 201, said.text
    (item,) = engineer.get(f"{BASE}/good?view=top").json()["items"]
    assert item["sha256"] == failed["photos"][0]["sha256"]
    assert item["reviewed"]
    assert failed["verdict"] == Verdict.FAIL
    assert engineer.get(item["photo_url"]).status_code == 200


def test_the_promises_that_are_shown_are_those_that_learning_makes(engineer: TestClient) -> None:
    for promise in teaching(engineer)["promises"]:
        assert promise["false_reject_bound"] == false_reject_bound(promise["photos"])


@pytest.mark.parametrize("role", [Role.PACKER, Role.LEAD])
def test_only_engineers_teach(house: House, role: Role) -> None:
    browser = house.browser(role)
    assert browser.get(BASE).status_code == 403
    assert learn(browser, []).status_code == 403
