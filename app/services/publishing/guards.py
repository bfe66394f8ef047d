"""What must not be published: checks over the whole schedule, though each booking had its own.

Answers, availability and opening times may have changed since a meeting was booked.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.models import Attendee, Event, Organisation, Participation, Preference, Seat
from app.db.queries.grid import Grid, grid_of
from app.domain.legal_slots import span_of
from app.domain.publications import Standing
from app.services.publishing.rows import standing_rows

_TO_COME = ("planned", "locked")


def faults(
    session: Session, event: Event, schedule_id: UUID, rows: Sequence[Standing] | None = None
) -> list[dict[str, Any]]:
    """Each fault with its meeting, a code and a sentence; a fixed number of queries.

    Codes: blocked, withdrawn, availability, place, interpreter, seats, double.
    """
    grid = grid_of(session, event.id)
    rows = standing_rows(session, event, schedule_id) if rows is None else rows
    order = [(slot.id, slot.session) for slot in grid.slots]
    spans = {row.id: span_of(order, row.slot_id, row.length) for row in rows}
    coming = [row for row in rows if row.status in _TO_COME]
    parts = session.execute(
        select(Participation.id, Participation.withdrawn_at, Organisation.name)
        .join(Organisation, Organisation.id == Participation.organisation_id)
        .where(Participation.event_id == event.id)
    ).all()
    names = {key: name for key, _, name in parts}
    gone = {key for key, withdrawn_at, _ in parts if withdrawn_at is not None}
    blocked = {
        frozenset((one, other))
        for one, other in session.execute(
            select(Preference.from_id, Preference.to_id).where(
                Preference.event_id == event.id, Preference.answer == "blocked"
            )
        )
    }
    found = [*_people(grid, coming, spans, names, gone, blocked), *_resources(grid, coming, spans)]
    found += _seats(session, schedule_id, grid, rows, spans)
    return [
        {"meeting": str(row.id), "code": code, "detail": detail, "slot": _slot(grid, row.slot_id)}
        for row, code, detail in found
    ]


Fault = tuple[Standing, str, str]
#: by the id of a meeting, the slots that it takes
Spans = Mapping[UUID, tuple[UUID, ...]]


def _people(
    grid: Grid,
    rows: Sequence[Standing],
    spans: Spans,
    names: dict[UUID, str],
    gone: set[UUID],
    blocked: set[frozenset[UUID]],
) -> Iterator[Fault]:
    for row in rows:
        one, other = names[row.low_id], names[row.high_id]
        if frozenset(row.pair) in blocked:
            yield row, "blocked", f"{one} and {other} meet, though one has blocked the other."
        for key in row.pair:
            if key in gone:
                yield row, "withdrawn", f"{names[key]} has withdrawn, and still has a meeting."
            if any(not grid.free(key, slot) for slot in spans[row.id]):
                yield row, "availability", f"{names[key]} is not available in {_slot(grid, row.slot_id)}."


def _resources(grid: Grid, rows: Sequence[Standing], spans: Spans) -> Iterator[Fault]:
    codes = {place.id: place.code for place in grid.places}
    helpers = {helper.id: helper.name for helper in grid.interpreters}
    for row in rows:
        for slot in spans[row.id]:
            if row.place_id and not grid.free(row.place_id, slot):
                yield row, "place", f"{codes[row.place_id]} is closed in {_slot(grid, slot)}."
            if row.helper_id and not grid.free(row.helper_id, slot):
                yield row, "interpreter", f"{helpers[row.helper_id]} is away in {_slot(grid, slot)}."


def _seats(session: Session, schedule_id: UUID, grid: Grid, rows: Sequence[Standing], spans: Spans) -> Iterator[Fault]:
    """A meeting has one seat of either side in each of its slots, a cancelled one none; nobody has two in a slot."""
    seats = session.execute(
        select(Seat.meeting_id, Seat.slot_id, Seat.attendee_id, Attendee.participation_id)
        .join(Attendee, Attendee.id == Seat.attendee_id)
        .where(Seat.schedule_id == schedule_id)
    ).all()
    held: dict[UUID, list[tuple[UUID, UUID]]] = defaultdict(list)
    for meeting, slot, _, party in seats:
        held[meeting].append((slot, party))
    for row in rows:
        wanted = set() if row.is_off else {(slot, party) for slot in spans[row.id] for party in row.pair}
        if len(held[row.id]) != len(wanted) or not wanted.issuperset(held[row.id]):
            yield row, "seats", f"A meeting in {_slot(grid, row.slot_id)} does not have the seats that it needs."
    by_id = {row.id: row for row in rows}
    taken = Counter((slot, attendee) for _, slot, attendee, _ in seats)
    for meeting, slot, attendee, _ in seats:
        if taken[slot, attendee] > 1:
            yield by_id[meeting], "double", f"Somebody is in two meetings in {_slot(grid, slot)}."


def _slot(grid: Grid, slot_id: UUID) -> str:
    return next(grid.slot_name(slot) for slot in grid.slots if slot.id == slot_id)
