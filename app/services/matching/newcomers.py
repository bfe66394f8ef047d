"""Somebody who came on the day, scored against everybody who is there, in both directions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import numpy as np
from sqlalchemy.orm import Session

from app.core.errors import InvalidInputError
from app.db.models import Event, Participation
from app.services.matching.field import Field, read_field
from app.services.matching.fitting import fitted
from app.services.matching.lessons import lesson_for
from scoring import BuyerRanker, combine_mutual

#: partners that are proposed for a newcomer
MOST = 50


@dataclass(frozen=True)
class Partner:
    """A pair of participations, what both sides think of it together, and the request it is about."""

    seeker_id: UUID
    provider_id: UUID
    request_id: UUID
    value: float


def partners_of(session: Session, event: Event, newcomer: Participation) -> list[Partner]:
    """The best partners of a newcomer who passes the gates of the requests; one entry a pair, the best first."""
    try:
        field = read_field(session, event)
    except InvalidInputError:  # nobody to supply, or nobody to ask
        return []
    found: dict[tuple[UUID, UUID], Partner] = {}
    for one in sorted(_scored(session, event, field, newcomer), key=lambda p: (-p.value, p.request_id, p.provider_id)):
        low, high = sorted((one.seeker_id, one.provider_id))
        if one.value > 0 and low != high:
            found.setdefault((low, high), one)
    return list(found.values())[:MOST]


def _scored(session: Session, event: Event, field: Field, newcomer: Participation) -> Iterator[Partner]:
    as_of = event.as_of or date.today()  # noqa: DTZ011 - validity is a matter of days
    ranker = fitted(field.records, as_of, lesson_for(session, event))
    column = {code: number for number, code in enumerate(ranker.ids_)}
    demands = {demand.record["id"]: demand for demand in field.demands}
    own = next((code for code, one in field.suppliers.items() if one.participation.id == newcomer.id), None)
    back = BuyerRanker(as_of=as_of).fit([demand.record for demand in field.demands])
    if own is not None:  # which requests it suits, and what they think of it
        record = next(record for record in field.records if record["id"] == own)
        suits = back.rank([record], k=min(MOST, len(demands)))
        for code, liked in zip(suits.ids[0], suits.scores[0], strict=True):
            if code is not None:
                demand = demands[code]
                score = float(ranker.scores([demand.record])[0, column[own]])
                yield Partner(
                    demand.seeker.participation.id, newcomer.id, demand.request.id, _both(score, float(liked))
                )
    row = {code: number for number, code in enumerate(back.ids_)}
    for code, demand in demands.items():
        if demand.seeker.participation.id != newcomer.id:
            continue
        listed = ranker.rank([demand.record], k=min(MOST, len(field.records)))
        codes = [name for name in listed.ids[0] if name is not None]
        records = {record["id"]: record for record in field.records}
        if not codes:
            continue
        thinks = back.scores([records[name] for name in codes])[:, row[code]]
        for name, score, liked in zip(codes, listed.scores[0], thinks, strict=False):
            value = _both(float(score), float(liked))
            yield Partner(newcomer.id, field.suppliers[name].participation.id, demand.request.id, value)


def _both(forward: float, backward: float) -> float:
    value = float(combine_mutual(np.array([forward]), np.array([backward]))[0])
    return 0.0 if np.isnan(value) else round(value, 1)
