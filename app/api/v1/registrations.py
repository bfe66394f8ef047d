"""Applications to take part in an event: by anybody, and decided by the organiser."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from sqlalchemy.orm import Session

from app.api import idempotency
from app.api.bodies import JsonBody
from app.api.deps import CODE, Caller, Cursor, EventName, Limit, OpenWriting, Reading, Writing
from app.api.etag import TAGGED, IfMatch, must_match, tag_of
from app.api.schemas.registrations import OpenEventOut, ReceivedOut, RegistrationItem, RegistrationList, RegistrationOut
from app.api.v1.editions import agenda_item
from app.core.clock import utc_now
from app.db.models import Registration
from app.domain.participants import KINDS
from app.domain.phases import phase_of, shut
from app.domain.registrations import ApprovalIn, RefusalIn, RegistrationForm, form_of
from app.services import lookups, registrations
from app.services.access import Actor
from app.services.admission import likely
from app.services.agenda import agenda_of
from app.services.events import find_event

router = idempotency.router("registrations")
open_router = APIRouter(tags=["registrations"])

Slug = Annotated[str, Path(pattern=CODE, description="the organiser's short name", examples=["demo"])]
Code = Annotated[str, Path(pattern=CODE, description="the event's code", examples=["paris-2025"])]
_FORM = {
    "organisation": {"name": "Maison Élan", "kind": "brand-owner", "country": "FR", "city": "Lyon"},
    "person": {"name": "Jeanne Martin", "email": "jeanne@example.com", "languages": ["fr", "en"]},
    "buys": True,
    "request": {"title": "Organic T-shirts", "products": ["knitted T-shirts"], "quantity": 5000},
    "language": "fr",
}
_BUSY: dict[int | str, dict[str, Any]] = {503: {}}
_DECIDED: dict[int | str, dict[str, Any]] = {200: TAGGED, 409: {}}


@open_router.get(
    "/open/{tenant_slug}/{event_code}", summary="An event's public page", response_model=OpenEventOut, responses=_BUSY
)
def open_page(tenant_slug: Slug, event_code: Code, session: Reading) -> Any:
    """What anybody may know of an event that one can register for: when, where, by whom, and what the form takes."""
    tenant, event = registrations.open_event(session, tenant_slug, event_code)
    edition = lookups.edition(session, event, ())
    closed = shut(edition.phases, ["registration"], utc_now())
    zone = ZoneInfo(event.zone)
    plain = ("code", "name", "name_local", "form", "zone", "language", "place", "starts_on", "ends_on")
    return {
        **{name: getattr(event, name) for name in plain},
        "organiser": tenant.name,
        "bodies": edition.bodies,
        "phases": [
            {"name": p.name, "starts_at": p.starts_at.astimezone(zone), "ends_at": p.ends_at.astimezone(zone)}
            for p in edition.phases
        ],
        "phase": phase_of(edition.phases, utc_now()),
        "registration": "open" if closed is None else "later" if closed[1] else "over",
        "agenda": [agenda_item(row, event) for row in agenda_of(session, event)],
        "consents": registrations.wordings(session, tenant.id),
        "kinds": list(KINDS),
    }


@open_router.post(
    "/open/{tenant_slug}/{event_code}/registrations",
    summary="Apply to take part",
    status_code=202,
    response_model=ReceivedOut,
    responses={409: {}, **_BUSY},
)
def apply(
    tenant_slug: Slug,
    event_code: Code,
    form: Annotated[RegistrationForm, Depends(JsonBody(RegistrationForm, example=_FORM))],
    session: OpenWriting,
) -> Any:
    """Fill in the form of an event, in its registration phase. All get the same answer; a letter follows."""
    tenant, event = registrations.open_event(session, tenant_slug, event_code)
    registrations.apply(session, tenant, event, form)
    return {"received": True}


@router.get("/events/{event_id}/registrations", summary="List applications", response_model=RegistrationList)
def list_all(
    event_id: EventName,
    actor: Caller,
    session: Reading,
    state: Annotated[
        Literal["pending", "approved", "refused", "withdrawn"] | None, Query(description="only those in this state")
    ] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Any:
    """Applications to take part in an event, the oldest first."""
    event = find_event(session, actor, event_id)
    page = registrations.list_registrations(session, actor, event, state=state, cursor=cursor, limit=limit)
    return {"items": [_item(row) for row in page.items], "next": page.next}


@router.get(
    "/registrations/{registration_id}",
    summary="Read an application",
    response_model=RegistrationOut,
    responses={200: TAGGED},
)
def read(registration_id: UUID, actor: Caller, session: Reading, response: Response) -> Any:
    """An application with its form, and the organisations here that may be the applicant already."""
    return _told(session, actor, registrations.find_registration(session, actor, registration_id), response)


@router.post(
    "/registrations/{registration_id}/approve",
    summary="Approve an application",
    response_model=RegistrationOut,
    responses=_DECIDED,
)
def approve(
    registration_id: UUID,
    actor: Caller,
    shape: Annotated[ApprovalIn, Depends(JsonBody(ApprovalIn, optional=True, example={"new": True}))],
    session: Writing,
    request: Request,
    response: Response,
    if_match: IfMatch = None,
) -> Any:
    """Make the applicant a participant: organisation, part, person, consents, profile and first request; by letter.

    Where the organisation may be one that is known already, say which (`organisation_id`) or that it is none (`new`).
    """
    must_match(if_match, registrations.find_registration(session, actor, registration_id), needed=False)
    row = registrations.approve(session, actor, registration_id, shape, request.app.state.settings)
    return _told(session, actor, row, response)


@router.post(
    "/registrations/{registration_id}/refuse",
    summary="Refuse an application",
    response_model=RegistrationOut,
    responses=_DECIDED,
)
def refuse(
    registration_id: UUID,
    actor: Caller,
    body: Annotated[RefusalIn, Depends(JsonBody(RefusalIn, example={"reason": "All places are taken."}))],
    session: Writing,
    response: Response,
    if_match: IfMatch = None,
) -> Any:
    """Turn an application down; the reason goes into the letter."""
    must_match(if_match, registrations.find_registration(session, actor, registration_id), needed=False)
    return _told(session, actor, registrations.refuse(session, actor, registration_id, body.reason), response)


def _item(row: Registration) -> dict[str, Any]:
    kept = [name for name in RegistrationItem.model_fields if hasattr(row, name)]
    return {name: getattr(row, name) for name in kept} | {
        "organisation": row.form["organisation"]["name"],
        "person": row.form["person"]["name"],
        "supplies": row.form.get("supplies", False),
        "buys": row.form.get("buys", False),
    }


def _told(session: Session, actor: Actor, row: Registration, response: Response) -> dict[str, Any]:
    response.headers["ETag"] = tag_of(row)
    form = form_of(row.form)
    known = likely(session, actor.tenant_id, form) if row.state == "pending" else []
    return _item(row) | {
        "form": row.form,
        "likely": [{"id": o.organisation.id, "name": o.organisation.name, "because": o.because} for o in known],
    }
