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
from app.services.participants import join_event, seat_people


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

    def write(self, table: TableReport, parsed: Parsed) -> None:
        """Write the rows of a table that have no error."""
        write = self._by_kind[parsed.kind]
        for record in parsed.good:
            try:
                with self.session.begin_nested():
                    if write(table, record):
                        table.written += 1
            except AppError as error:
                name = str(error.details.get("field", ""))
                table.wrong(record, name, error.message)

    def finish(self) -> None:
        """Save the profiles that rows and certificates added up to, and give everybody their seats."""
        self.profiles.save()
        for organisation in self.directory.touched():
            participation = join_event(self.session, self.event, organisation)
            people = self.people[organisation.id]
            seat_people(self.session, participation, people, self.staff.get(organisation.id))

    def _participant(self, table: TableReport, record: Record) -> bool:
        organisation = write_participant(self.directory, table, record)
        if organisation is None:
            return False
        self.staff[organisation.id] = record.values.get("staff")
        self._contact(organisation, record.values)
        return self.profiles.row(table, record, organisation)

    def _contact(self, organisation: Organisation, values: dict[str, Any]) -> None:
        if values.get("contact_name"):
            contact = {name.removeprefix("contact_"): value for name, value in values.items()}
            self.people[organisation.id].append(write_representative(self.directory, organisation, contact))

    def _representative(self, table: TableReport, record: Record) -> bool:
        organisation = self.directory.referred(table, record)
        if organisation is None:
            return False
        self.people[organisation.id].append(write_representative(self.directory, organisation, record.values))
        return True
