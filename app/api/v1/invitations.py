"""Invitations to a role, sent by letter."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request

from app.api import idempotency
from app.api.bodies import JsonBody
from app.api.deps import Caller, Cursor, Limit, Reading, Writing
from app.api.schemas.access import InvitationIn, InvitationList, InvitationOut
from app.db.models import Invitation
from app.services import invitations

router = idempotency.router("access")

_EXAMPLE = {"email": "li@example.com", "role": "co-organiser", "language": "zh"}


@router.get("/invitations", summary="List invitations", response_model=InvitationList)
def list_all(actor: Caller, session: Reading, cursor: Cursor = None, limit: Limit = 50) -> Any:
    """Invitations of the caller's tenant, the oldest first."""
    page = invitations.list_invitations(session, actor, cursor=cursor, limit=limit)
    return {"items": [_told(row) for row in page.items], "next": page.next}


@router.post("/invitations", summary="Invite somebody", status_code=201, response_model=InvitationOut)
def create(
    request: Request,
    actor: Caller,
    body: Annotated[InvitationIn, Depends(JsonBody(InvitationIn, example=_EXAMPLE))],
    session: Writing,
) -> Any:
    """Offer a role to an e-mail address. A letter takes the link there, which works once and for two weeks."""
    row, token = invitations.invite(session, actor, body.email, body.role, body.organisation_id, language=body.language)
    invitations.post(session, row, token, request.app.state.settings)
    return _told(row)


@router.post(
    "/invitations/{invitation_id}/renewal",
    summary="Send an invitation again",
    response_model=InvitationOut,
    responses={409: {}},
)
def renew(request: Request, invitation_id: UUID, actor: Caller, session: Writing) -> Any:
    """Send a new letter with a new link; the one before is dead."""
    row, token = invitations.renew(session, actor, invitation_id)
    invitations.post(session, row, token, request.app.state.settings)
    return _told(row)


@router.delete("/invitations/{invitation_id}", summary="Take an invitation back", status_code=204, responses={409: {}})
def revoke(invitation_id: UUID, actor: Caller, session: Writing) -> None:
    """Take an invitation back: its link is dead at once."""
    invitations.revoke(session, actor, invitation_id)


def _told(row: Invitation) -> dict[str, Any]:
    fields = ("id", "email", "role", "organisation_id", "language", "created_at", "expires_at")
    return {name: getattr(row, name) for name in fields} | {"state": invitations.state_of(row)}
