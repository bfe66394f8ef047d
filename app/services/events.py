"""Editions: create one with its grid, find it, list them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import ConflictError, InvalidInputError, NotFoundError
from app.core.paging import Page
from app.db.models import (
    Event,
    EventBody,
    HostFair,
    Interpreter,
    PairingRule,
    Phase,
    Place,
    Series,
    Slot,
    SlotClosed,
)
from app.db.queries.scoped import fetch, locked, page
from app.domain.fairs import BodyShape, EventShape, HostFairShape, PhaseShape, SeriesShape
from app.domain.participants import PairingRules
from app.domain.slots import Span, cut, overlapping
from app.services.access import Actor
from app.services.agenda import write_agenda
from app.services.audit import record


def create_event(session: Session, actor: Actor, shape: EventShape) -> Event:
    """Create an edition: its bodies, phases, slots, places, interpreters and pairing rules."""
    actor.must_be_organiser()
    if session.scalar(select(Event.id).where(Event.tenant_id == actor.tenant_id, Event.code == shape.code)):
        raise ConflictError(f"There is an event {shape.code!r} already; give the new edition a code of its own.")
    event = Event(
        tenant_id=actor.tenant_id,
        series_id=series_named(session, actor, shape.series) if shape.series else None,
        host_fair_id=host_fair_named(session, actor, shape.host_fair) if shape.host_fair else None,
        rules=shape.rules().model_dump(mode="json"),
        **{
            name: getattr(shape, name)
            for name in (
                "code", "name", "name_local", "form", "zone", "currency", "language", "place", "starts_on", "ends_on",
                "slot_minutes", "as_of",
            )
        },
    )  # fmt: skip
    session.add(event)
    session.flush()
    write_bodies(session, event, shape.bodies)
    write_phases(session, event, shape.phases)
    write_agenda(session, event, shape.agenda)
    _grid(session, event, shape)
    session.add_all(
        PairingRule(event_id=event.id, revision=1, seeker=seeker, provider=provider)
        for seeker, provider in dict.fromkeys((rule.seeker, rule.provider) for rule in shape.pairing_rules)
    )
    session.flush()
    record(session, actor, "event.created", event_id=event.id, target_id=event.id, code=event.code)
    return event


def lock_event(session: Session, actor: Actor, name: str) -> Event:
    """Return an event by its code or id, kept from other writers until the transaction ends."""
    return locked(session, find_event(session, actor, name))


def find_event(session: Session, actor: Actor, name: str) -> Event:
    """Return an event by its code or id."""
    event = session.scalar(select(Event).where(Event.tenant_id == actor.tenant_id, Event.code == name))
    if event is None:
        try:
            return fetch(session, Event, UUID(name), actor.tenant_id)
        except ValueError:
            pass
        codes = session.scalars(select(Event.code).where(Event.tenant_id == actor.tenant_id).order_by(Event.code))
        raise NotFoundError(f"There is no event {name!r}; there is {', '.join(codes) or 'none yet'}.")
    return event


def list_events(
    session: Session, actor: Actor, *, cursor: str | None = None, limit: int = 50, newest: bool = False
) -> Page[Event]:
    """The editions of the tenant in the order of their making, or the newest first."""
    mine = select(Event).where(Event.tenant_id == actor.tenant_id)
    return page(session, mine, Event, cursor=cursor, limit=limit, newest=newest)


def free_event_code(session: Session, actor: Actor, name: str, year: int) -> str:
    """A code that no edition of the tenant has, made of the letters and digits of a name and the year."""
    stem = stem_of(name, "fair")
    return free_code(session, Event, actor, stem if str(year) in stem else f"{stem}-{year}")


def stem_of(name: str, otherwise: str) -> str:
    """The letters and digits of a name, for a code; `otherwise` where it has none of the Latin alphabet."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-") or otherwise


def free_code(session: Session, model: type[Event | Series], actor: Actor, stem: str) -> str:
    """`stem`, or with the first number behind it that no row of the tenant has."""
    mine = select(model.code).where(model.tenant_id == actor.tenant_id, model.code.startswith(stem, autoescape=True))
    taken = set(session.scalars(mine))
    return next(code for code in (stem, *(f"{stem}-{n}" for n in range(2, len(taken) + 3))) if code not in taken)


def pairing_rules(session: Session, event_id: UUID) -> PairingRules:
    """Return the rules in force: those of the highest revision."""
    rows = session.scalars(
        select(PairingRule).where(PairingRule.event_id == event_id).order_by(PairingRule.revision.desc())
    ).all()
    newest = rows[0].revision if rows else 0
    return PairingRules.of((row.seeker, row.provider) for row in rows if row.revision == newest)


def series_named(session: Session, actor: Actor, shape: SeriesShape) -> UUID:
    """The id of the series with this code; it is made if there is none."""
    row = session.scalar(select(Series).where(Series.tenant_id == actor.tenant_id, Series.code == shape.code))
    if row is None:
        row = Series(tenant_id=actor.tenant_id, code=shape.code, name=shape.name)
        session.add(row)
        session.flush()
    return row.id


def host_fair_named(session: Session, actor: Actor, fair: HostFairShape) -> UUID:
    """The id of the fair of this name that begins on this day; it is made if there is none."""
    row = session.scalar(
        select(HostFair).where(
            HostFair.tenant_id == actor.tenant_id, HostFair.name == fair.name, HostFair.starts_on == fair.starts_on
        )
    )
    if row is None:
        row = HostFair(tenant_id=actor.tenant_id, **fair.model_dump())
        session.add(row)
        session.flush()
    return row.id


def write_bodies(session: Session, event: Event, bodies: Iterable[BodyShape]) -> None:
    """Add the bodies behind an event, in their order."""
    session.add_all(EventBody(event_id=event.id, position=n, **body.model_dump()) for n, body in enumerate(bodies))


def write_phases(session: Session, event: Event, phases: Iterable[PhaseShape]) -> None:
    """Add the phases of an event; their local times are those of its zone."""
    zone = ZoneInfo(event.zone)
    session.add_all(
        Phase(
            event_id=event.id,
            name=phase.name,
            starts_at=phase.starts_at.replace(tzinfo=zone).astimezone(UTC),
            ends_at=phase.ends_at.replace(tzinfo=zone).astimezone(UTC),
        )
        for phase in phases
    )


def _grid(session: Session, event: Event, shape: EventShape) -> None:
    zone = shape.zone_info()
    sessions = [(s.date, s.starts, s.ends, s.name) for s in shape.sessions]
    try:
        spans: list[Span] = cut(sessions, shape.slot_minutes, zone)
    except ValueError as error:
        raise InvalidInputError(f"The sessions of {shape.code!r} cannot be cut into slots: {error}.") from error
    slots = [
        Slot(event_id=event.id, position=n, session=span.session, starts_at=span.starts_at, ends_at=span.ends_at)
        for n, span in enumerate(spans)
    ]
    places = [Place(event_id=event.id, position=n, **p.model_dump()) for n, p in enumerate(shape.places)]
    helpers = [
        Interpreter(event_id=event.id, position=n, name=i.name, languages=i.languages)
        for n, i in enumerate(shape.interpreters)
    ]
    rows: list[Any] = [*slots, *places, *helpers]
    session.add_all(rows)
    session.flush()
    session.add_all(
        SlotClosed(event_id=event.id, slot_id=slots[position].id, interpreter_id=row.id)
        for row, given in zip(helpers, shape.interpreters, strict=True)
        for position in sorted({p for a, b in given.unavailable for p in overlapping(spans, a, b, zone)})
    )
    session.flush()
