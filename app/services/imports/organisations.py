"""Rows of exhibitors, buyers and their people: organisations and their part in the event."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.core.ids import new_id
from app.db.models import Organisation, Representative
from app.domain.lists import Record
from app.domain.participants import kind_of
from app.services.imports.directory import Directory
from app.services.imports.report import TableReport

#: what a list leaves open: people who exhibit mostly make, people who come to buy mostly own a brand
_USUAL_KIND = {"exhibitors": "manufacturer", "buyers": "brand-owner"}
_SIDES = {"exhibitors": {"supplies": True}, "buyers": {"buys": True}}
_KEPT = ("website", "stand", "categories", "branches")


def write_participant(directory: Directory, table: TableReport, record: Record) -> Organisation | None:
    """Make an organisation or change the one of that code, and make it a participant of the event."""
    values = record.values
    organisation = _organisation(directory, table, record)
    if organisation is None:
        return None
    place_id = None
    if values.get("table"):
        wanted = str(values["table"])
        place_id = next((place.id for place in directory.grid.places if place.code == wanted), None)
        if place_id is None:
            codes = ", ".join(place.code for place in directory.grid.places[:20])
            table.wrong(record, "table", f"this event has no table {wanted!r}", f"one of {codes or 'none yet'}")
            return None
    directory.join(
        organisation,
        kind=kind_of(values.get("kind")),
        min_meetings=values.get("min_meetings"),
        max_meetings=values.get("max_meetings"),
        place_id=place_id,
        **_sides(record),
    )
    return organisation


def write_representative(directory: Directory, organisation: Organisation, values: dict[str, Any]) -> Representative:
    """Make a person of an organisation, or change the one of that name."""
    row = directory.session.scalar(
        select(Representative).where(
            Representative.organisation_id == organisation.id, Representative.name == values["name"]
        )
    )
    if row is None:
        row = Representative(
            id=new_id(),
            tenant_id=organisation.tenant_id,
            organisation_id=organisation.id,
            name=values["name"],
            languages=[],
        )
        directory.session.add(row)
    for field in ("role", "email", "phone", "languages"):
        if values.get(field):
            setattr(row, field, values[field])
    directory.session.flush()
    return row


def _organisation(directory: Directory, table: TableReport, record: Record) -> Organisation | None:
    values = record.values
    code = str(values["id"])
    row = directory.organisation(str(values["name"])) if record.made_id else None
    row = row or directory.by_code.get(code)
    if row is None:
        row = Organisation(
            id=new_id(),
            tenant_id=directory.actor.tenant_id,
            code=code,
            name=values["name"],
            kind=kind_of(values.get("kind")) or _USUAL_KIND[record.kind],
            extra={},
        )
        directory.session.add(row)
    for field in ("name", "name_local", "country", "city"):
        if values.get(field):
            setattr(row, field, values[field])
    row.kind = kind_of(values.get("kind")) or row.kind
    if values.get("cluster"):
        cluster = directory.cluster(str(values["cluster"]))
        if cluster is None:
            table.wrong(record, "cluster", f"no cluster {values['cluster']!r} is known", "a code or name of a cluster")
            return None
        row.cluster_id = cluster.id
    row.extra = {**row.extra, **record.extra, **{name: values[name] for name in _KEPT if values.get(name)}}
    directory.session.flush()  # before the rows that refer to it: nothing else tells the order
    directory.know(row)
    return row


def _sides(record: Record) -> dict[str, bool]:
    said = record.values.get("sides")
    if not said:
        return dict(_SIDES[record.kind])
    return {"supplies": "supply" in said, "buys": "buy" in said}
