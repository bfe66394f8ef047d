"""What both rankers share: fitting, scoring, ranking, explaining, learning, keeping."""

from __future__ import annotations

import datetime as dt
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from scoring import behaviour, collecting, explaining, storage
from scoring.batch.results import Best
from scoring.errors import RankingError, RecordError, UnknownIdError, whole_number
from scoring.fields import Side
from scoring.gates import FAILED
from scoring.measures import checked_rates
from scoring.records import Record, read, read_one, stream
from scoring.results import Explanation, Ranking
from scoring.space import Scored, Space
from scoring.terms.base import Setting
from scoring.terms.catalogue import weights as checked_weights

if TYPE_CHECKING:
    from scoring.batch.ranking import BatchRanker

SEEN, SEEN_WHOLE = 20_000, 1_000  # askers remembered by id, and how many of them as they were read
# Milliseconds: a request alone costs about 1, and 1 more for each so many fitted records. Batches pay from so many on.
RECORDS_PER_MS, BATCH_PAYS_FROM = 3_000, 3_000
Gates = tuple[tuple[str, ...], np.ndarray]


class Ranker(BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
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
        with collecting.held():
            records = sorted(read(data, self._fitted_side), key=lambda record: record.id)
            if not records:
                raise RecordError(f"{self._fitted_side}s: found no records; fit needs at least one")
            self._fit_records(records, day_of(self.as_of))

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
            about one pair the later counts: `at` is a day or time (ISO 8601 or a datetime; without a zone, UTC) or a
            number (seconds from 1970, or of any count); of equal ones, the one given later.

        Raises
        ------
        RecordError
            A row with other fields, or a label or time that cannot be read.

        Returns
        -------
        self
        """
        check_is_fitted(self)
        self._space.behaviour.add(behaviour.read_feedback(feedback))
        self._last = self._hash = None
        return self

    def forget(self, asker: str) -> Any:
        """Forget all answers of one asker, by its id; returns self."""
        check_is_fitted(self)
        self._space.behaviour.forget(str(asker))
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
            last = self._last
            if last is not None and last[0].raw == given:
                return last[0]
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
        Ranking of arrays of shape (n_askers, k), short rows padded with None and NaN; no wider than there are records
        """
        check_is_fitted(self)
        k = min(whole_number(k), len(self.ids_))
        names: list[str] = []
        blocks = list(self.rank_blocks(askers, k, names=names))
        at = np.concatenate([np.zeros((0, k), dtype=np.int32), *(block.records for block in blocks)])
        scores = np.concatenate([np.zeros((0, k)), *(block.scores for block in blocks)])
        ids = np.full(at.shape, None, dtype=object)
        ids[at >= 0] = [self.ids_[place] for place in at[at >= 0].tolist()]
        return Ranking(tuple(names), ids, scores)

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
        k = min(k, len(self.ids_))
        records = self._remembered(stream(askers, self._asking_side), names)
        first = [] if together is not None else list(islice(records, self._enough()))
        if together is None:
            together = len(first) == self._enough()
        batch = self._batch_ranker(k) if together else None
        if batch is not None:
            yield from batch.rank(chain(first, records), k, lambda one: self._alone(one, k), threads)
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
        self._batch_ranker(k)

    def _enough(self) -> int:
        """How many askers make a batch worth its preparation."""
        return max(64, int(BATCH_PAYS_FROM / (1.0 + self.n_fitted_ / RECORDS_PER_MS)))

    def _batch_ranker(self, k: int) -> BatchRanker | None:  # noqa: ARG002 - for the side that has one
        """What ranks many askers together; None where they are ranked one by one."""
        return None

    def _alone(self, record: Record, k: int) -> tuple[np.ndarray, np.ndarray]:
        """Positions and scores of one asker's best."""
        scored, (_, states) = self._score(record)
        best = best_of(scored.total, ~(states == FAILED).any(axis=0), k)
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
        teller = explaining.Teller(self._space, self._setting, self.calibration_, self._fitted_side, lang)
        with collecting.held():
            return [self._explain_one(record, scored, gates, one, teller) for one in fitted]

    def _explain_one(
        self, asker: Record, scored: Scored, gates: Gates, one: Any, teller: explaining.Teller
    ) -> Explanation:
        if isinstance(one, Mapping):
            other = read_one(one, self._fitted_side, self._fitted_side)
            at = self._number.get(other.id)
            if at is None or self._records[at].raw != other.raw:
                return self._beside(other)._explain(dict(asker.raw), [other.id], teller.lang)[0]
        else:
            at = self._number.get(str(one))
            if at is None:
                raise UnknownIdError(f"{self._fitted_side} {one!r} was not seen by fit; pass its record instead")
        return teller.tell(asker, self._records[at], at, scored, gates)

    def _beside(self, other: Record) -> Ranker:
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


def day_of(as_of: dt.date | np.datetime64 | str | None) -> dt.date:
    if as_of is None:
        return dt.datetime.now(dt.UTC).date()
    if isinstance(as_of, dt.datetime):
        return as_of.date()
    if isinstance(as_of, np.datetime64):
        as_of = str(as_of.astype("datetime64[D]"))
    if isinstance(as_of, dt.date):
        return as_of
    try:
        return dt.date.fromisoformat(as_of)
    except (TypeError, ValueError):
        raise RankingError(f"as_of={as_of!r}: expected a date, or a string as 2025-09-15") from None


def best_of(scores: np.ndarray, among: np.ndarray, k: int) -> np.ndarray:
    """Positions of the `k` highest scores where `among`, best first; equal scores in order of position (that is, of
    id)."""
    at = np.flatnonzero(among)
    if at.size > 4 * k:
        kept = scores[at]
        threshold = np.partition(kept, kept.size - k)[kept.size - k]
        at = at[kept >= threshold]
    order = np.argsort(-scores[at], kind="stable")[:k]
    return np.asarray(at[order])
