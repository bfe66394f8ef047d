"""One change of a supplier's record: what it sets, what it takes, and how it is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from scoring.measures import UNITS
from scoring.records import Certificate, Record, words_of

Effort = Literal["state", "paperwork", "production"]
#: from the least to the most that a change takes
EFFORTS: tuple[Effort, ...] = ("state", "paperwork", "production")


@dataclass(frozen=True, slots=True)
class Change:
    """A change of one thing.

    `subject` names the thing, so that the same change for two requests is known as one; of two changes of one subject
    the higher `level` changes more. `numbers` are set, `codes` are added to the lists, `certificates` are added or,
    where `instead` names an old one, take its place.
    """

    key: str
    values: Mapping[str, Any]
    effort: Effort
    subject: str
    level: float = 0.0
    numbers: Mapping[str, float] = field(default_factory=dict)
    codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    certificates: tuple[Certificate, ...] = ()
    instead: Certificate | None = None
    unit: tuple[str, float] | None = None
    currency: str | None = None

    def apply(self, supplier: Record) -> Record:
        """The supplier with this change; whatever it had besides stays."""
        out = supplier.changed()
        if self.codes:
            lists = {name: _joined(supplier.has(name), added) for name, added in self.codes.items()}
            if "exports_to" in lists:
                lists["sells_to"] = tuple(sorted({*supplier.has("sells_to"), *lists["exports_to"]}))
            out.codes = {**supplier.codes, **lists}
        if self.numbers:
            out.numbers = {**supplier.numbers, **self.numbers}
        if self.certificates:
            kept = [one for one in supplier.certificates if one != self.instead]
            out.certificates = (*kept, *self.certificates)
        out.unit, out.currency = self.unit or supplier.unit, self.currency or supplier.currency
        return out

    @property
    def touched(self) -> frozenset[str]:
        """Names of the supplier's fields that are not what they were, derived ones included."""
        names = {*self.numbers, *self.codes}
        if "exports_to" in names:
            names.add("sells_to")
        if self.certificates:
            names.add("certificates")
        if self.unit is not None:
            names.add("unit")
        if self.currency is not None:
            names.add("currency")
        return frozenset(names)


def fields_of(before: Record, after: Record) -> dict[str, Any]:
    """The record fields in which two states of a supplier differ, as one would write them into its record."""
    out: dict[str, Any] = {}
    if after.numbers is not before.numbers:
        now = before.numbers
        out |= {name: _plain(value) for name, value in after.numbers.items() if now.get(name) != value}
    lists = before.codes
    for name, codes in after.codes.items() if after.codes is not lists else ():
        if codes is not lists.get(name) and name != "sells_to" and codes != before.has(name):
            held = before.has(name)
            written = words_of(before.raw[name], name) if name in before.raw else list(held)
            out[name] = [*written, *(code.removeprefix("~") for code in codes if code not in held)]
    if after.certificates != before.certificates:
        out["certificates"] = [_written(one) for one in after.certificates]
    if after.unit is not None and after.unit != before.unit:
        out["unit"] = next(code for code, unit in UNITS.items() if unit == after.unit)
    if after.currency != before.currency:
        out["currency"] = after.currency
    return out


def _plain(value: float) -> float | int:
    return int(value) if float(value).is_integer() else float(value)


def _written(certificate: Certificate) -> dict[str, Any]:
    row: dict[str, Any] = {"code": certificate.code.removeprefix("~"), "evidence": certificate.evidence}
    if certificate.valid_to is not None:
        row["valid_to"] = certificate.valid_to.isoformat()
    return row


def _joined(held: tuple[str, ...], added: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*held, *added)))
