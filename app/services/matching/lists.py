"""Read the last match run: ranked lists as the API shows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from app.core.crypto import content_hash
from app.core.errors import InvalidInputError, NotFoundError
from app.db.models import Event, Match, MatchRun, Organisation, Participation, Preference, SourcingRequest
from app.services.access import Actor
from app.services.explanations import in_language, language, said
from app.services.matching.naming import named
from app.services.matching.pairs import LEFT_OUT
from app.services.matching.plan import DEPTH
from app.services.profiles import latest_requests


@dataclass(frozen=True)
class Heard:
    """How a request was read: words that no list knows, exclusions that name no supplier, and fields that it leaves
    open and its buyer's profile fills in."""

    unresolved: list[str]
    unknown_exclude: list[str]
    from_profile: list[str]


@dataclass(frozen=True)
class RankedList:
    """Ranked suppliers, the best that failed a gate, the tag of this answer, and how a request given now was read."""

    items: list[dict[str, Any]]
    left_out: list[dict[str, Any]]
    etag: str
    heard: Heard | None = None


_RUN = (
    select(MatchRun.id)
    .where(MatchRun.event_id == SourcingRequest.event_id, MatchRun.state == "done")
    .order_by(MatchRun.finished_at.desc(), MatchRun.id.desc())
    .limit(1)
    .correlate(SourcingRequest)
    .scalar_subquery()
)
_ANSWERS = (
    select(func.count(Preference.id))
    .join(Participation, Participation.id == Preference.from_id)
    .where(Participation.event_id == SourcingRequest.event_id)
    .where(Participation.organisation_id == SourcingRequest.organisation_id)
    .correlate(SourcingRequest)
)
_ANSWERED = _ANSWERS.with_only_columns(func.max(Preference.at), maintain_column_froms=True).scalar_subquery()
#: made once: this is asked more often than anything else. Of the suppliers: the versions of their names, how many have
#: withdrawn and when the last of them did; whoever goes or comes back changes one of the latter two
_FIND = (
    select(
        SourcingRequest.organisation_id,
        _RUN,
        _ANSWERS.scalar_subquery(),
        _ANSWERED,
        func.sum(Organisation.version),
        func.count(Participation.withdrawn_at),
        func.max(Participation.withdrawn_at),
    )
    .select_from(SourcingRequest)
    .outerjoin(Match, (Match.run_id == _RUN) & (Match.request_id == SourcingRequest.id))
    .outerjoin(Participation, Participation.id == Match.provider_id)
    .outerjoin(Organisation, Organisation.id == Participation.organisation_id)
    .where(SourcingRequest.id == bindparam("request"), SourcingRequest.tenant_id == bindparam("tenant"))
    .group_by(SourcingRequest.id)
)


@dataclass(frozen=True)
class Stored:
    """Where the answer to a stored request is: the request, its event's last match run, and the tag of the answer."""

    request_id: UUID
    run_id: UUID
    limit: int
    lang: str
    tag: str
    #: whether the one who asks has answered to somebody, so that the list has moved since the run
    answered: bool


def stored(session: Session, actor: Actor, request_id: UUID, *, limit: int = 20, lang: str = "en") -> Stored:
    """Find the ranked list of a stored request without reading it; one query.

    Matches never change once they are written; names of suppliers, who has withdrawn, and answers of the buyer may. The
    tag holds them all.

    Raises
    ------
    NotFoundError
        There is no such request for this caller, or its event was not matched yet.
    """
    found = session.execute(_FIND, {"request": request_id, "tenant": actor.tenant_id}).one_or_none()
    if found is None or (not actor.is_staff and found[0] != actor.organisation_id):
        raise NotFoundError(f"There is no sourcing request {request_id}.")
    if found[1] is None:
        raise NotFoundError("This event has not been matched yet; the ranked list comes with its first match run.")
    lang = language(lang)
    tag = content_hash(str(found[1]), str(request_id), str(limit), lang, *map(str, found[2:]))
    return Stored(request_id, found[1], limit, lang, tag, found[2] > 0)


def read_stored(session: Session, at: Stored) -> RankedList:
    """The ranked list that `stored` found, without suppliers that have withdrawn since the run."""
    rows = (
        select(Match, Organisation.id, Organisation.name, Organisation.name_local)
        .join(Participation, Participation.id == Match.provider_id)
        .join(Organisation, Organisation.id == Participation.organisation_id)
        .where(Match.run_id == at.run_id, Match.request_id == at.request_id, Participation.withdrawn_at.is_(None))
    )
    ranked = session.execute(rows.where(Match.rank.is_not(None)).order_by(Match.rank).limit(at.limit))
    failed = session.execute(
        rows.where(Match.rank.is_(None)).order_by(Match.score.desc(), Match.provider_id).limit(LEFT_OUT)
    )
    return RankedList(
        [
            item(place, named(key, name, own), match.score, match.probability, match.mutual, match.explanation, at.lang)
            for place, (match, key, name, own) in enumerate(ranked, 1)
        ],
        [left_out(named(key, name, own), match.score, match.failed or {}, at.lang) for match, key, name, own in failed],
        at.tag,
    )


def ranked_list(session: Session, actor: Actor, request_id: UUID, *, limit: int = 20, lang: str = "en") -> RankedList:
    """The ranked suppliers of a stored request, from the last match run.

    Raises
    ------
    NotFoundError
        There is no such request for this caller, or its event was not matched yet.
    """
    return read_stored(session, stored(session, actor, request_id, limit=limit, lang=lang))


def ranked_lists(
    session: Session, actor: Actor, event: Event, *, request_code: str | None = None, limit: int = 5, lang: str = "en"
) -> list[dict[str, Any]]:
    """The ranked lists of all requests of an event, or of one, by buyer."""
    chosen = [
        (request, revision)
        for request, revision in latest_requests(session, event.id)
        if request_code in (None, request.code)
    ]
    if request_code is not None and not chosen:
        raise NotFoundError(f"The event {event.code!r} has no sourcing request {request_code!r}.")
    out = []
    for request, revision in chosen:
        buyer = session.get_one(Organisation, request.organisation_id)
        found = ranked_list(session, actor, request.id, limit=limit, lang=lang)
        title = revision.document.get("title") or ", ".join(revision.document.get("products", []))
        out.append(
            {
                "buyer": named(buyer.id, buyer.name, buyer.name_local),
                "request": {"id": str(request.id), "code": request.code, "title": title},
                "items": found.items,
                "left_out": found.left_out,
            }
        )
    return sorted(out, key=lambda one: (one["buyer"]["name"], one["request"]["code"]))


def best_of_buyers(lists: list[dict[str, Any]], limit: int) -> list[dict[str, Any]]:
    """For each buyer the best suppliers over all its requests, each for the request it fits best.

    What is left out likewise: the best-scored suppliers that failed a gate of a request, each once.
    """
    buyers: dict[str, dict[str, Any]] = {}
    for one in lists:
        buyer = buyers.setdefault(one["buyer"]["id"], {"buyer": one["buyer"], "items": [], "left_out": []})
        buyer["items"] += [entry | {"request": one["request"]} for entry in one["items"]]
        buyer["left_out"] += [entry | {"request": one["request"]} for entry in one["left_out"]]
    for buyer in buyers.values():
        buyer["items"] = _once_each(buyer["items"])[:limit]
        buyer["left_out"] = _once_each(buyer["left_out"])[:LEFT_OUT]
        for place, entry in enumerate(buyer["items"], 1):
            entry["rank"] = place
    return list(buyers.values())


def _once_each(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The best entry of each supplier, best first."""
    best: dict[str, dict[str, Any]] = {}
    for entry in sorted(entries, key=lambda e: (-e["score"], e["request"]["code"])):
        best.setdefault(entry["supplier"]["id"], entry)
    return list(best.values())


def explain_pair(
    session: Session, actor: Actor, event: Event, request_code: str, supplier_id: UUID, *, lang: str = "en"
) -> dict[str, Any]:
    """One pair of the last match run with all its terms, gates, unknowns and lifts."""
    found = ranked_lists(session, actor, event, request_code=request_code, limit=DEPTH, lang=lang)[0]
    for one in found["items"]:
        if one["supplier"]["id"] == str(supplier_id):
            return dict(one)
    for out in found["left_out"]:
        if out["supplier"]["id"] == str(supplier_id):
            raise InvalidInputError(
                f"{out['supplier']['name']} was left out of {request_code}: the gate {out['gate']} failed "
                f"(wanted {out['wanted']}, found {out['found']})."
            )
    raise NotFoundError(f"The last match run did not keep this supplier for {request_code}.")


def item(
    rank: int,
    supplier: dict[str, Any],
    score: float,
    probability: float | None,
    mutual: float | None,
    explanation: dict[str, Any],
    lang: str,
) -> dict[str, Any]:
    """One ranked supplier, as `named`, with what the lists say of it."""
    return {
        "rank": rank,
        "supplier": supplier,
        "score": score,
        "probability": probability,
        "mutual": mutual,
        **in_language(explanation, lang),
    }


def left_out(supplier: dict[str, Any], score: float, failed: dict[str, Any], lang: str) -> dict[str, Any]:
    """One supplier that failed a gate: the score it would have had, and what it failed."""
    return {
        "supplier": supplier,
        "score": score,
        "gate": failed["gate"],
        "found": said(failed["found"], lang),
        "wanted": said(failed["wanted"], lang),
    }
