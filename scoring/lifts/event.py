"""What would lift a supplier over a whole event: each change tried on every request at once.

Expected meetings are the probabilities of the requests that have the supplier among their first `k`, added up: a buyer
looks at a short list, and who is not on it is not asked. A change is weighed by how many of them it brings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import combinations
from typing import Any

import numpy as np

from scoring.board import Board
from scoring.gates import FAILED, GateBook
from scoring.lifts.candidates import changes
from scoring.lifts.change import EFFORTS, Change
from scoring.lifts.pair import LEAST_LIFT, Found, Pair, record_fields, told, touched_terms
from scoring.lifts.values import NEAR, value
from scoring.records import Record
from scoring.terms.base import Setting, Term

#: things changed, and steps of each, that are tried on all requests; and how many of them two by two
MOST_SUBJECTS, MOST_LEVELS, PAIRED = 40, 6, 6
#: of two steps the smaller is told when it brings this share of what the larger would
ENOUGH = 0.9
#: two changes are told as one when they bring so much more than both alone; so many of them
MORE, MOST_TWOS = 1.2, 2


@dataclass(frozen=True)
class RequestLift:
    """What a change brings for one request; ranks are None where a gate fails."""

    demand: str
    name: str
    score: float
    score_after: float
    rank: int | None
    rank_after: int | None
    probability: float
    probability_after: float


@dataclass(frozen=True)
class EventLift:
    """A change, and what it brings over the event.

    `opens`: requests whose gates it opens; `enters`: requests that have the supplier among their first `k` with it and
    not without; `ranks`: places gained where it is ranked already; `meetings`: expected meetings gained; `requests`:
    those it concerns, the most gained first; `fields`: what the record would then say.
    """

    change: str
    effort: str
    fields: dict[str, Any]
    opens: int
    enters: int
    ranks: int
    meetings: float
    requests: tuple[RequestLift, ...]


@dataclass(frozen=True)
class EventLifts:
    """How a supplier stands in an event, and what would lift it there, best first.

    `requests`: those that do not exclude it; `passes`: requests whose gates it passes; `listed`: those that have it
    among their first `k`; `meetings`: expected meetings, the probabilities of the listed ones added up.
    """

    supplier: str
    name: str
    k: int
    requests: int
    passes: int
    listed: int
    meetings: float
    lifts: tuple[EventLift, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain dicts, tuples, strings and numbers, ready for JSON."""
        return asdict(self)


@dataclass
class _Row:
    """One request as a supplier sees it: its points, and the others it is ranked among."""

    pair: Pair
    score: float
    failing: frozenset[str]
    ahead: np.ndarray  # passing scores of suppliers whose id comes before, ascending; they win ties
    behind: np.ndarray
    before: dict[str, float] = field(default_factory=dict)

    def rank(self, score: float) -> int:
        """The place of a score among the others that pass."""
        better = self.ahead.size - np.searchsorted(self.ahead, score - NEAR, "left")
        return 1 + int(better + self.behind.size - np.searchsorted(self.behind, score + NEAR, "right"))

    def value_now(self, name: str) -> float:
        """The value of a term as it is."""
        if name not in self.before:
            pair = self.pair
            self.before[name] = value(pair.terms[name], pair.demand, pair.supplier, pair.supplier)
        return self.before[name]


@dataclass(frozen=True)
class _Tried:
    """Changes tried on every request: what each request gets, and the sums."""

    made: tuple[Change, ...]
    effect: dict[int, tuple[float, bool]]  # row → points gained, whether a gate fails then
    helps: int
    opens: int
    enters: int
    ranks: int
    meetings: float

    @property
    def worth(self) -> tuple[float, int, int, int]:
        return self.meetings, self.opens, self.enters, self.ranks


class _Event:
    def __init__(
        self,
        board: Board,
        at: int,
        supplier: Record,
        terms: Sequence[Term],
        setting: Setting,
        probability: Callable[[float], float],
        k: int,
    ) -> None:
        self.supplier, self.setting, self.probability, self.k = supplier, setting, probability, k
        self.rows = [self._row(board, row, at, terms) for row in range(len(board.demands)) if not board.barred(row)[at]]

    def _row(self, board: Board, row: int, at: int, terms: Sequence[Term]) -> _Row:
        demand, most = board.demands[row], board.most[row]
        stated = {term.name: term for term in terms if term.name in most and term.states(demand)}
        totals, passing = board.totals[row], board.passing[row]
        ahead, behind = np.sort(totals[:at][passing[:at]]), np.sort(totals[at + 1 :][passing[at + 1 :]])
        pair = Pair(demand, self.supplier, stated, most, self.setting)
        return _Row(pair, float(totals[at]), board.failing(row, at), ahead, behind)

    def standing(self, row: _Row, score: float, fails: bool) -> tuple[int | None, float]:
        """Rank, and the probability where it is among the first k."""
        if fails:
            return None, 0.0
        rank = row.rank(score)
        return rank, self.probability(score) if rank <= self.k else 0.0

    def tried(self, made: tuple[Change, ...]) -> _Tried:
        after = self.supplier
        for change in made:
            after = change.apply(after)
        touched = frozenset[str]().union(*(change.touched for change in made))
        book = GateBook([after], self.setting)
        effect: dict[int, tuple[float, bool]] = {}
        helps = opens = enters = ranks = 0
        meetings = 0.0
        for number, row in enumerate(self.rows):
            names = touched_terms(row.pair.terms, touched)
            if not names and not row.failing:
                continue
            gain = sum(
                row.pair.most[n] * (value(row.pair.terms[n], row.pair.demand, after, self.supplier) - row.value_now(n))
                for n in names
            )
            failing = row.failing
            if row.pair.demand.must:
                gates, states = book.check(row.pair.demand)
                failing = frozenset(n for n, now in zip(gates, states[:, 0], strict=True) if now == FAILED)
                helps += bool(row.failing - failing)
            if abs(gain) < LEAST_LIFT and failing == row.failing:
                continue
            effect[number] = gain, bool(failing)
            rank, chance = self.standing(row, row.score, bool(row.failing))
            rank_after, chance_after = self.standing(row, row.score + gain, bool(failing))
            opens += bool(row.failing) - bool(failing)
            enters += (rank_after or self.k + 1) <= self.k < (rank or self.k + 1)
            ranks += rank - rank_after if rank and rank_after else 0
            meetings += chance_after - chance
        return _Tried(made, effect, helps, opens, enters, ranks, meetings)

    def candidates(self) -> Iterator[list[Change]]:
        """The changes that requests call for, by the thing they change, smallest step first; most called for first."""
        steps: dict[str, dict[float, Change]] = {}
        called: Counter[str] = Counter()
        for row in self.rows:
            for change in changes(row.pair.demand, self.supplier, row.pair.terms):
                steps.setdefault(change.subject, {})[change.level] = change
                called[change.subject] += 1
        for subject, _ in sorted(called.items(), key=lambda item: (-item[1], item[0]))[:MOST_SUBJECTS]:
            levels = sorted(steps[subject])
            at = np.unique(np.linspace(0, len(levels) - 1, MOST_LEVELS).round().astype(int))
            yield [steps[subject][levels[i]] for i in at]

    def best_step(self, steps: list[Change]) -> _Tried:
        """The smallest step that brings nearly what the best would."""
        found = [self.tried((step,)) for step in steps]
        most = max(found, key=lambda one: (*one.worth, one.helps))
        for one in found:
            enough = one.meetings >= ENOUGH * most.meetings and one.opens >= ENOUGH * most.opens
            if enough and one.helps >= ENOUGH * most.helps and one.ranks >= ENOUGH * most.ranks:
                return one
        return most

    def best(self) -> list[_Tried]:
        """Every single change worth telling, and twos that bring more than both alone, best first."""
        singles = [self.best_step(steps) for steps in self.candidates()]
        helping = sorted((one for one in singles if one.helps), key=lambda one: (-one.helps, one.made[0].subject))
        twos = []
        for one, two in combinations(helping[:PAIRED], 2):
            if not (one.made[0].touched & two.made[0].touched - {"unit", "currency"}):
                both = self.tried((*one.made, *two.made))
                alone = (max(one.meetings, 0.0) + max(two.meetings, 0.0), max(one.opens, 0) + max(two.opens, 0))
                if both.meetings > MORE * alone[0] + 1e-9 or both.opens > MORE * alone[1]:
                    twos.append(both)
        twos = sorted(twos, key=lambda one: one.worth, reverse=True)[:MOST_TWOS]
        good = [one for one in (*singles, *twos) if max(one.worth) > 1e-9 and one.meetings > -1e-9]
        return sorted(good, key=lambda one: (*(-w for w in one.worth), EFFORTS.index(_found(self, one).effort)))

    def request(self, number: int, gain: float, fails: bool) -> RequestLift:
        row = self.rows[number]
        after = row.score + gain
        return RequestLift(
            demand=row.pair.demand.id,
            name=row.pair.demand.name,
            score=row.score,
            score_after=after,
            rank=None if row.failing else row.rank(row.score),
            rank_after=None if fails else row.rank(after),
            probability=0.0 if row.failing else self.probability(row.score),
            probability_after=0.0 if fails else self.probability(after),
        )


def _gained(request: RequestLift, k: int) -> float:
    """Expected meetings that one request gains."""
    before = request.probability if (request.rank or k + 1) <= k else 0.0
    return (request.probability_after if (request.rank_after or k + 1) <= k else 0.0) - before


def _found(event: _Event, tried: _Tried) -> Found:
    after = event.supplier
    for change in tried.made:
        after = change.apply(after)
    return Found(tried.made, after, 0.0, frozenset())


def lifts_over(
    board: Board,
    at: int,
    supplier: Record,
    terms: Sequence[Term],
    setting: Setting,
    probability: Callable[[float], float],
    k: int,
    most: int,
) -> Callable[[str], EventLifts]:
    """What `SupplierRanker.lifts_told` gives; `at` is the supplier's column of the board."""
    event = _Event(board, at, supplier, terms, setting, probability, k)
    now = [event.standing(row, row.score, bool(row.failing)) for row in event.rows]
    lifts = []
    for one in event.best()[:most]:
        requests = [event.request(number, gain, fails) for number, (gain, fails) in one.effect.items()]
        requests.sort(key=lambda r: (-_gained(r, k), r.probability - r.probability_after, r.demand))
        lifts.append((one, _found(event, one), tuple(requests)))

    def tell(lang: str) -> EventLifts:
        return EventLifts(
            supplier.id,
            supplier.name,
            k,
            len(event.rows),
            sum(rank is not None for rank, _ in now),
            sum(rank is not None and rank <= k for rank, _ in now),
            sum(chance for _, chance in now),
            tuple(
                EventLift(
                    told(found, lang), found.effort, record_fields(found, supplier), one.opens, one.enters, one.ranks,
                    one.meetings, requests,
                )
                for one, found, requests in lifts
            ),
        )  # fmt: skip

    return tell
