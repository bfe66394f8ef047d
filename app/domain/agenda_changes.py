"""What changed for one participant between two schedules, and the calendar entries that have to go."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from app.domain.timetables import CANCELLED, Agenda, PersonalMeeting


@dataclass(frozen=True)
class AgendaChange:
    """One change: `before` is None for a new meeting, `after` for one that is off."""

    kind: Literal["new", "moved", "off"]
    before: PersonalMeeting | None
    after: PersonalMeeting | None

    @property
    def meeting(self) -> PersonalMeeting:
        """The meeting as it now is, or, where it is off, as it was."""
        found = self.after or self.before
        if found is None:
            raise ValueError("a change has a meeting before or after it")
        return found


def changes(before: Agenda, after: Agenda) -> tuple[AgendaChange, ...]:
    """What a participant has to know: new meetings, other times, tables or interpreters, meetings that are off.

    Meetings are the same if their ids are; the order is that of the times now, those that are off by their old time.
    """
    old = {meeting.id: meeting for meeting in before.held}
    new = {meeting.id: meeting for meeting in after.held}
    found = [AgendaChange("off", meeting, None) for id_, meeting in old.items() if id_ not in new]
    found += [AgendaChange("new", None, meeting) for id_, meeting in new.items() if id_ not in old]
    found += [
        AgendaChange("moved", old[id_], new[id_]) for id_ in old.keys() & new.keys() if _differ(old[id_], new[id_])
    ]
    return tuple(sorted(found, key=lambda change: (change.meeting.starts_at, change.meeting.id)))


def with_removed(before: Agenda, after: Agenda) -> Agenda:
    """`after` with the meetings of `before` that it no longer has, as cancelled and with a higher sequence.

    A calendar that holds the older entries takes them off only if the newer file says so.
    """
    known = {meeting.id for meeting in after.meetings}
    gone = (
        replace(meeting, status=CANCELLED, sequence=meeting.sequence + (not meeting.is_cancelled))
        for meeting in before.meetings
        if meeting.id not in known
    )
    meetings = sorted((*after.meetings, *gone), key=lambda meeting: (meeting.starts_at, meeting.id))
    return replace(after, meetings=tuple(meetings))


def _differ(one: PersonalMeeting, other: PersonalMeeting) -> bool:
    def seen(meeting: PersonalMeeting) -> tuple[object, ...]:
        return meeting.starts_at, meeting.ends_at, meeting.place, meeting.interpreter, meeting.counterpart.id

    return seen(one) != seen(other)
