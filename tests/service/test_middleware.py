"""What every request gets: an id, a line in the log, and security headers."""

from collections.abc import MutableMapping
from typing import Any

import pytest
from conftest import House, OpenHouse

from qc.records import Inspection


@pytest.mark.parametrize("path", ["/health", "/v1/nothing", "/"])
def test_every_answer_has_the_security_headers(house: House, path: str) -> None:
    headers = house.client.get(path).headers

    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "access-control-allow-origin" not in headers


def test_failures_nobody_expected_have_them_too(open_house: OpenHouse) -> None:
    def inspect(*_args: object, **_options: object) -> Inspection:
        raise ZeroDivisionError

    response = open_house(inspect=inspect).upload()

    assert response.status_code == 500
    assert "default-src 'none'" in response.headers["content-security-policy"]


def test_every_request_is_logged_with_the_id_that_its_answer_carries(
    house: House, log: list[MutableMapping[str, Any]]
) -> None:
    response = house.client.get("/v1/specs/no-such-spec")

    (event,) = [event for event in log if event["event"] == "request"]
    assert (event["method"], event["path"]) == ("GET", "/v1/specs/no-such-spec")
    assert event["status"] == 404
    assert event["duration_ms"] > 0
    assert response.json()["instance"].endswith(response.headers["x-request-id"])


def test_other_origins_get_no_permission(house: House) -> None:
    response = house.client.options(
        "/v1/inspections",
        headers={"origin": "https://elsewhere.example", "access-control-request-method": "POST"},
    )
    assert response.status_code == 405
    assert "access-control-allow-origin" not in response.headers
