"""Who may call what.

Keys and tokens of sessions come in `Authorization: Bearer KEY` and nowhere else. Whoever tries keys that are none is
counted by network address. The matrix of routes and roles is `app.api.permissions`.
"""

from __future__ import annotations

import time
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.concurrency import run_in_threadpool

from app.api.limits import Limiter, host_of
from app.api.permissions import MATRIX
from app.core.crypto import SESSION, digest
from app.core.errors import NotAllowedError, NotSignedInError
from app.core.kept import Kept
from app.db.engine import Database
from app.services import sessions
from app.services.access import Actor, authenticate
from app.services.attempts import network_of

_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="key",
    description="A key, or the token of a session: `Authorization: Bearer KEY`.",
)


async def signed_in(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Actor:
    """Return who holds the key of this request; in a transaction of its own, so that strangers never hold a lock."""
    if credentials is None:
        raise NotSignedInError("Send a key: Authorization: Bearer KEY.")
    key = credentials.credentials
    seen: KeysSeen = request.app.state.keys_seen
    holder = seen.holder(key)
    return await run_in_threadpool(_look_up, request, key) if holder is None else holder


class KeysSeen:
    """Keys that were in force a moment ago, so that a caller in a hurry is not looked up with every call.

    A key that is revoked stays good for `SECONDS` at most on a process that has just seen it. Tokens of sessions are
    looked up each time.
    """

    SECONDS = 0.5

    def __init__(self) -> None:
        self._kept: Kept[str, tuple[float, Actor]] = Kept(10_000)

    def holder(self, key: str) -> Actor | None:
        found = self._kept.get(digest(key))
        return found[1] if found and time.monotonic() - found[0] < self.SECONDS else None

    def put(self, key: str, actor: Actor) -> None:
        self._kept.put(digest(key), (time.monotonic(), actor))


def _look_up(request: Request, key: str) -> Actor:
    database: Database = request.app.state.database
    stale = False
    try:
        with database.read() as session:
            if key.startswith(SESSION):
                lifetime = sessions.Lifetime.of(request.app.state.settings)
                actor, stale = sessions.authenticate(session, key, lifetime)
            else:
                actor = authenticate(session, key)
                request.app.state.keys_seen.put(key, actor)
    except NotSignedInError:
        limiter: Limiter = request.app.state.limiter
        limiter.take(network_of(host_of(request)))
        raise
    if stale:
        sessions.note_use(database, actor)
    return actor


async def authorised(request: Request, actor: Annotated[Actor, Depends(signed_in)]) -> Actor:
    """Return the caller if the caller's role, and the scopes of the caller's key, allow this route."""
    request.state.tenant = str(actor.tenant_id)  # for the log
    limiter: Limiter = request.app.state.limiter
    limiter.take(actor.id)
    rule = MATRIX.get(f"{request.method} {request.scope['route'].path}")
    if rule is None or actor.role not in rule.roles:
        asked = " or ".join(sorted(rule.roles)) if rule else "nobody"
        raise NotAllowedError(f"This is for {asked}; your role is {actor.role}.")
    if actor.scopes and rule.scope not in actor.scopes:
        raise NotAllowedError(f"This key is narrowed to {', '.join(sorted(actor.scopes))}; this takes {rule.scope}.")
    return actor
