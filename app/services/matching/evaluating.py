"""How good a match run was, by what is known by now: wishes, meetings held, or a file of judgements."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import InvalidInputError, NotFoundError
from app.db.models import Event, Match, MatchRun, Meeting, Organisation, Participation, Preference, SourcingRequest
from app.io.judgements import Judgement
from app.services.access import Actor
from app.services.problems import current_schedule, last_match_run
from scoring.evaluation import Listed, evaluate

#: what a wish is worth; neutral says nothing
GAINS = {"must_meet": 2.0, "want": 1.0, "no_thanks": 0.0, "blocked": 0.0}
Pair = tuple[str, str]


@dataclass
class _Known:
    """Gains of pairs (asker, supplier) and of both sides together, and where they come from."""

    judged: dict[Pair, float] = field(default_factory=dict)
    mutual: dict[Pair, float] = field(default_factory=dict)
    sources: dict[str, int] = field(default_factory=dict)


def evaluate_run(
    session: Session,
    actor: Actor,
    event: Event,
    *,
    run_id: UUID | None = None,
    judgements: Sequence[Judgement] | None = None,
    k: int = 10,
) -> dict[str, Any]:
    """Judge the lists of a match run.

    Parameters
    ----------
    run_id
        The newest finished run by default.
    judgements
        Judge the lists of requests by these. Without them the lists of buyers (each supplier at its best request) are
        judged by wishes of both sides and by meetings of the current schedule that were held.
    k
        Places of a list that count.

    Raises
    ------
    NotFoundError
        There is no such finished run.
    InvalidInputError
        Nothing is known of any listed pair.
    """
    actor.must_be_staff()
    run = _run(session, event, run_id)
    if judgements is None:
        lists, known = _lists(session, run, of_requests=False), _from_database(session, event)
    else:
        lists, known = _lists(session, run, of_requests=True), _from_file(session, event, judgements)
    known.judged = {pair: gain for pair, gain in known.judged.items() if pair[0] in lists}
    if not known.judged:
        raise InvalidInputError(
            f"Nothing is known of the pairs of run {run.id}: no wishes of buyers, no meetings held; "
            "give a file with --judgements (request, supplier, label)."
        )
    suppliers = session.scalars(
        select(Organisation.code)
        .join(Participation, Participation.organisation_id == Organisation.id)
        .where(Participation.event_id == event.id, Participation.supplies)
    )
    found = evaluate(lists, known.judged, mutual=known.mutual, catalogue=sorted(suppliers), k=k)
    return {
        "run": str(run.id),
        "as_of": run.as_of.isoformat(),
        "lists_of": "buyers" if judgements is None else "requests",
        "sources": known.sources,
        **asdict(found),
    }


def _run(session: Session, event: Event, run_id: UUID | None) -> MatchRun:
    if run_id is None:
        run = last_match_run(session, event.id)
        if run is None:
            raise NotFoundError(f"The event {event.code!r} has not been matched yet; run: fairmatch match run.")
        return run
    named = session.scalar(select(MatchRun).where(MatchRun.id == run_id, MatchRun.event_id == event.id))
    if named is None or named.state != "done":
        raise NotFoundError(f"The event {event.code!r} has no finished match run {run_id}.")
    return named


def _lists(session: Session, run: MatchRun, *, of_requests: bool) -> dict[str, list[Listed]]:
    """Ranked suppliers by code of each request, or of each buyer over all its requests."""
    asker = Organisation.code if not of_requests else SourcingRequest.code
    by = (Match.rank, Match.score.desc()) if run.evenness else (Match.score.desc(), Match.rank)  # lists as they stand
    ranked = (
        select(asker, Match.provider_id, Match.probability)
        .join(SourcingRequest, SourcingRequest.id == Match.request_id)
        .join(Organisation, Organisation.id == SourcingRequest.organisation_id)
        .where(Match.run_id == run.id, Match.rank.is_not(None))
        .order_by(asker, *by, Match.provider_id)
    )
    codes = _codes(session, run.event_id)
    best: dict[str, dict[str, Listed]] = {}
    for owner, provider, probability in session.execute(ranked):
        code = codes[provider]
        best.setdefault(owner, {}).setdefault(code, Listed(code, probability))
    return {owner: list(found.values()) for owner, found in best.items()}


def _codes(session: Session, event_id: UUID) -> dict[UUID, str]:
    rows = session.execute(
        select(Participation.id, Organisation.code)
        .join(Organisation, Organisation.id == Participation.organisation_id)
        .where(Participation.event_id == event_id)
    )
    return {row[0]: row[1] for row in rows}


def _from_database(session: Session, event: Event) -> _Known:
    codes = _codes(session, event.id)
    wishes = {
        (codes[wish.from_id], codes[wish.to_id]): GAINS[wish.answer]
        for wish in session.scalars(select(Preference).where(Preference.event_id == event.id))
        if wish.answer in GAINS
    }
    held = set(_held(session, event, codes))
    known = _Known(sources={"wishes": len(wishes), "meetings held": len(held)})
    known.judged = {pair: 1.0 for one, two in held for pair in ((one, two), (two, one))} | wishes
    for one, two in known.judged:
        gains = [known.judged.get(pair) for pair in ((one, two), (two, one))]
        if 0.0 in gains or None not in gains:  # a refusal of either side is enough
            known.mutual[one, two] = float(all(gains))
    return known


def _held(session: Session, event: Event, codes: dict[UUID, str]) -> Iterable[Pair]:
    schedule = current_schedule(session, event.id)
    if schedule is None:
        return
    rows = select(Meeting.low_id, Meeting.high_id).where(Meeting.schedule_id == schedule.id, Meeting.status == "held")
    for low, high in session.execute(rows):
        yield codes[low], codes[high]


def _from_file(session: Session, event: Event, judgements: Sequence[Judgement]) -> _Known:
    requests = set(session.scalars(select(SourcingRequest.code).where(SourcingRequest.event_id == event.id)))
    suppliers = set(_codes(session, event.id).values())
    for one in judgements:
        for what, code, codes in (
            ("sourcing request", one.request, requests),
            ("participant", one.supplier, suppliers),
        ):
            if code not in codes:
                raise InvalidInputError(f"{one.where}: the event {event.code!r} has no {what} {code!r}.")
    known = _Known(sources={"judgements": len(judgements)})
    known.judged = {(one.request, one.supplier): one.gain for one in judgements}
    return known
