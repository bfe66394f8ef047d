"""Publish the current schedule: guards first, then one snapshot that never changes, then who learns of it.

The whole is one transaction that holds the schedule alone: whoever books, moves or cancels waits or is waited for, so a
publication never shows half a change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core import collecting
from app.core.clock import utc_now
from app.core.errors import ConflictError, NotFoundError
from app.core.paging import Page
from app.db.models import Event, Meeting, Organisation, Participation, Publication, Schedule
from app.db.queries.grid import grid_of
from app.db.queries.holding import hold_schedule
from app.db.queries.scoped import fetch, page
from app.domain.publications import Difference, Entry, Standing, align, counts, differences
from app.services.access import Actor
from app.services.audit import record
from app.services.outbox import tell
from app.services.publishing.guards import faults
from app.services.publishing.letters import write_to
from app.services.publishing.rows import agreed_meetings, standing_rows


@dataclass(frozen=True)
class Draft:
    """The current schedule beside what was published last."""

    before: Publication | None
    published: tuple[Entry, ...]
    entries: tuple[Entry, ...]
    found: tuple[Difference, ...]


def last_publication(session: Session, event_id: UUID) -> Publication | None:
    """The publication in force."""
    return session.scalar(
        select(Publication).where(Publication.event_id == event_id, Publication.superseded_at.is_(None))
    )


def entries_of(publication: Publication | None) -> tuple[Entry, ...]:
    return tuple(Entry.of(one) for one in publication.meetings) if publication else ()


def draft(session: Session, event: Event, schedule_id: UUID, rows: Sequence[Standing] | None = None) -> Draft:
    """What publishing a schedule of the event would change; `rows` are its meetings, where they have been read."""
    before = last_publication(session, event.id)
    published = entries_of(before)
    known = agreed_meetings(session, event.id)
    rows = standing_rows(session, event, schedule_id) if rows is None else rows
    after = align(event.id, published, rows, known)
    return Draft(before, published, tuple(after), tuple(differences(published, after)))


def schedule_to_show(session: Session, event: Event, schedule_id: UUID | None = None) -> Schedule:
    """The current schedule of an event, or the finished one that is named, to be compared with it.

    Raises
    ------
    NotFoundError
        There is none.
    """
    wanted = Schedule.id == schedule_id if schedule_id else Schedule.is_current
    row = session.scalar(select(Schedule).where(Schedule.event_id == event.id, Schedule.state == "done", wanted))
    if row is None:
        raise NotFoundError(
            f"The event {event.code!r} has no finished schedule {schedule_id}."
            if schedule_id
            else f"The event {event.code!r} has no schedule yet; build one or book a meeting."
        )
    return row


@collecting.held()
def publish(session: Session, actor: Actor, event: Event, site: str) -> Publication:
    """Publish the current schedule.

    Raises
    ------
    ConflictError
        Nothing has changed, or `problems` names what must not be published.
    """
    actor.must_be_organiser()
    schedule = _hold_alone(session, event)
    rows = standing_rows(session, event, schedule.id)
    wrong = faults(session, event, schedule.id, rows)
    if wrong:
        raise ConflictError(
            f"Not published: {wrong[0]['detail']}"
            + (f" There are {len(wrong) - 1} more; see `problems`." if len(wrong) > 1 else ""),
            conflict=wrong[0]["code"],
            problems=wrong[:100],
        )
    plan = draft(session, event, schedule.id, rows)
    if plan.before is not None and not plan.found:
        raise ConflictError(
            f"Nothing has changed since publication {plan.before.number}.",
            conflict="unchanged",
            number=plan.before.number,
        )
    row = _write(session, event, schedule, plan)
    record(session, actor, "schedule.published", event_id=event.id, target_id=row.id, number=row.number)
    tell(
        session, event.tenant_id, "schedule.published",
        event_id=str(event.id), publication_id=str(row.id), number=row.number, changes=row.changes,
    )  # fmt: skip
    affected = {part for one in plan.found for part in one.after.pair}
    before = plan.published if plan.before else None
    write_to(session, event, schedule, affected, before, plan.entries, row.created_at, site)
    return row


def list_publications(
    session: Session, event: Event, *, cursor: str | None = None, limit: int = 50
) -> Page[Publication]:
    return page(session, select(Publication).where(Publication.event_id == event.id), Publication,
                cursor=cursor, limit=limit)  # fmt: skip


def find_publication(session: Session, actor: Actor, publication_id: UUID) -> tuple[Event, Publication]:
    """A publication and its event, for the organiser's people."""
    row = fetch(session, Publication, publication_id, actor.tenant_id)
    return session.get_one(Event, row.event_id), row


class Names:
    """What the ids of entries stand for; four queries."""

    def __init__(self, session: Session, event: Event) -> None:
        grid = grid_of(session, event.id)
        self.zone = ZoneInfo(event.zone)
        self.slots = {slot.id: grid.slot_name(slot) for slot in grid.slots}
        self.places = {place.id: place.code for place in grid.places}
        self.helpers = {helper.id: helper.name for helper in grid.interpreters}
        self.parties: dict[UUID, Organisation] = dict(
            session.execute(
                select(Participation.id, Organisation)
                .join(Organisation, Organisation.id == Participation.organisation_id)
                .where(Participation.event_id == event.id)
            ).all()
        )

    def where(self, entry: Entry) -> dict[str, Any]:
        """When and where an entry is."""
        return {
            "slot": self.slots.get(entry.slot_id, ""),
            "starts_at": entry.starts_at.astimezone(self.zone),
            "ends_at": entry.ends_at.astimezone(self.zone),
            "place": self.places.get(entry.place_id) if entry.place_id else None,
            "interpreter": self.helpers.get(entry.helper_id) if entry.helper_id else None,
        }

    def whole(self, entry: Entry) -> dict[str, Any]:
        """An entry with its parties."""
        return {
            "id": entry.id,
            "uid": entry.uid,
            "sequence": entry.sequence,
            **self.where(entry),
            "organisations": [self.parties[entry.low_id], self.parties[entry.high_id]],
            "status": entry.status,
            "value": entry.value,
        }

    def row(self, one: Difference) -> dict[str, Any]:
        """A difference as a row of before and after."""
        return {
            "kind": one.kind,
            "meeting": one.after.id,
            "organisations": [self.parties[one.after.low_id], self.parties[one.after.high_id]],
            "before": self.where(one.before) if one.before else None,
            "after": self.where(one.after) if one.kind != "removed" else None,
        }


def changes_of(plan: Draft) -> dict[str, int]:
    """The counts of a draft: by kind, and how many meetings there are then."""
    return {**counts(plan.found), "meetings": sum(not entry.is_off for entry in plan.entries)}


def _hold_alone(session: Session, event: Event) -> Schedule:
    """Lock the current schedule against every change of it, and its meetings as they are."""
    schedule = hold_schedule(session, event.id, alone=True)
    if schedule is None:
        raise ConflictError("There is no schedule to publish yet; build one or book a meeting.", conflict="schedule")
    session.scalars(
        select(Meeting.id).where(Meeting.schedule_id == schedule.id).order_by(Meeting.id).with_for_update(read=True)
    ).all()
    return schedule


def _write(session: Session, event: Event, schedule: Schedule, plan: Draft) -> Publication:
    if plan.before is not None:
        plan.before.superseded_at = utc_now()
        session.flush()
    last = session.scalar(select(func.max(Publication.number)).where(Publication.event_id == event.id))
    row = Publication(
        tenant_id=event.tenant_id,
        event_id=event.id,
        schedule_id=schedule.id,
        number=(last or 0) + 1,
        meetings=[entry.as_dict() for entry in plan.entries],
        changes=changes_of(plan),
    )
    session.add(row)
    session.flush()
    return row
