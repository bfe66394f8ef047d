"""Idempotency-Key: a call that is sent again has its effect once, and gets the answer it got the first time.

The key is a row in the transaction of the effect itself, so there is no moment in which one is saved without the other.
Of calls with the same key at the same time, one goes through and the others wait for it. A call that failed has left
nothing behind and may be sent again with its key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response
from fastapi.routing import APIRoute
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from starlette.concurrency import run_in_threadpool

from app.api import sparse
from app.core.errors import ConflictError, InvalidInputError
from app.db.engine import WriteSession
from app.db.models import IdempotencyKey
from app.services.access import Actor

_KEPT_HEADERS = ("location", "etag", "content-type")


@dataclass(frozen=True)
class Call:
    """A call that can be told apart from others: its key, and a digest of method, address and body."""

    key: str
    fingerprint: str


class Repeated(Exception):  # noqa: N818 - no error: the way out of a call that has been answered already
    """This call has had its effect; `response` is the answer it got."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


async def call_of(
    request: Request,
    idempotency_key: Annotated[
        str | None,
        Header(
            min_length=1,
            max_length=255,
            pattern=r"^[\x21-\x7e]+$",
            description="makes it safe to send the call again: the effect is had once, the answer is the first one",
        ),
    ] = None,
) -> Call | None:
    """Return what identifies the call, if its sender said so."""
    if idempotency_key is None:
        return None
    whole = hashlib.sha256(f"{request.method} {request.url.path}?{request.url.query}\n".encode())
    whole.update(await request.body())
    return Call(idempotency_key, whole.hexdigest())


def begin(session: WriteSession, request: Request, actor: Actor, call: Call) -> None:
    """Claim the key of a call, or end the call with the answer it has had.

    Raises
    ------
    Repeated
        The same call has been answered.
    InvalidInputError
        The key has been used for another call.
    """
    caller = actor.id or actor.tenant_id
    row = IdempotencyKey(tenant_id=actor.tenant_id, caller_id=caller, key=call.key, fingerprint=call.fingerprint)
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        mine = (IdempotencyKey.caller_id == caller) & (IdempotencyKey.key == call.key)
        had = session.scalar(select(IdempotencyKey).where(mine))
        if had is None:  # purged in this very moment
            raise
        if had.fingerprint != call.fingerprint:
            raise InvalidInputError(
                "This Idempotency-Key was used for another call; give each call a key of its own.",
                field="Idempotency-Key",
            ) from None
        if had.body is None:
            raise ConflictError(
                "This call was done, and its answer held a secret that is shown once; make a new one with a new key."
            ) from None
        headers = {**had.headers, "Idempotent-Replay": "true"}
        raise Repeated(Response(had.body, had.status or 200, headers=headers)) from None
    request.state.idempotent = (session, row)


class Route(APIRoute):
    """A route that keeps its answer with the key of the call, before the transaction is committed.

    A list gives no more of its items than was asked for (see `app.api.sparse`).
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer: Callable[[Request], Awaitable[Response]] = super().get_route_handler()

        async def handler(request: Request) -> Response:
            response = await answer(request)
            names = sparse.wanted(self, request.query_params)
            if names is not None:
                response = sparse.pared(response, names)
            kept: tuple[WriteSession, IdempotencyKey] | None = getattr(request.state, "idempotent", None)
            if kept is not None:
                secret = getattr(request.state, "secret_answer", False)
                await run_in_threadpool(_keep, kept[0], kept[1], response, secret)
            return response

        return handler


def router(*tags: str) -> APIRouter:
    """A router for the routes of one kind of thing."""
    return APIRouter(tags=list(tags), route_class=Route)


def _keep(session: WriteSession, row: IdempotencyKey, response: Response, secret: bool) -> None:
    row.status = response.status_code
    row.headers = {name: value for name, value in response.headers.items() if name in _KEPT_HEADERS}
    row.body = None if secret else bytes(response.body)
    session.flush()
