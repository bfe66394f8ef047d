"""Rows that speak of supply and demand: capability profiles with their certificates, buyer profiles, requests."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, TypeVar
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.orm import Session

from app.db.models import BuyerProfile, CapabilityProfile, Event, Organisation
from app.domain import profiles as shapes
from app.domain.lists import Record
from app.services import profiles
from app.services.access import Actor
from app.services.imports.directory import Directory
from app.services.imports.report import TableReport

_Shape = TypeVar("_Shape", bound=shapes.Shape)
_CERTIFICATE = tuple(shapes.Certificate.model_fields)
#: what is agreed for one order: a buyer's row that carries a request says it of that request
_OF_AN_ORDER = (
    "certificates", "business_models", "cooperation", "incoterms", "transport", "customs_modes", "payment_terms",
    "compliance",
)  # fmt: skip
_MOST_TEXT = 20_000  # characters, as `app.domain.profiles` has it


class ProfileDesk:
    """Collects what several tables say of one supplier and saves it as one revision, where it says anything new."""

    def __init__(self, session: Session, actor: Actor, event: Event, directory: Directory) -> None:
        self._session, self._actor, self._event, self._directory = session, actor, event, directory
        self._said: dict[UUID, tuple[TableReport, Record, dict[str, Any]]] = {}
        self._certificates: dict[UUID, list[tuple[TableReport, Record, dict[str, Any]]]] = defaultdict(list)
        self._buyers: dict[UUID, list[tuple[TableReport, Record]]] = defaultdict(list)
        self._requests: dict[UUID, int] = defaultdict(int)

    def row(self, table: TableReport, record: Record, organisation: Organisation) -> bool:
        """Take a row of exhibitors or buyers."""
        if record.kind == "exhibitors":
            self._said[organisation.id] = (table, record, record.of("profile"))
            return _shape(table, record, shapes.CapabilityProfile, record.of("profile")) is not None
        if _shape(table, record, shapes.BuyerProfile, record.of("profile")) is None:
            return False
        self._buyers[organisation.id].append((table, record))
        wanted = record.of("request")
        if not wanted:
            return True
        return self._save_request(table, record, organisation, f"{organisation.code}-R", wanted)

    def certificate(self, table: TableReport, record: Record) -> bool:
        """Take a row of certificates."""
        organisation = self._directory.referred(table, record)
        if organisation is None:
            return False
        said = {name: record.values[name] for name in _CERTIFICATE if record.values.get(name) is not None}
        if _shape(table, record, shapes.Certificate, said) is None:
            return False
        self._certificates[organisation.id].append((table, record, said))
        return True

    def request(self, table: TableReport, record: Record) -> bool:
        """Take a row of sourcing requests; who asks is a buyer of this event."""
        organisation = self._directory.referred(table, record)
        if organisation is None:
            return False
        self._directory.join(organisation, buys=True)
        wanted = {**record.of("profile"), **record.of("request")}
        code = wanted.pop("id", None)
        return self._save_request(table, record, organisation, f"{organisation.code}-R", wanted, code)

    def save(self) -> None:
        """Save the profiles; one that says what it said before keeps its revision."""
        self._save_buyers()
        owners = dict.fromkeys([*self._said, *self._certificates])
        known = profiles.latest(self._session, CapabilityProfile, owners)
        for owner in owners:
            before = known.get(owner)
            certificates = self._certificates.get(owner, [])
            table, record, said = self._said.get(owner) or (
                *certificates[0][:2],
                dict(before.document if before else {}),
            )
            said = {**said, "certificates": _with(said.get("certificates", []), [c for _, _, c in certificates])}
            shape = _shape(table, record, shapes.CapabilityProfile, said, lenient=True)
            if shape is None:
                continue
            extra = record.extra if owner in self._said else before.extra if before else {}
            if before is not None and before.document == profiles.document_of(shape) and before.extra == extra:
                continue
            saved = profiles.register_capabilities(self._session, self._actor, owner, shape, extra)
            _count(table, saved.unresolved)

    def _save_buyers(self) -> None:
        known = profiles.latest(self._session, BuyerProfile, list(self._buyers))
        for owner, rows in self._buyers.items():
            before = known.get(owner)
            table, record = rows[-1]
            said = _together([row for _, row in rows], before.document if before else {})
            shape = _shape(table, record, shapes.BuyerProfile, said, lenient=True)
            if shape is None or (before is not None and before.document == profiles.document_of(shape)):
                continue
            saved = profiles.register_buyer(self._session, self._actor, owner, shape)
            _count(table, saved.unresolved)

    def _save_request(
        self,
        table: TableReport,
        record: Record,
        organisation: Organisation,
        stem: str,
        wanted: dict[str, Any],
        code: str | None = None,
    ) -> bool:
        shape = _shape(table, record, shapes.SourcingRequest, wanted)
        if shape is None:
            return False
        self._requests[organisation.id] += 1
        code = code or f"{stem}{self._requests[organisation.id]}"
        before = profiles.find_request(self._session, self._event.id, organisation.id, code)
        if before is not None and before.document == profiles.document_of(shape):
            return True
        saved = profiles.save_request(
            self._session, self._actor, self._event.id, organisation.id, code, shape, dict(record.extra)
        )
        _count(table, saved.unresolved)
        return True


def _shape(
    table: TableReport, record: Record, model: type[_Shape], values: dict[str, Any], lenient: bool = False
) -> _Shape | None:
    """The values as a checked shape; each fault becomes a problem of the row."""
    known = {name: value for name, value in values.items() if name in model.model_fields}
    try:
        return model.model_validate(known, strict=False if lenient else None)
    except ValidationError as error:
        for fault in error.errors():
            place = str(fault["loc"][0]) if fault["loc"] else ""
            message = fault["msg"].removeprefix("Value error, ")
            table.wrong(record, place, message[:1].lower() + message[1:])
        return None


def _with(certificates: list[Any], more: list[dict[str, Any]]) -> list[Any]:
    """Certificates of the row, and those of the certificate list; the list knows better where both name one."""
    listed = {str(item["code"]).casefold() for item in more}
    kept = [c for c in certificates if str(c["code"] if isinstance(c, dict) else c).casefold() not in listed]
    return [*kept, *more]


def _together(rows: list[Record], before: dict[str, Any]) -> dict[str, Any]:
    """What the rows of one buyer say of it: lists are joined, texts follow each other, of values the last counts.

    What a row with a request says of that order (certificates, terms) does not go into the profile, or other requests
    of the buyer, which inherit what they do not say, would ask for it too; where no row speaks of it, the profile keeps
    what it said `before`.
    """
    asking = [bool(record.of("request")) for record in rows]
    out: dict[str, Any] = {name: before[name] for name in _OF_AN_ORDER if name in before} if all(asking) else {}
    for record, asks in zip(rows, asking, strict=True):
        for name, value in record.of("profile").items():
            if asks and name in _OF_AN_ORDER:
                continue
            held = out.get(name)
            if isinstance(value, list) and held:
                out[name] = [*held, *(item for item in value if item not in held)]
            elif name == "text" and held and value not in held:
                out[name] = f"{held}\n{value}" if len(held) + len(value) < _MOST_TEXT else held
            elif name != "text" or not held:
                out[name] = value
    return out


def _count(table: TableReport, words: list[str]) -> None:
    for word in words:
        table.unresolved[word] = table.unresolved.get(word, 0) + 1
