"""The API keeps its schema, whoever calls it with whatever: schemathesis, all its checks.

Every operation is called as each role, with data that fits the schema and data that does not; ids
are often those of what is there. `make contract` tries far more (`TELITI_API_EXAMPLES`).
"""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from uuid import UUID, uuid4

import pytest
import requests
import schemathesis
import uvicorn
from conftest import House, OpenHouse, jpeg
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import FailureGroup
from visitors import cookies_of

from service.access import ACCESS
from service.people.roles import Role

EXAMPLES = int(os.environ.get("TELITI_API_EXAMPLES", "3"))
"""For each operation, role and kind of data; so many that somebody asked for them are counted."""

_PATIENCE_S = 60
"""For an answer; how fast it comes is measured elsewhere, and a busy machine takes its time."""

REFUSALS = {"sign-in-required", "role-required", "tablet-required"}

VISITORS: dict[str, tuple[Role | None, bool]] = {
    "nobody": (None, False),
    "tablet": (None, True),
    **{role.value: (role, False) for role in Role},
}


@contextmanager
def serving(app: Any) -> Iterator[str]:
    """Serve an application that is started already, by real HTTP."""
    server = uvicorn.Server(
        uvicorn.Config(app, port=0, lifespan="off", log_config=None, access_log=False)
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        while not server.started:
            thread.join(0.01)
            assert thread.is_alive(), "the server did not start"
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


def furnish(house: House) -> dict[str, list[str]]:
    """Make one of everything; return the values of path parameters that are there."""
    lead = house.lead()
    inspection = house.upload(jpeg(1)).json()["id"]
    lots = []
    for number in (1, 2):
        body = {"client_id": str(uuid4()), "spec": "test-bowl", "order_number": f"PO-{number}"}
        lots.append(lead.post("/v1/lots", json=body | {"size": 10}).json()["id"])
        house.upload(jpeg(number), lot_id=lots[-1])
    decision = {"outcome": "reject", "reason": "Cracks"}
    assert lead.post(f"/v1/lots/{lots[1]}/decision", json=decision).status_code == 200
    signed = lead.post(f"/v1/lots/{lots[1]}/reports", json={"client_id": str(uuid4())})
    assert signed.status_code == 201, signed.text
    report = signed.json()
    lead.post(
        f"/v1/reviews/{inspection}",
        json={"client_id": str(uuid4()), "disposition": "rework", "reason": "Sand it"},
    )
    golden = {"photo": ("golden.jpg", jpeg(2), "image/jpeg")}
    kept = lead.post("/v1/specs/test-bowl/2/golden/top", files=golden)
    assert kept.status_code == 201, kept.text
    admin = house.browser(Role.ADMIN)
    person = admin.post("/v1/people", json={"name": "Budi", "role": "packer"}).json()["person"]
    tablet = admin.get("/v1/tablets").json()["items"][0]["id"]
    return {
        "inspection_id": [inspection],
        "lot_id": lots,
        "report_id": [report["id"]],
        "person_id": [person["id"]],
        "tablet_id": [tablet],
        "spec_id": ["test-bowl"],
        "version": ["2"],
        "view": ["top"],
        "sha256": [report["pdf_sha256"], report["content_sha256"]],
    }


def familiar(known: dict[str, list[str]], parameters: dict[str, Any]) -> dict[str, Any]:
    """Put what is there in the place of half of all path parameters."""
    chosen = dict(parameters)
    for name, value in parameters.items():
        draw = sum(str(value).encode())
        if known.get(name) and draw % 2:
            chosen[name] = known[name][draw // 2 % len(known[name])]
    return chosen


@dataclass(frozen=True)
class Contract:
    """A furnished service, served, with its schema."""

    house: House
    address: str
    schema: Any
    known: dict[str, list[str]]
    requests: Counter[str] = field(default_factory=Counter)
    """How often each operation was called."""


@pytest.fixture
def contract(open_house: OpenHouse) -> Iterator[Contract]:
    house = open_house()
    known = furnish(house)
    with serving(house.client.app) as address:
        config = SchemathesisConfig()
        config.projects.default.update(base_url=address)
        config.projects.default.generation.update(with_security_parameters=False)
        # Some rules stand in no schema; `_refused_by_a_rule` looks at what is refused for them.
        accepted = config.projects.default.checks.positive_data_acceptance
        accepted.expected_statuses = [*accepted.expected_statuses, "400", "413", "422"]
        schema = schemathesis.openapi.from_dict(house.client.app.openapi(), config=config)
        yield Contract(house, address, schema, known)


@pytest.mark.slow
@pytest.mark.parametrize("called", VISITORS)
def test_every_operation_keeps_its_schema(
    contract: Contract, called: str, capsys: pytest.CaptureFixture[str]
) -> None:
    role, tablet = VISITORS[called]
    problems: list[str] = []
    for result in contract.schema.get_all_operations():
        operation = result.ok()
        name = operation.definition.raw["operationId"]
        access = ACCESS[name]
        may = access.anybody or (access.tablet and tablet) or (role in access.roles)
        for mode in GenerationMode:
            # Anew: some operations end a session.
            cookies = cookies_of(contract.house.runtime, role, tablet=tablet)
            problem = _try(contract, operation, mode, cookies, may=may)
            if problem:
                problems.append(f"{called} {name} {mode}: {problem}")
    if "TELITI_API_EXAMPLES" in os.environ:
        with capsys.disabled():
            print(f"\n{called}: {contract.requests.total():,} requests")  # noqa: T201 - a count for who asked
    assert not problems, "\n\n".join(problems)


def _try(
    contract: Contract, operation: Any, mode: GenerationMode, cookies: dict[str, str], *, may: bool
) -> str:
    """Call an operation with many requests; return what was wrong with an answer."""
    headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
    session = requests.Session()
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))  # keeps none it is given

    @settings(
        max_examples=EXAMPLES if may else 1,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def call(case: Any) -> None:
        if mode is GenerationMode.POSITIVE:
            case.path_parameters = familiar(contract.known, case.path_parameters)
        contract.requests[operation.label] += 1
        response = case.call_and_validate(
            base_url=contract.address,
            session=session,
            headers=headers if cookies else None,
            timeout=_PATIENCE_S,
        )
        problem = response.json() if response.status_code in (400, 401, 403, 422) else {}
        said = f"{response.status_code} {problem}"
        assert (problem.get("code") in REFUSALS) == (not may), said
        if response.status_code in (400, 422) and mode is GenerationMode.POSITIVE:
            assert _refused_by_a_rule(problem), said

    try:
        call()
    except Unsatisfiable:
        return ""  # nothing can be wrong with a request that has no parts
    except FailureGroup as group:
        what = "; ".join(f"{error.title}: {error.message}" for error in group.exceptions)
        request = str(group).partition("Reproduce with")[2].strip(": \n").splitlines()[0]
        return f"{what}\n  {request[:600]}"
    except Exception as error:
        return repr(error)[:1500]
    return ""


def _refused_by_a_rule(problem: dict[str, Any]) -> bool:
    """Tell whether data that fits the schema was refused by a rule that no schema can state."""
    if problem["status"] == 400:
        return "Too many fields" in problem["detail"]  # of a form, known or not
    return problem["code"] != "request-invalid" or all(
        error["message"].startswith("Value error") for error in problem["errors"]
    )


def test_ids_of_path_parameters_are_those_that_are_there_about_half_of_the_time() -> None:
    known = str(uuid4())
    drawn = [familiar({"lot_id": [known]}, {"lot_id": UUID(int=n)})["lot_id"] for n in range(200)]
    assert 50 < drawn.count(known) < 150
