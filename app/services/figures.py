"""An edition in figures, for its plots: counts by score, meetings of each participant, tables over the slots."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from app.db.models import Event, Match, MatchRun, Meeting, Organisation, Participation, PlaceHold, Schedule, Slot
from app.db.queries.grid import grid_of

#: width of a column of scores, in points
STEP = 10
#: with more tables than this, tables of one zone are counted together
MOST_TABLES = 30


@dataclass(frozen=True)
class Scores:
    """Pairs with scores from `begin` up to `begin` + 10: all that are listed, and the first of each request."""

    begin: int
    listed: int
    first: int


@dataclass(frozen=True)
class Load:
    """A participant with its meetings in the current schedule."""

    organisation: Organisation
    supplies: bool
    meetings: int


@dataclass(frozen=True)
class Use:
    """Tables, or zones of tables, by slots: the share taken, None where closed; `used` of `offered` over all."""

    slots: tuple[Slot, ...]
    names: tuple[str, ...]
    shares: tuple[tuple[float | None, ...], ...]
    used: int
    offered: int


def scores_of(session: Session, run: MatchRun) -> list[Scores]:
    """How many listed pairs of a match run have which score; one query."""
    begins = range(0, 100, STEP)
    within = [
        and_(Match.score >= begin, Match.score < (begin + STEP if begin + STEP < 100 else 101)) for begin in begins
    ]
    counted = [func.sum(case((each, 1), else_=0)) for each in within]
    counted += [func.sum(case((and_(each, Match.rank == 1), 1), else_=0)) for each in within]
    row = session.execute(select(*counted).where(Match.run_id == run.id, Match.rank.is_not(None))).one()
    return [
        Scores(begin, int(row[at] or 0), int(row[len(begins) + at] or 0)) for at, begin in enumerate(begins)
    ]  # fmt: skip


def load_of(session: Session, event: Event, schedule: Schedule) -> list[Load]:
    """Everybody who supplies or buys with the number of their meetings, most first; one query."""
    party = (Meeting.low_id == Participation.id) | (Meeting.high_id == Participation.id)
    on = (Meeting.schedule_id == schedule.id) & (Meeting.status != "cancelled")
    counts = (
        select(Participation.id, func.count(Meeting.id).label("meetings"))
        .outerjoin(Meeting, party & on)
        .where(Participation.event_id == event.id, Participation.withdrawn_at.is_(None))
        .where(Participation.supplies | Participation.buys)
        .group_by(Participation.id)
        .subquery()
    )
    rows = session.execute(
        select(Organisation, Participation.supplies, counts.c.meetings)
        .join(Participation, Participation.organisation_id == Organisation.id)
        .join(counts, counts.c.id == Participation.id)
        .order_by(counts.c.meetings.desc(), Organisation.name, Organisation.id)
    )
    return [Load(*row) for row in rows]


def spread(load: Sequence[Load]) -> list[tuple[int, int, int]]:
    """(number of meetings, suppliers with so many, others with so many), from none to the most, without gaps."""
    sides = {side: Counter(one.meetings for one in load if one.supplies is side) for side in (True, False)}
    most = max((one.meetings for one in load), default=0)
    return [(number, sides[True][number], sides[False][number]) for number in range(most + 1)]


def use_of(session: Session, event: Event, schedule: Schedule) -> Use:
    """Which tables are taken when; many tables are counted together by their zones."""
    grid = grid_of(session, event.id)
    taken = {
        (row[0], row[1])
        for row in session.execute(
            select(PlaceHold.place_id, PlaceHold.slot_id).where(PlaceHold.schedule_id == schedule.id)
        )
    }
    groups: dict[str, list[int]] = {}
    for at, place in enumerate(grid.places):
        groups.setdefault(place.code if len(grid.places) <= MOST_TABLES else place.zone or "–", []).append(at)
    used = offered = 0
    shares = []
    for members in groups.values():
        row: list[float | None] = []
        for slot in grid.slots:
            there = [grid.places[at] for at in members if grid.free(grid.places[at].id, slot.id)]
            busy = sum((place.id, slot.id) in taken for place in there)
            used, offered = used + busy, offered + len(there)
            row.append(busy / len(there) if there else None)
        shares.append(tuple(row))
    return Use(grid.slots, tuple(groups), tuple(shares), used, offered)
