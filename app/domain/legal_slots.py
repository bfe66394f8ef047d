"""Where two participants can meet: one judgement, which booking, moving and the board of slots share.

Everything is ids; names and sentences are made by whoever shows them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

NONE: frozenset[UUID] = frozenset()


@dataclass(frozen=True)
class Reason:
    """Why a slot will not do.

    `code` is one of blocked, withdrawn, pair, maximum, locked, state (all slots), availability, participant, held,
    place, interpreter, length (this slot); `who` is the party it is about (0 or 1), `until` the end of a hold.
    """

    code: str
    who: int | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Side:
    """One of the two parties.

    `people` are its attendees in order, `busy` its (slot, attendee) that other meetings take, `away` the slots it is
    not there, `held` by slot until when its own requests hold a seat.
    """

    people: tuple[UUID, ...]
    busy: frozenset[tuple[UUID, UUID]] = frozenset()
    away: frozenset[UUID] = NONE
    held: Mapping[UUID, tuple[datetime, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Board:
    """What decides where two sides can meet.

    `slots` are (slot, session) in order; `places` those that the two may use, in order; `helpers` the interpreters who
    speak for both, None where the two need none; `taken` the (slot, place or interpreter) of other meetings; `closed`
    by place or interpreter the slots it is away; `always` what stands in the way in every slot.
    """

    sides: tuple[Side, Side]
    slots: tuple[tuple[UUID, str], ...]
    places: tuple[UUID, ...]
    helpers: tuple[UUID, ...] | None
    taken: frozenset[tuple[UUID, UUID]]
    closed: Mapping[UUID, frozenset[UUID]]
    always: tuple[Reason, ...] = ()
    length: int = 1


@dataclass(frozen=True)
class Verdict:
    """What holds for one slot: legal if there is no reason against it.

    `span` are the slots that the meeting would take, `seats` for each of them the attendee of either side, `places` and
    `helpers` what is free in all of them, in order.
    """

    span: tuple[UUID, ...]
    reasons: tuple[Reason, ...]
    seats: tuple[tuple[UUID, UUID], ...] = ()
    places: tuple[UUID, ...] = ()
    helpers: tuple[UUID, ...] = ()

    @property
    def legal(self) -> bool:
        return not self.reasons


@dataclass(frozen=True)
class Taken:
    """What a meeting occupies: its slots, for each a seat of either side, a place and maybe an interpreter."""

    span: tuple[UUID, ...]
    seats: tuple[tuple[UUID, UUID], ...]
    place_id: UUID | None
    helper_id: UUID | None


def judge(board: Board, slot: UUID, *, over_holds: bool = False) -> Verdict:
    """Say whether the two can meet from `slot` on, and with what; all reasons, not only the first.

    With `over_holds` seats that requests hold are given away.
    """
    span = span_of(board.slots, slot, board.length)
    reasons = list(board.always)
    if len(span) < board.length:
        return Verdict(span, (*reasons, Reason("length")))
    seats: list[list[UUID]] = [[], []]
    for who, side in enumerate(board.sides):
        reasons += _seat(side, who, span, over_holds, seats[who])
    places = tuple(_free(board, board.places, span))
    if not places:
        reasons.append(Reason("place"))
    helpers = tuple(_free(board, board.helpers or (), span))
    if board.helpers is not None and not helpers:
        reasons.append(Reason("interpreter"))
    return Verdict(span, tuple(reasons), tuple(zip(*seats, strict=False)), places, helpers)


def beside(board: Board, taken: Taken) -> Board:
    """The board once another meeting has taken this."""
    held = {(slot, one) for slot in taken.span for one in (taken.place_id, taken.helper_id) if one is not None}
    busy = {(slot, person) for slot, seats in zip(taken.span, taken.seats, strict=True) for person in seats}
    one, other = (replace(side, busy=side.busy | busy) for side in board.sides)
    return replace(board, sides=(one, other), taken=board.taken | held)


def span_of(slots: Sequence[tuple[UUID, str]], first: UUID, length: int) -> tuple[UUID, ...]:
    """The slots of a meeting: `length` of one session in a row, fewer where the session ends before."""
    start = next(n for n, (slot, _) in enumerate(slots) if slot == first)
    session = slots[start][1]
    return tuple(slot for slot, its in slots[start : start + length] if its == session)


def _seat(side: Side, who: int, span: tuple[UUID, ...], over_holds: bool, seats: list[UUID]) -> Iterator[Reason]:
    """Find a seat in each slot of the span; yield what stands in the way of that."""
    for slot in span:
        if slot in side.away:
            yield Reason("availability", who)
            return
        free = [person for person in side.people if (slot, person) not in side.busy]
        if not free:
            yield Reason("participant", who)
            return
        held = side.held.get(slot, ())
        if len(free) <= len(held) and not over_holds:
            yield Reason("held", who, min(held))
            return
        seats.append(free[0])


def _free(board: Board, resources: tuple[UUID, ...], span: tuple[UUID, ...]) -> Iterator[UUID]:
    for resource in resources:
        closed = board.closed.get(resource, NONE)
        if all((slot, resource) not in board.taken and slot not in closed for slot in span):
            yield resource
