"""The public rankers: `SupplierRanker` ranks suppliers for demands, `BuyerRanker` demands for suppliers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from scoring import explaining
from scoring.base import Gates, Ranker, best_of
from scoring.batch.results import MOST_AT_ONCE, can_compile
from scoring.board import Board, scored_once
from scoring.errors import RankingError, UnknownIdError, whole_number
from scoring.exposure import balanced
from scoring.gates import FAILED, GateBook
from scoring.lifts import event
from scoring.mutual import combine_mutual
from scoring.records import Record, read
from scoring.results import Explanation, LeftOut, Lift, MutualRanking
from scoring.terms.catalogue import weights as checked_weights
from scoring.unmet import GOOD_PROBABILITY, Unmet, unmet_demand

if TYPE_CHECKING:
    from scoring.batch.ranking import BatchRanker


class SupplierRanker(Ranker):
    """Ranks suppliers for demands.

    Parameters
    ----------
    text : {"full", "compact"}
        "compact" keeps at most 128 text columns, for very large batches; it is never switched silently.
    as_of : date, ISO date string or None
        The day validity and lead times are judged from; None means the day of `fit`, kept in `as_of_`.
    rates : dict of currency to euros, laid over the dated offline rates
    weights : dict of term to points, laid over the built-in ones and scaled to add up to 100
    lexicon : dict of word to words of other languages with weights, as `learn_lexicon` gives it, or None; only
        text="full" uses it

    Examples
    --------
    >>> from scoring import SupplierRanker
    >>> ranker = SupplierRanker(as_of="2025-09-15").fit([
    ...     {"id": "A", "products": ["down jackets"], "moq": 500},
    ...     {"id": "B", "products": ["knitted T-shirts"], "moq": 3000},
    ... ])
    >>> ranker.rank([{"id": "r1", "products": ["Daunenjacken"], "quantity": 600}], k=2).ids.tolist()
    [['A', 'B']]
    """

    _fitted_side = "supplier"

    def fit(self, suppliers: Any, y: Any = None) -> SupplierRanker:  # noqa: ARG002 - scikit-learn's signature
        """Learn from supplier records: a list of dicts or a DataFrame; every field but `id` is optional.

        Raises
        ------
        RecordError
            An unknown field, a missing or repeated id, a value that cannot be read.
        """
        self._fit(suppliers)
        return self

    def _gates_fitted(self, records: list[Record]) -> None:
        self._book = GateBook(records, self._setting)

    def _check_gates(self, asker: Record) -> Gates:
        return self._book.check(asker)

    def _batch_ranker(self, k: int) -> BatchRanker | None:
        compact = self.text == "compact" and self._space.context is None
        if not (compact and k <= MOST_AT_ONCE and self.n_fitted_ > 0 and can_compile()):
            return None
        if self._batch is None:
            from scoring.batch.ranking import BatchRanker

            self._batch = BatchRanker(self._space, self._book)
        return self._batch

    def explain(self, demand: Any, supplier: Any, lang: str = "en") -> Explanation:
        """Why a pair has its score. Takes records, or ids of suppliers seen by `fit` and demands seen by `rank`.

        A supplier record that `fit` has not seen is scored beside the fitted ones, as if it had been fitted with them.
        """
        return self._explain(demand, [supplier], lang)[0]

    def explain_many(self, demand: Any, suppliers: Iterable[Any], lang: str = "en") -> list[Explanation]:
        """`explain` for many suppliers of one demand, which is scored once."""
        return self._explain(demand, suppliers, lang)

    def lifts(
        self, demand: Any, supplier: Any, top: int | None = None, most: int = 10, lang: str = "en"
    ) -> tuple[Lift, ...]:
        """What the supplier could change for this demand, and the score and rank each change would bring.

        Parameters
        ----------
        demand, supplier : ids seen by `rank` and `fit`, or records (the supplier's as it was fitted)
        top : int, optional
            Only what brings the supplier among the first `top`, the smallest change that suffices first; two changes
            together where no single one does. Without it, the changes that bring most.
        most : at most so many
        """
        check_is_fitted(self)
        most = whole_number(most, "lifts: most")
        top = None if top is None else whole_number(top, "lifts: top")
        identity = str(supplier["id"] if isinstance(supplier, Mapping) else supplier)
        if identity not in self._number:
            raise UnknownIdError(f"supplier {identity!r} was not seen by fit; fit with its record first")
        record = self._asker(demand)
        scored, gates = self._score(record)
        teller = explaining.Teller(self._space, self._setting, self.calibration_, "supplier", lang)
        return teller.all_lifts(record, self._number[identity], scored, gates, top, most)

    def board(self, demands: Any, progress: Callable[[int, int], None] | None = None) -> Board:
        """Every demand scored once against every supplier, for `lifts_over` and `unmet`; (n demands, n suppliers).

        `progress` is called with the demands done and how many there are.
        """
        check_is_fitted(self)
        if isinstance(demands, Board):
            return demands
        return scored_once(read(demands, "demand"), self._space, self._check_gates, progress)

    def lifts_over(
        self, supplier: Any, demands: Any, k: int = 10, most: int = 10, lang: str = "en"
    ) -> event.EventLifts:
        """What would lift a supplier over all requests of an event, best first.

        Parameters
        ----------
        supplier : id seen by `fit`
        demands : list of dicts, DataFrame, or the `board` of them (so that they are scored once for many suppliers)
        k : length of the lists that buyers look at
        most : at most so many changes
        """
        return self.lifts_told(supplier, demands, k, most)(lang)

    def lifts_told(self, supplier: Any, demands: Any, k: int = 10, most: int = 10) -> Callable[[str], event.EventLifts]:
        """As `lifts_over`, worked out once, to be told in each language that is asked for."""
        k, most = whole_number(k, "lifts_over: k"), whole_number(most, "lifts_over: most")
        board = self.board(demands)
        at = self._number.get(str(supplier))
        if at is None:
            raise UnknownIdError(f"supplier {supplier!r} was not seen by fit; fit with its record first")
        terms, chance = self._space.terms, partial(explaining.probability, calibration=self.calibration_)
        return event.lifts_over(board, at, self._records[at], terms, self._setting, chance, k, most)

    def unmet(self, demands: Any, probability: float = GOOD_PROBABILITY, k: int = 10, lang: str = "en") -> Unmet:
        """The requests nobody serves well, by product, with why and what would open them.

        Parameters
        ----------
        demands : list of dicts, DataFrame, or the `board` of them
        probability : what the best supplier that passes must reach for a request to be served well
        k : length of the lists that buyers look at; a supplier on none of them is idle
        """
        return self.unmet_told(demands, probability, k)(lang)

    def unmet_told(self, demands: Any, probability: float = GOOD_PROBABILITY, k: int = 10) -> Callable[[str], Unmet]:
        """As `unmet`, worked out once, to be told in each language that is asked for."""
        k = whole_number(k, "unmet: k")
        if not 0.0 < probability < 1.0:
            raise RankingError(f"unmet: probability={probability}: expected a number between 0 and 1")
        board = self.board(demands)
        terms, chance = self._space.terms, partial(explaining.probability, calibration=self.calibration_)
        return unmet_demand(board, self._records, terms, self._setting, chance, good=probability, k=k)

    def left_out(self, demand: Any, k: int = 3, lang: str = "en") -> list[LeftOut]:
        """The best-scored suppliers that fail a gate, with the gate, what was wanted and what was found."""
        check_is_fitted(self)
        k = whole_number(k)
        record = self._asker(demand)
        scored, (names, states) = self._score(record)
        best = best_of(scored.total, (states == FAILED).any(axis=0), k)
        return [explaining.left_out(self._book, record, int(at), scored, names, states, lang) for at in best]

    def backward(self, demand: Any, suppliers: Iterable[Any]) -> np.ndarray:
        """What suppliers think of one demand, (n_suppliers,): the buyers' weights over what each supplier states, the
        values of the terms those that the pair has already. `BuyerRanker` weighs a demand among others; for one alone
        this says as much at a fraction of the cost.

        Parameters
        ----------
        demand : id seen by `rank`, or its record
        suppliers : ids seen by `fit`
        """
        check_is_fitted(self)
        scored, _ = self._score(self._asker(demand))
        weights, neutral = checked_weights("demand", None), self._space.neutral()
        points = dict(zip(scored.names, scored.terms, strict=True))
        out = []
        for identity in suppliers:
            at = self._number.get(str(identity))
            if at is None:
                raise UnknownIdError(f"supplier {identity!r} was not seen by fit; fit with its record first")
            stated = self._space.weighed(self._records[at], weights) or weights
            found = [
                weight * (points[name].at(at) / scored.most[name] if name in points else neutral[name])
                for name, weight in stated.items()
            ]
            out.append(100.0 * sum(found) / sum(stated.values()))
        return np.asarray(out)

    def rank_mutual(self, buyers: Any, k: int = 20, how: str = "harmonic", evenness: float = 0.0) -> MutualRanking:
        """The best `k` pairs of each demand by the score both directions make together.

        Parameters
        ----------
        buyers : list of dicts or DataFrame of demands
        k : pairs per demand
        how, evenness : as in `combine_mutual`; evenness decides the order, the scores shown stay those of the pairs
        """
        check_is_fitted(self)
        k = whole_number(k)
        demands = read(buyers, "demand")
        if not demands:
            none = combine_mutual([], [], how)
            return MutualRanking((), none, none, none)
        raw = [record.raw for record in demands]
        forward = self.scores(raw)
        back = BuyerRanker(self.text, self.as_of_, self.rates, lexicon=self.lexicon).fit(raw)
        rows = [back._number[record.id] for record in demands]
        backward = back.scores([record.raw for record in self._records]).T[rows]
        both = combine_mutual(forward, backward, how)
        passing = np.asarray([~(self._check_gates(record)[1] == FAILED).any(axis=0) for record in demands])
        order = balanced(np.where(passing, both, np.nan), evenness) if evenness else both
        pairs: list[tuple[str, str]] = []
        at: list[tuple[int, int]] = []
        for i, record in enumerate(demands):
            for j in best_of(order[i], passing[i], k):
                pairs.append((record.id, self.ids_[j]))
                at.append((i, int(j)))
        index = tuple(np.asarray(at, dtype=np.int64).reshape(-1, 2).T)
        return MutualRanking(tuple(pairs), forward[index], backward[index], both[index])


class BuyerRanker(Ranker):
    """Ranks demands (buyer profiles or sourcing requests) for suppliers: the same terms, the roles swapped.

    Parameters are those of `SupplierRanker`. A demand's own gates hold here too: a supplier is not shown buyers whose
    `must` it fails, who exclude it or are its partners already.
    """

    _fitted_side = "demand"

    def fit(self, demands: Any, y: Any = None) -> BuyerRanker:  # noqa: ARG002 - scikit-learn's signature
        """Learn from demand records: a list of dicts or a DataFrame; every field but `id` is optional."""
        self._fit(demands)
        return self

    def _check_gates(self, asker: Record) -> Gates:
        book = GateBook([asker], self._setting)
        found = [
            book.check(demand) if demand.must or demand.rules_out else ((), np.zeros((0, 1)))
            for demand in self._records
        ]
        names = tuple(sorted({name for own, _ in found for name in own}))
        states = np.full((len(names), len(found)), explaining.NOT_ASKED, dtype=np.uint8)
        row_of = {name: i for i, name in enumerate(names)}
        for j, (own, column) in enumerate(found):
            for name, value in zip(own, column[:, 0], strict=True):
                states[row_of[name], j] = value
        return names, states

    def explain(self, supplier: Any, demand: Any, lang: str = "en") -> Explanation:
        """Why a demand has its place for a supplier."""
        return self._explain(supplier, [demand], lang)[0]

    def explain_many(self, supplier: Any, demands: Iterable[Any], lang: str = "en") -> list[Explanation]:
        """`explain` for many demands of one supplier, which is scored once."""
        return self._explain(supplier, demands, lang)
