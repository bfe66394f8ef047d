"""Schedules, meetings, and the rows that make double booking impossible.

A meeting takes one seat row per attendee, one place hold and at most one interpreter hold **for each slot it
occupies**; the unique constraints on these rows forbid that a person, a table or an interpreter is booked twice.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, Dated, Identified, Versioned, one_of
from app.db.models.runs import Run
from app.domain.meetings import MEETING_STATES


class Schedule(Run, Base):
    """A plan of an event; at most one per event is current, and bookings act on that one."""

    __tablename__ = "schedule"

    match_run_id: Mapped[UUID | None]
    is_current: Mapped[bool] = mapped_column(default=False)
    seed: Mapped[int] = mapped_column(default=0)
    status: Mapped[str | None] = mapped_column(String(16))
    value: Mapped[float | None]
    objective: Mapped[float | None]
    bound: Mapped[float | None]
    gap: Mapped[float | None]
    breaks: Mapped[int | None]
    missing_required: Mapped[int | None]
    shortfall: Mapped[int | None]
    #: what the engine was given; megabytes, so it is read only where it is asked for
    problem: Mapped[dict[str, Any] | None] = mapped_column(deferred=True)
    #: by language, lines that say what would let more meetings in and which requirements contradict each other
    advice: Mapped[dict[str, Any] | None]


Index(
    "uq_schedule_current",
    Schedule.event_id,
    unique=True,
    sqlite_where=text("is_current"),
    postgresql_where=text("is_current"),
)


class Meeting(Identified, Dated, Versioned, Base):
    __tablename__ = "meeting"
    __table_args__ = (
        one_of("status", MEETING_STATES),
        UniqueConstraint("schedule_id", "id"),
        UniqueConstraint("event_id", "schedule_id", "id"),
        CheckConstraint("low_id < high_id", name="two_parties"),
        CheckConstraint("length >= 1", name="length"),
        ForeignKeyConstraint(["event_id", "schedule_id"], ["schedule.event_id", "schedule.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["event_id", "slot_id"], ["slot.event_id", "slot.id"]),
        ForeignKeyConstraint(["event_id", "low_id"], ["participation.event_id", "participation.id"]),
        ForeignKeyConstraint(["event_id", "high_id"], ["participation.event_id", "participation.id"]),
        ForeignKeyConstraint(["event_id", "request_id"], ["sourcing_request.event_id", "sourcing_request.id"]),
        ForeignKeyConstraint(["event_id", "absent_id"], ["participation.event_id", "participation.id"]),
        CheckConstraint("absent_id IS NULL OR absent_id = low_id OR absent_id = high_id", name="absent"),
        Index("ix_meeting_schedule_slot", "schedule_id", "slot_id"),
    )

    event_id: Mapped[UUID]
    schedule_id: Mapped[UUID]
    #: the two participations, the smaller id first, so that a pair has one spelling
    low_id: Mapped[UUID]
    high_id: Mapped[UUID]
    request_id: Mapped[UUID | None]
    slot_id: Mapped[UUID]
    length: Mapped[int] = mapped_column(default=1)
    status: Mapped[str] = mapped_column(String(16), default="planned")
    value: Mapped[float] = mapped_column(default=0.0)
    #: copied from the event's rules: whether this pair may meet only once
    once: Mapped[bool] = mapped_column(default=True)
    sequence: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime | None]
    #: of a no-show the party that did not come; None where it was both or nobody can say
    absent_id: Mapped[UUID | None]
    #: why it was cancelled or moved, in words for both parties
    note: Mapped[str] = mapped_column(String(500), default="")


_ONCE = text("once AND status <> 'cancelled'")
Index(
    "uq_meeting_pair",
    Meeting.schedule_id,
    Meeting.low_id,
    Meeting.high_id,
    unique=True,
    sqlite_where=_ONCE,
    postgresql_where=_ONCE,
)


class _Occupies(Identified):
    event_id: Mapped[UUID]
    schedule_id: Mapped[UUID]
    meeting_id: Mapped[UUID]
    slot_id: Mapped[UUID]


def _held(resource: str, table: str, *extra: Any) -> tuple[Any, ...]:
    """Constraints of a row that occupies `resource` in one slot: once per schedule and slot, all of one event."""
    return (
        UniqueConstraint("schedule_id", "slot_id", resource),
        Index(f"ix_{table}_meeting", "meeting_id"),
        ForeignKeyConstraint(
            ["event_id", "schedule_id", "meeting_id"],
            ["meeting.event_id", "meeting.schedule_id", "meeting.id"],
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(["event_id", "slot_id"], ["slot.event_id", "slot.id"]),
        *extra,
    )


class Seat(_Occupies, Base):
    """A person in a meeting, for one slot."""

    __tablename__ = "seat"
    __table_args__ = _held(
        "attendee_id", "seat", ForeignKeyConstraint(["event_id", "attendee_id"], ["attendee.event_id", "attendee.id"])
    )

    attendee_id: Mapped[UUID]


class PlaceHold(_Occupies, Base):
    """A table or booth taken by a meeting, for one slot."""

    __tablename__ = "place_hold"
    __table_args__ = _held(
        "place_id",
        "place_hold",
        UniqueConstraint("meeting_id", "slot_id"),
        ForeignKeyConstraint(["event_id", "place_id"], ["place.event_id", "place.id"]),
    )

    place_id: Mapped[UUID]


class InterpreterHold(_Occupies, Base):
    """An interpreter taken by a meeting, for one slot."""

    __tablename__ = "interpreter_hold"
    __table_args__ = _held(
        "interpreter_id",
        "interpreter_hold",
        UniqueConstraint("meeting_id", "slot_id"),
        ForeignKeyConstraint(["event_id", "interpreter_id"], ["interpreter.event_id", "interpreter.id"]),
    )

    interpreter_id: Mapped[UUID]


class LeftOutPair(Identified, Base):
    """A pair worth meeting that the plan could not hold, with the binding constraint."""

    __tablename__ = "left_out_pair"
    __table_args__ = (
        UniqueConstraint("schedule_id", "low_id", "high_id", "request_id"),
        CheckConstraint("low_id < high_id", name="two_parties"),
        ForeignKeyConstraint(["event_id", "schedule_id"], ["schedule.event_id", "schedule.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["event_id", "low_id"], ["participation.event_id", "participation.id"]),
        ForeignKeyConstraint(["event_id", "high_id"], ["participation.event_id", "participation.id"]),
    )

    event_id: Mapped[UUID]
    schedule_id: Mapped[UUID]
    low_id: Mapped[UUID]
    high_id: Mapped[UUID]
    request_id: Mapped[UUID | None]
    value: Mapped[float]
    code: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(String(1000))
    #: the sentence by language; None in schedules built before there was one
    reasons: Mapped[dict[str, Any] | None]

    def words(self, lang: str) -> str:
        """The reason in a language, in English where there is no other."""
        return str((self.reasons or {}).get(lang, self.reason))
