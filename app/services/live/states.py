"""What becomes of a meeting on the day: it is live, held, or missed; a mark can be taken back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.clock import utc_now
from app.core.errors import ConflictError, InvalidInputError, NotFoundError
from app.db.models import Event, Meeting, Participation, Slot
from app.db.queries.holding import hold_schedule
from app.domain.meetings import refusal
from app.services.access import Actor
from app.services.audit import record
from app.services.live.clock import moment
from app.services.live.people import must_be_at_the_desk
from app.services.outbox import tell


def meeting_to_change(session: Session, actor: Actor, meeting_id: UUID) -> tuple[Event, Meeting]:
    """A meeting of a schedule that is current, locked for the transaction, and its event.

    Raises
    ------
    NotFoundError
        There is none for this tenant.
    ConflictError
        It belongs to a schedule that another has taken the place of.
    """
    row = session.execute(
        select(Event, Meeting.schedule_id)
        .join(Meeting, Meeting.event_id == Event.id)
        .where(Meeting.id == meeting_id, Event.tenant_id == actor.tenant_id)
    ).one_or_none()
    if row is None:
        raise NotFoundError(f"There is no meeting {meeting_id}.")
    event, schedule_id = row
    schedule = hold_schedule(session, event.id)
    if schedule is None or schedule.id != schedule_id:
        raise ConflictError("This meeting belongs to an older schedule; look it up in the current one.")
    mine = select(Meeting).where(Meeting.id == meeting_id).with_for_update()
    return event, session.scalars(mine.execution_options(populate_existing=True)).one()


def mark(
    session: Session,
    actor: Actor,
    event: Event,
    meeting: Meeting,
    state: str,
    *,
    absent: UUID | None = None,
    at: datetime | None = None,
) -> Meeting:
    """Say what became of a meeting; `meeting` comes from `meeting_to_change`.

    Parameters
    ----------
    state
        live, held, no_show, or planned, which takes a mark back.
    absent
        Of a no-show the organisation that did not come; None where it was both or nobody can say.
    """
    must_be_at_the_desk(actor)
    slot = session.get_one(Slot, meeting.slot_id)
    why = refusal(meeting.status, state, slot.starts_at, moment(actor, event, at))
    if why:
        raise ConflictError(why, conflict="state", status=meeting.status)
    if absent is not None and state != "no_show":
        raise InvalidInputError("Only of a no-show somebody is absent; leave it out.", field="absent")
    before = meeting.status, meeting.absent_id
    meeting.absent_id = _side(session, meeting, absent)
    meeting.status = state
    if before != (state, meeting.absent_id):
        meeting.changed_at = utc_now()
        session.flush()
        tell(
            session, event.tenant_id, "meeting.changed",
            event_id=str(event.id), meeting_id=str(meeting.id), status=state,
        )  # fmt: skip
    record(session, actor, f"meeting.{state}", event_id=event.id, target_id=meeting.id, before=before[0])
    return meeting


def _side(session: Session, meeting: Meeting, organisation_id: UUID | None) -> UUID | None:
    if organisation_id is None:
        return None
    sides = (Participation.id == meeting.low_id) | (Participation.id == meeting.high_id)
    found = session.scalar(select(Participation.id).where(sides, Participation.organisation_id == organisation_id))
    if found is None:
        raise InvalidInputError("The one that is absent must be one of the two of this meeting.", field="absent")
    return found
