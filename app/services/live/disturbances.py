"""What goes wrong on the day, as rows: who is away, which table is closed, which interpreter is ill."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import takewhile
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import InvalidInputError, NotFoundError
from app.db.models import Event, Organisation, Participation, Slot, SlotClosed, Unavailable
from app.db.queries.grid import Grid
from app.db.queries.scoped import fetch
from app.services.delegations import body_of

KINDS = ("no_show", "late", "leaves", "back", "place_closed", "interpreter_ill", "fill")
Kind = Literal["no_show", "late", "leaves", "back", "place_closed", "interpreter_ill", "fill"]


@dataclass(frozen=True)
class Disturbance:
    """What happened.

    Attributes
    ----------
    kind
        no_show (does not come any more), late (comes with `slot` or at `time`), leaves (is gone from then on),
        back (is there after all, from now until the next slot that they could have had anyway),
        place_closed and interpreter_ill (in `slots`, or from now on), fill (nothing new; give freed slots away).
    organisation_id
        Of the first four; of `fill` whose pairs come in, None for anybody's.
    time
        Local time of the event, instead of a slot.
    """

    kind: Kind
    organisation_id: UUID | None = None
    place: str | None = None
    interpreter: str | None = None
    slot: str | None = None
    time: datetime | None = None
    slots: tuple[str, ...] = ()


@dataclass(frozen=True)
class Effect:
    """What a disturbance takes away: rows that are not written yet, and whom it concerns, where it is somebody.

    `gone` are rows that no longer hold, of somebody who is there after all; they are not deleted yet.
    """

    rows: tuple[Unavailable | SlotClosed, ...] = ()
    who: Participation | None = None
    gone: tuple[Unavailable, ...] = ()

    def upon(self, grid: Grid) -> Grid:
        """The grid as it is once the rows are written, and those that are gone deleted."""
        away = {key: set(slots) for key, slots in grid.away.items()}
        for row in self.rows:
            key = row.participation_id if isinstance(row, Unavailable) else row.place_id or row.interpreter_id
            assert key is not None  # the schema says one of the three
            away.setdefault(key, set()).add(row.slot_id)
        for lifted in self.gone:
            away[lifted.participation_id].discard(lifted.slot_id)
        return replace(grid, away={key: frozenset(slots) for key, slots in away.items()})


def effect_of(session: Session, event: Event, grid: Grid, what: Disturbance, now: datetime) -> Effect:
    """What happens from now on, without writing it; slots that have begun stay as they are."""
    coming = [slot for slot in grid.slots if slot.starts_at > now]
    if what.kind in ("place_closed", "interpreter_ill"):
        return Effect(tuple(_closed(event, grid, what, coming)))
    if what.kind == "fill":
        whose = participation_of(session, event, what.organisation_id) if what.organisation_id else None
        return Effect(who=body_of(session, whose) if whose else None)
    if what.organisation_id is None:
        raise InvalidInputError(f"Say which organisation {what.kind} is about.", field="organisation")
    row = participation_of(session, event, what.organisation_id)
    if what.kind == "back":
        return Effect(who=body_of(session, row), gone=_lifted(session, row, grid, coming))
    if what.kind == "late":
        until = _from(event, grid, what)
        coming = [slot for slot in coming if slot.starts_at < until]
    elif what.kind == "leaves":
        gone = _from(event, grid, what)
        coming = [slot for slot in coming if slot.ends_at > gone]
    away = grid.away.get(row.id, frozenset())
    return Effect(
        tuple(
            Unavailable(event_id=event.id, participation_id=row.id, slot_id=slot.id)
            for slot in coming
            if slot.id not in away
        ),
        row,
    )


def _lifted(session: Session, row: Participation, grid: Grid, coming: list[Slot]) -> tuple[Unavailable, ...]:
    """What says that somebody is away in the next slots, up to the first of which it says nothing.

    So who comes before they had said is there from now on, and away later still, if they had said so.
    """
    away = grid.away.get(row.id, frozenset())
    run = [slot.id for slot in takewhile(lambda slot: slot.id in away, sorted(coming, key=lambda one: one.position))]
    is_lifted = (Unavailable.participation_id == row.id) & Unavailable.slot_id.in_(run)
    return tuple(session.scalars(select(Unavailable).where(is_lifted)))


def participation_of(session: Session, event: Event, organisation_id: UUID) -> Participation:
    """The part that an organisation of the event's tenant takes in it.

    Raises
    ------
    NotFoundError
        There is no such organisation, or it takes no part.
    """
    row = session.scalar(
        select(Participation).where(
            Participation.event_id == event.id, Participation.organisation_id == organisation_id
        )
    )
    if row is None:
        fetch(session, Organisation, organisation_id, event.tenant_id)
        raise NotFoundError(f"The organisation {organisation_id} does not take part in {event.name}.")
    return row


def slot_of(grid: Grid, name: str, field: str = "slot") -> Slot:
    """A slot by its name or id."""
    found = grid.slots_by_name().get(name) or next((s for s in grid.slots if str(s.id) == name), None)
    if found is None:
        raise InvalidInputError(f"{name!r} is no slot of this event; they are named as in s01.", field=field)
    return found


def _from(event: Event, grid: Grid, what: Disturbance) -> datetime:
    """The instant of a slot or of a local time."""
    if (what.slot is None) == (what.time is None):
        raise InvalidInputError(f"{what.kind} takes either a slot or a time.", field="slot")
    if what.slot is not None:
        return slot_of(grid, what.slot).starts_at
    assert what.time is not None
    return what.time.replace(tzinfo=ZoneInfo(event.zone)).astimezone(UTC)


def _closed(event: Event, grid: Grid, what: Disturbance, coming: list[Slot]) -> Iterator[SlotClosed]:
    places = {name: place.id for place in grid.places for name in (place.code, str(place.id))}
    helpers = {name: helper.id for helper in grid.interpreters for name in (helper.name, str(helper.id))}
    if what.kind == "place_closed":
        key = _of_this_event(places, what.place, "place")
        column = {"place_id": key}
    else:
        key = _of_this_event(helpers, what.interpreter, "interpreter")
        column = {"interpreter_id": key}
    chosen = {slot_of(grid, name, "slots").id for name in what.slots}
    away = grid.away.get(key, frozenset())
    for slot in coming:
        if slot.id not in away and (not chosen or slot.id in chosen):
            yield SlotClosed(event_id=event.id, slot_id=slot.id, **column)


def _of_this_event(known: dict[str, UUID], wanted: str | None, what: str) -> UUID:
    if wanted is None:
        raise InvalidInputError(f"Say which {what}.", field=what)
    if wanted not in known:
        raise InvalidInputError(f"There is no {what} {wanted!r} at this event.", field=what)
    return known[wanted]
