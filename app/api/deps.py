"""What routes ask for: the caller, a session, a body, the queue, a page.

One request is one transaction: the session commits when the route returns and **before** the answer is sent (scope
"function"), so an answer that says it was saved is true. The limits on sessions keep fewer of them open than the pool
has connections; without them, requests that hold a connection would wait for a thread while all threads wait for a
connection.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from fastapi import Depends, Path, Query, Request
from fastapi.dependencies.models import Dependant

from app.api import idempotency, sparse
from app.api.auth import authorised
from app.api.idempotency import Call, call_of
from app.core.errors import InvalidInputError
from app.core.paging import MAX_LIMIT
from app.db.engine import Database, ReadSession, WriteSession
from app.services import audit
from app.services.access import Actor
from app.services.handover import Handover
from app.services.sessions import Lifetime

_READERS = 8
_WRITERS = 4
_HASHERS = 4


def read_session(request: Request) -> Iterator[ReadSession]:
    database: Database = request.app.state.database
    with database.read() as session:
        yield session


def write_session(
    request: Request, actor: Annotated[Actor, Depends(authorised)], call: Annotated[Call | None, Depends(call_of)]
) -> Iterator[WriteSession]:
    """One transaction for one change: its Idempotency-Key, its effect and its entry in the audit trail."""
    database: Database = request.app.state.database
    with database.write() as session:
        if call is not None:
            idempotency.begin(session, request, actor, call)
        yield session
        if not audit.recorded(session):
            audit.record(session, actor, f"{request.method} {request.scope['route'].path}"[:64])


def open_session(request: Request) -> Iterator[WriteSession]:
    """A transaction for routes that take no key; the services behind them record what they do."""
    database: Database = request.app.state.database
    with database.write() as session:
        yield session


def hashing_database(request: Request) -> Iterator[Database]:
    """The database, for routes that look at passwords: that takes too long to hold a transaction meanwhile.

    The limit keeps callers waiting on the event loop, where they hold no thread that others need.
    """
    yield request.app.state.database


def lifetime(request: Request) -> Lifetime:
    return Lifetime.of(request.app.state.settings)


async def secret_answer(request: Request) -> None:
    """For routes whose answer holds a secret: it is not kept for repeated calls."""
    request.state.secret_answer = True


def site(request: Request) -> str:
    """Where people reach the service; links in letters begin with it."""
    return str(request.app.state.settings.public_url)


class Enqueue(Handover):
    """The queue of this process."""

    def __init__(self, request: Request) -> None:
        super().__init__(request.app.state.jobs)


async def known_query(request: Request) -> None:
    """Refuse query parameters that the route does not have: a filter that is misspelt must not look as if it held."""
    route = request.scope["route"]
    known = set(_query_names(route.dependant)) | ({sparse.NAME} if sparse.item_of(route) else set())
    there_is = ", ".join(sorted(known)) or "none"
    faults = []
    for name in request.query_params:
        if name not in known:
            faults.append({"field": name, "in": "query", "message": f"is no parameter here; there is {there_is}"})
        elif len(request.query_params.getlist(name)) > 1:
            faults.append({"field": name, "in": "query", "message": "is given more than once"})
    if faults:
        raise InvalidInputError("Something in the address cannot be used; see `errors`.", errors=faults)
    sparse.wanted(route, request.query_params)


def _query_names(dependant: Dependant) -> Iterator[str]:
    yield from (field.alias for field in dependant.query_params)
    for inner in dependant.dependencies:
        yield from _query_names(inner)


Caller = Annotated[Actor, Depends(authorised)]
Reading = Annotated[ReadSession, Depends(read_session, scope="function", max_concurrency=_READERS)]
Writing = Annotated[WriteSession, Depends(write_session, scope="function", max_concurrency=_WRITERS)]
OpenWriting = Annotated[WriteSession, Depends(open_session, scope="function", max_concurrency=_WRITERS)]
Hashing = Annotated[Database, Depends(hashing_database, scope="function", max_concurrency=_HASHERS)]
Limits = Annotated[Lifetime, Depends(lifetime)]
Secret = Annotated[None, Depends(secret_answer)]
Queue = Annotated[Enqueue, Depends()]
Site = Annotated[str, Depends(site)]

Lang = Annotated[
    Literal["en", "zh", "zh-Hans", "fr", "de", "it"], Query(description="language of everything written for people")
]
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="most items in one answer")]
Cursor = Annotated[str | None, Query(max_length=64, description="`next` of the page before")]
CODE = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
EventName = Annotated[str, Path(pattern=CODE, description="the event's id or its code", examples=["paris-2025"])]


def created_at(path: str) -> dict[str, Any]:
    """For the description of a route: that its answer says where the new thing is."""
    return {"headers": {"Location": {"description": f"where it is: {path}", "schema": {"type": "string"}}}}
