"""Webhooks and what was told to them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from app.api.schemas.common import Listing, Reply
from app.domain.profiles import Shape
from app.services.outbox import KINDS

_Url = Annotated[str, Field(min_length=8, max_length=2000, description="https address that takes a POST")]
_Kinds = Annotated[
    list[Annotated[str, Field(json_schema_extra={"enum": list(KINDS)}, max_length=64)]],
    Field(max_length=50, description="kinds of change to be told of; none for all"),
]
_Label = Annotated[str, Field(max_length=200)]


class WebhookIn(Shape):
    """An address to be told of changes."""

    url: _Url
    kinds: _Kinds = []
    label: _Label = ""


class WebhookPatch(Shape):
    """What is to be different; fields left out stay."""

    url: _Url | None = None
    kinds: _Kinds | None = None
    label: _Label | None = None
    active: bool | None = None


class WebhookOut(Reply):
    """A webhook, without its secret."""

    id: UUID
    url: str
    kinds: list[str]
    label: str
    active: bool
    created_at: datetime


class WebhookMade(WebhookOut):
    """A webhook just made; `secret` is shown this once."""

    secret: str


class WebhookList(Listing[WebhookOut]):
    """A page of webhooks."""


class DeliveryOut(Reply):
    """One change told to one address."""

    id: UUID
    kind: str
    state: Literal["waiting", "delivered", "dead"]
    attempts: int
    status: int | None = Field(description="HTTP status of the last answer")
    error: str | None
    created_at: datetime
    next_at: datetime
    ended_at: datetime | None
    payload: dict[str, Any]


class DeliveryList(Listing[DeliveryOut]):
    """A page of deliveries."""
