"""Sourcing requests after they are published: change in part, withdraw, and see what they said before."""

from __future__ import annotations

import json
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import ConflictError, InvalidInputError
from app.core.paging import Page
from app.db.models import Event, RequestRevision
from app.db.models import SourcingRequest as RequestRow
from app.db.queries.scoped import locked, page
from app.domain.profiles import SourcingRequest
from app.services import lookups
from app.services.access import Actor
from app.services.audit import record
from app.services.outbox import tell
from app.services.phases import must_be_open
from app.services.profiles import Registered, save_request

#: as for one's own part in an event: until the day, then it is for the organiser
WANTING = ("registration", "matching", "booking")
_SAID = "Publishing and changing requests"


def lock_request(session: Session, actor: Actor, key: UUID) -> RequestRow:
    """Return a request that nobody else changes until the transaction ends."""
    return locked(session, lookups.request(session, actor, key))


def publish_request(
    session: Session, actor: Actor, event: Event, organisation_id: UUID, code: str, request: SourcingRequest
) -> Registered:
    """Say what an organisation wants at an event; the same code again is the next revision of the same request."""
    must_be_open(session, event, _SAID, *WANTING, actor=actor)
    return save_request(session, actor, event.id, organisation_id, code, request)


def change_request(session: Session, actor: Actor, row: RequestRow, patch: SourcingRequest) -> None:
    """Change some fields of a request, as its next revision; null takes a field back.

    Raises
    ------
    ConflictError
        It has been withdrawn, or it is too early or too late for participants.
    InvalidInputError
        The whole does not fit together any more.
    """
    must_be_open(session, session.get_one(Event, row.event_id), _SAID, *WANTING, actor=actor)
    if row.withdrawn:
        raise ConflictError("This request was withdrawn; publish it again with its code.", conflict="withdrawn")
    document = dict(lookups.revisions(session, [row.id])[row.id].document)
    document |= patch.model_dump(mode="json", exclude_unset=True)
    said = {name: value for name, value in document.items() if value is not None}
    try:
        whole = SourcingRequest.model_validate_json(json.dumps(said))
    except ValidationError as error:
        raise InvalidInputError(f"With this change the request does not fit together: {error}.") from error
    save_request(session, actor, row.event_id, row.organisation_id, row.code, whole)


def withdraw_request(session: Session, actor: Actor, row: RequestRow) -> None:
    """Take a request back: it is matched no more. What it said stays, and it can be published again."""
    must_be_open(session, session.get_one(Event, row.event_id), _SAID, *WANTING, actor=actor)
    if row.withdrawn:
        raise ConflictError("This request was withdrawn already.", conflict="withdrawn")
    row.withdrawn = True
    session.flush()
    record(session, actor, "request.withdrawn", event_id=row.event_id, target_id=row.id)
    tell(session, row.tenant_id, "request.withdrawn", event_id=str(row.event_id), request_id=str(row.id))


def list_revisions(
    session: Session, row: RequestRow, *, cursor: str | None = None, limit: int = 50
) -> Page[RequestRevision]:
    """All that a request has said, the oldest first."""
    query = select(RequestRevision).where(RequestRevision.request_id == row.id)
    return page(session, query, RequestRevision, cursor=cursor, limit=limit)


def free_request_code(session: Session, event: Event, owner: str) -> str:
    """A code that no request of an event has: that of its organisation with a number."""
    stem = f"{owner.lower()[:50]}-"
    query = select(RequestRow.code).where(RequestRow.event_id == event.id)
    taken = set(session.scalars(query.where(RequestRow.code.startswith(stem, autoescape=True))))
    return next(code for number in range(1, len(taken) + 2) if (code := f"{stem}{number}") not in taken)
