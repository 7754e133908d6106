"""The API's schema is the one that clients are generated from."""

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import House

from service.access import ACCESS
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


def test_operations_are_named_as_their_access_is_declared(schema: Any) -> None:
    not_in_the_schema = {"openapi", "no_such_endpoint", "bundle_missing"}
    assert set(operations(schema)) == set(ACCESS) - not_in_the_schema


def test_operations_with_a_role_say_what_they_answer_without_it(schema: Any) -> None:
    for name, operation in operations(schema).items():
        assert ("security" in operation) == bool(ACCESS[name].roles), name
        assert ("403" in operation["responses"]) == (not ACCESS[name].anybody), name


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


def test_requests_need_only_the_fields_that_have_no_default(schema: Any) -> None:
    components = schema["components"]["schemas"]
    assert components["CodeSignIn"]["required"] == ["code", "password"]
    assert "required" not in components["PersonChange"]


def test_the_service_gives_its_own_schema(schema: Any, house: House) -> None:
    assert house.client.get("/v1/openapi.json").json() == schema
