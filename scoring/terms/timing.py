"""Lead time and route against the dates: is there time to sample, make and ship?"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from itertools import combinations

import numpy as np

from scoring import places
from scoring.records import Record
from scoring.terms.base import Reason, Row, Setting, Term
from scoring.terms.grid import LogGrid

LIMIT, SHIP, OWN = "limit", "ship", "own"
MODE_SETS = tuple(modes for n in range(len(places.MODES) + 1) for modes in combinations(places.MODES, n))


def months_available(demand: Record, setting: Setting) -> float:
    """Months in which a demand can be made: its lead time or the time until it ships, the shorter of them; until it is
    in store where neither is stated; at least one."""
    days = [demand.number("lead_time_days")]
    day = demand.dates.get("ship_by") or (demand.dates.get("in_store_by") if math.isnan(days[0]) else None)
    if day is not None:
        days.append(float(setting.days(day)))
    known = [d for d in days if not math.isnan(d)]
    return max(min(known) / 30.0, 1.0) if known else 1.0


def destination(demand: Record) -> str | None:
    """Where the goods go."""
    codes = demand.has("delivery_country") or demand.has("country")
    return codes[0] if codes else None


def modes_of(demand: Record) -> tuple[str, ...]:
    """The transport modes a demand allows, in the words of the transit table."""
    return tuple(mode for mode in places.MODES if any(mode in code for code in demand.has("transport")))


def production_days(supplier: Record) -> float:
    """Sampling and bulk production; NaN when the lead time is not stated."""
    sample = supplier.number("sample_days")
    return supplier.number("lead_time_days") + (0.0 if math.isnan(sample) else sample)


def own_transit(supplier: Record, modes: tuple[str, ...]) -> float:
    """The supplier's own days by the quickest allowed mode it states, else by its quickest."""
    stated = [supplier.transit[mode] for mode in modes if mode in supplier.transit]
    return min(stated) if stated else supplier.transit["any"]


def transit_days(demand: Record, supplier: Record) -> float:
    """Days on the way: the supplier's own, else the planning value between the two zones; NaN when neither is known."""
    modes = modes_of(demand)
    if supplier.transit:
        return own_transit(supplier, modes)
    here, there = supplier.has("country"), destination(demand)
    if not here or there is None:
        return math.nan
    return float(places.transit(places.zone(here[0]), places.zone(there), modes))


class LeadTimeTerm(Term):
    """Days needed against days there are, for each limit the demand sets; their mean.

    `lead_time_days`: bulk lead time. `ship_by`: sample + bulk until that day. `in_store_by`: sample + bulk + transit
    until that day. Each is 1 when there is time enough and 0 when there is only half of it.

    Segments of the grid: one for each limit without transit; for in-store dates one per zone of origin (the demand
    takes
    the planning days off its own number), one for suppliers that state their transit days, and one per set of allowed
    modes for those that state them by mode.
    """

    name = "lead_time"
    demand_fields = ("lead_time_days", "ship_by", "in_store_by")
    supplier_fields = ("lead_time_days",)
    grid = LogGrid(1.0, 1024.0, 8)
    segments = (LIMIT, SHIP, OWN, *(f"from:{z}" for z in places.ZONES), *(f"own:{'+'.join(m)}" for m in MODE_SETS))
    starts = dict(zip(segments, range(1, 1 + len(segments) * len(grid), len(grid)), strict=True))

    def __init__(self, neutral: float) -> None:
        self.neutral = neutral

    @property
    def width(self) -> int:
        """The constant, and the grid once per segment."""
        return 1 + len(self.segments) * len(self.grid)

    def states(self, record: Record) -> bool:
        """A supplier's lead time; any limit of a demand."""
        if record.side == "supplier":
            return "lead_time_days" in record.numbers
        return "lead_time_days" in record.numbers or bool(record.dates)

    def keys(self, demands: Sequence[Record]) -> list[Hashable]:
        """The limits, and what the days on the way depend on where goods must be in store by a day."""
        return [self._key(demand.numbers.get("lead_time_days"), demand) for demand in demands]

    @staticmethod
    def _key(limit: float | None, demand: Record) -> Hashable:
        if not demand.dates:
            return limit
        ship, store = map(demand.dates.get, ("ship_by", "in_store_by"))
        way = (modes_of(demand), destination(demand)) if store is not None else ()
        return limit, ship, store, *way

    def _points(self, demand: Record) -> list[tuple[str, float]]:
        out: list[tuple[str, float]] = []
        if "lead_time_days" in demand.numbers:
            out.append((LIMIT, demand.number("lead_time_days")))
        if "ship_by" in demand.dates:
            out.append((SHIP, float(self.setting.days(demand.dates["ship_by"]))))
        if "in_store_by" in demand.dates:
            days = float(self.setting.days(demand.dates["in_store_by"]))
            modes, there = modes_of(demand), destination(demand)
            if there is not None:
                ways = ((z, places.transit(z, places.zone(there), modes)) for z in places.ZONES)
                out.extend((f"from:{z}", days - transit) for z, transit in ways)
            out.extend(((OWN, days), (f"own:{'+'.join(modes)}", days)))
        return out

    def demand_row(self, record: Record) -> Row:
        """Days there are, spread over their two nearest nodes, once per segment they belong to."""
        limits = ("lead_time_days" in record.numbers) + len(record.dates)
        at: list[int] = []
        values: list[float] = []
        for segment, days in self._points(record):
            start = self.starts[segment]
            for node, share in self.grid.spread(days):
                at.append(start + node)
                values.append(share / limits)
        return at, values

    def _needs(self, supplier: Record) -> list[tuple[str, float]]:
        bulk, made = supplier.number("lead_time_days"), production_days(supplier)
        out = [(LIMIT, bulk), (SHIP, made)]
        if len(supplier.transit) == 1:
            out.append((OWN, made + supplier.transit["any"]))
        elif supplier.transit:
            out.extend((f"own:{'+'.join(modes)}", made + own_transit(supplier, modes)) for modes in MODE_SETS)
        elif supplier.has("country"):
            out.append((f"from:{places.zone(supplier.has('country')[0])}", made))
        return out

    def supplier_row(self, record: Record) -> Row:
        """Response to the days there are, in every segment the supplier belongs to."""
        at: list[np.ndarray] = []
        values: list[np.ndarray] = []
        nodes = np.arange(len(self.grid))
        for segment, days in self._needs(record):
            start = self.starts[segment]
            step = self.grid.step  # late by a step, as `short_by` in scoring.terms.numbers
            fit = np.clip((1.0 - np.log2(max(days, 1.0) / self.grid.nodes)) / (1.0 - step), 0.0, 1.0)
            at.append(start + nodes)
            values.append(fit - self.neutral)
        return np.concatenate(at), np.concatenate(values)

    def reason(self, demand: Record, supplier: Record) -> Reason:
        """The tightest limit: days needed, days there are."""
        tightest = min(self.slack(demand, supplier), key=lambda row: row[2] - row[1], default=None)
        if tightest is None:
            return Reason("unknown.supplier", {"fields": ["country", "transit_days"]})
        name, needed, there = tightest
        values = {"needed": round(needed), "there": round(there), "until": demand.dates.get(name)}
        kind = "limit" if name == "lead_time_days" else name
        how = "fits" if needed <= there else "past" if there < 0 else "short"
        unsampled = kind != "limit" and math.isnan(supplier.number("sample_days"))
        return Reason(f"lead_time.{kind}.{how}{'.bulk' if unsampled else ''}", values)

    def slack(self, demand: Record, supplier: Record) -> list[tuple[str, float, float]]:
        """(limit, days needed, days there are) for each limit that can be checked."""
        bulk, made = supplier.number("lead_time_days"), production_days(supplier)
        out: list[tuple[str, float, float]] = []
        if "lead_time_days" in demand.numbers:
            out.append(("lead_time_days", bulk, demand.number("lead_time_days")))
        if "ship_by" in demand.dates:
            out.append(("ship_by", made, float(self.setting.days(demand.dates["ship_by"]))))
        if "in_store_by" in demand.dates:
            needed = made + transit_days(demand, supplier)
            out.append(("in_store_by", needed, float(self.setting.days(demand.dates["in_store_by"]))))
        return [row for row in out if not math.isnan(row[1])]
