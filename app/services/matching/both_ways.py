"""Why the requests of an event suit a supplier: the supplier's side of the reasons, told when they are asked for."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Collection
from datetime import date
from threading import Lock
from typing import Any

from sqlalchemy.orm import Session

from app.core.crypto import content_hash
from app.core.errors import InvalidInputError
from app.db.models import Event
from app.services.access import Actor
from app.services.explanations import in_language, language
from app.services.matching.field import read_field
from app.services.matching.stored import words
from scoring import BuyerRanker

_CACHE_SIZE = 2
_cache: OrderedDict[str, BuyerRanker] = OrderedDict()
_lock = Lock()


def supplier_reasons(
    session: Session, actor: Actor, event: Event, organisation_id: Any, requests: Collection[str], *, lang: str = "en"
) -> dict[str, list[dict[str, Any]]]:
    """The terms that speak for some requests in a supplier's eyes, by the code of the request, as things are now."""
    actor.must_act_for(organisation_id)
    try:
        field = read_field(session, event)
    except InvalidInputError:  # nobody supplies, or nobody asks
        return {}
    own = next((code for code, one in field.suppliers.items() if one.organisation.id == organisation_id), None)
    record = next((record for record in field.records if record["id"] == own), None)
    records = [demand.record for demand in field.demands]
    shown = [record["id"] for record in records if record["id"] in set(requests)]
    if record is None or not shown:
        return {}
    as_of = event.as_of or date.today()  # noqa: DTZ011 - validity is a matter of days
    told = _fitted(str(event.id), records, as_of).explain_many(record, shown, lang=language(lang))
    tongue = language(lang)
    return {code: in_language(words({tongue: why}), tongue)["terms"] for code, why in zip(shown, told, strict=True)}


def _fitted(event: str, records: list[dict[str, Any]], as_of: date) -> BuyerRanker:
    key = content_hash(event, json.dumps([str(as_of), records], sort_keys=True, default=str))
    with _lock:
        if key in _cache:
            _cache.move_to_end(key)
            return _cache[key]
    made = BuyerRanker(as_of=as_of).fit(records)
    with _lock:
        _cache[key] = made
        while len(_cache) > _CACHE_SIZE:
            _cache.popitem(last=False)
    return made
