"""Who may call what.

Keys come in `Authorization: Bearer KEY` and nowhere else. `ALLOWED` is the whole matrix of routes and roles: a route
that is not in it cannot be called by anybody. Whose data a caller sees is decided where the data is read.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.core.errors import NotAllowedError, NotSignedInError
from app.db.engine import Database
from app.services.access import Actor, authenticate

_ORGANISER = frozenset({"organiser"})
_SUPPLY = frozenset({"organiser", "enterprise"})
_DEMAND = frozenset({"organiser", "buyer"})
_EVERYONE = frozenset({"organiser", "enterprise", "buyer"})

#: method and path below /api/v1 → roles
ALLOWED: dict[str, frozenset[str]] = {
    "GET /events": _EVERYONE,
    "POST /events": _ORGANISER,
    "GET /events/{event_id}": _EVERYONE,
    "GET /organisations": _EVERYONE,
    "GET /organisations/{organisation_id}": _EVERYONE,
    "GET /organisations/{organisation_id}/capabilities": _SUPPLY,
    "PUT /organisations/{organisation_id}/capabilities": _SUPPLY,
    "GET /organisations/{organisation_id}/buyer-profile": _DEMAND,
    "PUT /organisations/{organisation_id}/buyer-profile": _DEMAND,
    "GET /sourcing-requests": _EVERYONE,
    "GET /sourcing-requests/{request_id}": _EVERYONE,
    "POST /events/{event_id}/sourcing-requests": _DEMAND,
    "GET /sourcing-requests/{request_id}/suppliers": _DEMAND,
    "POST /rank": _DEMAND,
    "GET /events/{event_id}/suppliers/{organisation_id}/lifts": _SUPPLY,
    "GET /events/{event_id}/unmet-demand": _ORGANISER,
    "POST /events/{event_id}/match-runs": _ORGANISER,
    "GET /match-runs/{run_id}": _ORGANISER,
    "POST /events/{event_id}/schedules": _ORGANISER,
    "GET /schedules/{schedule_id}": _EVERYONE,
    "POST /events/{event_id}/meetings": _ORGANISER,
}

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
    """Return the caller if the caller's role may use this route."""
    roles = ALLOWED.get(f"{request.method} {request.scope['route'].path}", frozenset())
    if actor.role not in roles:
        asked = " or ".join(sorted(roles)) or "nobody's"
        raise NotAllowedError(f"This takes a key of role {asked}; yours is of role {actor.role}.")
    return actor
