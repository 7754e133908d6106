"""Alive, and able to work."""

import shutil

import pytest
from conftest import House


def test_a_started_service_is_healthy_and_ready(house: House) -> None:
    assert house.client.get("/health").json() == {"status": "ok"}
    ready = house.client.get("/ready")
    assert ready.status_code == 200
    assert ready.json()["status"] == "ready"


@pytest.mark.files
def test_without_its_photo_folder_it_lives_but_is_not_ready(house: House) -> None:
    folder = house.runtime.settings.storage.data_dir / "photos"
    shutil.rmtree(folder)
    folder.write_text("a file where the folder was")

    assert house.client.get("/health").status_code == 200
    ready = house.client.get("/ready")
    assert (ready.status_code, ready.json()["code"]) == (503, "storage-failed")
