"""Alive, and able to work."""

import shutil

from conftest import House


def test_a_started_service_is_healthy_and_ready(house: House) -> None:
    assert house.client.get("/health").json() == {"status": "ok"}
    ready = house.client.get("/ready")
    assert ready.status_code == 200
    assert ready.json()["status"] == "ready"


def test_without_its_photo_folder_it_lives_but_is_not_ready(house: House) -> None:
    folder = house.runtime.settings.storage.data_dir / "photos"
    shutil.rmtree(folder)
    folder.write_text("a file where the folder was")

    assert house.client.get("/health").status_code == 200
    ready = house.client.get("/ready")
    assert (ready.status_code, ready.json()["code"]) == (503, "storage-failed")


def test_the_active_release_is_named_or_said_to_be_missing(house: House) -> None:
    release = house.client.get("/v1/releases/active")
    named = house.client.get("/ready").json()["release"]
    assert (release.status_code == 404) == (named is None)
    if named is None:
        assert release.json()["code"] == "no-active-release"
