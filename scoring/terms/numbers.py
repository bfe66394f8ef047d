"""Terms over numbers: minimum order, capacity, price, weight, gauge, smart-factory level.

Every response curve is 1 where the supplier fits and falls in proportion to the logarithm of how far it misses.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Callable, Hashable, Sequence
from functools import lru_cache

import numpy as np

from scoring import codes
from scoring.measures import FAMILIES, UNITS
from scoring.records import Record
from scoring.terms.base import Reason, Row, Term
from scoring.terms.grid import LogGrid
from scoring.terms.timing import months_available

Curve = Callable[[np.ndarray], np.ndarray]
ANY = "any"


def short_by(x: np.ndarray, needed: float, octaves: float, step: float) -> np.ndarray:
    """1 where x >= needed, falling to 0 where x is `octaves` halvings short of it.

    It begins to fall one grid step late, so that a number that just meets the need still gets exactly 1 when it is
    interpolated between two nodes.
    """
    return np.asarray(np.clip((octaves - np.log2(needed / np.maximum(x, 1e-12))) / (octaves - step), 0.0, 1.0))


def over_by(x: np.ndarray, limit: float, octaves: float, step: float) -> np.ndarray:
    """1 where x <= limit, falling to 0 where x is `octaves` doublings above it; one grid step late, as `short_by`."""
    return np.asarray(
        np.clip((octaves - np.log2(np.maximum(x, 1e-12) / max(limit, 1e-12))) / (octaves - step), 0.0, 1.0)
    )


class NumberTerm(Term):
    """A demand's number against a supplier's response curve, on one grid per segment (a segment: what can be
    compared)."""

    grid: LogGrid
    segments: tuple[str, ...] = (ANY,)

    @property
    def width(self) -> int:
        """The constant, and the grid once per segment."""
        return 1 + len(self.segments) * len(self.grid)

    @abstractmethod
    def points(self, demand: Record) -> list[tuple[str, float, float]]:
        """(segment, number, weight) of a demand; the weights of what it states add up to 1 for a supplier's segment."""

    @abstractmethod
    def curves(self, supplier: Record) -> list[tuple[str, Curve]]:
        """(segment, response curve) of a supplier."""

    def states(self, record: Record) -> bool:
        """Whether the record gives the number."""
        return bool(self.points(record) if record.side == "demand" else self.curves(record))

    def _start(self, segment: str) -> int:
        return 1 + self.segments.index(segment) * len(self.grid)

    def keys(self, demands: Sequence[Record]) -> list[Hashable]:
        """The number."""
        name = self.demand_fields[0]
        return [demand.numbers.get(name) for demand in demands]

    def demand_row(self, record: Record) -> Row:
        """The number spread over its two nearest nodes."""
        at: list[int] = []
        values: list[float] = []
        for segment, number, weight in self.points(record):
            start = self._start(segment)
            for node, share in self.grid.spread(number):
                at.append(start + node)
                values.append(weight * share)
        return at, values

    def supplier_row(self, record: Record) -> Row:
        """The curve at the nodes, as the difference from the neutral value."""
        curves = self.curves(record)
        nodes = np.arange(len(self.grid))
        at = np.concatenate([self._start(segment) + nodes for segment, _ in curves])
        return at, np.concatenate([curve(self.grid.nodes) - self.neutral for _, curve in curves])


class UnitTerm(NumberTerm):
    """A number with a unit: compared within its family; an unstated unit is taken to be the other side's."""

    segments = (*FAMILIES, ANY)

    def keys(self, demands: Sequence[Record]) -> list[Hashable]:
        """The number, and all it is compared by."""
        name, beside = self.demand_fields[0], self._beside
        return [(demand.numbers[name], *beside(demand)) if name in demand.numbers else None for demand in demands]

    def _beside(self, demand: Record) -> tuple[Hashable, ...]:
        return (demand.unit,)

    def spread_units(self, demand: Record, number: float) -> list[tuple[str, float, float]]:
        """The number in its family, and against suppliers that state no unit."""
        if demand.unit is None:
            return [(segment, number, 1.0) for segment in self.segments]
        return [(demand.unit[0], number, 1.0), (ANY, number, 1.0)]

    def states(self, record: Record) -> bool:
        """Whether the record gives the number."""
        return (self.demand_fields if record.side == "demand" else self.supplier_fields)[0] in record.numbers

    @staticmethod
    def family(record: Record) -> str:
        """The segment of a supplier."""
        return record.unit[0] if record.unit else ANY

    @staticmethod
    def factor(record: Record) -> float:
        """Base units in one stated unit."""
        return record.unit[1] if record.unit else 1.0

    def comparable(self, demand: Record, supplier: Record) -> bool:
        """Whether the two units belong to one family."""
        return demand.unit is None or supplier.unit is None or demand.unit[0] == supplier.unit[0]


def told_units(demand: Record, supplier: Record) -> tuple[str, str] | None:
    """Unit codes of both sides where their figures read side by side would mislead; None where they count the same.

    A side that states no unit counts in the base unit of the other's family, as the terms do.
    """
    mine, theirs = demand.unit, supplier.unit
    stated = mine or theirs
    if mine == theirs or stated is None:
        return None
    base = (stated[0], 1.0)
    if (mine or base) == (theirs or base):
        return None
    return _unit_code(demand.raw.get("unit"), mine or base), _unit_code(supplier.raw.get("unit"), theirs or base)


@lru_cache(maxsize=1 << 10)
def _unit_code(written: object, unit: tuple[str, float]) -> str:
    """The code of a unit, the one a record writes where that is it: pairs and sets count like pieces."""
    word = str(written or "")
    code = codes.code_of("units", word) or word.strip().upper()
    return code if UNITS.get(code) == unit else next(one for one, known in UNITS.items() if known == unit)


class QuantityTerm(UnitTerm):
    """Quantity against the minimum order: 1 at or above it, 0 at a quarter of it."""

    name = "quantity"
    demand_fields = ("quantity",)
    supplier_fields = ("moq",)
    grid = LogGrid(1.0, 2.0**23, 4)

    def __init__(self, neutral: float) -> None:
        self.neutral = neutral

    def points(self, demand: Record) -> list[tuple[str, float, float]]:
        """The quantity in base units."""
        quantity = demand.number("quantity")
        return [] if math.isnan(quantity) else self.spread_units(demand, quantity * self.factor(demand))

    def curves(self, supplier: Record) -> list[tuple[str, Curve]]:
        """Response to a quantity."""
        moq = supplier.number("moq")
        if math.isnan(moq):
            return []
        needed = max(moq * self.factor(supplier), 1.0)
        return [(self.family(supplier), lambda x: short_by(x, needed, 2.0, self.grid.step))]

    def reason(self, demand: Record, supplier: Record) -> Reason:
        """Quantity and minimum order."""
        quantity, moq = demand.number("quantity"), supplier.number("moq")
        values = {"quantity": quantity, "moq": moq, "units": told_units(demand, supplier)}
        if not self.comparable(demand, supplier):
            return Reason("unit.other", values)
        fits = quantity * self.factor(demand) >= moq * self.factor(supplier)
        return Reason("quantity.fits" if fits else "quantity.small", values)


class CapacityTerm(UnitTerm):
    """Quantity per month against capacity: 1 up to the capacity, 0 at four times it.

    The months are those of the accepted lead time or until the ship-by date (else the in-store date), at least one.
    """

    name = "capacity"
    demand_fields = ("quantity",)
    supplier_fields = ("capacity_per_month",)
    grid = LogGrid(1.0, 2.0**23, 4)

    def __init__(self, neutral: float) -> None:
        self.neutral = neutral

    def _beside(self, demand: Record) -> tuple[Hashable, ...]:
        return demand.unit, months_available(demand, self.setting)

    def points(self, demand: Record) -> list[tuple[str, float, float]]:
        """The quantity of one month in base units."""
        quantity = demand.number("quantity") * self.factor(demand)
        return (
            [] if math.isnan(quantity) else self.spread_units(demand, quantity / months_available(demand, self.setting))
        )

    def curves(self, supplier: Record) -> list[tuple[str, Curve]]:
        """Response to a monthly quantity."""
        capacity = supplier.number("capacity_per_month")
        if math.isnan(capacity):
            return []
        limit = max(capacity * self.factor(supplier), 1.0)
        return [(self.family(supplier), lambda x: over_by(x, limit, 2.0, self.grid.step))]

    def reason(self, demand: Record, supplier: Record) -> Reason:
        """Quantity, months and capacity."""
        months = months_available(demand, self.setting)
        quantity, capacity = demand.number("quantity"), supplier.number("capacity_per_month")
        units = told_units(demand, supplier)
        values = {"quantity": quantity, "capacity": capacity, "months": round(months, 1), "units": units}
        if not self.comparable(demand, supplier):
            return Reason("unit.other", values)
        fits = quantity * self.factor(demand) / months <= capacity * self.factor(supplier)
        return Reason("capacity.fits" if fits else "capacity.short", values)


class PriceTerm(UnitTerm):
    """Target price against the price band, in euros per base unit: 1 from the band's lower end to twice its upper
    end, 0 at half the lower end; far above the band (another tier) it sinks to 0.5.
    """

    name = "price"
    demand_fields = ("target_price",)
    supplier_fields = ("price_from", "price_to")
    grid = LogGrid(0.01, 10_000.0, 4)

    def __init__(self, neutral: float) -> None:
        self.neutral = neutral

    def _beside(self, demand: Record) -> tuple[Hashable, ...]:
        return demand.unit, demand.currency

    def euros(self, record: Record, name: str) -> float:
        """A price in euros per base unit; NaN when it is not stated or its currency has no rate."""
        rate = self.setting.rates.get(record.currency) if record.currency else 1.0
        return record.number(name) * (math.nan if rate is None else rate) / self.factor(record)

    def states(self, record: Record) -> bool:
        """Whether the record gives a price that is known in euros."""
        if record.side == "demand":
            return self.euros(record, "target_price") > 0
        known = not record.currency or record.currency in self.setting.rates
        return known and ("price_from" in record.numbers or "price_to" in record.numbers)

    def band(self, supplier: Record) -> tuple[float, float]:
        """Lower and upper price in euros; one stated end stands for both."""
        low, high = self.euros(supplier, "price_from"), self.euros(supplier, "price_to")
        return (high if math.isnan(low) else low), (low if math.isnan(high) else high)

    def points(self, demand: Record) -> list[tuple[str, float, float]]:
        """The target price in euros per base unit."""
        target = self.euros(demand, "target_price")
        return [] if math.isnan(target) or target <= 0 else self.spread_units(demand, target)

    def curves(self, supplier: Record) -> list[tuple[str, Curve]]:
        """Response to a target price."""
        low, high = self.band(supplier)
        if math.isnan(low):
            return []
        low, high = max(low, 0.001), max(high, 0.001)
        # below an upper price alone nobody knows
        least = self.neutral if "price_from" not in supplier.numbers else 0.0

        def curve(x: np.ndarray) -> np.ndarray:
            below = np.maximum(short_by(x, low, 1.0, self.grid.step), least)
            return np.asarray(np.minimum(below, np.maximum(over_by(x, 2 * high, 4.0, self.grid.step), 0.5)))

        return [(self.family(supplier), curve)]

    def reason(self, demand: Record, supplier: Record) -> Reason:
        """Target and band, converted where the currencies differ."""
        stated = "price_from" if "price_from" in supplier.numbers else "price_to"
        values = {
            "target": demand.number("target_price"),
            "currency": demand.currency or "EUR",
            "low": supplier.number(stated),
            "their_currency": supplier.currency or "EUR",
            "units": told_units(demand, supplier),
        }
        if not self.comparable(demand, supplier):
            return Reason("unit.other", values)
        low, high = self.band(supplier)
        target = self.euros(demand, "target_price")
        rate = self.setting.rates.get(demand.currency or "EUR", 1.0)
        values["low_here"] = round(low / rate * self.factor(demand), 2)
        if stated == "price_to":
            return Reason("price.up_to", values)
        if target < low:
            return Reason("price.above", values)
        return Reason("price.tier" if target > 2 * high else "price.fits", values)


class RangeTerm(NumberTerm):
    """A wanted number against a range: 1 inside, falling to 0 at `octaves` doublings or halvings outside.

    Where one end alone is stated it falls to the neutral value on the other side: nobody knows how far the range goes.
    """

    def __init__(self, name: str, neutral: float, grid: LogGrid, octaves: float) -> None:
        self.name = name
        self.neutral = neutral
        self.grid = grid
        self.octaves = octaves
        self.demand_fields = (name,)
        self.supplier_fields = (f"{name}_from", f"{name}_to")

    def ends(self, supplier: Record) -> tuple[float, float]:
        """The range; NaN for an end that is not stated."""
        low, high = (supplier.number(name) for name in self.supplier_fields)
        return low, high

    def states(self, record: Record) -> bool:
        """Whether the record gives the number, or an end of its range."""
        fields = self.demand_fields if record.side == "demand" else self.supplier_fields
        return not record.numbers.keys().isdisjoint(fields)

    def points(self, demand: Record) -> list[tuple[str, float, float]]:
        """The wanted number."""
        wanted = demand.number(self.name)
        return [] if math.isnan(wanted) else [(ANY, wanted, 1.0)]

    def curves(self, supplier: Record) -> list[tuple[str, Curve]]:
        """Response to a wanted number."""
        low, high = self.ends(supplier)
        if math.isnan(low) and math.isnan(high):
            return []

        def curve(x: np.ndarray) -> np.ndarray:
            above = short_by(x, max(high if math.isnan(low) else low, 1e-9), self.octaves, self.grid.step)
            below = over_by(x, low if math.isnan(high) else high, self.octaves, self.grid.step)
            if math.isnan(low):
                above = np.maximum(above, self.neutral)
            if math.isnan(high):
                below = np.maximum(below, self.neutral)
            return np.asarray(np.minimum(above, below))

        return [(ANY, curve)]

    def reason(self, demand: Record, supplier: Record) -> Reason:
        """Wanted number and range."""
        low, high = self.ends(supplier)
        wanted = demand.number(self.name)
        values = {"field": self.name, "wanted": wanted, "low": low, "high": high}
        if math.isnan(low) or math.isnan(high):
            return Reason("range.to" if math.isnan(low) else "range.from", values)
        inside = low <= wanted <= high
        if low == high:
            return Reason("range.same" if inside else "range.other", values)
        return Reason("range.inside" if inside else "range.outside", values)


class SmartLevelTerm(Term):
    """Smart-factory level against the lowest one wanted: 1 at or above it, 0.3 less for each level short."""

    name = "smart_level"
    demand_fields = ("smart_level",)
    supplier_fields = ("smart_level",)
    width = 7

    def __init__(self, neutral: float) -> None:
        self.neutral = neutral

    def states(self, record: Record) -> bool:
        """Whether a level is given."""
        return "smart_level" in record.numbers

    def keys(self, demands: Sequence[Record]) -> list[Hashable]:
        """The level."""
        return [demand.numbers.get(self.name) for demand in demands]

    def demand_row(self, record: Record) -> Row:
        """The wanted level between its two neighbours."""
        level = record.number("smart_level")
        below = int(level)
        rest = level - below
        return ([1 + below], [1.0]) if rest == 0 else ([1 + below, 2 + below], [1.0 - rest, rest])

    def supplier_row(self, record: Record) -> Row:
        """Response at the six levels."""
        wanted = np.arange(6)
        return 1 + wanted, np.clip(
            1.0 - 0.3 * np.maximum(wanted - record.number("smart_level"), 0), 0, 1
        ) - self.neutral

    def reason(self, demand: Record, supplier: Record) -> Reason:
        """Both levels."""
        wanted, found = demand.number("smart_level"), supplier.number("smart_level")
        return Reason("smart.fits" if found >= wanted else "smart.below", {"wanted": wanted, "found": found})
