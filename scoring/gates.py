"""Gates: what must hold for a pair to be shown at all, beside the score and never mixed into it.

A gate is passed, failed, or unknown where the supplier does not say. Which fields ask for all items and which for one:
`docs/ranking.md` has the table.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import numpy as np

from scoring import codes, places
from scoring.fields import ENDS
from scoring.measures import FAMILIES
from scoring.records import Certificate, Record
from scoring.terms.base import Setting
from scoring.terms.certificates import asked, holdings, needed_day
from scoring.terms.numbers import PriceTerm
from scoring.terms.timing import (
    destination,
    modes_of,
    months_available,
    own_transit,
    production_days,
    transit_days,
)

FAILED, UNKNOWN, PASSED = 0, 1, 2
State = Literal["failed", "unknown", "passed"]
STATES: tuple[State, ...] = ("failed", "unknown", "passed")

ALL_OF = ("products", "materials", "processes", "compliance")
ANY_OF = {
    "business_models": ("business_models",),
    "cooperation": ("cooperation",),
    "languages": ("languages",),
    "incoterms": ("incoterms",),
    "transport": ("transport",),
    "customs_modes": ("customs_modes",),
    "payment_terms": ("payment_terms",),
    "kind": ("kind",),
    "sourcing_countries": ("country",),
    "delivery_country": ("sells_to", "country"),
    "markets": ("sells_to", "country"),
}
OF_SUPPLIER = {
    "certificates": ("certificates",),
    "quantity": ("moq", "unit"),
    "capacity_per_month": ("capacity_per_month", "unit"),
    "ship_by": ("lead_time_days", "sample_days"),
    "in_store_by": ("lead_time_days", "sample_days", "transit_days", "country"),
    "target_price": ("price_from", "price_to", "unit", "currency"),
    **ENDS,
}
READS_TEXT = ("products", "materials", "processes")
BANDS = {**ENDS, "target_price": ("price_from", "price_to")}
DATED = ("lead_time_days", "ship_by", "in_store_by")
COUNTED = ("quantity", "capacity_per_month")
MEASURED = (*COUNTED, "target_price")


def supplier_fields(name: str) -> tuple[str, ...]:
    """Fields of a supplier that decide a gate."""
    return ANY_OF.get(name) or OF_SUPPLIER.get(name, (name,))


@dataclass(frozen=True, slots=True)
class Gate:
    """One checked requirement: what was wanted and what was found, as codes and numbers until they are shown."""

    name: str
    state: State
    wanted: tuple[Any, ...] = ()
    found: tuple[Any, ...] = ()


class GateBook:
    """The fitted suppliers as postings and arrays, so that one demand is checked against all of them at once."""

    def __init__(self, suppliers: Sequence[Record], setting: Setting) -> None:
        self.suppliers = suppliers
        self.setting = setting
        self._number = {r.id: i for i, r in enumerate(suppliers)}
        self._postings: dict[tuple[str, str], tuple[dict[str, np.ndarray], np.ndarray]] = {}
        self._numbers: dict[str, np.ndarray] = {}
        self._until: dict[str, tuple[np.ndarray, np.ndarray]] | None = None
        self._alike: dict[str | None, np.ndarray] = {}
        self._price = PriceTerm(0.5)
        self._price.setting = setting

    def check(self, demand: Record) -> tuple[tuple[str, ...], np.ndarray]:
        """Gate names and states of shape (n_gates, n_suppliers): 0 failed, 1 unknown, 2 passed."""
        names = [name for name in demand.must if self.requirement(demand, name) is not None]
        states = [self.states(demand, name) for name in names]
        for name, ids in demand.rules_out:
            names.append(name)
            states.append(np.full(len(self.suppliers), PASSED, dtype=np.uint8))
            states[-1][self.hidden(ids)] = FAILED
        return tuple(names), np.asarray(states, dtype=np.uint8).reshape(len(names), len(self.suppliers))

    def hidden(self, ids: Sequence[str]) -> list[int]:
        """Positions of those suppliers of a list of ids that are here."""
        return [self._number[i] for i in ids if i in self._number]

    def requirement(self, demand: Record, name: str) -> tuple[Any, ...] | None:
        """All that a gate's states depend on; None where the demand asks nothing in that field."""
        if name in ALL_OF or name in ANY_OF:
            return (name, demand.has(name)) if demand.has(name) else None
        if name == "certificates":
            return (name, asked(demand), needed_day(demand, self.setting)) if demand.certificates else None
        if name in COUNTED:
            if "quantity" not in demand.numbers:
                return None
            quantity = demand.number("quantity") * (demand.unit[1] if demand.unit else 1.0)
            months = months_available(demand, self.setting) if name == "capacity_per_month" else None
            return name, quantity, demand.unit and demand.unit[0], months
        if name in DATED:
            return self._deadline(demand, name)
        if name == "target_price":
            target = self._price.euros(demand, name)
            return (name, target, demand.unit and demand.unit[0]) if target > 0 else None
        return (name, demand.numbers[name]) if name in demand.numbers else None

    def _deadline(self, demand: Record, name: str) -> tuple[Any, ...] | None:
        if name in demand.numbers:
            return name, demand.numbers[name]
        if name not in demand.dates:
            return None
        days = self.setting.days(demand.dates[name])
        return (name, days, modes_of(demand), destination(demand)) if name == "in_store_by" else (name, days)

    def parts(self, demand: Record, name: str) -> list[tuple[Hashable, Callable[[], np.ndarray]]]:
        """A gate as parts that must all be passed: what each depends on, and its states.

        Where all of several codes are asked for, each is a part: far fewer distinct ones than lists of codes.
        """
        whole = self.requirement(demand, name)
        if whole is None:
            return []
        if name in ALL_OF:
            return [((name, code), partial(self._all_of, name, (code,))) for code in demand.has(name)]
        if name == "certificates":
            day = needed_day(demand, self.setting)
            return [((name, code, day), partial(self._certified, (code,), day)) for code in asked(demand)]
        return [(whole, partial(self.states, demand, name))]

    def states(self, demand: Record, name: str) -> np.ndarray:
        """States of shape (n_suppliers,) of a gate that has a requirement."""
        if name in ALL_OF:
            return self._all_of(name, demand.has(name))
        if name in ANY_OF:
            return self._any_of(ANY_OF[name], demand.has(name))
        if name == "certificates":
            return self._certified(asked(demand), needed_day(demand, self.setting))
        if name in COUNTED:
            return self._counted(demand, name)
        if name in DATED:
            return self._dated(demand, name)
        if name == "target_price":
            return self._priced(demand)
        return self._ranged(demand, name) if name in ENDS else self._levelled(demand, name)

    # lists -----------------------------------------------------------------------------------------------------------
    def _lists(self, fields: tuple[str, ...], how: str) -> tuple[dict[str, np.ndarray], np.ndarray]:
        """Rows by code, and which rows state anything. `how`: "held" adds ancestors, "broader" is the stated codes as
        they are, "text" what the text mentions."""
        key = ("+".join(fields), how)
        if key not in self._postings:
            rows: dict[str, list[int]] = {}
            known = np.zeros(len(self.suppliers), dtype=bool)
            for i, record in enumerate(self.suppliers):
                stated = {code for name in fields for code in record.has(name)}
                known[i] = any(record.has(name) for name in fields if name != "country" or len(fields) == 1)
                if how == "text":
                    stated = {code for name, code in record.mentions if name == fields[0]}
                if how in ("held", "text"):
                    stated |= {above for code in stated for above in codes.ancestors(fields[0], code)}
                for code in stated:
                    rows.setdefault(code, []).append(i)
            self._postings[key] = {code: np.asarray(found) for code, found in rows.items()}, known
        return self._postings[key]

    def _all_of(self, name: str, wanted: tuple[str, ...]) -> np.ndarray:
        held, known = self._lists((name,), "held")
        broader, _ = self._lists((name,), "stated")
        text = self._lists((name,), "text")[0] if name in READS_TEXT else {}
        out = np.full(len(self.suppliers), PASSED, dtype=np.uint8)
        for code in wanted:
            here = np.where(known, FAILED, UNKNOWN).astype(np.uint8)
            for above in codes.ancestors(name, code):
                here[broader.get(above, [])] = UNKNOWN
            here[text.get(code, [])] = UNKNOWN
            here[held.get(code, [])] = PASSED
            out = np.minimum(out, here)
        return out

    def _any_of(self, fields: tuple[str, ...], wanted: tuple[str, ...]) -> np.ndarray:
        held, known = self._lists(fields, "held")
        out = np.where(known, FAILED, UNKNOWN).astype(np.uint8)
        for code in wanted:
            out[held.get(code, [])] = PASSED
        return out

    def _certified(self, wanted: tuple[str, ...], day: int) -> np.ndarray:
        listed = self._array("certificates", lambda r: float(bool(r.certificates))) > 0
        good = np.ones(len(self.suppliers), dtype=bool)
        for code in wanted:
            rows, left = self._holders(code)
            holds = np.zeros(len(self.suppliers), dtype=bool)
            holds[rows[left >= day]] = True
            good &= holds
        return self._decide(good, listed)

    def _holders(self, code: str) -> tuple[np.ndarray, np.ndarray]:
        """Who has a certificate, and the days from `as_of` on which each still holds: infinite without an end."""
        if self._until is None:
            rows: dict[str, list[tuple[int, float]]] = {}
            for i, record in enumerate(self.suppliers):
                for held, certificate in holdings(record).items():
                    if certificate.evidence != "expired":
                        end = certificate.valid_to
                        left = math.inf if end is None else float(self.setting.days(end))
                        rows.setdefault(held, []).append((i, left))
            self._until = {
                held: (np.asarray([at for at, _ in found]), np.asarray([left for _, left in found]))
                for held, found in rows.items()
            }
        return self._until.get(code, (_NOBODY, _NOBODY))

    # numbers ---------------------------------------------------------------------------------------------------------
    def _array(self, name: str, make: Callable[[Record], float]) -> np.ndarray:
        if name not in self._numbers:
            self._numbers[name] = np.asarray([make(r) for r in self.suppliers], dtype=np.float64)
        return self._numbers[name]

    def _field(self, name: str) -> np.ndarray:
        return self._array(name, lambda r: r.number(name))

    def _families(self, demand: Record) -> np.ndarray:
        """Which suppliers' units can be compared with the demand's."""
        unit = demand.unit and demand.unit[0]
        if unit not in self._alike:
            own = self._array("family", lambda r: -1.0 if r.unit is None else float(_FAMILY_NUMBER[r.unit[0]]))
            mine = -1.0 if unit is None else float(_FAMILY_NUMBER[unit])
            self._alike[unit] = np.asarray((own == mine) | (own < 0) | (mine < 0))
        return self._alike[unit]

    @staticmethod
    def _decide(good: np.ndarray, known: np.ndarray) -> np.ndarray:
        passed, unknown = (good & known).view(np.uint8), (~known).view(np.uint8)
        # `np.where` takes four times as long
        return np.asarray(passed * np.uint8(PASSED) + unknown * np.uint8(UNKNOWN))

    def _counted(self, demand: Record, name: str) -> np.ndarray:
        quantity = demand.number("quantity") * (demand.unit[1] if demand.unit else 1.0)
        source = "moq" if name == "quantity" else name
        limit = self._array(f"{source}*", lambda r: r.number(source) * (r.unit[1] if r.unit else 1.0))
        months = months_available(demand, self.setting)
        good = limit <= quantity if name == "quantity" else limit * months >= quantity
        return self._decide(good, ~np.isnan(limit) & self._families(demand))

    def _dated(self, demand: Record, name: str) -> np.ndarray:
        if name == "lead_time_days":
            needed, there = self._field(name), demand.number(name)
        else:
            needed = self._array("production", production_days)
            there = float(self.setting.days(demand.dates[name]))
            if name == "in_store_by":
                needed = needed + self._transit(demand)
        return self._decide(needed <= there, ~np.isnan(needed))

    def _transit(self, demand: Record) -> np.ndarray:
        """`transit_days` of every supplier: its own, else the planning value between the zones."""
        modes, there = modes_of(demand), destination(demand)
        own = self._array(f"own:{modes}", lambda r: own_transit(r, modes) if r.transit else math.nan)
        zone = self._array("zone", lambda r: _ZONE_NUMBER[places.zone(r.has("country")[0])] if r.has("country") else -1)
        planned = [math.nan] * (len(places.ZONES) + 1)  # the last one is of those that state no country
        if there is not None:
            planned[:-1] = [float(places.transit(one, places.zone(there), modes)) for one in places.ZONES]
        return np.where(np.isnan(own), np.asarray(planned)[zone.astype(np.int64)], own)

    def _priced(self, demand: Record) -> np.ndarray:
        """An upper price alone says where prices end; a target below it may be met or not."""
        term, target = self._price, self._price.euros(demand, "target_price")
        low = self._array("price_from", lambda r: term.euros(r, "price_from"))
        high = self._array("price_to", lambda r: term.euros(r, "price_to"))
        alike = self._families(demand)
        return self._told(alike & (target < low), alike & ((target >= low) | (np.isnan(low) & (target >= high))))

    def _ranged(self, demand: Record, name: str) -> np.ndarray:
        """Where one end alone is stated, a number beyond it fails; on its other side nobody knows how far it goes."""
        low, high, wanted = self._field(f"{name}_from"), self._field(f"{name}_to"), demand.number(name)
        return self._told((wanted < low) | (wanted > high), (low <= wanted) & (wanted <= high))

    @staticmethod
    def _told(failed: np.ndarray, passed: np.ndarray) -> np.ndarray:
        """States where what fails and what passes is known, and the rest is not."""
        return np.asarray(np.where(failed, FAILED, np.where(passed, PASSED, UNKNOWN)), dtype=np.uint8)

    def _levelled(self, demand: Record, name: str) -> np.ndarray:
        found, wanted = self._field(name), demand.number(name)
        return self._decide(found <= wanted if name == "founded" else found >= wanted, ~np.isnan(found))


# one pair ------------------------------------------------------------------------------------------------------------
def described(demand: Record, supplier: Record, name: str, state_number: int, setting: Setting) -> Gate:
    """What was wanted and what was found; the state is the one `check` gave."""
    wanted, found = _found(demand, supplier, name, setting)
    return Gate(name, STATES[state_number], wanted, found)


def _found(demand: Record, supplier: Record, name: str, setting: Setting) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    if name == "exclude":
        # not by their ids: among them are firms that keep away from who asks, which it is not to learn
        return ("exclude.wanted",), ("exclude.found",) if supplier.id in demand.exclude else ()
    if name == "partners":
        return ("partners.wanted",), ("partners.found",) if supplier.id in demand.partners else ()
    if name == "certificates":
        held = holdings(supplier)
        mine = tuple(_until(held[c]) for c in asked(demand) if c in held)
        rest = tuple(_until(c) for c in supplier.certificates)
        return tuple((c, None) for c in asked(demand)), mine or rest
    if name in ALL_OF:
        return demand.has(name), supplier.has(name)
    if name in ANY_OF:
        return demand.has(name), tuple(dict.fromkeys(c for f in ANY_OF[name] for c in supplier.has(f)))
    if name in DATED:
        days = production_days(supplier) if name != "lead_time_days" else supplier.number(name)
        if name == "in_store_by":
            days += transit_days(demand, supplier)
        there = demand.number(name) if name == "lead_time_days" else setting.days(demand.dates[name])
        return (float(there),), () if math.isnan(days) else (days,)
    if name in COUNTED:
        source = "moq" if name == "quantity" else name
        return (demand.number("quantity"),), _numbers(supplier, (source,))
    return (demand.number(name),), _numbers(supplier, BANDS.get(name, (name,)))


_NOBODY = np.zeros(0, dtype=np.int64)
_ZONE_NUMBER = {name: number for number, name in enumerate(places.ZONES)}
_FAMILY_NUMBER = {name: number for number, name in enumerate(FAMILIES)}


def _until(certificate: Certificate) -> tuple[str, dt.date | str | None]:
    """A certificate with its end: a day, or that it has expired whatever day it says."""
    return certificate.code, "expired" if certificate.evidence == "expired" else certificate.valid_to


def _numbers(record: Record, names: tuple[str, ...]) -> tuple[float, ...]:
    return tuple(record.numbers[name] for name in names if name in record.numbers)
