"""Who is who during an import: organisations and clusters by code or by name, as they are and as they come in."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.models import Cluster, Event, Organisation, Participation
from app.db.queries.grid import Grid, grid_of
from app.domain.lists import Record
from app.services.access import Actor
from app.services.imports.report import TableReport
from app.services.participants import new_participation

Entry = TypeVar("Entry", Organisation, Cluster)


class Directory:
    """Finds what a row refers to; keeps what the import itself has made."""

    def __init__(self, session: Session, actor: Actor, event: Event) -> None:
        self.session, self.actor, self.event = session, actor, event
        self._organisations: dict[str, list[Organisation]] = {}
        self._clusters: dict[str, list[Cluster]] = {}
        self._touched: dict[UUID, Organisation] = {}
        self.by_code: dict[str, Organisation] = {}
        self._undo: list[Callable[[], object]] = []
        parts = select(Participation).where(Participation.event_id == event.id)
        self._parts = {part.organisation_id: part for part in session.scalars(parts)}
        for organisation in session.scalars(select(Organisation).where(Organisation.tenant_id == actor.tenant_id)):
            self.know(organisation)
        for cluster in session.scalars(select(Cluster).where(Cluster.tenant_id == actor.tenant_id)):
            self.know_cluster(cluster)

    @cached_property
    def grid(self) -> Grid:
        return grid_of(self.session, self.event.id)

    def know(self, organisation: Organisation) -> None:
        if organisation.code not in self.by_code:
            self.by_code[organisation.code] = organisation
            self._undo.append(lambda: self.by_code.pop(organisation.code, None))
            self._undo.append(lambda: self._touched.pop(organisation.id, None))
        _enter(self._organisations, organisation, (organisation.code, organisation.name, organisation.name_local))

    def know_cluster(self, cluster: Cluster) -> None:
        _enter(self._clusters, cluster, (cluster.code, cluster.name, cluster.name_local))

    def begin_row(self) -> None:
        """What is entered from here on belongs to one row."""
        self._undo.clear()

    def forget_row(self) -> None:
        """Forget what the row entered, because the database took it back."""
        for undo in self._undo:
            undo()
        gone = [key for key, entries in self._organisations.items() if any(e.code not in self.by_code for e in entries)]
        for key in gone:
            self._organisations[key] = [e for e in self._organisations[key] if e.code in self.by_code]

    def touch(self, organisation: Organisation) -> None:
        """Remember that the import made or changed this organisation's part in the event."""
        self._touched[organisation.id] = organisation

    def touched(self) -> list[Organisation]:
        return list(self._touched.values())

    def join(self, organisation: Organisation, **fields: Any) -> Participation:
        """Make an organisation a participant, or change what is said of its part; None changes nothing."""
        part = self._parts.get(organisation.id)
        if part is None:
            part = self._parts[organisation.id] = new_participation(self.event, organisation)
            self.session.add(part)
            self._undo.append(lambda: self._parts.pop(organisation.id, None))
        for name, value in fields.items():
            if value is not None:
                setattr(part, name, value)
        self.touch(organisation)
        return part

    def organisation(self, name: str) -> Organisation | None:
        """The organisation of that code or name; None if there is none, or several share the name."""
        return _only(self._organisations, name)

    def cluster(self, name: str) -> Cluster | None:
        return _only(self._clusters, name)

    def referred(self, table: TableReport, record: Record) -> Organisation | None:
        """The organisation that a row names by id or name; a fault of the row if there is none."""
        for field in ("organisation_id", "organisation"):
            name = record.values.get(field)
            if name:
                found = self.organisation(str(name))
                if found is None:
                    table.wrong(record, field, f"no organisation {name!r} is known", "a code or name from the lists")
                else:
                    self.touch(found)
                return found
        return None

    def participation(self, table: TableReport, record: Record, field: str) -> Participation | None:
        """The participation of the organisation that a field names; a fault of the row if it takes no part."""
        organisation = self.organisation(str(record.values.get(field, "")))
        found = self._parts.get(organisation.id) if organisation else None
        if found is None:
            table.wrong(
                record, field, f"{record.values.get(field)!r} does not take part in this event", "a participant"
            )
        return found


def _enter(book: dict[str, list[Entry]], entry: Entry, names: tuple[str | None, ...]) -> None:
    for name in names:
        if name:
            known = book.setdefault(_key(name), [])
            if entry not in known:
                known.append(entry)


def _only(book: dict[str, list[Entry]], name: str) -> Entry | None:
    found = book.get(_key(name), [])
    return found[0] if len(found) == 1 else None


def _key(name: str) -> str:
    return " ".join(name.casefold().split())
