"""Who is who during an import: organisations and clusters by code or by name, as they are and as they come in."""

from __future__ import annotations

from functools import cached_property
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.models import Cluster, Event, Organisation, Participation
from app.db.queries.grid import Grid, grid_of
from app.domain.lists import Record
from app.services.access import Actor
from app.services.imports.report import TableReport

Entry = TypeVar("Entry", Organisation, Cluster)


class Directory:
    """Finds what a row refers to; keeps what the import itself has made."""

    def __init__(self, session: Session, actor: Actor, event: Event) -> None:
        self.session, self.actor, self.event = session, actor, event
        self._organisations: dict[str, list[Organisation]] = {}
        self._clusters: dict[str, list[Cluster]] = {}
        self._touched: dict[UUID, Organisation] = {}
        for organisation in session.scalars(select(Organisation).where(Organisation.tenant_id == actor.tenant_id)):
            self.know(organisation)
        for cluster in session.scalars(select(Cluster).where(Cluster.tenant_id == actor.tenant_id)):
            self.know_cluster(cluster)

    @cached_property
    def grid(self) -> Grid:
        return grid_of(self.session, self.event.id)

    def know(self, organisation: Organisation) -> None:
        _enter(self._organisations, organisation, (organisation.code, organisation.name, organisation.name_local))

    def know_cluster(self, cluster: Cluster) -> None:
        _enter(self._clusters, cluster, (cluster.code, cluster.name, cluster.name_local))

    def touch(self, organisation: Organisation) -> None:
        """Remember that the import made or changed this organisation's part in the event."""
        self._touched[organisation.id] = organisation

    def touched(self) -> list[Organisation]:
        return list(self._touched.values())

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
        found = self.session.scalar(
            select(Participation).where(
                Participation.event_id == self.event.id,
                Participation.organisation_id == (organisation.id if organisation else None),
            )
        )
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
