"""People who represent organisations."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Response

from app.api import idempotency
from app.api.bodies import JsonBody
from app.api.deps import Caller, Cursor, EventName, Limit, Reading, Writing, created_at
from app.api.etag import TAGGED, IfMatch, must_match, tag_of
from app.api.schemas.people import ContactList, PersonList, PersonOut
from app.db.models import Representative
from app.domain.people import RepresentativeIn, RepresentativePatch
from app.services import contacts, people
from app.services.access import Actor
from app.services.events import find_event

router = idempotency.router("people")

_PERSON = {"name": "Li Wei", "role": "Sales", "email": "li@example.com", "languages": ["zh", "en"]}


@router.get("/organisations/{organisation_id}/representatives", summary="List people", response_model=PersonList)
def list_all(organisation_id: UUID, actor: Caller, session: Reading, cursor: Cursor = None, limit: Limit = 50) -> Any:
    """The people of an organisation; enterprises and buyers see their own, a viewer no addresses."""
    page = people.list_people(session, actor, organisation_id, cursor=cursor, limit=limit)
    return {"items": [_shown(actor, row) for row in page.items], "next": page.next}


@router.post(
    "/organisations/{organisation_id}/representatives",
    summary="Add a person",
    status_code=201,
    response_model=PersonOut,
    responses={201: created_at("/api/v1/representatives/{representative_id}"), 409: {}},
)
def create(
    organisation_id: UUID,
    actor: Caller,
    shape: Annotated[RepresentativeIn, Depends(JsonBody(RepresentativeIn, example=_PERSON))],
    session: Writing,
    response: Response,
) -> Any:
    """Add a person to an organisation. Others see of them what they consent to, and nothing before that."""
    row = people.add_person(session, actor, organisation_id, shape)
    response.headers["Location"] = f"/api/v1/representatives/{row.id}"
    return _told(actor, row, response)


@router.get(
    "/representatives/{representative_id}",
    summary="Read a person",
    response_model=PersonOut,
    responses={200: TAGGED},
)
def read(representative_id: UUID, actor: Caller, session: Reading, response: Response) -> Any:
    """A person of the caller's organisation, or for the organiser's staff of any."""
    return _told(actor, people.find_person(session, actor, representative_id), response)


@router.patch(
    "/representatives/{representative_id}",
    summary="Change a person",
    response_model=PersonOut,
    responses={200: TAGGED, 409: {}},
)
def change(
    representative_id: UUID,
    actor: Caller,
    patch: Annotated[RepresentativePatch, Depends(JsonBody(RepresentativePatch, example={"role": "Director"}))],
    session: Writing,
    response: Response,
    if_match: IfMatch = None,
) -> Any:
    """Change what is said of a person; what is left out stays."""
    row = people.find_person(session, actor, representative_id, lock=True)
    must_match(if_match, row)
    people.change_person(session, actor, row, patch)
    return _told(actor, row, response)


@router.get(
    "/events/{event_id}/contacts",
    summary="List contacts",
    response_model=ContactList,
    response_model_exclude_unset=True,
)
def list_contacts(
    event_id: EventName,
    actor: Caller,
    session: Reading,
    organisation_id: Annotated[UUID | None, Query(description="as whom organisers look; others are themselves")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Any:
    """Whom an organisation has agreed to meet, and how to reach the people there who consent to it.

    There is agreement where a meeting request was accepted, where both want to meet, or where they do in the published
    timetable. `contact_fields` of the event's rules says which fields are shown.
    """
    event = find_event(session, actor, event_id)
    page = contacts.list_contacts(session, actor, event, organisation_id, cursor=cursor, limit=limit)
    return {"items": page.items, "next": page.next}


def _told(actor: Actor, row: Representative, response: Response) -> PersonOut:
    response.headers["ETag"] = tag_of(row)
    return _shown(actor, row)


def _shown(actor: Actor, row: Representative) -> PersonOut:
    shown = PersonOut.model_validate(row)
    return shown if people.sees_contacts(actor) else shown.model_copy(update={"email": None, "phone": None})
