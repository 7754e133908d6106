"""The API's schema is the one that clients are generated from."""

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import House

from service.openapi import render_schema

FILE = Path(__file__).parents[2] / "docs" / "openapi.json"


@pytest.fixture(scope="module")
def schema() -> Any:
    return json.loads(render_schema())


def operations(schema: Any) -> dict[str, Any]:
    return {
        operation["operationId"]: operation
        for methods in schema["paths"].values()
        for operation in methods.values()
    }


def test_the_file_is_current() -> None:
    assert FILE.read_text(encoding="utf-8") == render_schema(), (
        "run: python -m service.openapi docs/openapi.json"
    )


def test_operations_have_clean_names(schema: Any) -> None:
    assert set(operations(schema)) == {
        "add_lot_event",
        "add_lot_finding",
        "add_lot_series_event",
        "create_inspection",
        "create_lot",
        "decide_lot",
        "get_active_release",
        "get_health",
        "get_inspection",
        "get_inspection_overlay",
        "get_inspection_photo",
        "get_lot",
        "get_lot_characteristic",
        "get_lot_series",
        "get_readiness",
        "get_spec",
        "list_inspections",
        "list_lots",
        "list_specs",
        "list_stations",
        "preview_lot_plan",
    }


def test_every_error_is_a_problem(schema: Any) -> None:
    for name, operation in operations(schema).items():
        for status, response in operation["responses"].items():
            if status >= "400":
                reference = response["content"]["application/problem+json"]["schema"]["$ref"]
                assert reference == "#/components/schemas/Problem", (name, status)


def test_every_reference_resolves(schema: Any) -> None:
    text = json.dumps(schema)
    for name in {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}:
        assert name in schema["components"]["schemas"]
    assert "HTTPValidationError" not in text


def test_answers_carry_every_field_that_the_schema_requires(schema: Any, house: House) -> None:
    answer = house.upload().json()
    component = schema["components"]["schemas"]["InspectionResource"]
    assert set(component["required"]) == set(answer)
    measurement = schema["components"]["schemas"]["Measurement"]
    assert set(measurement["required"]) == set(answer["measurements"][0])


def test_the_service_gives_its_own_schema(schema: Any, house: House) -> None:
    assert house.client.get("/v1/openapi.json").json() == schema
