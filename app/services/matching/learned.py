"""A stored request's list once its buyer has answered to suppliers: ranked anew with what the answers say.

The match run stays as it is. What is shown is what the run would say now: suppliers and request as they stand, and the
behaviour term learned from the buyer's answers. The model is the one of live requests.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.models import (
    BuyerProfile,
    Event,
    MatchRun,
    Organisation,
    Participation,
    Preference,
    RequestRevision,
    SourcingRequest,
)
from app.services.events import pairing_rules
from app.services.matching.field import barred_by
from app.services.matching.known import blocked, history, known
from app.services.matching.lists import RankedList, Stored, read_stored
from app.services.matching.live import ranked_now
from app.services.matching.offer import offer_of
from app.services.profiles import latest
from app.services.records import demand_record, excluded


def read_learned(session: Session, at: Stored) -> RankedList:
    """The list that `stored` found, moved by the answers of the buyer; those it blocked are not in it."""
    request = session.get_one(SourcingRequest, at.request_id)
    event, run = session.get_one(Event, request.event_id), session.get_one(MatchRun, at.run_id)
    offer = offer_of(session, event, run.as_of)
    seeker = offer.people.get(request.organisation_id)
    if offer.ranker is None or seeker is None:  # nobody is there any more: the run is all that is known
        return read_stored(session, at)
    revision = session.scalars(
        select(RequestRevision)
        .where(RequestRevision.request_id == request.id)
        .order_by(RequestRevision.revision.desc())
        .limit(1)
    ).one()
    suppliers = list(offer.suppliers.values())
    rules, past = pairing_rules(session, event.id), history(session, event)
    answers = _answers(session, seeker.participation.id)
    refused = {one.participation.id for one in suppliers if answers.get(one.organisation.code) == "blocked"}
    barred = barred_by(rules, seeker, suppliers) | blocked(seeker, suppliers, past) | refused
    exclude, no_news = excluded(revision.document, seeker, suppliers, barred)
    buyer = latest(session, BuyerProfile, [request.organisation_id]).get(request.organisation_id)
    told = sorted((code, said) for code, said in answers.items() if code in offer.suppliers)
    record = demand_record("live", seeker, revision.document, revision.resolved, buyer, exclude)
    record |= known(seeker, suppliers, buyer, past)
    found = ranked_now(offer, offer.ranker, record, no_news, limit=at.limit, lang=at.lang, answers=told)
    return RankedList(found.items, found.left_out, at.tag)


def _answers(session: Session, participation_id: UUID) -> dict[str, str]:
    """What a participant answered, by the code of the organisation it is about."""
    rows = session.execute(
        select(Organisation.code, Preference.answer)
        .join(Participation, Participation.organisation_id == Organisation.id)
        .join(Preference, Preference.to_id == Participation.id)
        .where(Preference.from_id == participation_id)
    )
    return {row[0]: row[1] for row in rows}
