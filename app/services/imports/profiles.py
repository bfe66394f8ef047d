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


class ProfileDesk:
    """Collects what several tables say of one supplier and saves it as one revision, where it says anything new."""

    def __init__(self, session: Session, actor: Actor, event: Event, directory: Directory) -> None:
        self._session, self._actor, self._event, self._directory = session, actor, event, directory
        self._said: dict[UUID, tuple[TableReport, Record, dict[str, Any]]] = {}
        self._certificates: dict[UUID, list[tuple[TableReport, Record, dict[str, Any]]]] = defaultdict(list)
        self._requests: dict[UUID, int] = defaultdict(int)

    def row(self, table: TableReport, record: Record, organisation: Organisation) -> bool:
        """Take a row of exhibitors or buyers."""
        if record.kind == "exhibitors":
            self._said[organisation.id] = (table, record, record.of("profile"))
            return _shape(table, record, shapes.CapabilityProfile, record.of("profile")) is not None
        profile = _shape(table, record, shapes.BuyerProfile, record.of("profile"))
        if profile is None:
            return False
        self._save_buyer(table, organisation, profile)
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
        """Save the capability profiles; a profile that says what it said before keeps its revision."""
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

    def _save_buyer(self, table: TableReport, organisation: Organisation, profile: shapes.BuyerProfile) -> None:
        before = profiles.latest(self._session, BuyerProfile, [organisation.id]).get(organisation.id)
        if before is None or before.document != profiles.document_of(profile):
            saved = profiles.register_buyer(self._session, self._actor, organisation.id, profile)
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


def _count(table: TableReport, words: list[str]) -> None:
    for word in words:
        table.unresolved[word] = table.unresolved.get(word, 0) + 1
