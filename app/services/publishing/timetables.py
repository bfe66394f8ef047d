"""From entries, which are ids, to the timetable that letters, calendars and papers are made from."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.db.models import Event, Organisation, Schedule
from app.db.queries.grid import Grid, grid_of
from app.domain import timetables as tt
from app.domain.publications import Entry
from app.services.participants import Participant, participants, parties_of
from app.services.schedules import Reason, event_info, reasons_of


@dataclass(frozen=True)
class Backdrop:
    """What entries of an event are shown before: the event, its grid, who takes part, and why they meet."""

    event: tt.EventInfo
    grid: Grid
    people: Mapping[UUID, Participant]
    reasons: Mapping[UUID, Reason]
    purposes: Mapping[UUID, str]

    def purpose(self, entry: Entry) -> str:
        why = self.reasons.get(entry.id)
        return (why.purpose if why else "") or self.purposes.get(entry.id, "")

    def organisation(self, participation_id: UUID) -> Organisation:
        return self.people[participation_id].organisation

    def timetable(self, entries: Collection[Entry], as_of: datetime) -> tt.Timetable:
        """The entries as a timetable; its meetings are named by their uid."""
        parties = parties_of(self.people.values())
        codes: dict[Any, str] = {place.id: place.code for place in self.grid.places}
        helpers: dict[Any, str] = {helper.id: helper.name for helper in self.grid.interpreters}
        return tt.Timetable(
            event=self.event,
            slots=tuple(tt.Slot(self.grid.slot_name(s), s.starts_at, s.ends_at) for s in self.grid.slots),
            places=tuple(place.code for place in self.grid.places),
            meetings=tuple(
                tt.PlannedMeeting(
                    id=str(entry.uid),
                    sequence=entry.sequence,
                    starts_at=entry.starts_at,
                    ends_at=entry.ends_at,
                    place=codes.get(entry.place_id, ""),
                    parties=(parties[entry.low_id], parties[entry.high_id]),
                    interpreter=helpers.get(entry.helper_id),
                    status=entry.status.replace("_", "-"),
                    purpose=self.purpose(entry),
                    score=entry.value,
                    reasons=self.reasons[entry.id].because if entry.id in self.reasons else (),
                )
                for entry in entries
            ),
            as_of=as_of,
            parties=tuple(parties.values()),
        )


def backdrop(
    session: Session,
    event: Event,
    schedules: Collection[Schedule],
    purposes: Mapping[UUID, str],
    lang: str,
    only: Collection[UUID] | None = None,
    parties: Collection[UUID] | None = None,
) -> Backdrop:
    """Read what entries are shown before, reasons in a language; `only` are ids of organisations.

    With `parties` (ids of participations) reasons are read for their meetings only.
    """
    reasons: dict[UUID, Reason] = {}
    for schedule in schedules:
        reasons |= reasons_of(session, schedule, lang, parties=parties)
    people = {person.participation.id: person for person in participants(session, event, only, withdrawn=True)}
    return Backdrop(event_info(session, event, lang), grid_of(session, event.id), people, reasons, purposes)
