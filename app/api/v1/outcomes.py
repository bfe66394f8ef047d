"""What came of meetings, and the offers for a request side by side."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Depends, Response

from app.api import idempotency
from app.api.bodies import JsonBody
from app.api.deps import Caller, Cursor, EventName, Limit, Reading, Writing
from app.api.etag import IfMatch, must_match, tag_of
from app.api.schemas.outcomes import BothSides, OfferOut, Offers, OutcomeIn, OutcomeList, OutcomeOut, QuotationOut
from app.core.errors import ChangedMeanwhileError
from app.db.models import Event, Organisation, Outcome, Quotation
from app.services import lookups, outcomes
from app.services.events import find_event

router = idempotency.router("outcomes")

_EXAMPLE = {
    "rating": 5,
    "sample_requested": True,
    "intended_value": 120000,
    "currency": "EUR",
    "next_step": "quotation",
    "next_step_on": "2025-10-01",
    "reportable": True,
    "quotations": [
        {"quantity": 5000, "unit_price": 3.2, "currency": "EUR", "incoterm": "FOB", "place": "Ningbo"},
        {"quantity": 20000, "unit_price": 2.7, "currency": "EUR", "incoterm": "FOB", "place": "Ningbo"},
    ],
}
_TAGGED = {"headers": {"ETag": {"description": "names this state", "schema": {"type": "string"}}}}


@router.put(
    "/meetings/{meeting_id}/outcome",
    summary="Say what came of a meeting",
    response_model=OutcomeOut,
    responses={200: _TAGGED, 409: {}, 412: {}},
)
def put(
    meeting_id: UUID,
    actor: Caller,
    body: Annotated[OutcomeIn, Depends(JsonBody(OutcomeIn, example=_EXAMPLE))],
    session: Writing,
    response: Response,
    if_match: IfMatch = None,
) -> Any:
    """One's own side of it, in place of what was said before. 409 before the meeting can have come to anything."""
    met = outcomes.met(session, actor, meeting_id)
    shape = body.outcome()
    side, before = outcomes.give(session, actor, met, shape, body.organisation)
    if before is not None:
        must_match(if_match, before, needed=False)
    elif if_match is not None:
        raise ChangedMeanwhileError("Nothing has been said of this meeting yet; leave If-Match out.")
    row = outcomes.save(session, actor, met, side, before, shape)
    response.headers["ETag"] = tag_of(row)
    return _outcome(row, met.event, side.organisation, outcomes.quotations_of(session, [row.id]).get(row.id, []))


@router.get("/meetings/{meeting_id}/outcomes", summary="What came of a meeting", response_model=BothSides)
def read(meeting_id: UUID, actor: Caller, session: Reading) -> Any:
    """Both sides: one's own in full; of the other only a supplier's quotations. The organiser's staff sees all."""
    met = outcomes.met(session, actor, meeting_id)
    zone = ZoneInfo(met.event.zone)
    return {
        "items": [
            {
                "organisation": told.side.organisation,
                "given": told.given,
                "details": _details(told.row, zone) if told.row else None,
                "quotations": told.quotations,
            }
            for told in outcomes.both_sides(session, actor, met)
        ]
    }


@router.get("/events/{event_id}/outcomes", summary="All outcomes of an event", response_model=OutcomeList)
def read_all(event_id: EventName, actor: Caller, session: Reading, cursor: Cursor = None, limit: Limit = 50) -> Any:
    """What both sides of all meetings said, the oldest first."""
    event = find_event(session, actor, event_id)
    page = outcomes.outcomes_of(session, actor, event, cursor=cursor, limit=limit)
    who = outcomes.organisations_of(session, [row.participation_id for row in page.items])
    offers = outcomes.quotations_of(session, [row.id for row in page.items])
    items = [_outcome(row, event, who[row.participation_id], offers.get(row.id, [])) for row in page.items]
    return {"items": items, "next": page.next}


@router.get(
    "/sourcing-requests/{request_id}/quotations", summary="Offers for a request, side by side", response_model=Offers
)
def compare(request_id: UUID, actor: Caller, session: Reading) -> Any:
    """Every price for every volume that suppliers named in meetings about this request."""
    request = lookups.request(session, actor, request_id)
    return {
        "items": [
            OfferOut(
                **QuotationOut.model_validate(offer.quotation).model_dump(),
                supplier=offer.supplier,
                meeting_id=offer.meeting_id,
                told_by=offer.told_by,
                total=float(round(offer.quotation.quantity * offer.quotation.unit_price, 2)),
            )
            for offer in outcomes.offers_for(session, request)
        ]
    }


def _details(row: Outcome, zone: ZoneInfo) -> dict[str, Any]:
    names = (
        "rating", "sample_requested", "intended_value", "order_value", "currency", "next_step", "next_step_on",
        "comment", "reportable",
    )  # fmt: skip
    return {name: getattr(row, name) for name in names} | {"created_at": row.created_at.astimezone(zone)}


def _outcome(row: Outcome, event: Event, organisation: Organisation, offers: list[Quotation]) -> dict[str, Any]:
    return {
        "id": row.id,
        "meeting_id": row.meeting_id,
        "organisation": organisation,
        "quotations": offers,
        **_details(row, ZoneInfo(event.zone)),
    }
