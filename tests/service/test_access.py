"""Every route, called by everybody: it answers whom `service.access` names, and nobody else."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from conftest import House
from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response

from service import guard
from service.access import ACCESS
from service.access_table import operations, render_table
from service.guard import GuardedRoute
from service.people.roles import Role

FILE = Path(__file__).parents[2] / "docs" / "access.md"

REFUSALS = {"sign-in-required", "role-required", "tablet-required"}


def call(browser: TestClient, method: str, path: str) -> Response:
    known = {
        "{view}": "top",
        "{spec_id}": "test-bowl",
        "{path:path}": "nowhere",
        "{path}": "nowhere",
    }
    for placeholder, value in known.items():
        path = path.replace(placeholder, value)
    while "{" in path:
        path = path[: path.index("{")] + str(uuid4()) + path[path.index("}") + 1 :]
    return browser.request(method, path)


def test_every_route_answers_whom_it_should_and_nobody_else(house: House) -> None:
    visitors: list[tuple[str, Role | None, bool]] = [
        ("nobody", None, False),
        ("tablet", None, True),
        *[(role.value, role, False) for role in Role],
    ]
    for called, role, tablet in visitors:
        for name, method, path in operations():
            browser = house.browser(role, tablet=tablet)  # anew: one of them signs out
            access = ACCESS[name]
            may = access.anybody or (access.tablet and tablet) or (role in access.roles)
            response = call(browser, method, path)
            refused = response.status_code in (401, 403) and response.json()["code"] in REFUSALS
            assert refused == (not may), f"{called} {method} {path}: {response.text}"
            if refused:
                assert response.headers["content-type"] == "application/problem+json"
                assert response.status_code == (403 if role or access.tablet else 401)


def test_what_no_declaration_may_open() -> None:
    """Independent of the table: who reaches what the workshop keeps, and who runs it."""
    for name, access in ACCESS.items():
        if "inspection" in name or name in ("get_spec", "list_specs", "list_stations"):
            assert not access.anybody, name
            assert not access.tablet, name
        if name.endswith(("_review", "_review_case", "_review_queue", "_review_quality")):
            assert access.roles == {Role.LEAD, Role.ADMIN}, name
        if "person" in name or "people" in name or "audit" in name or name.endswith("_tablets"):
            assert not access.anybody, name
            assert Role.PACKER not in access.roles, name


def app_with(router: APIRouter | None = None) -> FastAPI:
    app = FastAPI(openapi_url="/v1/openapi.json", docs_url=None, redoc_url=None)
    if router is not None:
        app.include_router(router)
    return app


def test_a_route_without_a_declared_role_stops_the_start() -> None:
    router = APIRouter(route_class=GuardedRoute)
    router.add_api_route("/v1/secrets", lambda: "secret", name="list_secrets")
    with pytest.raises(RuntimeError, match=r"routes without an entry.*list_secrets"):
        guard.check(app_with(router))


def test_a_declaration_without_a_route_stops_the_start() -> None:
    with pytest.raises(RuntimeError, match=r"entries without a route.*create_inspection"):
        guard.check(app_with())


def test_a_route_that_bypasses_the_guard_stops_the_start() -> None:
    router = APIRouter()
    router.add_api_route("/v1/specs", lambda: "specs", name="list_specs")
    with pytest.raises(RuntimeError, match="'list_specs' is not guarded"):
        guard.check(app_with(router))


def test_the_table_in_the_documentation_is_current() -> None:
    assert FILE.read_text(encoding="utf-8") == render_table(), (
        "run: python -m service.access_table docs/access.md"
    )


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},  # another port of the same host
        {"origin": "http://elsewhere.example"},
        {"origin": "null"},
    ],
)
def test_a_page_of_another_site_can_do_nothing(house: House, headers: dict[str, str]) -> None:
    def ask(browser: TestClient, **more: Any) -> Response:
        body = {"name": "admin", "password": "a long password"}
        return browser.post("/v1/session/password", json=body, **more)

    refused = ask(house.browser(), headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "cross-site")
    own = ask(
        house.browser(), headers={"origin": "http://testserver", "sec-fetch-site": "same-origin"}
    )
    assert own.json()["code"] == "credentials-wrong"


def test_a_refused_upload_is_read_to_its_end_and_never_parsed(house: House) -> None:
    """Otherwise a browser that is still sending would see a broken network, not the refusal."""
    sent: list[int] = []

    def body() -> Any:
        for number in range(40):
            sent.append(number)
            yield b"x" * 65536

    response = house.browser().post(
        "/v1/inspections",
        content=body(),
        headers={"content-type": "multipart/form-data; boundary=none"},
    )
    assert (response.status_code, response.json()["code"]) == (401, "sign-in-required")
    assert len(sent) == 40
