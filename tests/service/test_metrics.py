"""Figures for a monitoring system: what is counted, for whom, and without whose names."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from conftest import House, OpenHouse, jpeg

from service.metrics.figures import MetricsUnavailableError

TOKEN = "a-token-of-the-settings"
SHOWN = {"authorization": f"Bearer {TOKEN}"}


def figures(house: House) -> dict[str, float]:
    """Every sample by its name with labels, as another program reads it."""
    parser = pytest.importorskip("prometheus_client.parser")
    answer = house.browser().get("/metrics", headers=SHOWN)
    assert answer.status_code == 200, answer.text
    found: dict[str, float] = {}
    for family in parser.text_string_to_metric_families(answer.text):
        for sample in family.samples:
            labels = ",".join(f"{key}={value}" for key, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{labels}}}"] = sample.value
    return found


@pytest.fixture
def watched(open_house: OpenHouse) -> House:
    pytest.importorskip("prometheus_client")
    return open_house(metrics={"token": TOKEN})


def test_requests_and_rows_are_counted(watched: House) -> None:
    inspection = watched.upload(jpeg(1)).json()["id"]
    watched.upload(jpeg(2))
    watched.client.get(f"/v1/inspections/{inspection}")
    watched.client.get("/v1/inspections/nothing-like-an-id")

    found = figures(watched)

    assert found["teliti_inspections_total{verdict=fail}"] == 2
    assert found["teliti_inspections_total{verdict=pass}"] == 0
    assert found["teliti_reviews_waiting{cause=fail}"] == 2
    assert found["teliti_inspections_inside{}"] == 0
    assert found["teliti_disk_free_bytes{}"] > 0
    one = "method=GET,route=/v1/inspections/{inspection_id}"
    assert found[f"teliti_request_seconds_count{{{one},status=200}}"] == 1
    assert found[f"teliti_request_seconds_count{{{one},status=422}}"] == 1
    post = "method=POST,route=/v1/inspections,status=201"
    assert found[f"teliti_request_seconds_count{{{post}}}"] == 2
    assert found[f"teliti_request_seconds_sum{{{post}}}"] > 0
    assert found["process_cpu_seconds_total{}"] > 0


def test_no_id_and_no_name_becomes_a_label(watched: House) -> None:
    inspection = watched.upload(jpeg(1)).json()
    watched.client.get(f"/v1/inspections/{inspection['id']}/photos/top")
    watched.client.get("/somewhere/else")
    text = watched.browser().get("/metrics", headers=SHOWN).text
    for private in (inspection["id"], inspection["inspected_by"], "somewhere"):
        assert private not in text


@pytest.mark.parametrize(
    "headers", [{}, {"authorization": TOKEN}, {"authorization": f"Bearer {TOKEN}x"}]
)
def test_only_who_has_the_token_sees_them(watched: House, headers: dict[str, str]) -> None:
    answer = watched.browser().get("/metrics", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "metrics-token")


def test_without_a_token_nothing_is_counted(house: House) -> None:
    answer = house.browser().get("/metrics", headers=SHOWN)
    assert (answer.status_code, answer.json()["code"]) == (404, "metrics-off")
    assert house.runtime.metrics is None


def test_a_machine_without_the_package_says_what_to_do(
    open_house: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    with pytest.raises(MetricsUnavailableError) as caught:
        open_house(metrics={"token": TOKEN})
    assert "teliti[scale]" in caught.value.fix


def test_a_short_token_is_refused(open_house: OpenHouse) -> None:
    short: dict[str, Any] = {"token": "short"}
    with pytest.raises(ValueError, match="at least 16"):
        open_house(metrics=short)
