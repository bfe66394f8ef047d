"""Repair the current schedule after something went wrong: rows → problem and plan → repaired plan → rows.

A preview is the same work without writing it. Its `state` names what it was made from; applied with it, the repair is
made anew under a lock, and refused if anything it depends on has changed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.core import collecting
from app.core.crypto import content_hash
from app.core.errors import ChangedMeanwhileError
from app.core.i18n import LANGUAGES
from app.db.models import Event
from app.db.queries.grid import grid_of
from app.db.queries.holding import hold_schedule
from app.domain.scheduling import Change, Repair, read_problem
from app.domain.scheduling import repair as mend
from app.services.access import Actor
from app.services.audit import record
from app.services.live.applying import apply
from app.services.live.clock import moment
from app.services.live.day import Day, read_day
from app.services.live.disturbances import Disturbance, Effect, effect_of
from app.services.live.telling import tell_of
from app.services.scheduling import naming


@dataclass(frozen=True)
class Move:
    """A meeting that a repair moves, cancels or brings in; `before` or `after` is None where there is none.

    Attributes
    ----------
    parties
        The two participations, the supplier first.
    before, after
        `slot`, `place`, `interpreter` by their names.
    reasons
        Why, by language.
    """

    name: str
    meeting_id: UUID | None
    parties: tuple[UUID, UUID]
    value: float
    before: dict[str, str | None] | None
    after: dict[str, str | None] | None
    code: str
    reasons: dict[str, str]


@dataclass(frozen=True)
class Waiting:
    """A pair that could take a freed slot, and which of them."""

    parties: tuple[UUID, UUID]
    value: float
    slots: tuple[str, ...]


@dataclass(frozen=True)
class Repaired:
    """What a repair does, or has done; `state` names what it was made from, `publication` the number it went out as."""

    day: Day
    state: str
    at: datetime
    applied: bool
    moved: tuple[Move, ...]
    cancelled: tuple[Move, ...]
    added: tuple[Move, ...]
    standby: tuple[Waiting, ...]
    added_ids: dict[str, UUID] = field(default_factory=dict)
    publication: int | None = None


@collecting.held()
def repair(
    session: Session,
    actor: Actor,
    event: Event,
    what: Disturbance,
    *,
    preview: bool = True,
    state: str | None = None,
    fill: bool = True,
    seed: int = 0,
    at: datetime | None = None,
    site: str = "http://127.0.0.1:8000",
) -> Repaired:
    """Repair the current schedule with the fewest moves; what is locked or has begun stays.

    Parameters
    ----------
    preview
        Only say what would be done.
    state
        Of a preview: apply exactly that, or nothing.
    fill
        Give freed slots to standby pairs at once.
    at
        What counts as now, in local time; for rehearsals, by organisers.
    site
        Where people reach the service; links in letters begin with it.

    Raises
    ------
    ChangedMeanwhileError
        The schedule, the people or the clock are no longer those of the preview.
    ConflictError
        The last slot has begun.
    """
    if preview:
        told = look(session, actor, event, what, fill=fill, seed=seed, at=at)
        note_look(session, actor, event, what)
        return told
    actor.must_be_organiser()
    now = moment(actor, event, at)
    hold_schedule(session, event.id, alone=True)
    effect, told = _worked_out(session, event, what, now, fill, seed)
    if state is not None and state != told.state:
        raise ChangedMeanwhileError(
            "The schedule is no longer the one of your preview; look at a new one and apply that.", state=told.state
        )
    session.add_all(effect.rows)
    for row in effect.gone:
        session.delete(row)
    session.flush()
    absent = effect.who.id if effect.who is not None and what.kind in ("no_show", "leaves", "late") else None
    told.added_ids.update(apply(session, told, absent))
    record(
        session, actor, "schedule.repaired", event_id=event.id, target_id=told.day.schedule.id, kind=what.kind,
        moved=len(told.moved), cancelled=len(told.cancelled), added=len(told.added), state=told.state,
    )  # fmt: skip
    return replace(told, applied=True, publication=tell_of(session, actor, event, told, site))


@collecting.held()
def look(
    session: Session,
    actor: Actor,
    event: Event,
    what: Disturbance,
    *,
    fill: bool = True,
    seed: int = 0,
    at: datetime | None = None,
) -> Repaired:
    """What `repair` would do, in a session that only reads, so that nobody waits for it; see there."""
    actor.must_be_organiser()
    return _worked_out(session, event, what, moment(actor, event, at), fill, seed)[1]


def note_look(session: Session, actor: Actor, event: Event, what: Disturbance) -> None:
    """Put a preview into the audit trail."""
    record(session, actor, "schedule.repair_previewed", event_id=event.id, kind=what.kind)


def _worked_out(
    session: Session, event: Event, what: Disturbance, now: datetime, fill: bool, seed: int
) -> tuple[Effect, Repaired]:
    """What a disturbance takes away, and the repair for it; nothing is written."""
    grid = grid_of(session, event.id)
    effect = effect_of(session, event, grid, what, now)
    only = (effect.who.id,) if effect.who is not None and what.kind in ("fill", "back") else ()
    day = read_day(session, event, now, only=only, grid=effect.upon(grid))
    found = _mended(day, fill, seed)
    tag = content_hash(json.dumps([day.problem, day.plan], sort_keys=True), str(fill), str(seed))
    return effect, _told(day, found, tag, now)


def standby(
    session: Session, actor: Actor, event: Event, *, slot: str | None = None, at: datetime | None = None
) -> Repaired:
    """The pairs that could take a slot that is free as things stand, the best first; nothing is changed."""
    actor.must_be_staff()
    now = moment(actor, event, at)
    day = read_day(session, event, now, slot=slot)
    return _told(day, _mended(day, False, 0), "", now)


def _mended(day: Day, fill: bool, seed: int) -> Repair:
    plan = {**day.plan, "seed": seed}
    return mend(read_problem(day.problem), plan, {"format": "fairmatch/events@1", "events": []}, fill=fill)


def _told(day: Day, found: Repair, tag: str, now: datetime) -> Repaired:
    named = naming(day.people.values())

    def moves(changes: tuple[Change, ...]) -> tuple[Move, ...]:
        return tuple(_move(day, change, named) for change in changes)

    waiting = tuple(Waiting(day.pairs[s.meeting].sides, day.pairs[s.meeting].value, s.slots) for s in found.standby)
    return Repaired(day, tag, now, False, moves(found.moved), moves(found.cancelled), moves(found.added), waiting)


def _move(day: Day, change: Change, named: Any) -> Move:
    pair = day.pairs[change.meeting]
    return Move(
        change.meeting,
        pair.meeting.id if pair.meeting else None,
        pair.sides,
        pair.value,
        change.before.as_dict() if change.before else None,
        change.after.as_dict() if change.after else None,
        change.code,
        {lang: "; ".join(said.words(lang, named[lang]) for said in change.said) for lang in LANGUAGES},
    )
