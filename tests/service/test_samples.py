"""Sample photos are inspected in the background, once."""

import json
import threading
import time
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import pytest
from conftest import SPEC, House, OpenHouse, jpeg, recorded_inspection
from ruamel.yaml import YAML

from qc.geometry.station import Station
from qc.records import Inspection


@pytest.fixture
def samples(tmp_path: Path) -> Path:
    folder = tmp_path / "samples"
    folder.mkdir()
    (folder / "station-rendered.json").write_text(Station(id="rendered").model_dump_json())
    for number in range(3):
        (folder / f"bowl-{number}.jpg").write_bytes(jpeg(number))
        truth = {"photo": f"bowl-{number}.jpg", "spec": SPEC.id, "station": "rendered", "more": 1}
        (folder / f"bowl-{number}.truth.json").write_text(json.dumps(truth))
    with (folder / "spec.yaml").open("w") as file:
        YAML(typ="safe").dump(SPEC.model_dump(mode="json"), file)
    return folder


def wait_for(house: House, count: int) -> list[dict[str, Any]]:
    deadline_s = time.monotonic() + 20
    while time.monotonic() < deadline_s:
        items: list[dict[str, Any]] = house.client.get("/v1/inspections").json()["items"]
        if len(items) >= count:
            return items
        time.sleep(0.02)
    raise AssertionError(f"{len(items)} of {count} samples were inspected")


def test_samples_are_inspected_once_with_their_spec_and_station(
    open_house: OpenHouse, samples: Path
) -> None:
    catalogue: dict[str, object] = {"samples_dir": samples, "specs_dir": samples}
    first = open_house(catalogue=catalogue)
    items = wait_for(first, 3)

    assert {item["spec"]["id"] for item in items} == {SPEC.id}
    assert {item["station"] for item in items} == {"rendered"}

    again = open_house(catalogue=catalogue)
    for thread in threading.enumerate():
        if thread.name == "samples":
            thread.join(20)
    assert again.kept() == {"inspections": 3, "photos": 3, "files": 3}


def test_the_first_request_does_not_wait_for_them(open_house: OpenHouse, samples: Path) -> None:
    go_on = threading.Event()

    def inspect(*args: Any, **options: Any) -> Inspection:
        assert go_on.wait(20)
        return recorded_inspection(*args, **options)

    house = open_house(
        inspect=inspect,
        catalogue={"samples_dir": samples, "specs_dir": samples},
    )

    assert house.client.get("/v1/inspections").json()["items"] == []
    go_on.set()
    wait_for(house, 3)


def test_a_sample_that_cannot_be_read_is_left_out_and_named(
    open_house: OpenHouse, samples: Path, log: list[MutableMapping[str, Any]]
) -> None:
    (samples / "bowl-0.jpg").write_bytes(b"no photo")
    (samples / "bowl-1.jpg").unlink()

    house = open_house(catalogue={"samples_dir": samples, "specs_dir": samples})

    wait_for(house, 1)
    left_out = {event["sample"] for event in log if event["event"] == "a sample was left out"}
    assert left_out == {"bowl-0.truth.json", "bowl-1.truth.json"}
