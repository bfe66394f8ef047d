"""Read a schedule: as the API shows it, and as the exporters take it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.errors import NotFoundError
from app.core.i18n import language, names_in
from app.db.models import (
    Event,
    EventBody,
    Interpreter,
    InterpreterHold,
    LeftOutPair,
    Match,
    Meeting,
    PlaceHold,
    Publication,
    RequestRevision,
    Schedule,
    Slot,
    SourcingRequest,
)
from app.db.models import Place as PlaceRow
from app.db.queries.grid import grid_of
from app.db.queries.scoped import fetch
from app.domain import timetables as tt
from app.domain.publications import Entry, align
from app.services.access import Actor
from app.services.explanations import strongest
from app.services.participants import participants, parties_of
from app.services.publishing.rows import standing_rows

#: ids that are named in a query; of more than these everything of the event is read
_FEW = 400


@dataclass(frozen=True)
class Reason:
    """Why two parties meet: the request it is about, and what speaks for it."""

    purpose: str
    because: tuple[str, ...]


@dataclass(frozen=True)
class HeldMeeting:
    """A meeting with the names of all it takes."""

    meeting: Meeting
    slot: Slot
    place: str | None
    zone: str
    interpreter: str | None


def held_meetings(session: Session, schedule_id: UUID) -> list[HeldMeeting]:
    """Meetings of a schedule in the order of time and place; one query."""
    rows = session.execute(
        select(Meeting, Slot, PlaceRow.code, PlaceRow.zone, Interpreter.name)
        .join(Slot, Slot.id == Meeting.slot_id)
        .outerjoin(PlaceHold, (PlaceHold.meeting_id == Meeting.id) & (PlaceHold.slot_id == Meeting.slot_id))
        .outerjoin(PlaceRow, PlaceRow.id == PlaceHold.place_id)
        .outerjoin(
            InterpreterHold,
            (InterpreterHold.meeting_id == Meeting.id) & (InterpreterHold.slot_id == Meeting.slot_id),
        )
        .outerjoin(Interpreter, Interpreter.id == InterpreterHold.interpreter_id)
        .where(Meeting.schedule_id == schedule_id)
        .order_by(Slot.position, PlaceRow.position, Meeting.id)
    )
    return [HeldMeeting(meeting, slot, place, zone or "", helper) for meeting, slot, place, zone, helper in rows]


def left_out(session: Session, schedule_id: UUID) -> list[LeftOutPair]:
    """Pairs left out, the most valuable first."""
    return list(
        session.scalars(
            select(LeftOutPair)
            .where(LeftOutPair.schedule_id == schedule_id)
            .order_by(LeftOutPair.value.desc(), LeftOutPair.id)
        )
    )


def timetable(session: Session, actor: Actor, schedule_id: UUID, lang: str = "en") -> tt.Timetable:
    """A finished schedule as the exporters take it, with the reasons of each pair in the reader's language.

    Raises
    ------
    NotFoundError
        There is no such schedule, or it is not finished.
    """
    schedule = fetch(session, Schedule, schedule_id, actor.tenant_id)
    if schedule.state != "done":
        raise NotFoundError(f"The schedule {schedule_id} is {schedule.state}, so there is no timetable yet.")
    event = session.get_one(Event, schedule.event_id)
    grid = grid_of(session, event.id)
    parties = parties_of(participants(session, event, withdrawn=True))
    reasons = reasons_of(session, schedule, lang)
    known = _as_calendars_know(session, event, schedule)
    edition = session.scalar(
        select(func.count()).where(Schedule.event_id == event.id, Schedule.id < schedule.id, Schedule.state == "done")
    )
    return tt.Timetable(
        event=event_info(session, event, lang),
        slots=tuple(tt.Slot(grid.slot_name(s), s.starts_at, s.ends_at) for s in grid.slots),
        places=tuple(place.code for place in grid.places),
        meetings=tuple(
            _planned(held, known[held.meeting.id], edition or 0, parties, reasons)
            for held in held_meetings(session, schedule.id)
            if held.meeting.id in known
        ),
        left_out=tuple(
            tt.LeftOut((parties[row.low_id], parties[row.high_id]), row.code, row.words(language(lang)), row.value)
            for row in left_out(session, schedule.id)
        ),
        as_of=schedule.finished_at or schedule.created_at,
        facts=tt.ScheduleFacts(
            value=schedule.value,
            bound=schedule.bound,
            gap=schedule.gap,
            status=schedule.status or "unknown",
            seed=schedule.seed,
            steps=schedule.parameters.get("steps"),
        ),
        parties=tuple(parties.values()),
    )


def _as_calendars_know(session: Session, event: Event, schedule: Schedule) -> dict[UUID, Entry]:
    """The meetings of a schedule, by their rows, under the uids that calendars know from the last publication."""
    published = session.scalar(
        select(Publication.meetings).where(Publication.event_id == event.id, Publication.superseded_at.is_(None))
    )
    rows = standing_rows(session, event, schedule.id)
    there = {row.id for row in rows}
    entries = align(event.id, [Entry.of(one) for one in published or []], rows, there)
    return {entry.id: entry for entry in entries if entry.id in there}


def _planned(
    held: HeldMeeting, known: Entry, edition: int, parties: dict[UUID, tt.Party], reasons: dict[UUID, Reason]
) -> tt.PlannedMeeting:
    meeting = held.meeting
    why = reasons.get(meeting.id)
    return tt.PlannedMeeting(
        # named after the pair, so that a calendar sees a rebuilt schedule move meetings rather than duplicate them
        id=str(known.uid),
        sequence=edition + known.sequence,
        starts_at=known.starts_at,
        ends_at=known.ends_at,
        place=held.place or "",
        parties=(parties[meeting.low_id], parties[meeting.high_id]),
        interpreter=held.interpreter,
        status=meeting.status.replace("_", "-"),
        purpose=why.purpose if why else "",
        score=meeting.value,
        reasons=why.because if why else (),
    )


def reasons_of(
    session: Session,
    schedule: Schedule,
    lang: str,
    meeting_id: UUID | None = None,
    parties: Collection[UUID] | None = None,
) -> dict[UUID, Reason]:
    """The request each meeting is about and the three strongest terms of its match, by meeting.

    Of one meeting if it is named, or of those of some `parties` (ids of participations): explanations are large.
    """
    only = (Meeting.id == meeting_id) if meeting_id else (Meeting.schedule_id == schedule.id)
    if parties is not None and len(parties) <= _FEW:
        only &= Meeting.low_id.in_(parties) | Meeting.high_id.in_(parties)
    rows = session.execute(
        select(Meeting.id, Match.revision_id, Match.explanation)
        .join(
            Match,
            (Match.run_id == schedule.match_run_id)
            & (Match.request_id == Meeting.request_id)
            & Match.seeker_id.in_((Meeting.low_id, Meeting.high_id))
            & Match.provider_id.in_((Meeting.low_id, Meeting.high_id)),
        )
        .where(only)
    ).all()
    about = {row[1] for row in rows}
    few = RequestRevision.id.in_(about) if len(about) <= _FEW else (SourcingRequest.event_id == schedule.event_id)
    asked = select(RequestRevision.id, RequestRevision.document)
    asked = asked.join(SourcingRequest, SourcingRequest.id == RequestRevision.request_id).where(few)
    titles = {key: document.get("title") or "" for key, document in session.execute(asked)}
    return {key: Reason(titles[revision], strongest(why, lang, 3)) for key, revision, why in rows}


def event_info(session: Session, event: Event, lang: str = "en") -> tt.EventInfo:
    """The event as letters, calendars and papers name it and who stands behind it, to readers of a language."""
    bodies = session.scalars(select(EventBody).where(EventBody.event_id == event.id).order_by(EventBody.position))
    return tt.EventInfo(
        code=event.code,
        name=names_in(language(lang), event.name, event.name_local)[0],
        zone=event.zone,
        place=event.place or "",
        starts_on=event.starts_on,
        ends_on=event.ends_on,
        bodies=tuple(
            tt.OrganisingBody(names_in(language(lang), body.name, body.name_local)[0], body.role) for body in bodies
        ),
    )
