"""The description of the interface: valid, complete, and true of the examples in it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from app.api.permissions import MATRIX, OPEN
from app.api.v1 import PREFIX
from tests.api.checked import PROBLEM, conforms
from tests.api.conftest import EVENT, make_app
from tests.api.routes_page import lines

DOCUMENT = make_app("sqlite://").openapi()
OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
}
OURS = {name: operation for name, operation in OPERATIONS.items() if PREFIX in name}


def test_it_is_openapi_3_1() -> None:
    assert DOCUMENT["openapi"].startswith("3.1")
    key = DOCUMENT["components"]["securitySchemes"]["key"]
    assert (key["type"], key["scheme"]) == ("http", "bearer")


def test_every_reference_leads_somewhere_and_every_schema_is_one() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    assert set(re.findall(r"#/components/schemas/(\w+)", str(DOCUMENT))) <= set(schemas)
    assert "#/$defs" not in str(DOCUMENT)
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("name", sorted(OURS))
def test_each_operation_is_described(name: str) -> None:
    operation = OURS[name]
    assert operation["summary"]
    assert len(operation["description"]) > 30
    assert operation["tags"]
    short = name.replace(PREFIX, "")
    if short not in OPEN:
        assert operation["security"] == [{"key": []}]
        assert operation["x-roles"] == sorted(MATRIX[short].roles)
        assert operation["x-scope"] == MATRIX[short].scope
    for status in ("422", "429", "503") if short in OPEN else ("401", "403", "422", "429", "503"):
        assert PROBLEM in operation["responses"][status]["content"]
    good = [status for status in operation["responses"] if status < "300"]
    assert good
    for status in good:
        content = operation["responses"][status].get("content", {})
        assert status == "204" or all(
            "schema" in said or media != "application/json" for media, said in content.items()
        )
        assert status == "204" or content
    method = name.split()[0]
    assert method in ("POST", "PUT", "PATCH") or "requestBody" not in operation
    # hashing a password takes too long for a transaction, and its digest must not be kept with a key
    writes = method != "GET" and short not in OPEN and short not in ("POST /rank", "PUT /session/password")
    assert any(p["name"].lower() == "idempotency-key" for p in operation.get("parameters", ())) == writes
    if "requestBody" in operation:
        assert {"400", "413", "415"} <= set(operation["responses"])


def _body(name: str) -> Any:
    return OURS[name]["requestBody"]["content"]["application/json"]


@pytest.mark.parametrize("name", sorted(name for name in OURS if "example" in str(OURS[name].get("requestBody"))))
def test_examples_are_bodies_that_would_be_taken(name: str) -> None:
    conforms(DOCUMENT, _body(name)["schema"], _body(name)["example"])


@pytest.mark.parametrize(
    ("change", "value"),
    [("zone", None), ("unknown", 1), ("slot_minutes", 1), ("starts_on", 5), ("currency", "euro"),
     ("sessions", [{"date": "2025-09-15", "starts": "13:30Z", "ends": "15:30"}]), ("places", [{"code": ""}])],
)  # fmt: skip
def test_the_schema_refuses_what_the_service_refuses(change: str, value: Any) -> None:
    schema = _body(f"POST {PREFIX}/events")["schema"]
    conforms(DOCUMENT, schema, EVENT)
    with pytest.raises(ValidationError):
        conforms(DOCUMENT, schema, EVENT | {change: value})


def test_the_page_of_all_routes_is_the_interface_itself() -> None:
    page = (Path(__file__).parents[2] / "docs" / "routes.md").read_text(encoding="utf-8")
    assert page.splitlines() == list(lines()), "run: python -m tests.api.routes_page > docs/routes.md"
