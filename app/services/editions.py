"""Change an edition: what it is called, when and where it is, its phases, its bodies, who may seek whom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.core.errors import ConflictError, InvalidInputError
from app.db.models import AgendaItem, Event, EventBody, Meeting, PairingRule, Phase, Slot
from app.db.queries.scoped import touch
from app.domain.editions import EventPatch, moved
from app.domain.fairs import BodyShape, PairingRuleShape, PhaseShape, Rules, RulesPatch
from app.domain.participants import KINDS
from app.services.access import Actor
from app.services.audit import record
from app.services.events import series_named, write_bodies, write_phases

_AWAY = timedelta(days=36_500)


def change_event(session: Session, actor: Actor, event: Event, patch: EventPatch) -> None:
    """Change what is said of an edition; `event` has to be locked.

    Another zone keeps the wall-clock times of slots, phases and agenda, as long as nobody has a meeting yet; other
    dates have to hold what is planned already.

    Raises
    ------
    ConflictError
        Meetings or slots stand in the way.
    InvalidInputError
        The new facts contradict each other.
    """
    actor.must_be_organiser()
    said = patch.said()
    rules: RulesPatch | None = said.pop("rules", None)
    if "series" in said:
        series = said.pop("series")
        event.series_id = series_named(session, actor, series) if series else None
    zone = said.pop("zone", event.zone)
    if zone != event.zone:
        _rezone(session, event, ZoneInfo(zone))
    for name, value in said.items():
        setattr(event, name, value)
    if rules is not None:
        event.rules = _merged(event, rules)
    _must_hold_its_days(session, event)
    session.flush()
    changed = sorted(patch.model_fields_set)
    record(session, actor, "event.changed", event_id=event.id, target_id=event.id, fields=changed)


def set_phases(session: Session, actor: Actor, event: Event, phases: Sequence[PhaseShape]) -> None:
    """Replace the phases of an edition; times are local times of its zone."""
    actor.must_be_organiser()
    session.execute(delete(Phase).where(Phase.event_id == event.id))
    write_phases(session, event, phases)
    _done(session, actor, event, "event.phases_set", phases=[phase.name for phase in phases])


def set_bodies(session: Session, actor: Actor, event: Event, bodies: Sequence[BodyShape]) -> None:
    """Replace the bodies behind an edition."""
    actor.must_be_organiser()
    session.execute(delete(EventBody).where(EventBody.event_id == event.id))
    write_bodies(session, event, bodies)
    _done(session, actor, event, "event.bodies_set", bodies=len(bodies))


def set_pairing_rules(session: Session, actor: Actor, event: Event, rules: Sequence[PairingRuleShape]) -> None:
    """Put other pairing rules in force, as the next revision; the ones before are kept.

    No rule means that everybody may seek everybody. As a revision without rows would be none, it is kept as all pairs
    there are.
    """
    actor.must_be_organiser()
    last = session.scalar(select(func.max(PairingRule.revision)).where(PairingRule.event_id == event.id)) or 0
    pairs = dict.fromkeys((rule.seeker, rule.provider) for rule in rules)
    if not pairs and last:
        pairs = dict.fromkeys((seeker, provider) for seeker in KINDS for provider in KINDS)
    session.add_all(
        PairingRule(event_id=event.id, revision=last + 1, seeker=seeker, provider=provider)
        for seeker, provider in pairs
    )
    _done(session, actor, event, "event.pairing_rules_set", revision=last + 1, rules=len(rules))


def _done(session: Session, actor: Actor, event: Event, deed: str, **details: Any) -> None:
    touch(event)
    session.flush()
    record(session, actor, deed, event_id=event.id, target_id=event.id, **details)


def _merged(event: Event, patch: RulesPatch) -> dict[str, Any]:
    """The rules with those of the patch in them; what is not among `Rules` any more is left as it is."""
    now = {name: event.rules[name] for name in Rules.model_fields if name in event.rules}
    try:
        whole = Rules.model_validate(now | patch.model_dump(exclude_unset=True))
    except ValueError as error:
        raise InvalidInputError(f"The rules contradict each other: {error}.", field="rules") from error
    return {**event.rules, **whole.model_dump(mode="json")}


def _rezone(session: Session, event: Event, zone: ZoneInfo) -> None:
    held = session.scalar(select(func.count()).select_from(Meeting).where(Meeting.event_id == event.id))
    if held:
        raise ConflictError(
            f"{held} meetings are planned in {event.zone}; another zone would move each of them. "
            "Cancel the schedule first, or copy the edition and set the zone there.",
            conflict="meetings",
        )
    old = ZoneInfo(event.zone)
    kinds: list[type[Any]] = [Slot, Phase, AgendaItem]
    rows = [row for kind in kinds for row in session.scalars(select(kind).where(kind.event_id == event.id))]
    times = {row: moved(row, old, zone) for row in rows}
    for row in rows:  # out of the way first: no two slots of an event may begin at the same time, not even for a moment
        row.starts_at, row.ends_at = row.starts_at - _AWAY, row.ends_at - _AWAY
    session.flush()
    for row, (begin, end) in times.items():
        row.starts_at, row.ends_at = begin, end
    event.zone = zone.key


def _must_hold_its_days(session: Session, event: Event) -> None:
    if event.starts_on > event.ends_on:
        raise InvalidInputError(
            f"The event would end on {event.ends_on}, before it starts on {event.starts_on}.", field="ends_on"
        )
    zone = ZoneInfo(event.zone)

    def outside(moment: datetime) -> bool:
        return not event.starts_on <= moment.astimezone(zone).date() <= event.ends_on

    slots = session.scalars(select(Slot).where(Slot.event_id == event.id).order_by(Slot.starts_at)).all()
    left = [slot for slot in slots if outside(slot.starts_at)]
    if left:
        first = left[0].starts_at.astimezone(zone)
        raise ConflictError(
            f"{len(left)} of {len(slots)} slots lie outside {event.starts_on} – {event.ends_on}, the first on "
            f"{first:%Y-%m-%d at %H:%M}. To move an edition, copy it to the new first day.",
            conflict="slots",
        )
