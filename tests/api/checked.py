"""A test client that holds every answer against the description of the interface."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from fastapi import FastAPI
from jsonschema import Draft202012Validator, FormatChecker
from starlette.exceptions import StarletteDeprecationWarning

from app.core.settings import Settings
from app.main import create_app

with warnings.catch_warnings():  # it asks for httpx2; what it needs of httpx is all there
    warnings.simplefilter("ignore", StarletteDeprecationWarning)
    from fastapi.testclient import TestClient

PROBLEM = "application/problem+json"


class CheckedClient(TestClient):
    """Fails where an answer has a status, a media type or a shape that the OpenAPI document does not name."""

    def request(self, method: str, url: Any, **options: Any) -> Any:  # type: ignore[override]
        response = super().request(method, url, **options)
        check(_description(self.app), method, str(url), response)  # type: ignore[arg-type]
        return response


@cache
def described() -> dict[str, Any]:
    """The description of the interface, which is the same for every app; making it takes a second."""
    return create_app(Settings(database_url="sqlite://")).openapi()


def _description(app: FastAPI) -> dict[str, Any]:
    """The app's own description; made once for all that have the same routes."""
    if app.openapi_schema is None:
        app.openapi_schema = described()
    return app.openapi()


def check(document: dict[str, Any], method: str, url: str, response: Any) -> None:
    """Hold one answer against the document."""
    media = response.headers.get("content-type", "").split(";")[0]
    if response.status_code >= 400:
        assert media == PROBLEM, response.text
        conforms(document, {"$ref": "#/components/schemas/Problem"}, response.json())
        assert response.json()["status"] == response.status_code
        assert response.json()["instance"] == f"urn:uuid:{response.headers['x-request-id']}"
    operation = _operation(document, method, url.partition("?")[0])
    if operation is None:
        assert response.status_code in (404, 405, 413) or "openapi.json" in url, f"{method} {url} is not described"
        return
    assert str(response.status_code) in operation["responses"], f"{method} {url} → {response.status_code} undescribed"
    described = operation["responses"][str(response.status_code)].get("content", {})
    if described:
        assert media in described, f"{media} is not among {list(described)}"
    if response.status_code == 204:
        assert response.content == b""
        return
    if media == "application/json":
        conforms(document, described[media]["schema"], response.json())


def conforms(document: dict[str, Any], schema: dict[str, Any], value: Any) -> None:
    whole = {**schema, "components": document["components"]}
    Draft202012Validator(whole, format_checker=FormatChecker()).validate(value)


def _operation(document: dict[str, Any], method: str, path: str) -> dict[str, Any] | None:
    for template, operations in document["paths"].items():
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path) and method.lower() in operations:
            found: dict[str, Any] = operations[method.lower()]
            return found
    return None


@contextmanager
def calling(app: FastAPI) -> Iterator[CheckedClient]:
    with CheckedClient(app) as client:
        yield client
