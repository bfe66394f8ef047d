"""The last match run as a supplier sees it: the requests that fit it, and the pairs of a run one by one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.errors import NotFoundError
from app.core.paging import Page
from app.db.models import Event, Match, MatchRun, Organisation, Participation, RequestRevision, SourcingRequest
from app.db.queries.scoped import fetch, page
from app.services.access import Actor
from app.services.explanations import in_language, language
from app.services.problems import last_match_run


def requests_for(
    session: Session, actor: Actor, event: Event, organisation_id: UUID, *, limit: int = 20, lang: str = "en"
) -> list[dict[str, Any]]:
    """The requests of an event that fit a supplier, those first that the supplier's side ranks first; two queries.

    Each with what speaks for the supplier in the buyer's eyes, so that both sides' reasons are seen.

    Raises
    ------
    NotFoundError
        There is no such supplier for this caller, or the event was not matched yet.
    """
    actor.must_act_for(organisation_id)
    run = last_match_run(session, event.id)
    part = session.scalar(
        select(func.coalesce(Participation.delegation_id, Participation.id)).where(
            Participation.event_id == event.id,
            Participation.organisation_id == organisation_id,
            Participation.tenant_id == actor.tenant_id,
            Participation.supplies,
        )
    )
    if part is None:
        raise NotFoundError(f"There is no supplier {organisation_id} at this event.")
    if run is None:
        raise NotFoundError("This event has not been matched yet; requests are ranked with its first match run.")
    rows = session.execute(
        select(Match, SourcingRequest, RequestRevision.document, Organisation)
        .join(SourcingRequest, SourcingRequest.id == Match.request_id)
        .join(RequestRevision, RequestRevision.id == Match.revision_id)
        .join(Organisation, Organisation.id == SourcingRequest.organisation_id)
        .where(Match.run_id == run.id, Match.provider_id == part, Match.rank.is_not(None))
        .where(SourcingRequest.withdrawn.is_(False))
        .order_by(Match.backward_rank.is_(None), Match.backward_rank, Match.score.desc(), Match.request_id)
        .limit(limit)
    )
    tongue = language(lang)
    return [
        {
            "rank": place,
            "request": {"id": request.id, "code": request.code, "title": title_of(document)},
            "buyer": {"id": buyer.id, "name": buyer.name, "name_local": buyer.name_local},
            "score": match.backward,
            "mutual": match.mutual,
            "their_rank": match.rank,
            "their_score": match.score,
            **{part: in_language(match.explanation, tongue)[part] for part in ("terms", "gates", "unknown", "lifts")},
        }
        for place, (match, request, document, buyer) in enumerate(rows, 1)
    ]


def title_of(document: dict[str, Any]) -> str:
    """What a request is called: its title, or what it wants."""
    return str(document.get("title") or ", ".join(document.get("products", [])))


def matches_of(
    session: Session,
    actor: Actor,
    run_id: UUID,
    *,
    request_id: UUID | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Match]:
    """The pairs that a match run kept, of one request if given."""
    run = fetch(session, MatchRun, run_id, actor.tenant_id)
    asked = select(Match).where(Match.run_id == run.id)
    if request_id is not None:
        asked = asked.where(Match.request_id == request_id)
    return page(session, asked, Match, cursor=cursor, limit=limit)
