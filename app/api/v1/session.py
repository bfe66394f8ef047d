"""The caller's own session and password."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request

from app.api import idempotency
from app.api.bodies import JsonBody
from app.api.deps import Caller, Hashing, Limits, Reading, Secret, Writing
from app.api.limits import host_of
from app.api.schemas.access import OpenedOut, PasswordIn, SessionOut, SwitchIn
from app.services import accounts, sessions

router = idempotency.router("session")

_SWITCH = {"membership_id": "0199c0de-0000-7000-8000-000000000001"}
_PASSWORD = {"present": "four words in a row", "new": "four other words in a row"}


@router.get("/session", summary="Who am I", response_model=SessionOut)
def read(actor: Caller, session: Reading) -> Any:
    """The caller's role, and of an account its name and the other roles that it may go on in."""
    told: dict[str, Any] = {
        "role": actor.role, "organisation_id": actor.organisation_id, "scopes": sorted(actor.scopes),
        "expires_at": None, "account": None, "membership": None, "memberships": [],
    }  # fmt: skip
    if actor.sign_in_id is None:
        return told
    row, account, roles = sessions.current(session, actor)
    mine = next(role for role in roles if role.id == row.membership_id)
    return told | {"expires_at": row.expires_at, "account": account, "membership": mine, "memberships": roles}


@router.put("/session/membership", summary="Go on in another role", response_model=OpenedOut, responses={409: {}})
def switch(
    actor: Caller,
    body: Annotated[SwitchIn, Depends(JsonBody(SwitchIn, example=_SWITCH))],
    _secret: Secret,
    session: Writing,
    limits: Limits,
) -> Any:
    """Go on in another of the account's roles. The answer holds a new token; the one before is dead."""
    return sessions.switch(session, actor, body.membership_id, limits)


@router.put("/session/password", summary="Change the password", response_model=OpenedOut)
def change_password(
    request: Request,
    actor: Caller,
    body: Annotated[PasswordIn, Depends(JsonBody(PasswordIn, example=_PASSWORD))],
    database: Hashing,
    limits: Limits,
) -> Any:
    """Change the caller's password. All sessions of the account end; the answer holds the token of a new one."""
    return accounts.change_password(database, actor, body.present, body.new, host_of(request), limits)


@router.delete("/session", summary="Sign out", status_code=204, responses={404: {}})
def sign_out(actor: Caller, session: Writing) -> None:
    """End the session, on every worker from the next call on."""
    sessions.sign_out(session, actor)


@router.delete("/sessions", summary="Sign out everywhere", status_code=204, responses={404: {}})
def sign_out_everywhere(actor: Caller, session: Writing) -> None:
    """End all sessions of the caller's account, on whatever devices."""
    sessions.sign_out_everywhere(session, actor)
