"""What came of an edition, in figures that name nobody: filled from counts and sums, shown beside the edition before.

Every field is what one aggregate query gives. Writers show `shareable()` only, in which figures that would give away
what one firm does are left out.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from app.domain.timetables import EventInfo

SMALLEST = 3  # firms behind a figure
_DOMINANT = 0.85  # of an amount, by one firm: the others would know it nearly


@dataclass(frozen=True)
class Count:
    """How many of one code: a kind of participant, a country, a reason."""

    code: str
    count: int


@dataclass(frozen=True)
class Meetings:
    """Meetings by how they ended; `planned` are those still to come."""

    planned: int = 0
    held: int = 0
    no_show: int = 0
    cancelled: int = 0


@dataclass(frozen=True)
class Spread:
    """Least, middle and most of something over the participants."""

    least: float
    median: float
    most: float


@dataclass(frozen=True)
class Use:
    """Of what could be used (tables or interpreters × slots), how much was."""

    used: int
    offered: int

    @property
    def share(self) -> float | None:
        return self.used / self.offered if self.offered else None


@dataclass(frozen=True)
class Ratings:
    """The ratings of one side; `stars` counts one star to five, `firms` who rated."""

    side: Literal["supply", "buy"]
    stars: tuple[int, int, int, int, int]
    firms: int

    @property
    def count(self) -> int:
        return sum(self.stars)

    @property
    def average(self) -> float | None:
        total = sum(number * count for number, count in enumerate(self.stars, start=1))
        return total / self.count if self.count else None


@dataclass(frozen=True)
class Amount:
    """A sum in one currency (ISO 4217), of those who agreed to its use.

    `firms` is how many they are, `largest` what the largest of them has of it; `amount` is None once left out.
    """

    what: Literal["intended", "ordered"]
    currency: str
    amount: float | None
    firms: int
    largest: float = 0.0

    @property
    def gives_away(self) -> bool:
        """Whether the sum would tell what one firm has."""
        return self.firms < SMALLEST or (self.amount is not None and self.largest > _DOMINANT * self.amount)


@dataclass(frozen=True)
class Demand:
    """A product that is asked for (its name in the reader's language; "" is those of too few firms together), by how
    many requests, and how many found no good match; `firms` is how many ask."""

    product: str
    requests: int
    unmet: int
    firms: int


@dataclass(frozen=True)
class Asked:
    """One product of one request: whose, and whether the request found no good match."""

    product: str
    request: Hashable
    firm: Hashable
    unmet: bool


@dataclass(frozen=True)
class EditionReport:
    """One edition. `before` is the report of the edition before, whose own `before` is not looked at."""

    event: EventInfo
    as_of: datetime
    by_kind: tuple[Count, ...] = ()
    by_country: tuple[Count, ...] = ()
    requests: int = 0
    requests_matched: int = 0
    matches: int = 0
    meetings: Meetings = field(default_factory=Meetings)
    load: Spread | None = None
    tables: Use = Use(0, 0)
    interpreters: Use = Use(0, 0)
    left_out: tuple[Count, ...] = ()
    ratings: tuple[Ratings, ...] = ()
    outcomes: int = 0
    samples: int = 0
    quotations: int = 0
    follow_ups: int = 0
    amounts: tuple[Amount, ...] = ()
    demand: tuple[Demand, ...] = ()
    before: EditionReport | None = None

    @property
    def participants(self) -> int:
        return sum(one.count for one in self.by_kind)

    def shareable(self) -> EditionReport:
        """The report without what would give one firm away: sums and ratings of fewer than three firms, or of one
        firm nearly alone, and products that fewer than three ask for, which are counted together."""
        return replace(
            self,
            amounts=tuple(
                replace(one, amount=None if one.gives_away else one.amount, largest=0.0) for one in self.amounts
            ),
            ratings=tuple(one for one in self.ratings if one.firms >= SMALLEST),
            demand=_told(self.demand),
            before=replace(self.before, before=None).shareable() if self.before else None,
        )


def demand_of(asked: Iterable[Asked]) -> tuple[Demand, ...]:
    """Every product that is asked for, and last those of too few firms together.

    A request for several of those is one request, and a firm with several requests one firm: who alone asks for three
    rare products must not be what "other products" tells of.
    """
    by_product: dict[str, list[Asked]] = {}
    for one in asked:
        by_product.setdefault(one.product, []).append(one)
    every = [_counted(product, rows) for product, rows in sorted(by_product.items())]
    rare = [one.product for one in every if one.firms < SMALLEST]
    together = [_counted("", [row for product in rare for row in by_product[product]])] if len(rare) > 1 else []
    return (*every, *together)


def _counted(product: str, rows: list[Asked]) -> Demand:
    requests, unmet = {row.request for row in rows}, {row.request for row in rows if row.unmet}
    return Demand(product, len(requests), len(unmet), len({row.firm for row in rows}))


def _told(demand: tuple[Demand, ...]) -> tuple[Demand, ...]:
    """Products asked for by enough firms, most unmet first, and the others together where enough firms ask for them."""
    enough = [one for one in demand if one.firms >= SMALLEST]
    return tuple(sorted(enough, key=lambda one: (not one.product, -one.unmet, one.product)))
