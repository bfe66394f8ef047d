"""Webhooks: be told of changes instead of asking for them."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Query, Request, Response

from app.api import idempotency
from app.api.bodies import JsonBody
from app.api.deps import Caller, Cursor, Limit, Reading, Writing, created_at
from app.api.etag import IfMatch, must_match, tag_of, tagged
from app.api.schemas.webhooks import (
    DeliveryList,
    DeliveryOut,
    WebhookIn,
    WebhookList,
    WebhookMade,
    WebhookOut,
    WebhookPatch,
)
from app.io.http import Outside
from app.services import webhooks

router = idempotency.router("webhooks")

_EXAMPLE = {"url": "https://example.org/fairmatch", "kinds": ["schedule.published"], "label": "our CRM"}


def _outside(request: Request) -> Outside:
    return Outside(private=request.app.state.settings.webhooks_to_private)


Beyond = Annotated[Outside, Depends(_outside)]


@router.get("/webhooks", summary="List webhooks", response_model=WebhookList)
def list_all(actor: Caller, session: Reading, cursor: Cursor = None, limit: Limit = 50) -> Any:
    """Addresses that are told of changes."""
    return webhooks.listed(session, actor, cursor=cursor, limit=limit)


@router.post(
    "/webhooks",
    summary="Add a webhook",
    status_code=201,
    response_model=WebhookMade,
    responses={201: created_at("/api/v1/webhooks/{webhook_id}"), 409: {}},
)
def create(
    actor: Caller,
    body: Annotated[WebhookIn, Depends(JsonBody(WebhookIn, example=_EXAMPLE))],
    session: Writing,
    outside: Beyond,
    response: Response,
) -> Any:
    """Register an address. Calls are signed with the `secret` of the answer, which is shown this once."""
    hook = webhooks.create(session, actor, body.url, body.kinds, body.label, outside)
    response.headers.update({"Location": f"/api/v1/webhooks/{hook.id}", "ETag": tag_of(hook)})
    return hook


@router.get("/webhooks/{webhook_id}", summary="Read a webhook", response_model=WebhookOut, responses={200: tagged()})
def read(webhook_id: UUID, actor: Caller, session: Reading, response: Response) -> Any:
    """A webhook as it stands."""
    hook = webhooks.find(session, actor, webhook_id)
    response.headers["ETag"] = tag_of(hook)
    return hook


@router.patch(
    "/webhooks/{webhook_id}", summary="Change a webhook", response_model=WebhookOut, responses={200: tagged()}
)
def change(
    webhook_id: UUID,
    actor: Caller,
    body: Annotated[WebhookPatch, Depends(JsonBody(WebhookPatch, example={"active": False}))],
    session: Writing,
    outside: Beyond,
    response: Response,
    if_match: IfMatch = None,
) -> Any:
    """Change its address, kinds or label, or switch it off and on."""
    hook = webhooks.find(session, actor, webhook_id, lock=True)
    must_match(if_match, hook)
    given = {name: value for name, value in body.model_dump(exclude_unset=True).items() if value is not None}
    webhooks.change(session, actor, hook, given, outside)
    response.headers["ETag"] = tag_of(hook)
    return hook


@router.delete("/webhooks/{webhook_id}", summary="Remove a webhook", status_code=204)
def remove(webhook_id: UUID, actor: Caller, session: Writing, if_match: IfMatch = None) -> None:
    """Forget an address; calls that wait are not made."""
    hook = webhooks.find(session, actor, webhook_id, lock=True)
    must_match(if_match, hook)
    webhooks.remove(session, actor, hook)


@router.get("/webhooks/{webhook_id}/deliveries", summary="What a webhook was told", response_model=DeliveryList)
def deliveries(
    webhook_id: UUID,
    actor: Caller,
    session: Reading,
    state: Annotated[Literal["waiting", "delivered", "dead"] | None, Query(description="only these")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Any:
    """Calls made and to be made, the oldest first; `dead` ones were given up after several attempts."""
    hook = webhooks.find(session, actor, webhook_id)
    return webhooks.deliveries(session, actor, hook, state, cursor=cursor, limit=limit)


@router.post(
    "/webhook-deliveries/{delivery_id}/again",
    summary="Call a webhook again",
    response_model=DeliveryOut,
    responses={409: {}},
)
def again(delivery_id: UUID, actor: Caller, session: Writing) -> Any:
    """Give a call that has ended a new beginning."""
    return webhooks.deliver_again(session, actor, delivery_id)
