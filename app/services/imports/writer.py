"""Write the records of lists as rows: organisations and their profiles, requests, people, availability, wishes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.errors import AppError
from app.db.models import Event, Organisation, Representative
from app.domain.lists import Parsed, Record
from app.services.access import Actor
from app.services.imports.clusters import write_cluster, write_fact
from app.services.imports.directory import Directory
from app.services.imports.organisations import write_participant, write_representative
from app.services.imports.profiles import ProfileDesk
from app.services.imports.report import TableReport
from app.services.imports.wishes import write_availability, write_preference
from app.services.participants import seat_people, seats_of


class Writer:
    """Writes table after table into one event; faults go to the table's report, the row is then left out."""

    def __init__(self, session: Session, actor: Actor, event: Event) -> None:
        self.session, self.event = session, event
        self.directory = Directory(session, actor, event)
        self.profiles = ProfileDesk(session, actor, event, self.directory)
        self.people: dict[UUID, list[Representative]] = defaultdict(list)
        self.staff: dict[UUID, int | None] = {}
        self._by_kind: dict[str, Callable[[TableReport, Record], bool]] = {
            "clusters": lambda table, record: write_cluster(self.directory, table, record),
            "cluster_facts": lambda table, record: write_fact(self.directory, table, record),
            "exhibitors": self._participant,
            "buyers": self._participant,
            "representatives": self._representative,
            "certificates": self.profiles.certificate,
            "requests": self.profiles.request,
            "availability": lambda table, record: write_availability(self.directory, table, record),
            "preferences": lambda table, record: write_preference(self.directory, table, record),
        }

    def write(self, table: TableReport, parsed: Parsed, report: Callable[[float], None]) -> None:
        """Write the rows of a table that have no error; `report` hears what share is done."""
        write = self._by_kind[parsed.kind]
        good = parsed.good
        for number, record in enumerate(good):
            if number % 200 == 0:
                report(number / len(good))
            self.directory.begin_row()
            try:
                with self.session.begin_nested():
                    if write(table, record):
                        table.written += 1
            except AppError as error:
                self.directory.forget_row()
                name = str(error.details.get("field", ""))
                table.wrong(record, name, error.message)

    def finish(self) -> None:
        """Save the profiles that rows and certificates added up to, and give everybody their seats."""
        parts = [self.directory.join(organisation) for organisation in self.directory.touched()]
        self.session.flush()
        self.profiles.save()
        seats = seats_of(self.session, self.event)
        for part in parts:
            people, staff = self.people[part.organisation_id], self.staff.get(part.organisation_id)
            seat_people(self.session, part, people, staff, seats.get(part.id, ()))
        self.session.flush()

    def _participant(self, table: TableReport, record: Record) -> bool:
        organisation = write_participant(self.directory, table, record)
        if organisation is None:
            return False
        self.staff[organisation.id] = record.values.get("staff")
        self._contact(organisation, record.values)
        return self.profiles.row(table, record, organisation)

    def _contact(self, organisation: Organisation, values: dict[str, Any]) -> None:
        if values.get("contact_name"):
            contact = {name.removeprefix("contact_"): values[name] for name in values if name.startswith("contact_")}
            self.people[organisation.id].append(write_representative(self.directory, organisation, contact))

    def _representative(self, table: TableReport, record: Record) -> bool:
        organisation = self.directory.referred(table, record)
        if organisation is None:
            return False
        self.people[organisation.id].append(write_representative(self.directory, organisation, record.values))
        return True
