"""Let an edition grow and shrink: more slots, places and interpreters, and which of them are closed when.

A meeting that loses its slot, place or interpreter falls out. It is said which ones do before anything is changed, and
when it is changed they are cancelled, so that their people are free for others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.core.errors import ConflictError, InvalidInputError
from app.db.models import Event, Interpreter, Place, Slot, SlotClosed
from app.db.queries.grid import Grid, grid_of
from app.db.queries.scoped import touch
from app.domain.editions import ClosuresIn, GridIn, InterpreterClosure, PlaceClosure
from app.domain.fairs import InterpreterShape, SessionShape
from app.domain.slots import Span, cut, overlapping
from app.services.access import Actor
from app.services.audit import record
from app.services.fallen import Fallen, cancel_fallen, falling

Resource = tuple[Literal["place_id", "interpreter_id"], UUID, UUID]


def extend(session: Session, actor: Actor, event: Event, more: GridIn) -> None:
    """Add slots, places and interpreters to an edition; `event` has to be locked.

    Slots are numbered in the order of time, so those after an added one move up a number. A place that is added is
    closed in the slots in which all others are.
    """
    actor.must_be_organiser()
    grid = grid_of(session, event.id)
    spans = _add_slots(session, event, grid, more.sessions)
    shut = {slot.id for slot in grid.slots if grid.places and not any(grid.free(p.id, slot.id) for p in grid.places)}
    _add_places(session, event, grid, more, shut)
    _add_interpreters(session, event, grid, more.interpreters)
    touch(event)
    session.flush()
    record(
        session, actor, "grid.extended", event_id=event.id, target_id=event.id,
        slots=spans, places=len(more.places), interpreters=len(more.interpreters),
    )  # fmt: skip


def close(session: Session, actor: Actor, event: Event, closures: ClosuresIn) -> list[Fallen]:
    """Say what is closed at an edition, and return the meetings of the current schedule that fall out.

    Everything that is not named is open. Unless it is a preview the meetings are cancelled; `event` has to be locked.
    """
    actor.must_be_organiser()
    grid = grid_of(session, event.id)
    wanted = _closed(grid, closures)
    fallen = falling(session, event, grid, {(key, slot) for _, key, slot in wanted}, _named(grid, closures.slots))
    if closures.preview:
        return fallen
    session.execute(delete(SlotClosed).where(SlotClosed.event_id == event.id))
    session.add_all(
        SlotClosed(event_id=event.id, slot_id=slot, **{column: key})
        for column, key, slot in sorted(wanted, key=lambda row: (row[2], row[1]))
    )
    cancel_fallen(session, actor, event, fallen)
    touch(event)
    session.flush()
    record(
        session, actor, "grid.closed", event_id=event.id, target_id=event.id, closed=len(wanted), fell_out=len(fallen)
    )
    return fallen


def _closed(grid: Grid, closures: ClosuresIn) -> set[Resource]:
    """Place or interpreter, and the slot in which it is closed; a closed slot closes all places and interpreters."""
    places = {place.code: place.id for place in grid.places}
    helpers = {helper.name: helper.id for helper in grid.interpreters}
    found: set[Resource] = set()
    for slot in _named(grid, closures.slots):
        found |= {("place_id", key, slot) for key in places.values()}
        found |= {("interpreter_id", key, slot) for key in helpers.values()}
    for n, place in enumerate(closures.places):
        key = _known(places, place.code, f"places.{n}.code")
        found |= {("place_id", key, slot) for slot in _slots(grid, place, f"places.{n}.slots")}
    for n, helper in enumerate(closures.interpreters):
        key = _known(helpers, helper.name, f"interpreters.{n}.name")
        found |= {("interpreter_id", key, slot) for slot in _slots(grid, helper, f"interpreters.{n}.slots")}
    return found


def _slots(grid: Grid, closure: PlaceClosure | InterpreterClosure, field: str) -> set[UUID]:
    if closure.slots is None:
        return {slot.id for slot in grid.slots}
    return _named(grid, closure.slots, field)


def _named(grid: Grid, names: Sequence[str], field: str = "slots") -> set[UUID]:
    known = {name: slot.id for name, slot in grid.slots_by_name().items()}
    return {_known(known, name, field) for name in names}


def _known(known: dict[str, UUID], name: str, field: str) -> UUID:
    if name not in known:
        shown = ", ".join(list(known)[:12]) or "none"
        raise InvalidInputError(f"This event has no {name!r}; there is {shown}.", field=field)
    return known[name]


def _add_slots(session: Session, event: Event, grid: Grid, sessions: Sequence[SessionShape]) -> int:
    if not sessions:
        return 0
    for one in sessions:
        if not event.starts_on <= one.date <= event.ends_on:
            raise InvalidInputError(
                f"The session of {one.date} lies outside {event.starts_on} – {event.ends_on}.", field="sessions"
            )
    try:
        told = [(one.date, one.starts, one.ends, one.name) for one in sessions]
        spans = cut(told, event.slot_minutes, ZoneInfo(event.zone))
    except ValueError as error:
        raise InvalidInputError(f"The sessions cannot be cut into slots: {error}.", field="sessions") from error
    new = [
        Slot(event_id=event.id, position=0, session=span.session, starts_at=span.starts_at, ends_at=span.ends_at)
        for span in spans
    ]
    whole = sorted([*grid.slots, *new], key=lambda slot: slot.starts_at)
    for one_slot, following in pairwise(whole):
        if following.starts_at < one_slot.ends_at:
            raise ConflictError(
                f"A slot begins at {following.starts_at.astimezone(ZoneInfo(event.zone)):%Y-%m-%d %H:%M} while "
                "another is on; add only times that are free yet.",
                conflict="slots",
            )
    beyond = max((slot.position for slot in grid.slots), default=-1) + 1 + len(whole)
    for n, slot in enumerate(grid.slots):  # out of the way first: no two slots may have one number for a moment
        slot.position = beyond + n
    session.flush()
    for n, slot in enumerate(whole):
        slot.position = n
    session.add_all(new)
    session.flush()
    return len(new)


def _add_places(session: Session, event: Event, grid: Grid, more: GridIn, shut: set[UUID]) -> None:
    have = {place.code for place in grid.places}
    after = max((place.position for place in grid.places), default=-1) + 1
    rows = []
    for n, shape in enumerate(more.places):
        _must_be_new(have, shape.code, f"places.{n}.code")
        rows.append(Place(event_id=event.id, position=after + n, **shape.model_dump()))
    session.add_all(rows)
    session.flush()
    session.add_all(SlotClosed(event_id=event.id, slot_id=slot, place_id=row.id) for row in rows for slot in shut)


def _add_interpreters(session: Session, event: Event, grid: Grid, shapes: Iterable[InterpreterShape]) -> None:
    have = {helper.name for helper in grid.interpreters}
    after = max((helper.position for helper in grid.interpreters), default=-1) + 1
    zone, slots = ZoneInfo(event.zone), grid_of(session, event.id).slots
    spans = [Span(slot.session, slot.starts_at, slot.ends_at) for slot in slots]
    for n, shape in enumerate(shapes):
        _must_be_new(have, shape.name, f"interpreters.{n}.name")
        row = Interpreter(event_id=event.id, position=after + n, name=shape.name, languages=shape.languages)
        session.add(row)
        session.flush()
        away = {at for begin, end in shape.unavailable for at in overlapping(spans, begin, end, zone)}
        session.add_all(
            SlotClosed(event_id=event.id, slot_id=slots[at].id, interpreter_id=row.id) for at in sorted(away)
        )


def _must_be_new(have: set[str], name: str, field: str) -> None:
    if name in have:
        raise InvalidInputError(f"There is {name!r} already; give each a name of its own.", field=field)
    have.add(name)
