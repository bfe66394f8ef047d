"""Rank an event's suppliers for a request that is not stored, now."""

from __future__ import annotations

import json
from collections import OrderedDict
from datetime import date
from threading import Lock
from uuid import UUID

import numpy as np
from sqlalchemy.orm import Session

from app.core.crypto import content_hash
from app.core.errors import InvalidInputError
from app.db.models import BuyerProfile, CapabilityProfile, Event
from app.db.queries.scoped import fetch
from app.domain.profiles import SourcingRequest
from app.domain.resolving import resolve
from app.services.access import Actor
from app.services.events import pairing_rules
from app.services.explanations import language
from app.services.matching.field import barred_by
from app.services.matching.known import blocked, history, known
from app.services.matching.lists import RankedList, item, left_out
from app.services.matching.pairs import LEFT_OUT
from app.services.matching.stored import failure, words
from app.services.participants import Participant, participants
from app.services.profiles import document_of, latest
from app.services.records import demand_record, excluded, supplier_record
from scoring import BuyerRanker, SupplierRanker, combine_mutual

_CACHE_SIZE = 8
_cache: OrderedDict[str, SupplierRanker] = OrderedDict()
_cache_lock = Lock()


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
    people = participants(session, event)
    suppliers = {p.organisation.code: p for p in people if p.participation.supplies}
    if not suppliers:
        raise InvalidInputError(f"The event {event.code!r} has no suppliers yet.")
    capabilities = latest(session, CapabilityProfile, [p.organisation.id for p in suppliers.values()])
    as_of = event.as_of or date.today()  # noqa: DTZ011 - validity is a matter of days
    ranker = _fitted(event, suppliers, capabilities, as_of)
    record, no_news = _record(session, actor, event, people, list(suppliers.values()), request)
    lang = language(lang)
    codes = [str(c) for c in ranker.rank([record], k=min(limit, len(suppliers))).ids[0] if c is not None]
    told = ranker.explain_many(record, codes, lang=lang) if codes else []
    mutual = _mutual(record, [why.score for why in told], codes, suppliers, capabilities, as_of)
    items = []
    for place, (code, why) in enumerate(zip(codes, told, strict=True)):
        party = suppliers[code].organisation
        explanation = words({lang: why})
        items.append(
            item(place + 1, party.id, party.name, why.score, why.probability, mutual[place], explanation, lang)
        )
    out = []
    for failed in ranker.left_out(record, k=LEFT_OUT + len(no_news), lang=lang):
        if failed.supplier not in no_news:
            party = suppliers[failed.supplier].organisation
            out.append(left_out(party.id, party.name, failed.score, failure({lang: failed}), lang))
    return RankedList(
        items,
        out[:LEFT_OUT],
        content_hash(json.dumps(record, sort_keys=True, default=str), ranker.model_hash(), str(limit), lang),
    )


def _record(
    session: Session,
    actor: Actor,
    event: Event,
    people: list[Participant],
    suppliers: list[Participant],
    request: SourcingRequest,
) -> tuple[dict[str, object], set[str]]:
    """The request as the engine takes it, and the suppliers whose exclusion goes without saying."""
    document = document_of(request)
    resolved = resolve(document).found
    seeker = next((p for p in people if p.organisation.id == actor.organisation_id), None)
    if seeker is None:
        exclude, _ = excluded(document, None, suppliers, set())
        return demand_record("live", None, document, resolved, None, exclude), set()
    rules, past = pairing_rules(session, event.id), history(session, event)
    barred = barred_by(rules, seeker, suppliers) | blocked(seeker, suppliers, past)
    exclude, no_news = excluded(document, seeker, suppliers, barred)
    buyer = latest(session, BuyerProfile, [seeker.organisation.id]).get(seeker.organisation.id)
    record = demand_record("live", seeker, document, resolved, buyer, exclude)
    return record | known(seeker, suppliers, buyer, past), no_news


def _mutual(
    record: dict[str, object],
    forward: list[float],
    codes: list[str],
    suppliers: dict[str, Participant],
    capabilities: dict[UUID, CapabilityProfile],
    as_of: date,
) -> list[float | None]:
    """What both sides think of each ranked pair together; None where the supplier's side rules it out."""
    if not codes:
        return []
    records = [supplier_record(suppliers[c], capabilities.get(suppliers[c].organisation.id)) for c in codes]
    back = BuyerRanker(as_of=as_of).fit([record]).rank(records, k=1).scores[:, 0]
    both = combine_mutual(np.array(forward), back)
    return [None if np.isnan(value) else float(value) for value in both]


def _fitted(
    event: Event, suppliers: dict[str, Participant], capabilities: dict[UUID, CapabilityProfile], as_of: date
) -> SupplierRanker:
    """The ranker of an event's suppliers as they stand; kept until one of them changes."""
    state = []
    for code, person in suppliers.items():
        profile = capabilities.get(person.organisation.id)
        revision = str(profile.id) if profile else ""
        state.append(f"{code} {person.organisation.name} {person.participation.kind} {person.languages} {revision}")
    key = content_hash(str(event.id), str(as_of), *state)
    with _cache_lock:
        if key in _cache:
            _cache.move_to_end(key)
            return _cache[key]
    records = [supplier_record(p, capabilities.get(p.organisation.id)) for p in suppliers.values()]
    ranker = SupplierRanker(as_of=as_of).fit(records)
    with _cache_lock:
        _cache[key] = ranker
        while len(_cache) > _CACHE_SIZE:
            _cache.popitem(last=False)
    return ranker
