"""Rank an event's suppliers for a request that is not stored, now."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy.orm import Session

from app.core.crypto import content_hash
from app.core.errors import InvalidInputError
from app.db.models import BuyerProfile, Event
from app.db.queries.scoped import fetch
from app.domain.profiles import SourcingRequest
from app.domain.resolving import resolve
from app.services.access import Actor
from app.services.events import pairing_rules
from app.services.explanations import language
from app.services.matching.field import barred_by
from app.services.matching.known import blocked, history, known
from app.services.matching.lists import Heard, RankedList, item, left_out
from app.services.matching.naming import named
from app.services.matching.offer import Offer, offer_of
from app.services.matching.pairs import LEFT_OUT
from app.services.matching.stored import failure, words
from app.services.profiles import document_of, latest
from app.services.records import delegates, demand_record, excluded, inherited, unknown_exclusions
from scoring import SupplierRanker, combine_mutual


def rank_live(
    session: Session, actor: Actor, event_id: UUID, request: SourcingRequest, *, limit: int = 20, lang: str = "en"
) -> RankedList:
    """Rank suppliers for an unsaved request; a buyer's own profile fills in what the request leaves open.

    Raises
    ------
    InvalidInputError
        The event has no suppliers, or the request's unit is unknown.
    """
    event = fetch(session, Event, event_id, actor.tenant_id)
    as_of = event.as_of or date.today()  # noqa: DTZ011 - validity is a matter of days
    offer = offer_of(session, event, as_of)
    if offer.ranker is None:
        raise InvalidInputError(f"The event {event.code!r} has no suppliers yet.")
    document = document_of(request)
    resolved = resolve(document)
    record, no_news = _record(session, actor, event, offer, document, resolved.found)
    found = ranked_now(offer, offer.ranker, record, no_news, limit=limit, lang=language(lang))
    unknown = unknown_exclusions(document, list(offer.suppliers.values()))
    return replace(found, heard=Heard(resolved.unresolved, unknown, inherited(record, document)))


def ranked_now(
    offer: Offer,
    ranker: SupplierRanker,
    record: dict[str, Any],
    no_news: Set[str],
    *,
    limit: int,
    lang: str,
    answers: Sequence[tuple[str, str]] = (),
) -> RankedList:
    """Rank the suppliers of an offer for a request as the engine takes it.

    Parameters
    ----------
    no_news
        Suppliers whose exclusion goes without saying.
    answers
        (supplier, answer) of the one who asks; learned for this call alone, for the ranker is everybody's.
    """
    with offer.alone, _learning(ranker, str(record["id"]), answers):
        codes = [code for code in ranker.rank([record], k=min(limit, len(offer.records))).ids[0] if code]
        told = ranker.explain_many(record, codes, lang=lang) if codes else []
        back = ranker.backward(record, codes)
        failing = ranker.left_out(record, k=LEFT_OUT + len(no_news), lang=lang)
    mutual = combine_mutual(np.asarray([why.score for why in told]), back).tolist()
    items = []
    for place, (code, why) in enumerate(zip(codes, told, strict=True)):
        party = offer.suppliers[code].organisation
        who = named(party.id, party.name, party.name_local)
        explanation = words({lang: why})
        explanation["members"] = delegates(offer.suppliers[code], offer.capabilities, record)
        items.append(item(place + 1, who, why.score, why.probability, mutual[place], explanation, lang))
    out = []
    for failed in failing:
        if failed.supplier not in no_news:
            party = offer.suppliers[failed.supplier].organisation
            who = named(party.id, party.name, party.name_local)
            out.append(left_out(who, failed.score, failure({lang: failed}), lang))
    return RankedList(
        items,
        out[:LEFT_OUT],
        content_hash(json.dumps(record, sort_keys=True, default=str), offer.content, str(limit), lang),
    )


@contextmanager
def _learning(ranker: SupplierRanker, asker: str, answers: Sequence[tuple[str, str]]) -> Iterator[None]:
    if not answers:
        yield
        return
    ranker.learn([(asker, code, said, None) for code, said in answers])
    try:
        yield
    finally:
        ranker.forget(asker)


def _record(
    session: Session, actor: Actor, event: Event, offer: Offer, document: dict[str, Any], resolved: list[dict[str, Any]]
) -> tuple[dict[str, Any], set[str]]:
    """The request as the engine takes it, and the suppliers whose exclusion goes without saying."""
    suppliers = list(offer.suppliers.values())
    own = actor.organisation_id
    seeker = offer.people.get(own) if own else None
    if own is None or seeker is None:
        exclude, _ = excluded(document, None, suppliers, set())
        return demand_record("live", None, document, resolved, None, exclude), set()
    rules, past = pairing_rules(session, event.id), history(session, event)
    barred = barred_by(rules, seeker, suppliers) | blocked(seeker, suppliers, past)
    exclude, no_news = excluded(document, seeker, suppliers, barred)
    buyer = latest(session, BuyerProfile, [own]).get(own)
    record = demand_record("live", seeker, document, resolved, buyer, exclude)
    return record | known(seeker, suppliers, buyer, past), no_news
