"""Routes that take no key: signing in, and answering letters."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request

from app.api.bodies import JsonBody
from app.api.deps import Hashing, Limits
from app.api.limits import host_of
from app.api.schemas.access import InvitationAnswerIn, OpenedOut, ResetAnswerIn, ResetIn, SignInIn
from app.services import accounts, invitations, sessions

open_router = APIRouter(tags=["session"])

_SIGN_IN = {"email": "li@example.com", "password": "four words in a row"}
_RESET = {"email": "li@example.com"}
_RESET_ANSWER = {"token": "fp_…", "password": "four words in a row"}
_INVITATION_ANSWER = {"token": "fi_…", "name": "Li Wei", "password": "four words in a row"}


@open_router.post("/session", summary="Sign in", status_code=201, response_model=OpenedOut, responses={401: {}})
def sign_in(
    request: Request,
    body: Annotated[SignInIn, Depends(JsonBody(SignInIn, example=_SIGN_IN))],
    database: Hashing,
    limits: Limits,
) -> Any:
    """Open a session with e-mail address and password; its token goes where a key goes. Six attempts a minute."""
    return sessions.sign_in(database, body.email, body.password, host_of(request), limits, body.membership_id)


@open_router.post("/password-resets", summary="Ask for a new password", status_code=204)
def ask_for_reset(
    request: Request, body: Annotated[ResetIn, Depends(JsonBody(ResetIn, example=_RESET))], database: Hashing
) -> None:
    """Send a letter with a link to whoever has an account of this address; the answer is the same for all."""
    accounts.ask_for_reset(database, body.email, host_of(request), request.app.state.settings)


@open_router.post("/password-resets/answer", summary="Set a new password", status_code=201, response_model=OpenedOut)
def reset(
    body: Annotated[ResetAnswerIn, Depends(JsonBody(ResetAnswerIn, example=_RESET_ANSWER))],
    database: Hashing,
    limits: Limits,
) -> Any:
    """Set a new password with the token of a letter, once; all sessions end and a new one is opened."""
    return accounts.reset_password(database, body.token, body.password, limits)


@open_router.post(
    "/invitation-answers", summary="Accept an invitation", status_code=201, response_model=OpenedOut,
    responses={401: {}, 409: {}},
)  # fmt: skip
def accept(
    request: Request,
    body: Annotated[InvitationAnswerIn, Depends(JsonBody(InvitationAnswerIn, example=_INVITATION_ANSWER))],
    database: Hashing,
    limits: Limits,
) -> Any:
    """Take the role that a letter offers: choose a password, or give the one of the account there is."""
    return invitations.accept(database, body.token, body.name, body.password, host_of(request), limits)
