"""Unmet demand: the requests nobody serves well, by product, with why and what would open them; and what is offered
without anybody asking for it.

A request is served well when a supplier has one of its products (it states it, or one below or above it, or names it in
its text), fails none of its gates and meets it with at least the probability asked for. A product that no supplier of
the list has is unmet even where the rest of its request is served. Suppliers a request excludes do not count for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from scoring import codes
from scoring.board import Board
from scoring.fields import RULED_OUT
from scoring.gates import FAILED
from scoring.lifts import Found, Pair, found_for, record_fields, shown, told
from scoring.messages import field_name, listing, number, sentence
from scoring.records import Record
from scoring.results import Lift
from scoring.terms.base import Setting, Term
from scoring.terms.coded import CodeTerm

Why = Literal["no_supplier", "gates", "weak"]
#: a pair is good from here on: 65 points on the curve the ranker starts with
GOOD_PROBABILITY = 0.5
LIFTS, WEAKEST = 2, 3


@dataclass(frozen=True)
class Nearest:
    """The best supplier there is for an unmet request, and what would open or lift it."""

    supplier: str
    name: str
    score: float
    probability: float
    failing: tuple[str, ...]
    lifts: tuple[Lift, ...]


@dataclass(frozen=True)
class UnmetRequest:
    """A request nobody serves well, for one of its products.

    `why` is no_supplier (nobody has the product), gates (all who have it fail one) or weak (somebody passes, but below
    the probability asked for); `because` says it in words. `suppliers` have the product, `passing` of them fail no
    gate; `gates` has how many of them fail which.
    """

    demand: str
    name: str
    why: Why
    because: str
    suppliers: int
    passing: int
    gates: dict[str, int]
    nearest: Nearest | None


@dataclass(frozen=True)
class UnmetProduct:
    """A product with unmet requests, of so many that ask for it, and how many suppliers have it.

    `code` is None for requests that name no product the vocabulary knows.
    """

    code: str | None
    label: str
    asked: int
    suppliers: int
    requests: tuple[UnmetRequest, ...]


@dataclass(frozen=True)
class Unasked:
    """A product that suppliers have and no request asks for, nor one above or below it."""

    code: str
    label: str
    suppliers: tuple[str, ...]


@dataclass(frozen=True)
class Unmet:
    """Unmet demand of an event: products with the most unmet requests first.

    `unasked` are products offered in vain; `idle` suppliers that are among the first `k` of no request.
    """

    requests: int
    unmet: int
    probability: float
    k: int
    products: tuple[UnmetProduct, ...]
    unasked: tuple[Unasked, ...]
    idle: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain dicts, tuples, strings and numbers, ready for JSON."""
        return asdict(self)


class _Supply:
    """Who has which product."""

    def __init__(self, suppliers: Sequence[Record], term: CodeTerm) -> None:
        self.suppliers, self.term = suppliers, term
        self.has: dict[str, np.ndarray] = {}
        self.broad: dict[str, np.ndarray] = {}
        self.own: dict[str, list[str]] = {}
        for at, supplier in enumerate(suppliers):
            for code in products_of(supplier):
                self.own.setdefault(code, []).append(supplier.id)
                self._mark(self.broad, code, at)
            for code in term.held(supplier):
                self._mark(self.has, code, at)

    def _mark(self, table: dict[str, np.ndarray], code: str, at: int) -> None:
        table.setdefault(code, np.zeros(len(self.suppliers), dtype=bool))[at] = True

    def of(self, code: str) -> np.ndarray:
        """Which suppliers have a product: it or one below it, or say something broader, which is to be confirmed."""
        found = np.zeros(len(self.suppliers), dtype=bool)
        for table, members in ((self.has, (code,)), (self.broad, self.term.chain(code)[1:])):
            for member in members:
                found |= table.get(member, False)
        return found

    def near(self, code: str) -> np.ndarray:
        """Which suppliers have a product of the nearest kind that anybody has."""
        chain = self.term.chain(code)
        return next((self.has[above] for above in chain if above in self.has), np.ones(len(self.suppliers), dtype=bool))


def products_of(record: Record) -> tuple[str, ...]:
    """The products a record states, else those its text names."""
    stated = record.has("products")
    return stated or tuple(code for name, code in record.mentions if name == "products")


@dataclass(frozen=True)
class _Near:
    """A supplier that comes near a request: its points, the gates it fails, and changes with points and rank then."""

    at: int
    score: float
    failing: tuple[str, ...]
    lifts: list[tuple[Found, float, int | None]]


@dataclass(frozen=True)
class _Case:
    """An unmet request for one of its products, before it is put into words; `at` is the best that passes."""

    row: int
    why: Why
    at: int
    suppliers: int
    passing: int
    gates: dict[str, int]
    weakest: list[str]
    nearest: _Near | None


class _Finder:
    def __init__(
        self,
        board: Board,
        suppliers: Sequence[Record],
        terms: Sequence[Term],
        setting: Setting,
        probability: Callable[[float], float],
        good: float,
    ) -> None:
        self.board, self.suppliers, self.terms, self.setting = board, suppliers, terms, setting
        self.probability, self.good = probability, good
        term = next(term for term in terms if isinstance(term, CodeTerm) and term.name == "products")
        self.supply = _Supply(suppliers, term)

    def unmet_products(self, row: int) -> list[str | None]:
        """The products for which a request is unmet; [None] where it names none."""
        asked = products_of(self.board.demands[row])
        open_to = ~self.board.barred(row)
        nobody: list[str | None] = [code for code in asked if not (self.supply.of(code) & open_to).any()]
        has = np.any([self.supply.of(code) for code in asked], axis=0) if asked else open_to
        best = self.board.totals[row].max(where=has & self.board.passing[row], initial=-np.inf)
        if self.probability(float(best)) >= self.good:
            return nobody
        return nobody or list(asked) or [None]

    def case(self, row: int, code: str | None) -> _Case:
        open_to = ~self.board.barred(row)
        has = open_to & (self.supply.of(code) if code is not None else True)
        passing = has & self.board.passing[row]
        names, states = self.board.gates[row]
        fails = {
            name: int((states[i] == FAILED)[has].sum()) for i, name in enumerate(names) if name not in RULED_OUT
        }  # fmt: skip
        gates = {name: count for name, count in sorted(fails.items(), key=lambda one: (-one[1], one[0])) if count}
        kindred = open_to & (self.supply.near(code) if code is not None else True)
        at = self._best(row, passing)
        near = [self._best(row, some) for some in (passing, has, kindred, open_to) if some.any()]
        near = near[: 2 if passing.any() else 1]
        why: Why = "no_supplier" if not has.any() else "weak" if passing.any() else "gates"
        weakest = self._weakest(row, at) if why == "weak" else []
        nearest = _nearer([self._near(row, one) for one in dict.fromkeys(near)])
        return _Case(row, why, at, int(has.sum()), int(passing.sum()), gates, weakest, nearest)

    def told(self, case: _Case, lang: str) -> UnmetRequest:
        demand = self.board.demands[case.row]
        return UnmetRequest(
            demand=demand.id,
            name=demand.name,
            why=case.why,
            because=self._because(case, lang),
            suppliers=case.suppliers,
            passing=case.passing,
            gates=case.gates,
            nearest=self._nearest(case.nearest, lang) if case.nearest else None,
        )

    def _best(self, row: int, among: np.ndarray) -> int:
        return int(np.argmax(np.where(among, self.board.totals[row], -np.inf)))

    def _because(self, case: _Case, lang: str) -> str:
        values: dict[str, Any] = {"suppliers": number(case.suppliers, lang), "passing": number(case.passing, lang)}
        named = [f"{field_name(name, lang)} ({number(count, lang)})" for name, count in case.gates.items()]
        values["gates"] = listing(named, lang)
        if case.why == "weak":
            chance = self.probability(float(self.board.totals[case.row, case.at]))
            values["probability"] = number(100 * chance, lang, 0)
            values["weakest"] = listing([field_name(name, lang) for name in case.weakest], lang)
        return sentence(f"unmet.{case.why}", lang, values)

    def _weakest(self, row: int, at: int) -> list[str]:
        """The terms that lack most points of what they could have."""
        pair = self._pair(row, at)
        lost = {
            name: pair.most[name] * (1.0 - term.value(pair.demand, pair.supplier)) for name, term in pair.terms.items()
        }
        known = sum(pair.most[name] - less for name, less in lost.items())
        if "text" in pair.most and "behaviour" not in pair.most:
            lost["text"] = pair.most["text"] - (float(self.board.totals[row, at]) - known)
        return sorted((name for name in lost if lost[name] > 0.5), key=lambda name: (-lost[name], name))[:WEAKEST]

    def _pair(self, row: int, at: int) -> Pair:
        demand, most = self.board.demands[row], self.board.most[row]
        stated = {term.name: term for term in self.terms if term.name in most and term.states(demand)}
        return Pair(demand, self.suppliers[at], stated, most, self.setting)

    def _near(self, row: int, at: int) -> _Near:
        score, failing = float(self.board.totals[row, at]), self.board.failing(row, at)
        others, passing = self.board.totals[row], self.board.passing[row]
        tried = found_for(self._pair(row, at), failing)
        lifts = []
        for found in shown([one for one in tried if not one.failing] or tried, LIFTS):
            after = score + found.gain
            better = ((others > after) | ((others == after) & (np.arange(others.size) < at))) & passing
            better[at] = False
            lifts.append((found, after, None if found.failing else 1 + int(better.sum())))
        return _Near(at, score, tuple(sorted(failing)), lifts)

    def _nearest(self, near: _Near, lang: str) -> Nearest:
        supplier = self.suppliers[near.at]
        chance = 0.0 if near.failing else self.probability(near.score)
        lifts = (
            Lift(told(found, lang), after, rank, found.effort, record_fields(found, supplier))
            for found, after, rank in near.lifts
        )
        return Nearest(supplier.id, supplier.name, near.score, chance, near.failing, tuple(lifts))


def _nearer(found: list[_Near]) -> _Near | None:
    """The one that comes furthest: by what it has if it passes, else by what would open it."""

    def reach(one: _Near) -> float:
        opened = [after for _, after, rank in one.lifts if rank is not None]
        return max(opened, default=-np.inf if one.failing else one.score)

    return max(found, key=reach, default=None)


def unmet_demand(
    board: Board,
    suppliers: Sequence[Record],
    terms: Sequence[Term],
    setting: Setting,
    probability: Callable[[float], float],
    *,
    good: float,
    k: int,
) -> Callable[[str], Unmet]:
    """What `SupplierRanker.unmet_told` gives."""
    finder = _Finder(board, suppliers, terms, setting, probability, good)
    groups: dict[str | None, list[int]] = {}
    for row in range(len(board.demands)):
        for code in finder.unmet_products(row):
            groups.setdefault(code, []).append(row)
    asked = Counter(code for demand in board.demands for code in products_of(demand) or (None,))
    cases = [
        (code, _having(finder.supply, code), [finder.case(row, code) for row in rows]) for code, rows in groups.items()
    ]
    cases.sort(key=lambda one: (-len(one[2]), one[1], one[0] or "~"))
    unmet = len({row for rows in groups.values() for row in rows})
    idle = _idle(board, suppliers, k)

    def tell(lang: str) -> Unmet:
        products = tuple(
            UnmetProduct(code, _label(code, lang), asked[code], having, tuple(finder.told(case, lang) for case in some))
            for code, having, some in cases
        )
        unasked = _unasked(finder.supply, {code for code in asked if code is not None}, lang)
        return Unmet(len(board.demands), unmet, good, k, products, unasked, idle)

    return tell


def _label(code: str | None, lang: str) -> str:
    return codes.label("products", code, lang) if code is not None else sentence("unmet.no_product", lang, {})


def _having(supply: _Supply, code: str | None) -> int:
    return int(supply.of(code).sum()) if code is not None else 0


def _unasked(supply: _Supply, asked: set[str], lang: str) -> tuple[Unasked, ...]:
    wanted = asked | {above for code in asked for above in supply.term.chain(code)}
    rows = [
        Unasked(code, codes.label("products", code, lang), tuple(ids))
        for code, ids in supply.own.items()
        if code not in wanted and asked.isdisjoint(supply.term.chain(code))
    ]
    return tuple(sorted(rows, key=lambda one: (-len(one.suppliers), one.code)))


def _idle(board: Board, suppliers: Sequence[Record], k: int) -> tuple[str, ...]:
    """Suppliers among the first `k` of no request."""
    listed = np.zeros(len(suppliers), dtype=bool)
    for totals, passing in zip(board.totals, board.passing, strict=True):
        at = np.flatnonzero(passing)
        listed[at[np.argsort(-totals[at], kind="stable")[:k]]] = True
    return tuple(supplier.id for supplier, seen in zip(suppliers, listed, strict=True) if not seen)
