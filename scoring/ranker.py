"""The public rankers: `SupplierRanker` ranks suppliers for demands, `BuyerRanker` demands for suppliers."""

from __future__ import annotations

import datetime as dt
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from scoring import behaviour, explaining, storage, unmet
from scoring.batch.results import MOST_AT_ONCE, Best, can_compile
from scoring.board import Board, scored_once
from scoring.errors import RankingError, UnknownIdError
from scoring.exposure import balanced
from scoring.fields import Side
from scoring.gates import FAILED, GateBook
from scoring.lifts import event
from scoring.measures import checked_rates
from scoring.mutual import combine_mutual
from scoring.records import Record, read, read_one, stream
from scoring.results import Explanation, LeftOut, Lift, MutualRanking, Ranking
from scoring.space import Scored, Space
from scoring.terms.base import Setting
from scoring.terms.catalogue import weights as checked_weights

if TYPE_CHECKING:
    from scoring.batch.ranking import BatchRanker

SEEN, SEEN_WHOLE = 20_000, 1_000  # askers remembered by id, and how many of them as they were read
# Milliseconds: a request alone costs about 1, and 1 more for each so many fitted records. Batches pay from so many on.
RECORDS_PER_MS, BATCH_PAYS_FROM = 3_000, 3_000
Gates = tuple[tuple[str, ...], np.ndarray]


class _Ranker(BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """What both directions share: a fitted side, and askers of the other side scored against it."""

    _fitted_side: ClassVar[Side]

    def __init__(
        self,
        text: Literal["full", "compact"] = "full",
        as_of: dt.date | str | None = None,
        rates: Mapping[str, float] | None = None,
        weights: Mapping[str, float] | None = None,
        lexicon: Mapping[str, Mapping[str, float]] | None = None,
    ) -> None:
        self.text = text
        self.as_of = as_of
        self.rates = rates
        self.weights = weights
        self.lexicon = lexicon

    def __sklearn_tags__(self) -> Any:
        """Records go in, not arrays; what they hold is checked field by field."""
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.dict = tags.input_tags.string = True
        tags.no_validation = True
        return tags

    # fitting ---------------------------------------------------------------------------------------------------------
    def _fit(self, data: Any) -> None:
        records = sorted(read(data, self._fitted_side), key=lambda record: record.id)
        self._fit_records(records, _day(self.as_of))

    def _fit_records(self, records: list[Record], as_of: dt.date) -> None:
        if self.text not in ("full", "compact"):
            raise RankingError(f"text={self.text!r}: expected 'full' or 'compact'")
        self.as_of_ = as_of
        self.ids_ = tuple(record.id for record in records)
        self.n_fitted_ = len(records)
        self.weights_ = checked_weights(self._fitted_side, self.weights)
        self.calibration_ = explaining.PRIOR_CALIBRATION
        self._setting = Setting(as_of, checked_rates(self.rates))
        self._records = records
        self._number = {identity: at for at, identity in enumerate(self.ids_)}
        self._space = Space(records, self._setting, self.weights_, self.text, self.lexicon)
        self._seen: dict[str, Record | Mapping[str, Any]] = {}
        self._batch: BatchRanker | None = None
        self._last: tuple[Record, Scored, Gates] | None = None
        self._hash: str | None = None
        self._gates_fitted(records)

    def _gates_fitted(self, records: list[Record]) -> None:
        """Prepare what checking gates needs."""

    @abstractmethod
    def _check_gates(self, asker: Record) -> Gates:
        """Gate names and states of an asker against every fitted record."""

    def fit_context(self, requests: Any) -> Any:
        """Learn an index of requests: each fitted record's mean text score over them is taken off its text score.

        Parameters
        ----------
        requests : list of dicts or DataFrame, of the asking side

        Returns
        -------
        self
        """
        check_is_fitted(self)
        self._space.fit_context(read(requests, self._asking_side))
        self._last = self._hash = None
        return self

    def fit_associations(self, texts: Iterable[str]) -> Any:
        """Learn which words go together from texts of other fairs or earlier editions; a request's words then bring
        theirs along.

        Parameters
        ----------
        texts : list of str
            Running texts of the trade, one for each supplier or page; an empty list forgets what was learned.

        Returns
        -------
        self
        """
        check_is_fitted(self)
        self._space.fit_associations(texts)
        self._last = self._hash = None
        return self

    def learn(self, feedback: Any) -> Any:
        """Take in answers of either side.

        Parameters
        ----------
        feedback : rows (from_id, to_id, label, at)
            Dicts, tuples or a DataFrame; `label` is 1 or 0, or a word ("accepted", "declined", …); of two answers
            about one pair the later counts.

        Returns
        -------
        self
        """
        check_is_fitted(self)
        self._space.behaviour.add(behaviour.read_feedback(feedback))
        self._last = self._hash = None
        return self

    def calibrate(self, scores: Any, met: Any) -> Any:
        """Learn what share of pairs meets at which score, from earlier pairs: a logistic curve that never falls.

        Parameters
        ----------
        scores, met : array-like of shape (n,)
            Scores of earlier pairs, and whether each met.
        """
        check_is_fitted(self)
        self.calibration_ = explaining.calibrated(np.asarray(scores, dtype=float), np.asarray(met))
        self._hash = None
        return self

    @property
    def _asking_side(self) -> Side:
        return "demand" if self._fitted_side == "supplier" else "supplier"

    # scoring ---------------------------------------------------------------------------------------------------------
    def _asker(self, given: Any) -> Record:
        if isinstance(given, Mapping):
            return read_one(given, self._asking_side, self._asking_side)
        identity = str(given)
        if identity not in self._seen:
            raise UnknownIdError(
                f"{self._asking_side} {identity!r} was not seen by rank; pass its record, or rank it first"
            )
        seen = self._seen[identity]
        return seen if isinstance(seen, Record) else read_one(seen, self._asking_side, self._asking_side)

    def _score(self, asker: Record) -> tuple[Scored, Gates]:
        last = self._last
        if last is not None and last[0].raw == asker.raw:
            return last[1], last[2]
        scored, gates = self._space.score(asker), self._check_gates(asker)
        self._last = (asker, scored, gates)
        return scored, gates

    def scores(self, askers: Any) -> np.ndarray:
        """Scores of every asker with every fitted record, shape (n_askers, n_fitted), columns as `ids_`; gates play
        no part."""
        check_is_fitted(self)
        records = read(askers, self._asking_side)
        out = np.empty((len(records), self.n_fitted_))
        for i, record in enumerate(records):
            out[i] = self._space.score(record).total
        return out

    def rank(self, askers: Any, k: int = 20) -> Ranking:
        """The best `k` for each asker, pairs that fail a gate left out, ties by id.

        Parameters
        ----------
        askers : list of dicts, one dict or DataFrame
        k : int

        Returns
        -------
        Ranking of arrays of shape (n_askers, k), short rows padded with None and NaN
        """
        check_is_fitted(self)
        if k < 1:
            raise RankingError(f"k={k}: at least 1")
        names: list[str] = []
        blocks = list(self.rank_blocks(askers, k, names=names))
        at = np.concatenate([np.zeros((0, k), dtype=np.int32), *(block.records for block in blocks)])
        scores = np.concatenate([np.zeros((0, k)), *(block.scores for block in blocks)])
        return Ranking(tuple(names), np.asarray([*self.ids_, None], dtype=object)[at], scores)

    def rank_blocks(
        self,
        askers: Any,
        k: int,
        *,
        names: list[str] | None = None,
        threads: int | None = None,
        together: bool | None = None,
    ) -> Iterator[Best]:
        """`rank`, some askers at a time and as positions in `ids_` (-1: none); `names` is filled with their ids.

        Many askers are taken together (`scoring.batch`) where that pays, or as `together` says; the numbers are the
        same.
        """
        records = self._remembered(stream(askers, self._asking_side), names)
        first = [] if together is not None else list(islice(records, self._enough()))
        if together is None:
            together = len(first) == self._enough()
        if together and self._can_batch(k):
            yield from self._batch_ranker().rank(chain(first, records), k, lambda one: self._alone(one, k), threads)
            return
        for record in chain(first, records):
            best, scores = self._alone(record, k)
            padded = Best(np.full((1, k), -1, dtype=np.int32), np.full((1, k), np.nan), np.asarray([best.size]))
            padded.records[0, : best.size], padded.scores[0, : best.size] = best, scores
            yield padded

    def _remembered(self, records: Iterator[Record], names: list[str] | None) -> Iterator[Record]:
        for record in records:
            if names is not None:
                names.append(record.id)
            self._see(record)
            yield record

    def prepare(self, k: int = 20) -> None:
        """Make now what the first batch would make: before processes part, so that they share it."""
        check_is_fitted(self)
        if self._can_batch(k):
            self._batch_ranker()

    def _enough(self) -> int:
        """How many askers make a batch worth its preparation."""
        return max(64, int(BATCH_PAYS_FROM / (1.0 + self.n_fitted_ / RECORDS_PER_MS)))

    def _can_batch(self, k: int) -> bool:  # noqa: ARG002
        return False

    def _batch_ranker(self) -> BatchRanker:
        raise NotImplementedError

    def _alone(self, record: Record, k: int) -> tuple[np.ndarray, np.ndarray]:
        """Positions and scores of one asker's best."""
        scored, (_, states) = self._score(record)
        best = _best(scored.total, ~(states == FAILED).any(axis=0), k)
        return best, scored.total[best]

    def _see(self, record: Record) -> None:
        """Remember an asker by its id, the latest `SEEN` of them."""
        self._seen.pop(record.id, None)
        self._seen[record.id] = record if len(self._seen) < SEEN_WHOLE else record.raw
        while len(self._seen) > SEEN:
            self._seen.pop(next(iter(self._seen)), None)

    def _explain(self, asker: Any, fitted: Iterable[Any], lang: str) -> list[Explanation]:
        check_is_fitted(self)
        record = self._asker(asker)
        scored, gates = self._score(record)
        return [self._explain_one(record, scored, gates, one, lang) for one in fitted]

    def _explain_one(self, asker: Record, scored: Scored, gates: Gates, one: Any, lang: str) -> Explanation:
        if isinstance(one, Mapping):
            other = read_one(one, self._fitted_side, self._fitted_side)
            at = self._number.get(other.id)
            if at is None or self._records[at].raw != other.raw:
                return self._beside(other)._explain(dict(asker.raw), [other.id], lang)[0]
        else:
            at = self._number.get(str(one))
            if at is None:
                raise UnknownIdError(f"{self._fitted_side} {one!r} was not seen by fit; pass its record instead")
        teller = explaining.Teller(self._space, self._setting, self.calibration_, self._fitted_side, lang)
        return teller.tell(asker, self._records[at], at, scored, gates)

    def _beside(self, other: Record) -> _Ranker:
        """This ranker with one record added or replaced: what `explain` uses for a record that fit has not seen."""
        fresh = type(self)(**self.get_params())
        kept = [record for record in self._records if record.id != other.id]
        fresh._fit_records(sorted([*kept, other], key=lambda record: record.id), self.as_of_)
        fresh.calibration_ = self.calibration_
        fresh._space.text.associations = self._space.text.associations
        rows = [
            (asker, fitted, label, at)
            for asker, known in self._space.behaviour.answers.items()
            for fitted, (at, label) in known.items()
        ]
        fresh._space.behaviour.add(rows)
        return fresh

    # keeping ---------------------------------------------------------------------------------------------------------
    def model_hash(self) -> str:
        """SHA-256 over parameters, records, fitted arrays and what was learned: equal hashes rank equally."""
        check_is_fitted(self)
        if self._hash is None:
            self._hash = storage.model_hash(self)
        return self._hash

    def save(self, path: str | Path) -> None:
        """Write `model.json` and `arrays.npz` into the folder `path` (made if need be)."""
        check_is_fitted(self)
        storage.save(self, Path(path))

    @classmethod
    def load(cls, path: str | Path) -> Any:
        """Read what `save` wrote. Raises `ModelFileError` for anything else."""
        return storage.load(cls, Path(path))


class SupplierRanker(_Ranker):
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

    def _can_batch(self, k: int) -> bool:
        compact = self.text == "compact" and self._space.context is None
        return compact and k <= MOST_AT_ONCE and self.n_fitted_ > 0 and can_compile()

    def _batch_ranker(self) -> BatchRanker:
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
        if (top is not None and top < 1) or most < 1:
            raise RankingError(f"lifts: top={top}, most={most}: each at least 1")
        identity = str(supplier["id"] if isinstance(supplier, Mapping) else supplier)
        if identity not in self._number:
            raise UnknownIdError(f"supplier {identity!r} was not seen by fit; fit with its record first")
        record = self._asker(demand)
        scored, gates = self._score(record)
        teller = explaining.Teller(self._space, self._setting, self.calibration_, "supplier", lang)
        return teller.all_lifts(record, self._number[identity], scored, gates, top, most)

    def board(self, demands: Any) -> Board:
        """Every demand scored once against every supplier, for `lifts_over` and `unmet`; (n demands, n suppliers)."""
        check_is_fitted(self)
        if isinstance(demands, Board):
            return demands
        return scored_once(read(demands, "demand"), self._space, self._check_gates)

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
        board = self.board(demands)
        if k < 1 or most < 1:
            raise RankingError(f"lifts_over: k={k}, most={most}: each at least 1")
        at = self._number.get(str(supplier))
        if at is None:
            raise UnknownIdError(f"supplier {supplier!r} was not seen by fit; fit with its record first")
        terms, chance = self._space.terms, partial(explaining.probability, calibration=self.calibration_)
        return event.lifts_over(board, at, self._records[at], terms, self._setting, chance, k, most, lang)

    def unmet(
        self, demands: Any, probability: float = unmet.GOOD_PROBABILITY, k: int = 10, lang: str = "en"
    ) -> unmet.Unmet:
        """The requests nobody serves well, by product, with why and what would open them.

        Parameters
        ----------
        demands : list of dicts, DataFrame, or the `board` of them
        probability : what the best supplier that passes must reach for a request to be served well
        k : length of the lists that buyers look at; a supplier on none of them is idle
        """
        board = self.board(demands)
        if not 0.0 < probability < 1.0 or k < 1:
            raise RankingError(f"unmet: probability={probability}, k={k}: between 0 and 1, and at least 1")
        terms, chance = self._space.terms, partial(explaining.probability, calibration=self.calibration_)
        return unmet.unmet_demand(board, self._records, terms, self._setting, chance, good=probability, k=k, lang=lang)

    def left_out(self, demand: Any, k: int = 3, lang: str = "en") -> list[LeftOut]:
        """The best-scored suppliers that fail a gate, with the gate, what was wanted and what was found."""
        check_is_fitted(self)
        record = self._asker(demand)
        scored, (names, states) = self._score(record)
        best = _best(scored.total, (states == FAILED).any(axis=0), k)
        return [explaining.left_out(self._book, record, int(at), scored, names, states, lang) for at in best]

    def rank_mutual(self, buyers: Any, k: int = 20, how: str = "harmonic", evenness: float = 0.0) -> MutualRanking:
        """The best `k` pairs of each demand by the score both directions make together.

        Parameters
        ----------
        buyers : list of dicts or DataFrame of demands
        k : pairs per demand
        how, evenness : as in `combine_mutual`; evenness decides the order, the scores shown stay those of the pairs
        """
        demands = read(buyers, "demand")
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
            for j in _best(order[i], passing[i], k):
                pairs.append((record.id, self.ids_[j]))
                at.append((i, int(j)))
        index = tuple(np.asarray(at, dtype=np.int64).reshape(-1, 2).T)
        return MutualRanking(tuple(pairs), forward[index], backward[index], both[index])


class BuyerRanker(_Ranker):
    """Ranks demands (buyer profiles or sourcing requests) for suppliers: the same terms, the roles swapped.

    Parameters are those of `SupplierRanker`. A demand's own gates hold here too: a supplier is not shown buyers whose
    `must` it fails or who exclude it.
    """

    _fitted_side = "demand"

    def fit(self, demands: Any, y: Any = None) -> BuyerRanker:  # noqa: ARG002 - scikit-learn's signature
        """Learn from demand records: a list of dicts or a DataFrame; every field but `id` is optional."""
        self._fit(demands)
        return self

    def _check_gates(self, asker: Record) -> Gates:
        book = GateBook([asker], self._setting)
        found = [
            book.check(demand) if demand.must or demand.exclude else ((), np.zeros((0, 1))) for demand in self._records
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


def _day(as_of: dt.date | str | None) -> dt.date:
    if as_of is None:
        return dt.datetime.now(dt.UTC).date()
    if isinstance(as_of, dt.datetime):
        return as_of.date()
    if isinstance(as_of, dt.date):
        return as_of
    try:
        return dt.date.fromisoformat(as_of)
    except (TypeError, ValueError):
        raise RankingError(f"as_of={as_of!r}: expected a date, or a string as 2025-09-15") from None


def _best(scores: np.ndarray, among: np.ndarray, k: int) -> np.ndarray:
    """Positions of the `k` highest scores where `among`, best first; equal scores in order of position (that is, of
    id)."""
    at = np.flatnonzero(among)
    if at.size > 4 * k:
        kept = scores[at]
        threshold = np.partition(kept, kept.size - k)[kept.size - k]
        at = at[kept >= threshold]
    order = np.argsort(-scores[at], kind="stable")[:k]
    return np.asarray(at[order])
