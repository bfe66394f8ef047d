"""Write an event's lists in the form in which they are imported: everybody, their profiles, requests and the rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import InvalidInputError, NotFoundError
from app.db.models import (
    BuyerProfile,
    CapabilityProfile,
    Cluster,
    ClusterFact,
    Event,
    Organisation,
    Participation,
    Preference,
    Representative,
)
from app.db.queries.grid import Grid, grid_of
from app.domain.lists import KINDS, Kind, Record, fields_of
from app.domain.lists.writing import fit_a_cell, write_list
from app.domain.participants import ANSWERS
from app.io import listfiles
from app.services.access import Actor
from app.services.explanations import language
from app.services.participants import seats_of
from app.services.profiles import latest, latest_requests
from app.services.runs import Progress, silent

_KEPT = ("website", "stand", "categories", "branches")


def write_lists(
    session: Session,
    actor: Actor,
    event: Event,
    folder: Path,
    *,
    kinds: Sequence[str] | None = None,
    lang: str = "en",
    report: Progress = silent,
) -> tuple[list[Path], list[str]]:
    """Write lists.xlsx (a sheet a list), lists/KIND.csv and lists.json; imported, they give the same again.

    Returns
    -------
    tuple
        The files written, and in words what would not come back the same.

    Raises
    ------
    InvalidInputError
        A kind of list is none that we know.
    NotFoundError
        There is nothing to write.
    """
    actor.must_be_organiser()
    lang = language(lang)
    wanted = _kinds(kinds)
    records = {kind: found for kind, found in _Lists(session, actor, event).all(wanted).items() if found}
    if not records:
        raise NotFoundError(f"There is nothing in these lists of the event {event.code!r}: {', '.join(wanted)}.")
    report(0.4, "lists.xlsx")
    listings = [write_list(kind, found, lang) for kind, found in records.items()]
    listfiles.write_xlsx(listings, folder / "lists.xlsx", title=event.name, as_of=event.created_at)
    files, lost = [folder / "lists.xlsx"], [note for listing in listings for note in listing.lost]
    report(0.7, "lists.csv")
    for kind, found in records.items():
        listing = write_list(kind, found, lang, as_text=True)
        files.append(folder / "lists" / f"{kind}.csv")
        listfiles.write_csv(listing, files[-1])
        lost += listing.lost
    files.append(folder / "lists.json")
    listfiles.write_json(records, files[-1])
    return files, list(dict.fromkeys(lost))


def _kinds(names: Sequence[str] | None) -> list[Kind]:
    for name in names or ():
        if name not in KINDS:
            raise InvalidInputError(f"{name!r} is no kind of list; one of {', '.join(KINDS)}.")
    return [kind for kind in KINDS if not names or kind in names]


class _Lists:
    """The rows of an event as records; a fixed number of queries, whatever their number."""

    def __init__(self, session: Session, actor: Actor, event: Event) -> None:
        self.session, self.actor, self.event = session, actor, event
        rows = session.execute(
            select(Participation, Organisation)
            .join(Organisation, Organisation.id == Participation.organisation_id)
            .where(Participation.event_id == event.id, Participation.tenant_id == actor.tenant_id)
            .order_by(Organisation.code)
        )
        self.parts = [(part, organisation) for part, organisation in rows]
        self.owners = {organisation.id: organisation for _, organisation in self.parts}
        self.part_codes = {part.id: organisation.code for part, organisation in self.parts}
        self.capabilities = latest(session, CapabilityProfile, self.owners)
        self.buyers = latest(session, BuyerProfile, self.owners)
        self.clusters = {
            row.id: row
            for row in session.scalars(
                select(Cluster).where(Cluster.tenant_id == actor.tenant_id).order_by(Cluster.code)
            )
        }
        self.grid: Grid = grid_of(session, event.id)
        self.seats = seats_of(session, event)

    def all(self, kinds: Sequence[Kind]) -> dict[Kind, list[Record]]:
        ways: dict[Kind, Callable[[], list[dict[str, Any]]]] = {
            "clusters": self._clusters,
            "cluster_facts": self._facts,
            "exhibitors": lambda: self._participants("exhibitors"),
            "buyers": lambda: self._participants("buyers"),
            "representatives": self._people,
            "certificates": self._certificates,
            "requests": self._requests,
            "availability": self._away,
            "preferences": self._wishes,
        }
        return {kind: _records(kind, way()) for kind, way in ways.items() if kind in kinds}

    def _participants(self, kind: Kind) -> list[dict[str, Any]]:
        supply = kind == "exhibitors"
        profiles = self.capabilities if supply else self.buyers
        places = {place.id: place.code for place in self.grid.places}
        found = []
        for part, organisation in self.parts:
            # who only attends is among the exhibitors
            if not (part.supplies or (organisation.id in profiles) or not part.buys if supply else part.buys):
                continue
            profile = profiles.get(organisation.id)
            document: dict[str, Any] = dict(profile.document) if profile else {}
            if supply and not _fit(document.get("certificates", [])):
                del document["certificates"]
            cluster = self.clusters.get(organisation.cluster_id) if organisation.cluster_id else None
            values = {
                "id": organisation.code,
                "name": organisation.name,
                "name_local": organisation.name_local,
                "kind": part.kind,
                "country": organisation.country,
                "city": organisation.city,
                "cluster": cluster.code if cluster else None,
                "table": places.get(part.place_id) if part.place_id else None,
                "sides": [side for side, on in (("supply", part.supplies), ("buy", part.buys)) if on] or ["neither"],
                "min_meetings": part.min_meetings,
                "max_meetings": part.max_meetings,
                "staff": len(self.seats.get(part.id, ())) or None,
                **{name: organisation.extra[name] for name in _KEPT if organisation.extra.get(name)},
                **document,
            }
            found.append({**values, "extra": self._extra(organisation, supply=supply)})
        return found

    def _extra(self, organisation: Organisation, *, supply: bool) -> dict[str, str]:
        """The columns of the owner's own: a supplier's with its profile, a buyer's with the organisation."""
        profile = self.capabilities.get(organisation.id)
        own = profile.extra if profile else {}
        rest = {name: text for name, text in organisation.extra.items() if name not in _KEPT and name not in own}
        return {**own, **rest} if supply else rest

    def _certificates(self) -> list[dict[str, Any]]:
        """Those of suppliers of whom one says more than fits into a cell of the exhibitors."""
        return [
            {"organisation_id": organisation.code, **(item if isinstance(item, dict) else {"code": item})}
            for _, organisation in self.parts
            if (profile := self.capabilities.get(organisation.id))
            and not _fit(profile.document.get("certificates", []))
            for item in profile.document["certificates"]
        ]

    def _requests(self) -> list[dict[str, Any]]:
        return [
            {
                "id": row.code,
                "organisation_id": self.owners[row.organisation_id].code,
                **revision.document,
                "extra": revision.extra,
            }
            for row, revision in latest_requests(self.session, self.event.id)
            if row.organisation_id in self.owners
        ]

    def _people(self) -> list[dict[str, Any]]:
        """Representatives in the order of their seats, then those who have none."""
        place: dict[UUID, tuple[int, int]] = {}
        for number, (part, _) in enumerate(self.parts):
            for attendee in self.seats.get(part.id, ()):
                if attendee.representative_id:
                    place[attendee.representative_id] = (number, attendee.number)
        order = {organisation.id: number for number, (_, organisation) in enumerate(self.parts)}
        rows = self.session.scalars(
            select(Representative).where(Representative.organisation_id.in_(self.owners)).order_by(Representative.name)
        )
        return [
            {
                "organisation_id": self.owners[person.organisation_id].code,
                **{name: getattr(person, name) for name in ("name", "role", "languages", "email", "phone")},
            }
            for person in sorted(rows, key=lambda p: place.get(p.id, (order[p.organisation_id], 10**6)))
        ]

    def _away(self) -> list[dict[str, Any]]:
        names = {slot.id: self.grid.slot_name(slot) for slot in self.grid.slots}
        return [
            {"organisation_id": organisation.code, "slots": sorted(names[slot] for slot in self.grid.away[part.id])}
            for part, organisation in self.parts
            if part.id in self.grid.away
        ]

    def _wishes(self) -> list[dict[str, Any]]:
        rows = self.session.scalars(select(Preference).where(Preference.event_id == self.event.id))
        found = [
            {"from": self.part_codes[row.from_id], "to": self.part_codes[row.to_id], "answer": row.answer}
            for row in rows
            if row.answer in ANSWERS
        ]
        return sorted(found, key=lambda row: (row["from"], row["to"]))

    def _clusters(self) -> list[dict[str, Any]]:
        names = ("name", "name_local", "place", "country", "specialities", "honours")
        return [{"id": row.code, **{name: getattr(row, name) for name in names}} for row in self.clusters.values()]

    def _facts(self) -> list[dict[str, Any]]:
        names = ("metric", "value", "unit", "qualifier", "year", "scope", "source")
        rows = self.session.scalars(
            select(ClusterFact).where(ClusterFact.cluster_id.in_(self.clusters)).order_by(ClusterFact.id)
        )
        return [
            {"cluster_id": self.clusters[row.cluster_id].code, **{name: getattr(row, name) for name in names}}
            for row in rows
        ]


def _fit(certificates: Sequence[dict[str, Any] | str]) -> bool:
    return fit_a_cell(_typed("exhibitors", {"certificates": certificates})["certificates"])


def _records(kind: Kind, rows: Sequence[dict[str, Any]]) -> list[Record]:
    records = []
    for number, row in enumerate(rows, start=2):
        values = {name: value for name, value in row.items() if name != "extra" and value not in (None, [], "")}
        extra = {str(name): str(text) for name, text in row.get("extra", {}).items()}
        records.append(Record(kind, number, _typed(kind, values), extra))
    return records


def _typed(kind: Kind, values: dict[str, Any]) -> dict[str, Any]:
    """Values of a stored document as the importer reads them: dates as dates, certificates in full."""
    fields, typed = fields_of(kind), dict(values)
    for name, value in values.items():
        if name in fields and fields[name].type == "date" and isinstance(value, str):
            typed[name] = date.fromisoformat(value)
        elif name == "certificates":
            typed[name] = [
                {
                    key: date.fromisoformat(item) if key in ("valid_from", "valid_to") and item else item
                    for key, item in (said if isinstance(said, dict) else {"code": said}).items()
                }
                for said in value
            ]
    return typed
