"""Is everything in order? The installation, the database, and the invariants of the data."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, aliased

from app.core.errors import AppError
from app.core.settings import Settings
from app.db import migrate
from app.db.engine import Database
from app.db.models import (
    Attendee,
    InterpreterHold,
    MatchRun,
    Meeting,
    PlaceHold,
    Preference,
    Schedule,
    Seat,
    SlotClosed,
    Unavailable,
)
from app.io.fonts import find_font
from app.services.runs import abandoned


@dataclass(frozen=True)
class Finding:
    """One check: `ok`, `note` (worth knowing) or `wrong` (to be mended)."""

    check: str
    state: Literal["ok", "note", "wrong"]
    text: str


def examine(settings: Settings) -> list[Finding]:
    """Run every check that can run; a database that cannot be reached ends the list with that."""
    found = [_python(), _font(settings)]
    database = Database(settings.database_url)
    try:
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
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        found.append(Finding("database", "wrong", f"The database cannot be used: {reason}."))
    finally:
        database.close()
    return found


def _python() -> Finding:
    return Finding("python", "ok", f"Python {sys.version.split()[0]}.")


def _font(settings: Settings) -> Finding:
    if settings.font and not settings.font.is_file():
        return Finding("font", "wrong", f"FAIRMATCH_FONT names {settings.font}, where there is no file.")
    try:
        path = settings.font or find_font().path
    except AppError as error:
        return Finding("font", "wrong", error.message)
    return Finding("font", "ok", f"PDFs are set in {path}.")


def _invariants(session: Session) -> Iterator[Finding]:
    for check, good, bad, query in _CHECKS:
        count = session.scalar(select(func.count()).select_from(query().subquery())) or 0
        yield Finding(check, "wrong", f"{count} {bad}.") if count else Finding(check, "ok", good)
    waiting = len(abandoned(session, MatchRun)) + len(abandoned(session, Schedule))
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
