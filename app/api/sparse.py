"""Sparse fields: every list can be asked for some fields of its items only, as in `?fields=id,name`.

Whatever answers with a `Listing` takes part; no route has to do anything for it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, get_args

from fastapi import Response
from fastapi.routing import APIRoute
from pydantic import BaseModel

from app.api.schemas.common import Listing
from app.core.errors import InvalidInputError

NAME = "fields"
#: the parameter as the description of the interface shows it
PARAMETER: dict[str, Any] = {
    "name": NAME,
    "in": "query",
    "required": False,
    "schema": {"type": "string", "pattern": "^[a-z_]+(,[a-z_]+)*$", "maxLength": 500},
    "description": "only these fields of each item, as in id,name",
}


def item_of(route: APIRoute) -> type[BaseModel] | None:
    """What a list route lists; None for all other routes."""
    model = route.response_model
    if not (isinstance(model, type) and issubclass(model, Listing)):
        return None
    (item,) = get_args(model.model_fields["items"].annotation)
    return item if isinstance(item, type) and issubclass(item, BaseModel) else None


def names_of(item: type[BaseModel]) -> list[str]:
    """The names of an item's fields as answers write them."""
    return [field.serialization_alias or field.alias or name for name, field in item.model_fields.items()]


def wanted(route: APIRoute, query: Mapping[str, str]) -> list[str] | None:
    """The fields that a call asks for; None for all of them.

    Raises
    ------
    InvalidInputError
        The items have no such field.
    """
    item = item_of(route)
    if item is None or NAME not in query:
        return None
    names, known = query[NAME].split(","), names_of(item)
    unknown = [name for name in names if name not in known]
    if unknown:
        there_is = ", ".join(known)
        fault = {"field": NAME, "in": "query", "message": f"has no {unknown[0][:100]!r}; there is {there_is}"}
        raise InvalidInputError("Something in the address cannot be used; see `errors`.", errors=[fault])
    return names


def pared(response: Response, names: list[str]) -> Response:
    """A list with nothing of each item but the named fields."""
    if response.status_code != 200:
        return response
    found = json.loads(bytes(response.body))
    found["items"] = [{name: item[name] for name in names} for item in found["items"]]
    headers = {name: value for name, value in response.headers.items() if name != "content-length"}
    body = json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(body, response.status_code, headers=headers)


def describe(operation: dict[str, Any], item: type[BaseModel], schemas: dict[str, Any]) -> None:
    """Say of a list route that it takes the parameter, and that then its items may have any of their fields only."""
    operation.setdefault("parameters", []).append(PARAMETER)
    media = operation["responses"]["200"]["content"]["application/json"]
    listed = schemas[_named(media["schema"])]["properties"]["items"]["items"]
    full, name = _named(listed), f"Sparse{item.__name__}"
    whole = schemas[full]
    schemas[name] = {key: value for key, value in whole.items() if key != "required"} | {
        "title": name,
        "description": f"{whole.get('description', '')} Only the fields that were asked for.".strip(),
        "additionalProperties": False,
    }
    some = {
        "type": "object",
        "required": ["items", "next"],
        "properties": {
            "items": {"type": "array", "items": {"$ref": f"#/components/schemas/{name}"}},
            "next": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        },
    }
    media["schema"] = {"anyOf": [media["schema"], some]}


def _named(schema: dict[str, Any]) -> str:
    return str(schema["$ref"].rpartition("/")[2])
