"""One change of a supplier's record: what it sets, what it takes, and how it is said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from scoring.measures import UNITS
from scoring.records import Certificate, Record, words_of

Effort = Literal["state", "paperwork", "production"]
#: from the least to the most that a change takes
EFFORTS: tuple[Effort, ...] = ("state", "paperwork", "production")


class Change(NamedTuple):
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
    numbers: Mapping[str, float] = MappingProxyType({})
    codes: Mapping[str, tuple[str, ...]] = MappingProxyType({})
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


def fields_of(made: Iterable[Change], before: Record, after: Record) -> dict[str, Any]:
    """The record fields in which changes leave a supplier different, as one would write them into its record."""
    out: dict[str, Any] = {}
    for change in made:
        for name in change.numbers:
            if before.numbers.get(name) != after.numbers[name]:
                out[name] = _plain(after.numbers[name])
    for change in made:
        for name in change.codes:
            held, codes = before.has(name), after.codes[name]
            if codes != held:
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
