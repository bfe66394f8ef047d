"""The schedule as a board, one session at a time: slots beside tables, or beside participants."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from app.core.clock import in_zone
from app.db.models import (
    Event,
    Interpreter,
    InterpreterHold,
    LeftOutPair,
    Meeting,
    Organisation,
    Participation,
    Place,
    PlaceHold,
    Schedule,
    Slot,
)
from app.db.queries.grid import Grid

#: most cells of one board, so that it stays light; more tables go to a next page
MOST_CELLS = 720


@dataclass(frozen=True)
class Sitting:
    """A session of one day: slots in a row."""

    number: int
    name: str
    day: date
    slots: tuple[Slot, ...]


@dataclass(frozen=True)
class Party:
    """Who takes part, as a board names them."""

    id: UUID
    organisation_id: UUID
    code: str
    name: str
    name_local: str | None
    supplies: bool


@dataclass(frozen=True)
class Card:
    """A meeting on a board: what it takes, and its two parties, the supplier first."""

    meeting: Meeting
    place_id: UUID | None
    place: str | None
    interpreter: str | None
    parties: tuple[Party, Party]


@dataclass(frozen=True)
class Some:
    """A part of a list with the number of all of it."""

    items: list[Party]
    count: int


def sittings(event: Event, grid: Grid) -> list[Sitting]:
    """The sessions of an event in the order of time."""
    runs = groupby(grid.slots, key=lambda slot: (in_zone(slot.starts_at, event.zone).date(), slot.session))
    return [Sitting(number, name, day, tuple(slots)) for number, ((day, name), slots) in enumerate(runs)]


def cards(
    session: Session, schedule_id: UUID, *, slots: Collection[UUID] = (), places: Collection[UUID] | None = None,
    parties: Collection[UUID] | None = None, meetings: Collection[UUID] = (), status: str | None = None,
    most: int | None = None,
) -> list[Card]:  # fmt: skip
    """Meetings of a schedule in the order of time and place, those called off left out unless asked for; two queries.

    Parameters
    ----------
    slots, places, parties, meetings, status
        Only those that begin then, are there, are of one of these, are these, or are in this state.
    most
        How many; None for all.
    """
    on = (PlaceHold.meeting_id == Meeting.id) & (PlaceHold.slot_id == Meeting.slot_id)
    help_on = (InterpreterHold.meeting_id == Meeting.id) & (InterpreterHold.slot_id == Meeting.slot_id)
    query = (
        select(Meeting, PlaceHold.place_id, Place.code, Interpreter.name)
        .join(Slot, Slot.id == Meeting.slot_id)
        .outerjoin(PlaceHold, on)
        .outerjoin(Place, Place.id == PlaceHold.place_id)
        .outerjoin(InterpreterHold, help_on)
        .outerjoin(Interpreter, Interpreter.id == InterpreterHold.interpreter_id)
        .where(Meeting.schedule_id == schedule_id)
        .order_by(Slot.position, Place.position, Meeting.id)
    )
    query = query.where(Meeting.status == status if status else Meeting.status != "cancelled")
    if slots:
        query = query.where(Meeting.slot_id.in_(slots))
    if places is not None:
        query = query.where(PlaceHold.place_id.in_(places))
    if parties is not None:
        query = query.where(Meeting.low_id.in_(parties) | Meeting.high_id.in_(parties))
    if meetings:
        query = query.where(Meeting.id.in_(meetings))
    rows = session.execute(query.limit(most)).all()
    known = parties_by_id(session, {side for row in rows for side in (row[0].low_id, row[0].high_id)})
    return [Card(row, place_id, place, helper, _sides(known, row.low_id, row.high_id))
            for row, place_id, place, helper in rows]  # fmt: skip


def _sides(known: dict[UUID, Party], one: UUID, other: UUID) -> tuple[Party, Party]:
    first, second = known[one], known[other]
    return (second, first) if second.supplies and not first.supplies else (first, second)


def _named() -> Select[UUID, UUID, str, str, str | None, bool]:
    named = (Organisation.id, Organisation.code, Organisation.name, Organisation.name_local)
    return select(Participation.id, *named, Participation.supplies).join(
        Organisation, Organisation.id == Participation.organisation_id
    )


def parties_by_id(session: Session, ids: Collection[UUID]) -> dict[UUID, Party]:
    return {row[0]: Party(*row) for row in session.execute(_named().where(Participation.id.in_(ids)))}


def find_parties(session: Session, event: Event, words: str = "", *, first: int = 0, most: int = 40) -> Some:
    """Who takes part and has one of these words in name or code, by code; two queries."""
    wanted: ColumnElement[bool] = (Participation.event_id == event.id) & Participation.withdrawn_at.is_(None)
    if words.strip():
        wanted = wanted & named_like(words)
    count = session.scalar(select(func.count()).select_from(_named().where(wanted).subquery())) or 0
    rows = session.execute(_named().where(wanted).order_by(Organisation.code).offset(first).limit(most))
    return Some([Party(*row) for row in rows], count)


def party_of(session: Session, event: Event, name: str | None) -> Party | None:
    """The participant whose organisation has this id or code; None if there is none."""
    if not name:
        return None
    is_named: ColumnElement[bool] = Organisation.code == name
    with suppress(ValueError):
        is_named = is_named | (Organisation.id == UUID(name))
    row = session.execute(_named().where(Participation.event_id == event.id, is_named)).first()
    return Party(*row) if row else None


def named_like(words: str) -> ColumnElement[bool]:
    """Whether an organisation's name or code holds the words, whatever the case."""
    plain = words.strip().lower().replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
    columns = (Organisation.name, Organisation.name_local, Organisation.code)
    return or_(*(func.lower(column).like(f"%{plain}%", escape="\\") for column in columns))


def loads(session: Session, schedule_id: UUID, parties: Sequence[Party]) -> dict[UUID, int]:
    """How many meetings each has in the whole schedule; one query a side."""
    ids, found = [party.id for party in parties], dict.fromkeys((party.id for party in parties), 0)
    for column in (Meeting.low_id, Meeting.high_id):
        rows = session.execute(
            select(column, func.count())
            .where(Meeting.schedule_id == schedule_id, Meeting.status != "cancelled", column.in_(ids))
            .group_by(column)
        )
        for key, count in rows:
            found[key] += count
    return found


def by_state(session: Session, schedule_id: UUID) -> dict[str, int]:
    """How many meetings of a schedule are in each state."""
    rows = session.execute(
        select(Meeting.status, func.count()).where(Meeting.schedule_id == schedule_id).group_by(Meeting.status)
    )
    return dict(rows.all())


def by_slot(session: Session, schedule_id: UUID) -> dict[UUID, int]:
    """How many meetings begin in each slot, those called off left out."""
    rows = session.execute(
        select(Meeting.slot_id, func.count())
        .where(Meeting.schedule_id == schedule_id, Meeting.status != "cancelled")
        .group_by(Meeting.slot_id)
    )
    return dict(rows.all())


def builds(session: Session, event: Event, *, first: int = 0, most: int = 20) -> list[tuple[Schedule, int]]:
    """Schedules of an event with the number of their meetings, the newest first; one query."""
    held = (
        select(func.count())
        .where(Meeting.schedule_id == Schedule.id, Meeting.status != "cancelled")
        .correlate(Schedule)
        .scalar_subquery()
    )
    query = select(Schedule, held).where(Schedule.event_id == event.id).order_by(Schedule.id.desc())
    return [(row, count) for row, count in session.execute(query.offset(first).limit(most))]


@dataclass(frozen=True)
class LeftOut:
    """Pairs left out, some of them, with how many there are for each reason."""

    items: list[tuple[LeftOutPair, tuple[Party, Party]]]
    counts: dict[str, int]
    count: int


def left_out_pairs(
    session: Session, event: Event, schedule_id: UUID, *, code: str | None = None, words: str = "", first: int = 0,
    most: int = 50,
) -> LeftOut:  # fmt: skip
    """Pairs that the plan could not hold, the most valuable first; four queries.

    Parameters
    ----------
    code, words
        Only those with this reason, or of somebody whose name has these words.
    """
    mine: ColumnElement[bool] = LeftOutPair.schedule_id == schedule_id
    if words.strip():
        some = (
            select(Participation.id)
            .join(Organisation, Organisation.id == Participation.organisation_id)
            .where(Participation.event_id == event.id, named_like(words))
        )
        mine = mine & (LeftOutPair.low_id.in_(some) | LeftOutPair.high_id.in_(some))
    counted = select(LeftOutPair.code, func.count()).where(mine).group_by(LeftOutPair.code)
    counts = dict(session.execute(counted.order_by(func.count().desc(), LeftOutPair.code)).all())
    if code:
        mine = mine & (LeftOutPair.code == code)
    query = select(LeftOutPair).where(mine).order_by(LeftOutPair.value.desc(), LeftOutPair.id)
    rows = session.scalars(query.offset(first).limit(most)).all()
    known = parties_by_id(session, {side for row in rows for side in (row.low_id, row.high_id)})
    count = counts.get(code, 0) if code else sum(counts.values())
    return LeftOut([(row, _sides(known, row.low_id, row.high_id)) for row in rows], counts, count)
