"""Is everything in order? The installation, the database, and the invariants of the data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, aliased

from app.core.settings import Settings
from app.db import migrate
from app.db.engine import Database
from app.db.models import (
    Attendee,
    InterpreterHold,
    Job,
    MatchRun,
    Meeting,
    PlaceHold,
    Preference,
    Schedule,
    Seat,
    SlotClosed,
    Unavailable,
)
from app.services.installation import Finding, examine_installation, reason, server
from app.services.runs import abandoned
from app.services.sealing import broken_chains, unsealed


def examine(settings: Settings) -> list[Finding]:
    """Run every check that can run; a database that cannot be reached ends the list with that."""
    found = list(examine_installation(settings))
    database = Database(settings.database_url)
    try:
        with database.snapshot() as connection:
            found.append(server(connection))
        revision, newest = migrate.current(database), migrate.newest()
        if revision is None:
            found.append(Finding("database", "note", "The database is empty; run: fairmatch db upgrade"))
        elif revision != newest:
            text = f"The database is at revision {revision}, newest is {newest}; run: fairmatch db upgrade"
            found.append(Finding("database", "wrong", text))
        else:
            found.append(Finding("database", "ok", f"The database answers and is at revision {revision}."))
            with database.read() as session:
                found += list(_invariants(session))
    except SQLAlchemyError as error:
        found.append(Finding("database", "wrong", f"The database cannot be used: {reason(error)}."))
    finally:
        database.close()
    return found


def _invariants(session: Session) -> Iterator[Finding]:
    for check, good, bad, query in _CHECKS:
        count = session.scalar(select(func.count()).select_from(query().subquery())) or 0
        yield Finding(check, "wrong", f"{count} {bad}.") if count else Finding(check, "ok", good)
    broken = list(broken_chains(session))
    for chain, number, how in broken:
        yield Finding("audit", "wrong", f"The audit chain {chain} is broken at entry {number}: {how}.")
    if not broken:
        yield Finding("audit", "ok", f"The audit trail holds; {unsealed(session)} entries wait for their seal.")
    waiting = len(abandoned(session, MatchRun)) + len(abandoned(session, Schedule)) + len(abandoned(session, Job))
    if waiting:
        text = f"{waiting} runs wait for a worker; a worker or the next command takes them up."
        yield Finding("runs", "note", text)


_ACTIVE = Meeting.status != "cancelled"


def _seats_short() -> Select[Any]:
    """Meetings that do not seat both parties in each of their slots."""
    seats = select(func.count()).where(Seat.meeting_id == Meeting.id).correlate(Meeting).scalar_subquery()
    return select(Meeting.id).where(_ACTIVE, seats != 2 * Meeting.length)


def _held_by_cancelled() -> Select[Any]:
    held: list[ColumnElement[bool]] = [
        select(hold.id).where(hold.meeting_id == Meeting.id).exists() for hold in (Seat, PlaceHold, InterpreterHold)
    ]
    return select(Meeting.id).where(Meeting.status == "cancelled", or_(*held))


def _away() -> Select[Any]:
    return (
        select(Seat.id)
        .join(Attendee, Attendee.id == Seat.attendee_id)
        .join(
            Unavailable,
            and_(Unavailable.participation_id == Attendee.participation_id, Unavailable.slot_id == Seat.slot_id),
        )
    )


def _closed() -> Select[Any]:
    tables = select(PlaceHold.id).join(
        SlotClosed, and_(SlotClosed.place_id == PlaceHold.place_id, SlotClosed.slot_id == PlaceHold.slot_id)
    )
    helpers = select(InterpreterHold.id).join(
        SlotClosed,
        and_(
            SlotClosed.interpreter_id == InterpreterHold.interpreter_id, SlotClosed.slot_id == InterpreterHold.slot_id
        ),
    )
    both = tables.union_all(helpers).subquery()
    return select(both.c.id)


def _blocked() -> Select[Any]:
    answer = aliased(Preference)
    return (
        select(Meeting.id)
        .join(Schedule, and_(Schedule.id == Meeting.schedule_id, Schedule.is_current))
        .join(
            answer,
            or_(
                and_(answer.from_id == Meeting.low_id, answer.to_id == Meeting.high_id),
                and_(answer.from_id == Meeting.high_id, answer.to_id == Meeting.low_id),
            ),
        )
        .where(_ACTIVE, answer.answer == "blocked")
    )


_CHECKS: tuple[tuple[str, str, str, Callable[[], Select[Any]]], ...] = (
    ("seats", "Every meeting seats both parties.", "meetings do not seat both parties in each slot", _seats_short),
    (
        "cancelled",
        "Cancelled meetings hold nothing.",
        "cancelled meetings still hold seats or tables",
        _held_by_cancelled,
    ),
    ("availability", "Nobody meets while away.", "seats are in slots in which the participant is away", _away),
    ("closed", "Nothing is used while closed.", "holds are on tables or interpreters that are closed", _closed),
    ("blocks", "No blocked pair meets.", "meetings in current schedules join a blocked pair", _blocked),
)
