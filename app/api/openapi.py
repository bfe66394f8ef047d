"""The description of the interface: what FastAPI knows, plus bodies, problems and roles.

Bodies are read by `JsonBody` rather than by FastAPI, and errors are problem documents rather than FastAPI's own shape,
so both are written in here, from the same objects that do the work.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from app.api import sparse
from app.api.bodies import WRITTEN, JsonBody
from app.api.permissions import MATRIX
from app.api.problems import MEDIA_TYPE, RETRY_SECONDS
from app.api.schemas.common import Problem
from app.api.v1 import PREFIX

_REF = "#/components/schemas/{model}"
_SAID = {
    "400": "The body is no JSON.",
    "401": "No key, or none that is in force.",
    "403": "A key of this role may not do that.",
    "404": "There is no such thing for this caller.",
    "409": "The state of things forbids it; `detail` names what stands in the way.",
    "412": "It has changed since you read it.",
    "413": "The body is too large.",
    "415": "The body is not application/json in UTF-8.",
    "422": "Something that was sent cannot be used; `errors` lists each fault.",
    "428": "A change has to say which state it starts from: send If-Match.",
    "429": "Too many calls; try again after the seconds in Retry-After.",
    "503": "Not ready for the moment; try again after the seconds in Retry-After.",
}


def describe(app: FastAPI) -> None:
    """Give the app its full description, made once."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # the way FastAPI documents


def _document(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title=app.title,
        version=app.version,
        summary=app.summary,
        description=app.description,
        routes=app.routes,
        tags=app.openapi_tags,
        separate_input_output_schemas=False,
    )
    bodies: dict[type[BaseModel], None] = {}
    for path, route in _routes(app):
        for method in sorted(route.methods or ()):
            operation = document["paths"][path][method.lower()]
            body = next(_bodies(route.dependant), None)
            if body is not None:
                bodies[body.model] = None
                operation["requestBody"] = _request_body(body)
            item = sparse.item_of(route)
            if item is not None:
                sparse.describe(operation, item, document["components"]["schemas"])
            _add_problems(operation, path, has_body=body is not None)
            rule = MATRIX.get(f"{method} {path.removeprefix(PREFIX)}")
            if rule:
                operation["x-roles"], operation["x-scope"] = sorted(rule.roles), rule.scope
                told = f"Roles: {', '.join(sorted(rule.roles))}. Scope: {rule.scope}."
                operation["description"] = f"{operation['description']}\n\n{told}"
    schemas = document["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    wanted = [(model, "validation") for model in (*bodies, Problem)]
    _, extra = models_json_schema(wanted, ref_template=_REF)  # type: ignore[arg-type]  # a list of literals
    schemas.update(_as_written(extra["$defs"]))
    return document


def _routes(app: FastAPI) -> Iterator[tuple[str, APIRoute]]:
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, APIRoute) and route.include_in_schema:
            yield str(context.path_format), route


def _bodies(dependant: Dependant) -> Iterator[JsonBody[Any]]:
    for inner in dependant.dependencies:
        if isinstance(inner.call, JsonBody):
            yield inner.call


def _request_body(body: JsonBody[Any]) -> dict[str, Any]:
    content: dict[str, Any] = {"schema": {"$ref": _REF.format(model=body.model.__name__)}}
    if body.example is not None:
        content["example"] = body.example
    return {"required": not body.optional, "content": {"application/json": content}}


def _add_problems(operation: dict[str, Any], path: str, *, has_body: bool) -> None:
    """Say how a route can fail; 409 only where the route itself says so."""
    responses = operation["responses"]
    mine = {"422"} if operation.get("parameters") or has_body else set()
    if operation.get("security"):
        mine |= {"401", "403", "422"}
    if path.startswith(PREFIX):
        mine |= {"429", "503"}
    named = any(parameter["name"].endswith("_id") for parameter in operation.get("parameters", ()))
    if "{" in path or has_body or named:
        mine.add("404")
    if has_body:
        mine |= {"400", "413", "415"}
    if any(parameter["name"].lower() == "if-match" for parameter in operation.get("parameters", ())):
        mine |= {"412", "428"}
    responses.pop("422", None)
    for status in sorted(mine | {code for code in responses if code in _SAID}):
        told: dict[str, Any] = {"description": _SAID[status]}
        told["content"] = {MEDIA_TYPE: {"schema": {"$ref": _REF.format(model="Problem")}}}
        if status in ("429", "503"):
            told["headers"] = {"Retry-After": {"schema": {"type": "integer"}, "example": RETRY_SECONDS}}
        responses[status] = told


def _as_written(schema: Any) -> Any:
    """Times in bodies are local, without an offset, so the formats of RFC 3339 do not describe them: patterns do."""
    if isinstance(schema, list):
        return [_as_written(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("format") in ("time", "date-time") and schema.get("type") == "string":
        rest = {key: value for key, value in schema.items() if key != "format"}
        return rest | {"pattern": f"^{WRITTEN[schema['format']][0]}$"}
    return {key: _as_written(value) for key, value in schema.items()}
