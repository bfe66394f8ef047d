"""How far editions have come: the figures of an edition's first page, and a line for each in the list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.paging import Page
from app.db.models import (
    Attendee,
    Event,
    Job,
    MatchRun,
    Meeting,
    MeetingRequest,
    Participation,
    Phase,
    Publication,
    Registration,
    Schedule,
    SourcingRequest,
)
from app.services.access import Actor
from app.services.events import list_events

#: the steps from an empty edition to its day, in their order
STEPS = ("participants", "ranking", "requests", "schedule", "published", "live")
_RECENT = 5


@dataclass(frozen=True)
class Card:
    """An edition in a list, with its phases, who takes part, and whether its timetable is out."""

    event: Event
    phases: list[Phase]
    participants: int
    pairs: int
    published: bool


@dataclass(frozen=True)
class Overview:
    """What there is of an edition. `next` is the first step that is not done; None when all are."""

    participants: int
    suppliers: int
    buyers: int
    sourcing: int
    waiting: int
    ranked: MatchRun | None
    requests: int
    agreed: int
    schedule: Schedule | None
    meetings: int
    publication: Publication | None
    checked_in: int
    runs: list[MatchRun | Schedule | Job]

    @property
    def done(self) -> dict[str, bool]:
        return {
            "participants": self.participants > 0,
            "ranking": self.ranked is not None,
            "requests": self.requests > 0,
            "schedule": self.schedule is not None,
            "published": self.publication is not None,
            "live": self.checked_in > 0,
        }

    @property
    def next(self) -> str | None:
        """Meeting requests are not needed for a schedule, so they are never the next step."""
        return next((step for step in STEPS if step != "requests" and not self.done[step]), None)


def cards(session: Session, actor: Actor, *, cursor: str | None = None, limit: int = 50) -> Page[Card]:
    """The editions of the tenant, the newest first; five queries whatever their number."""
    found = list_events(session, actor, cursor=cursor, limit=limit, newest=True)
    ids = [event.id for event in found.items]
    present = _counts(session, Participation, ids, Participation.withdrawn_at.is_(None))
    pairs = dict(
        session.execute(
            select(MatchRun.event_id, MatchRun.pairs)
            .where(MatchRun.event_id.in_(ids), MatchRun.state == "done")
            .order_by(MatchRun.id)
        ).all()
    )
    out = _counts(session, Publication, ids)
    phases: dict[UUID, list[Phase]] = {key: [] for key in ids}
    for phase in session.scalars(select(Phase).where(Phase.event_id.in_(ids)).order_by(Phase.starts_at)):
        phases[phase.event_id].append(phase)
    items = [
        Card(event, phases[event.id], present.get(event.id, 0), pairs.get(event.id) or 0, event.id in out)
        for event in found.items
    ]
    return Page(items, found.next)


def _counts(session: Session, model: Any, ids: Sequence[UUID], *where: Any) -> dict[UUID, int]:
    rows = select(model.event_id, func.count()).where(model.event_id.in_(ids), *where).group_by(model.event_id)
    return {row[0]: row[1] for row in session.execute(rows)}


def overview(session: Session, event: Event) -> Overview:
    """The figures of an edition; a fixed number of queries."""
    here, part = Participation.event_id == event.id, Participation
    present = session.execute(
        select(func.count(), func.count().filter(part.supplies), func.count().filter(part.buys)).where(
            here, part.withdrawn_at.is_(None)
        )
    ).one()
    schedule = session.scalar(select(Schedule).where(Schedule.event_id == event.id, Schedule.is_current))
    planned = Meeting.status.in_(("planned", "locked", "live", "held"))
    ranked = select(MatchRun).where(MatchRun.event_id == event.id, MatchRun.state == "done")
    requests = session.execute(
        select(func.count(), func.count().filter(MeetingRequest.state == "accepted")).where(
            MeetingRequest.event_id == event.id
        )
    ).one()
    return Overview(
        participants=present[0],
        suppliers=present[1],
        buyers=present[2],
        sourcing=_count(session, SourcingRequest, event, SourcingRequest.withdrawn.is_(False)),
        waiting=_count(session, Registration, event, Registration.state == "pending"),
        ranked=session.scalar(ranked.order_by(MatchRun.id.desc()).limit(1)),
        requests=requests[0],
        agreed=requests[1],
        schedule=schedule,
        meetings=_count(session, Meeting, event, planned, Meeting.schedule_id == schedule.id) if schedule else 0,
        publication=session.scalar(
            select(Publication).where(Publication.event_id == event.id, Publication.superseded_at.is_(None))
        ),
        checked_in=session.scalar(
            select(func.count()).select_from(Attendee).join(part, part.id == Attendee.participation_id).where(
                here, Attendee.checked_in_at.is_not(None)
            )
        ) or 0,
        runs=recent_runs(session, event),
    )  # fmt: skip


def _count(session: Session, model: Any, event: Event, *where: Any) -> int:
    return session.scalar(select(func.count()).select_from(model).where(model.event_id == event.id, *where)) or 0


def recent_runs(session: Session, event: Event) -> list[MatchRun | Schedule | Job]:
    """The latest long work of an edition, of every kind, the newest first."""
    kinds: tuple[Any, ...] = (MatchRun, Schedule, Job)
    last = [select(kind).where(kind.event_id == event.id).order_by(kind.id.desc()).limit(_RECENT) for kind in kinds]
    found: list[Any] = [row for asked in last for row in session.scalars(asked)]
    return sorted(found, key=lambda row: row.id, reverse=True)[:_RECENT]
