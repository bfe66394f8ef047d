"""Who may call what.

Keys come in `Authorization: Bearer KEY` and nowhere else. The matrix of routes and roles is `app.api.permissions`.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.api.permissions import MATRIX
from app.core.errors import NotAllowedError, NotSignedInError
from app.db.engine import Database
from app.services.access import Actor, authenticate

_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="key",
    description="A key made by `fairmatch key create`: `Authorization: Bearer KEY`.",
)


def signed_in(request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> Actor:
    """Return who holds the key of this request; in a transaction of its own, so that strangers never hold a lock."""
    if credentials is None:
        raise NotSignedInError("Send a key: Authorization: Bearer KEY.")
    database: Database = request.app.state.database
    with database.read() as session:
        return authenticate(session, credentials.credentials)


async def authorised(request: Request, actor: Annotated[Actor, Depends(signed_in)]) -> Actor:
    """Return the caller if the caller's role, and the scopes of the caller's key, allow this route."""
    request.state.tenant = str(actor.tenant_id)  # for the log
    rule = MATRIX.get(f"{request.method} {request.scope['route'].path}")
    if rule is None or actor.role not in rule.roles:
        asked = " or ".join(sorted(rule.roles)) if rule else "nobody"
        raise NotAllowedError(f"This is for {asked}; your role is {actor.role}.")
    if actor.scopes and rule.scope not in actor.scopes:
        raise NotAllowedError(f"This key is narrowed to {', '.join(sorted(actor.scopes))}; this takes {rule.scope}.")
    return actor
