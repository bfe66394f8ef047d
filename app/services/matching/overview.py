"""The last match run as an organiser looks through it: requests with their best suppliers, suppliers with their best
requests; a page at a time, with a few queries whatever the number."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from app.db.models import Event, Match, MatchRun, Organisation, Participation, RequestRevision, SourcingRequest
from app.domain.resolving import coded
from app.domain.vocabulary import vocabulary
from app.services.matching.suppliers_side import title_of
from app.services.profiles import latest_requests

#: how many of the other side are shown with each
BEST = 3
#: places of a list that buyers look at
SEEN = 10
#: from this probability on a request has found a good supplier
GOOD = 0.5


@dataclass(frozen=True)
class Other:
    """One of the best of the other side; `request_id` and `title` where the other side is a request."""

    organisation: Organisation
    rank: int
    score: float
    request_id: UUID
    title: str = ""


@dataclass(frozen=True)
class RequestRow:
    """A request with its best suppliers; `probability` is that of the best, None where nobody is listed; `ranked` says
    whether the run knew the request at all."""

    id: UUID
    code: str
    title: str
    products: tuple[str, ...]
    buyer: Organisation
    listed: int
    probability: float | None
    best: tuple[Other, ...]
    ranked: bool


@dataclass(frozen=True)
class SupplierRow:
    """A supplier with the requests it likes best; `seen` counts the requests that list it among their first."""

    organisation: Organisation
    seen: int
    best: tuple[Other, ...]


@dataclass(frozen=True)
class Part:
    """Some rows of many: `total` is how many there are, `following` where the next begin, if any."""

    rows: tuple[Any, ...]
    total: int
    following: int | None


def recent_runs(session: Session, event: Event, limit: int = 10) -> list[MatchRun]:
    """The match runs of an event, the newest first."""
    return list(
        session.scalars(select(MatchRun).where(MatchRun.event_id == event.id).order_by(MatchRun.id.desc()).limit(limit))
    )


def unserved(session: Session, event: Event, run: MatchRun) -> set[UUID]:
    """The requests in force that found no supplier with a fair chance; those that came after the run are none."""
    best = _standing(session, run)
    return {
        request.id
        for request, _ in latest_requests(session, event.id)
        if run.has_read(request.id) and not _good(best.get(request.id))
    }


def unranked(session: Session, event: Event, run: MatchRun) -> int:
    """How many requests in force came after the run."""
    return sum(not run.has_read(request.id) for request, _ in latest_requests(session, event.id))


def ranked_requests(
    session: Session, event: Event, run: MatchRun, *, search: str = "", unmet: bool = False, begin: int = 0,
    limit: int = 25, lang: str = "en",
) -> Part:  # fmt: skip
    """Requests by buyer, `limit` from `begin` on; `search` looks into buyers, titles, codes and products."""
    buyers = {
        row.id: row
        for row in session.scalars(
            select(Organisation)
            .join(SourcingRequest, SourcingRequest.organisation_id == Organisation.id)
            .where(SourcingRequest.event_id == event.id)
        )
    }
    standing = _standing(session, run)
    chosen = []
    for request, revision in latest_requests(session, event.id):
        buyer, products = buyers[request.organisation_id], products_of(revision, lang)
        where = (buyer.name, buyer.name_local or "", request.code, title_of(revision.document), *products)
        is_unmet = run.has_read(request.id) and not _good(standing.get(request.id))
        if (not unmet or is_unmet) and search.casefold() in "\n".join(where).casefold():
            chosen.append((request, revision, buyer, products))
    chosen.sort(key=lambda one: (one[2].name.casefold(), one[0].code))
    shown = chosen[begin : begin + limit]
    best = _best(session, run, Match.request_id.in_([one[0].id for one in shown]), forward=True)
    rows = tuple(
        RequestRow(
            request.id, request.code, title_of(revision.document), products, buyer,
            *standing.get(request.id, (0, None)), tuple(best[request.id]), run.has_read(request.id),
        )
        for request, revision, buyer, products in shown
    )  # fmt: skip
    return _part(rows, len(chosen), begin, limit)


def ranked_suppliers(
    session: Session, event: Event, run: MatchRun, *, search: str = "", begin: int = 0, limit: int = 25
) -> Part:
    """Suppliers by name, each with the requests that its own side ranks first."""
    wanted = [Participation.event_id == event.id, Participation.supplies, Participation.withdrawn_at.is_(None)]
    if search:
        named = (Organisation.name, Organisation.name_local, Organisation.code)
        wanted.append(or_(*(column.icontains(search, autoescape=True) for column in named)))
    asked = (
        select(Participation.id, Organisation)
        .join(Organisation, Organisation.id == Participation.organisation_id)
        .where(*wanted)
        .order_by(Organisation.name, Organisation.id)
    )
    total = session.scalar(select(func.count()).select_from(asked.subquery())) or 0
    found = session.execute(asked.offset(begin).limit(limit)).all()
    parts = [row[0] for row in found]
    best = _best(session, run, Match.provider_id.in_(parts), forward=False)
    seen = session.execute(
        select(Match.provider_id, func.count())
        .where(Match.run_id == run.id, Match.provider_id.in_(parts), Match.rank <= SEEN)
        .group_by(Match.provider_id)
    )
    counts = {row[0]: row[1] for row in seen}
    rows = tuple(SupplierRow(owner, counts.get(part, 0), tuple(best[part])) for part, owner in found)
    return _part(rows, total, begin, limit)


def products_of(revision: RequestRevision, lang: str) -> tuple[str, ...]:
    """The products a request asks for, in the reader's language where the vocabulary knows them."""
    known = vocabulary("products")
    said = coded(revision.document, revision.resolved).get("products", [])
    return tuple(known.label(code, lang) if code in known.terms else str(code) for code in dict.fromkeys(said))


def _part(rows: tuple[Any, ...], total: int, begin: int, limit: int) -> Part:
    return Part(rows, total, begin + limit if begin + limit < total else None)


def _good(standing: tuple[int, float | None] | None) -> bool:
    return standing is not None and (standing[1] or 0.0) >= GOOD


def _standing(session: Session, run: MatchRun) -> dict[UUID, tuple[int, float | None]]:
    """By request: how many suppliers are listed, and the best probability among them."""
    rows = session.execute(
        select(Match.request_id, func.count(), func.max(Match.probability))
        .join(Participation, Participation.id == Match.provider_id)
        .where(Match.run_id == run.id, Match.rank.is_not(None), Participation.withdrawn_at.is_(None))
        .group_by(Match.request_id)
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def _best(
    session: Session, run: MatchRun, which: ColumnElement[bool], *, forward: bool
) -> defaultdict[UUID, list[Other]]:
    """The first of each list: suppliers by request, or (backward) requests by supplier's participation."""
    key: Any = Match.request_id if forward else Match.provider_id
    place: Any = Match.rank if forward else Match.backward_rank
    score: Any = Match.score if forward else Match.backward
    rows = session.execute(
        select(key, place, score, Organisation, Match.request_id, RequestRevision.document)
        .join(Participation, Participation.id == (Match.provider_id if forward else Match.seeker_id))
        .join(Organisation, Organisation.id == Participation.organisation_id)
        .join(SourcingRequest, SourcingRequest.id == Match.request_id)
        .join(RequestRevision, RequestRevision.id == Match.revision_id)
        # a few more than are shown, in place of those that have withdrawn since
        .where(Match.run_id == run.id, which, Match.rank.is_not(None), place <= 3 * BEST)
        .where(Participation.withdrawn_at.is_(None), SourcingRequest.withdrawn.is_(False))
        .order_by(place, Match.id)
    )
    found: defaultdict[UUID, list[Other]] = defaultdict(list)
    for own, _, points, organisation, request_id, document in rows:
        if len(found[own]) < BEST:
            found[own].append(Other(organisation, len(found[own]) + 1, points, request_id, title_of(document)))
    return found
