"""Shapes that every route shares."""

from __future__ import annotations

from typing import Any, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

Item = TypeVar("Item")


class Reply(BaseModel):
    """Base of all answers; read from rows as well as from dictionaries."""

    model_config = ConfigDict(from_attributes=True)


class Listing(Reply, Generic[Item]):
    """A page of a list."""

    items: list[Item]
    next: str | None = Field(description="cursor of the page that follows; null on the last one")


class Named(Reply):
    """An organisation, by id and name."""

    id: UUID
    name: str


class Run(Reply):
    """A run that was recorded; follow it at `status_url`."""

    id: UUID
    status_url: str


class Fault(Reply):
    """One thing that is wrong with what was sent."""

    model_config = ConfigDict(extra="allow")

    field: str = Field(description="the field or parameter; steps into lists and objects are joined by dots")
    pointer: str | None = Field(None, description="JSON pointer to it in the body, as a URI fragment")
    in_: str | None = Field(None, alias="in", description="query, path or header, where it is not in the body")
    message: str
    found: Any = Field(None, description="what was there, shortened")


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "type": "/problems/invalid-input",
                    "title": "The input is not valid",
                    "status": 422,
                    "detail": "The body has 1 field that cannot be used; see `errors`.",
                    "instance": "urn:uuid:0199c0de-0000-7000-8000-000000000000",
                    "errors": [{"field": "moq", "pointer": "#/moq", "message": "must be at least 1", "found": -5}],
                }
            ]
        },
    )

    type: str = Field(description="stable name of the kind of problem")
    title: str
    status: int
    detail: str = Field(description="what to do about it, for people")
    instance: str = Field(description="this request, as our log names it")
    errors: list[Fault] = Field([], description="each fault with its place, where the input is at fault")
