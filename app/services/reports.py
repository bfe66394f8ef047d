"""The report of an edition from its rows: every figure is a count or a sum, and names nobody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from statistics import median
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from app.core.i18n import language
from app.db.models import (
    Event,
    Interpreter,
    InterpreterHold,
    LeftOutPair,
    Match,
    MatchRun,
    Meeting,
    Organisation,
    Outcome,
    Participation,
    Place,
    PlaceHold,
    Quotation,
    Schedule,
    Slot,
    SlotClosed,
    SourcingRequest,
)
from app.domain.reports import Amount, Asked, Count, Demand, EditionReport, Meetings, Ratings, Spread, Use, demand_of
from app.domain.resolving import coded
from app.domain.vocabulary import vocabulary
from app.services.access import Actor
from app.services.problems import current_schedule, last_match_run
from app.services.profiles import latest_requests
from app.services.schedules import event_info

#: from this probability on a request has found a good match
GOOD = 0.5
_COMING = ("planned", "locked", "live")


def edition_report(session: Session, actor: Actor, event: Event, lang: str = "en") -> EditionReport:
    """What came of an edition, beside the edition of its series before it."""
    actor.must_be_staff()
    return _report(session, event, language(lang), _before(session, event))


def _before(session: Session, event: Event) -> Event | None:
    if event.series_id is None:
        return None
    return session.scalar(
        select(Event)
        .where(
            Event.tenant_id == event.tenant_id, Event.series_id == event.series_id, Event.starts_on < event.starts_on
        )
        .order_by(Event.starts_on.desc(), Event.code)
        .limit(1)
    )


def _report(session: Session, event: Event, lang: str, before: Event | None) -> EditionReport:
    schedule, run = current_schedule(session, event.id), last_match_run(session, event.id)
    ended = _meetings(session, schedule)
    matched, matches = _matched(session, run)
    return EditionReport(
        event=event_info(session, event, lang),
        as_of=_as_of(session, event, schedule, run),
        by_kind=_participants(session, event, Participation.kind),
        by_country=_participants(session, event, Organisation.country),
        requests=_count(
            session, select(func.count()).where(SourcingRequest.event_id == event.id, ~SourcingRequest.withdrawn)
        ),
        requests_matched=matched,
        matches=matches,
        meetings=ended,
        load=_load(session, event, schedule),
        tables=_tables(session, event, schedule),
        interpreters=_interpreters(session, event, schedule),
        left_out=_left_out(session, schedule),
        ratings=_ratings(session, event),
        **_told(session, event),
        amounts=_amounts(session, event),
        demand=_demand(session, event, run, lang),
        before=_report(session, before, lang, None) if before is not None else None,
    )


def _count(session: Session, query: Any) -> int:
    return int(session.scalar(query) or 0)


def _as_of(session: Session, event: Event, schedule: Schedule | None, run: MatchRun | None) -> datetime:
    """When anything in it last changed, so that equal reports are equal files."""
    told = session.scalar(select(func.max(Outcome.created_at)).where(Outcome.event_id == event.id))
    changed = session.scalar(select(func.max(Meeting.changed_at)).where(Meeting.event_id == event.id))
    known = [event.created_at, told, changed, *(one.finished_at for one in (schedule, run) if one)]
    return max(moment for moment in known if moment is not None)


def _participants(session: Session, event: Event, column: Any) -> tuple[Count, ...]:
    rows = session.execute(
        select(column, func.count())
        .select_from(Participation)
        .join(Organisation, Organisation.id == Participation.organisation_id)
        .where(Participation.event_id == event.id, Participation.withdrawn_at.is_(None), column.is_not(None))
        .group_by(column)
    )
    return _counts(rows)


def _counts(rows: Iterable[Any]) -> tuple[Count, ...]:
    return tuple(sorted((Count(row[0], row[1]) for row in rows), key=lambda one: (-one.count, one.code)))


def _matched(session: Session, run: MatchRun | None) -> tuple[int, int]:
    """Requests with a ranked supplier, and ranked pairs."""
    ranked = Match.run_id == (run.id if run else None), Match.rank.is_not(None)
    row = session.execute(select(func.count(func.distinct(Match.request_id)), func.count()).where(*ranked)).one()
    return int(row[0]), int(row[1])


def _meetings(session: Session, schedule: Schedule | None) -> Meetings:
    rows = select(Meeting.status, func.count()).where(Meeting.schedule_id == (schedule.id if schedule else None))
    by = {row[0]: row[1] for row in session.execute(rows.group_by(Meeting.status))}
    coming = sum(by.get(state, 0) for state in _COMING)
    return Meetings(coming, by.get("held", 0), by.get("no_show", 0), by.get("cancelled", 0))


def _load(session: Session, event: Event, schedule: Schedule | None) -> Spread | None:
    """Meetings of each participant who supplies or buys, those without one among them."""
    party = (Meeting.low_id == Participation.id) | (Meeting.high_id == Participation.id)
    on = (Meeting.schedule_id == (schedule.id if schedule else None)) & (Meeting.status != "cancelled")
    rows = session.scalars(
        select(func.count(Meeting.id))
        .select_from(Participation)
        .outerjoin(Meeting, party & on)
        .where(
            Participation.event_id == event.id, Participation.withdrawn_at.is_(None),
            Participation.supplies | Participation.buys,
        )
        .group_by(Participation.id)
    ).all()  # fmt: skip
    return Spread(min(rows), median(rows), max(rows)) if rows and schedule else None


def _tables(session: Session, event: Event, schedule: Schedule | None) -> Use:
    return Use(
        _count(session, select(func.count()).where(PlaceHold.schedule_id == (schedule.id if schedule else None))),
        _offered(session, event, Place, SlotClosed.place_id),
    )


def _interpreters(session: Session, event: Event, schedule: Schedule | None) -> Use:
    used = InterpreterHold.schedule_id == (schedule.id if schedule else None)
    return Use(
        _count(session, select(func.count()).where(used)),
        _offered(session, event, Interpreter, SlotClosed.interpreter_id),
    )


def _offered(session: Session, event: Event, model: type[Place] | type[Interpreter], closed: Any) -> int:
    """Slots in which each of them could be used."""
    slots = _count(session, select(func.count()).select_from(Slot).where(Slot.event_id == event.id))
    there = _count(session, select(func.count()).select_from(model).where(model.event_id == event.id))
    away = _count(
        session,
        select(func.count()).select_from(SlotClosed).where(SlotClosed.event_id == event.id, closed.is_not(None)),
    )
    return slots * there - away


def _left_out(session: Session, schedule: Schedule | None) -> tuple[Count, ...]:
    rows = select(LeftOutPair.code, func.count()).where(LeftOutPair.schedule_id == (schedule.id if schedule else None))
    return _counts(session.execute(rows.group_by(LeftOutPair.code)))


def _ratings(session: Session, event: Event) -> tuple[Ratings, ...]:
    """Stars by side: of a meeting about a request the one that asked buys; else whoever supplies, supplies."""
    asked = SourcingRequest.organisation_id == Participation.organisation_id
    side = case(
        (SourcingRequest.id.is_not(None) & asked, "buy"),
        (SourcingRequest.id.is_not(None), "supply"),
        (Participation.supplies, "supply"),
        else_="buy",
    )
    rows = session.execute(
        select(side, Outcome.participation_id, Outcome.rating, func.count())
        .join(Meeting, Meeting.id == Outcome.meeting_id)
        .join(Participation, Participation.id == Outcome.participation_id)
        .outerjoin(SourcingRequest, SourcingRequest.id == Meeting.request_id)
        .where(Outcome.event_id == event.id, Outcome.rating.is_not(None))
        .group_by(side, Outcome.participation_id, Outcome.rating)
    ).all()
    found = []
    sides: tuple[Literal["supply", "buy"], ...] = ("supply", "buy")
    for name in sides:
        own = [row for row in rows if row[0] == name]
        stars = [sum(row[3] for row in own if row[2] == number) for number in range(1, 6)]
        if own:
            found.append(
                Ratings(name, (stars[0], stars[1], stars[2], stars[3], stars[4]), len({row[1] for row in own}))
            )
    return tuple(found)


def _told(session: Session, event: Event) -> dict[str, int]:
    """How many accounts there are, and meetings that led to a sample, a quotation, a next step."""
    mine = Outcome.event_id == event.id
    meetings = func.count(func.distinct(Outcome.meeting_id))
    offers = select(func.count()).select_from(Quotation).join(Outcome, Outcome.id == Quotation.outcome_id)
    return {
        "outcomes": _count(session, select(func.count()).where(mine)),
        "samples": _count(session, select(meetings).where(mine, Outcome.sample_requested)),
        "quotations": _count(session, offers.where(mine)),
        "follow_ups": _count(session, select(meetings).where(mine, Outcome.next_step != "none")),
    }


def _amounts(session: Session, event: Event) -> tuple[Amount, ...]:
    """Sums of those who agreed, by currency; what both sides tell of one meeting counts once, the larger."""
    kinds: tuple[tuple[Literal["intended", "ordered"], Any], ...] = (
        ("intended", Outcome.intended_value),
        ("ordered", Outcome.order_value),
    )
    found = []
    for what, column in kinds:
        rows = session.execute(
            select(Outcome.currency, Outcome.meeting_id, Outcome.participation_id, column).where(
                Outcome.event_id == event.id, Outcome.reportable, column > 0
            )
        )
        firms: dict[str, dict[UUID, float]] = defaultdict(lambda: defaultdict(float))
        meetings: dict[str, dict[UUID, float]] = defaultdict(lambda: defaultdict(float))
        for currency, meeting, firm, amount in rows:
            firms[currency][firm] += float(amount)
            meetings[currency][meeting] = max(meetings[currency][meeting], float(amount))
        for currency, own in sorted(firms.items()):
            total = round(sum(meetings[currency].values()), 2)
            found.append(Amount(what, currency, total, len(own), max(own.values())))
    return tuple(found)


def _demand(session: Session, event: Event, run: MatchRun | None, lang: str) -> tuple[Demand, ...]:
    """Products that are asked for, and how many requests for each found nobody with a fair chance."""
    served = set(
        session.scalars(
            select(Match.request_id)
            .where(Match.run_id == (run.id if run else None), Match.rank.is_not(None), Match.probability >= GOOD)
            .distinct()
        )
    )
    newest = latest_requests(session, event.id)
    # one that came after the ranking has not been looked at
    missed = {one.id for one, _ in newest if run and run.has_read(one.id) and one.id not in served}
    products = vocabulary("products")
    return demand_of(
        Asked(products.label(code, lang), request.id, request.organisation_id, request.id in missed)
        for request, revision in newest
        for code in dict.fromkeys(coded(revision.document, revision.resolved).get("products", []))
        if code in products.terms
    )
