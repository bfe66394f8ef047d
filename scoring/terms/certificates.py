"""Certificates on the day the goods ship, weighted by evidence."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

from scoring import codes
from scoring.records import EVIDENCE, Certificate, Record, strength
from scoring.terms.base import Reason, Row, Setting, Term
from scoring.terms.grid import DAY_COLUMNS, day_columns, range_columns

MUST_RENEW, LAPSED = 0.4, 0.2


def needed_day(record: Record, setting: Setting) -> int:
    """Days from `as_of` until the certificate must still hold: ship-by, else in-store, else today."""
    for name in ("ship_by", "in_store_by"):
        if name in record.dates:
            return max(setting.days(record.dates[name]), 0)
    return 0


def holdings(record: Record) -> dict[str, Certificate]:
    """The certificates a supplier lists, ancestors included (Class I of a standard is that standard too)."""
    out: dict[str, Certificate] = {}
    for certificate in record.certificates:
        for code in (certificate.code, *codes.ancestors("certificates", certificate.code)):
            held = out.get(code)
            if held is None or strength(certificate) > strength(held):
                out[code] = certificate
    return out


def asked(record: Record) -> tuple[str, ...]:
    """Codes of the certificates a demand asks for."""
    return tuple(certificate.code for certificate in record.certificates)


def state(certificate: Certificate, day: int, setting: Setting) -> str:
    """ "valid", "renew" (lapses before `day`) or "lapsed" (already has)."""
    if certificate.evidence == "expired":
        return "lapsed"
    if certificate.valid_to is None:
        return "valid"
    left = setting.days(certificate.valid_to)
    if left < 0:
        return "lapsed"
    return "valid" if left >= day else "renew"


class CertificateTerm(Term):
    """Mean over the asked certificates of: evidence level if valid that day, 0.4 if it must be renewed before, 0.2 if
    it has lapsed, 0 if the supplier lists others only; neutral when it lists none.
    """

    name = "certificates"
    demand_fields = ("certificates",)
    supplier_fields = ("certificates",)

    def __init__(self, neutral: float) -> None:
        self.neutral = neutral

    def learn_columns(self, records: Sequence[Record]) -> None:
        """One column and one tree of day intervals per certificate that a fitted record has or asks for."""
        seen = {code for r in records for code in (holdings(r) if r.side == "supplier" else asked(r))}
        self.columns_ = {code: 1 + number * DAY_COLUMNS for number, code in enumerate(sorted(seen))}

    @property
    def width(self) -> int:
        """The constant, and `DAY_COLUMNS` for each certificate (its first one is the certificate itself)."""
        return 1 + len(self.columns_) * DAY_COLUMNS

    def states(self, record: Record) -> bool:
        """Whether the record lists any certificate."""
        return bool(record.certificates)

    def demand_row(self, record: Record) -> Row:
        """1 / number asked on the certificate and on the intervals that hold the day it is needed."""
        wanted = asked(record)
        day = (0, *day_columns(needed_day(record, self.setting)))
        at = [self.columns_[code] + c for code in wanted if code in self.columns_ for c in day]
        return at, [1.0 / len(wanted)] * len(at)

    def keys(self, demands: Sequence[Record]) -> list[Hashable]:
        """The codes and the day."""
        setting = self.setting
        return [(asked(one), needed_day(one, setting)) if one.certificates else None for one in demands]

    def supplier_row(self, record: Record) -> Row:
        """The level while valid, and what is lost on the days after the end."""
        row: dict[int, float] = {0: -self.neutral}
        for code, certificate in holdings(record).items():
            base = self.columns_.get(code)
            if base is None:
                continue
            now = state(certificate, 0, self.setting)
            level = EVIDENCE[certificate.evidence] if now == "valid" else LAPSED
            row[base] = level
            if now == "valid" and certificate.valid_to is not None:
                for column in range_columns(self.setting.days(certificate.valid_to) + 1):
                    row[base + column] = MUST_RENEW - level
        return list(row), list(row.values())

    def reason(self, demand: Record, supplier: Record) -> Reason:
        """Which are valid, for which no end is stated, which must be renewed by when, which are missing."""
        held = holdings(supplier)
        day = needed_day(demand, self.setting)
        groups: dict[str, list[str]] = {"valid": [], "renew": [], "lapsed": [], "missing": []}
        for code in asked(demand):
            groups[state(held[code], day, self.setting) if code in held else "missing"].append(code)
        weakest = min((EVIDENCE[held[c].evidence] for c in groups["valid"]), default=0.0)
        evidence = next((name for name, level in EVIDENCE.items() if level == weakest), "declared")
        values: dict[str, Any] = {"vocabulary": "certificates", "evidence": evidence, **groups}
        values["undated"] = [code for code in groups["valid"] if held[code].valid_to is None]
        values["until"] = min((end for c in groups["renew"] if (end := held[c].valid_to) is not None), default=None)
        if groups["renew"] or groups["lapsed"]:
            kind = "both" if groups["renew"] and groups["lapsed"] else "renew" if groups["renew"] else "lapsed"
            return Reason(f"certificates.{kind}{'.part' if groups['missing'] else ''}", values)
        if groups["missing"]:
            return Reason("certificates.part" if groups["valid"] else "certificates.none", values)
        return Reason("certificates.undated" if values["undated"] else "certificates.all", values)
