"""The one space of a fitted side: weighted blocks side by side, one product for all pairs, block sums as terms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import scipy.sparse as sp

from scoring import codes
from scoring.behaviour import Behaviour
from scoring.errors import RankingError
from scoring.lifts import Found
from scoring.records import Record
from scoring.terms import adding
from scoring.terms.base import Setting, Term, in_steps
from scoring.terms.catalogue import terms as all_terms
from scoring.terms.distinct import Distinct
from scoring.text.associations import Associations
from scoring.text.compact import CompactSpace, Place
from scoring.text.documents import told_of
from scoring.text.lexicon import Learned
from scoring.text.space import Request, TextMode, TextSpace, body

TEXT_NEUTRAL, BEHAVIOUR_NEUTRAL = 0.5, 0.5
COVERAGE_FLOOR = 0.3
CONTEXT = 0.4
# Standard deviation of the other terms (0 to 1) at which answers count just their weight, and the least taken.
SPREAD, LEAST_SPREAD = 0.07, 0.01


class Points:
    """Points of one term for every fitted record: those of its distinct rows, and which of them each record has (None:
    each has its own)."""

    __slots__ = ("of", "rows")

    def __init__(self, rows: np.ndarray, of: np.ndarray | None = None) -> None:
        self.rows = rows
        self.of = of

    def all(self, out: np.ndarray | None = None) -> np.ndarray:
        """Of shape (n_fitted,)."""
        if self.of is None:
            return self.rows
        return np.asarray(self.rows.take(self.of, out=out, mode="clip" if out is not None else "raise"))

    def at(self, place: int) -> float:
        """Of one record."""
        found: float = self.rows.item(place if self.of is None else self.of.item(place))
        return found

    def times(self, factor: float) -> Points:
        """So many times as many."""
        return Points(self.rows * factor, self.of)


@dataclass(frozen=True)
class Scored:
    """One asker against the whole fitted side.

    `terms` are in the order of `names`; `total`, of shape (n_fitted,), is their sum, one after the other.
    """

    asker: Record
    names: tuple[str, ...]
    most: dict[str, float]
    terms: tuple[Points, ...]
    total: np.ndarray
    request: Request | Place | None
    # found once, told in any language
    lifts: dict[int, list[Found]] = field(default_factory=dict)
    shared: dict[int, list[tuple[str, str]]] = field(default_factory=dict)


class Space:
    """Rows of the fitted records, transposed, and the asker's rows made on demand.

    Parameters
    ----------
    records : the fitted side in canonical order (by id)
    setting : the day and the rates
    weights : points per term, adding up to 100
    mode : text mode
    lexicon : words of other languages, as `learn_lexicon` gives them
    """

    def __init__(
        self,
        records: Sequence[Record],
        setting: Setting,
        weights: Mapping[str, float],
        mode: TextMode,
        lexicon: Learned | None = None,
    ) -> None:
        self.records = records
        self.weights = dict(weights)
        self.terms: tuple[Term, ...] = all_terms()
        for term in self.terms:
            term.fit(records, setting)
        self.distinct = [Distinct.of_records(term, records) for term in self.terms]
        text: Any = CompactSpace() if mode == "compact" else TextSpace(lexicon)
        self.text = text.fit(records)
        self.behaviour = Behaviour(self.text, [record.id for record in records])
        self.context: np.ndarray | None = None
        self.context_rows: dict[str, np.ndarray] = {}

    @property
    def columns(self) -> sp.csr_array:
        """The rows of all terms side by side, transposed."""
        return sp.csr_array(sp.vstack([sp.csr_array(one.matrix().T) for one in self.distinct], format="csr"))

    # an asker against all -------------------------------------------------------------------------------------------
    def score(self, asker: Record) -> Scored:
        """Points of every stated term for every fitted record."""
        base = self.weighed(asker)
        before = self.shared_out(base)
        found: dict[str, Points] = {}
        for term, rows in zip(self.terms, self.distinct, strict=True):
            if (most := before.get(term.name)) is not None:
                found[term.name] = Points(most * rows.products(*term.full_row(asker)), rows.of)
        request = self.text.request(asker) if "text" in before else None
        if request is not None:
            found["text"] = Points(before["text"] * self.text_values(asker, request))
        rest = self._scored(asker, before, found, request)
        if self.behaviour.count(asker.id):
            return self._with_answers(rest, base)
        return rest if before else self._nothing_asked(asker)

    def _scored(
        self, asker: Record, most: dict[str, float], found: Mapping[str, Points], request: Request | Place | None
    ) -> Scored:
        terms = tuple(found[name] for name in most)
        return Scored(asker, tuple(most), most, terms, _total(terms, len(self.records)), request)

    def _with_answers(self, rest: Scored, base: Mapping[str, float]) -> Scored:
        """The other terms and the answers, whose points follow the spread of the others' over the records not answered:
        a difference the request makes is then as large beside the answers in every list."""
        asker, learned = rest.asker, self.behaviour.learned(rest.asker.id)
        spread = SPREAD
        if base:
            others = np.delete(rest.total, self.behaviour.answered(asker.id)) / 100.0
            spread = max(float(others.std()) if others.size else 0.0, LEAST_SPREAD)
        most = self.shared_out({**base, "behaviour": self.weights["behaviour"] * learned.reach / 2 * spread / SPREAD})
        if not most:
            return self._nothing_asked(asker)
        found = {
            name: points.times(most[name] / rest.most[name])
            for name, points in zip(rest.names, rest.terms, strict=True)
        }
        found["behaviour"] = Points(most["behaviour"] * in_steps(learned.values))
        return self._scored(asker, most, found, rest.request)

    def weighed(self, asker: Record, weights: Mapping[str, float] | None = None) -> dict[str, float]:
        """The weight of each term the asker states, but for its answers (none when nothing is asked)."""
        of = self.weights if weights is None else weights
        base = {term.name: of[term.name] for term in self.terms if term.states(asker)}
        if body(asker):
            base["text"] = of["text"]
        return base

    def shared_out(self, base: Mapping[str, float]) -> dict[str, float]:
        """The points of what is stated, scaled to 100 and in the order of the weights; none when there are none."""
        total = sum(base.values())
        return {name: base[name] * (100.0 / total) for name in self._order(base)} if total > 0 else {}

    def _order(self, base: Mapping[str, float]) -> list[str]:
        return [name for name in self.weights if name in base]

    def neutral(self) -> dict[str, float]:
        """The value of each term where a side does not say."""
        own = {term.name: term.neutral for term in self.terms}
        return own | {"text": TEXT_NEUTRAL, "behaviour": BEHAVIOUR_NEUTRAL}

    def _nothing_asked(self, asker: Record) -> Scored:
        """An empty asker: every fitted record gets the neutral value of every term."""
        neutral = self.neutral()
        most = dict(self.weights)
        nowhere = np.zeros(len(self.records), dtype=np.intp)
        found = {name: Points(np.asarray([most[name] * neutral[name]]), nowhere) for name in most}
        return self._scored(asker, most, found, None)

    # text -----------------------------------------------------------------------------------------------------------
    def text_values(self, asker: Record, request: Request | Place) -> np.ndarray:
        """The text term for every fitted record.

        The fused similarity, scaled so that one sharing nothing has 0 and the best one the share of the request it
        covers (its square root, at least 0.3). Records without any text get the mean of the others. In whole steps:
        equal texts have equal values, and ties are decided by id.
        """
        if isinstance(request, Place):
            lean = None if self.context is None else self._lean(asker)
            return np.asarray(self.text.values(request, lean))
        fused = self.text.fused(request, self.text.raw(request))
        none = 0.0
        if self.context is not None:
            fused, none = self._relative(asker, fused)
        stated = self.text.stated
        if not stated.any():
            return np.full(len(fused), TEXT_NEUTRAL)
        best = int(np.argmax(np.where(stated, fused, -np.inf)))
        if fused[best] <= none:
            return np.zeros(len(fused))
        cover = max(float(np.sqrt(self.text.coverage(request, best))), COVERAGE_FLOOR)
        values = cover * (fused - none) / (fused[best] - none)
        return in_steps(np.where(stated, values, values[stated].mean()))

    def _relative(self, asker: Record, fused: np.ndarray) -> tuple[np.ndarray, float]:
        """z-scores less a share of the mean z-score over the index's other requests, and the z-score of a zero."""
        mean, spread = float(fused.mean()), float(fused.std()) or 1.0
        return (fused - mean) / spread - self._lean(asker), -mean / spread

    def _lean(self, asker: Record) -> np.ndarray:
        """What the index of requests takes off each fitted record, in standard deviations."""
        assert self.context is not None
        total, count = self.context, len(self.context_rows)
        if asker.id in self.context_rows:
            total, count = total - self.context_rows[asker.id], count - 1
        return CONTEXT * total / max(count, 1)

    def fit_context(self, askers: Sequence[Record]) -> None:
        """Learn each fitted record's mean text score over an index of requests."""
        self.context_rows = {}
        for asker in sorted(askers, key=lambda record: record.id):
            if body(asker):
                request = self.text.request(asker)
                fused = self.text.fused(request, self.text.raw(request))
                spread = float(fused.std())
                self.context_rows[asker.id] = (fused - fused.mean()) / (spread or 1.0)
        rows = list(self.context_rows.values())
        self.context = np.sum(rows, axis=0) if len(rows) > 1 else None

    def fit_associations(self, texts: Iterable[str]) -> None:
        """Learn which words go together from other texts. What was learned of an index of requests is forgotten: its
        scores were taken without them."""
        if isinstance(self.text, CompactSpace):
            raise RankingError('fit_associations: text="compact" has no place for them; use text="full"')
        learned = Associations.learn(texts)
        self.text.associations = learned if learned.stems else None
        self.context, self.context_rows = None, {}

    def shared_words(self, scored: Scored, at: int) -> list[tuple[str, str]]:
        """("concepts" or "words", feature) the asker and a fitted record share, the heaviest first."""
        if at not in scored.shared:
            scored.shared[at] = self._shared_words(scored, at)
        return scored.shared[at]

    def _shared_words(self, scored: Scored, at: int) -> list[tuple[str, str]]:
        if isinstance(self.text, CompactSpace):
            found = self.text.in_common(scored.asker, at)
        else:
            found = self.text.in_common(scored.request, at) if isinstance(scored.request, Request) else []
        return self._heaviest(told_of(found, scored.asker, self.records[at]))

    def shared_by(self, at: int, others: Sequence[int]) -> list[tuple[str, str]]:
        """As `shared_words`, what a fitted record shares with any of the `others`; nothing where rows keep words."""
        if not isinstance(self.text, CompactSpace):
            return []
        mine = self.records[at]
        pairs = [(self.text.alike(at, other), mine, self.records[other]) for other in others]
        return self._heaviest([found for shared, one, other in pairs for found in told_of(shared, one, other)])

    @staticmethod
    def _heaviest(found: Sequence[tuple[float, str, str]]) -> list[tuple[str, str]]:
        codes_shared = {feature for _, name, feature in found if name == "concepts"}
        above = {
            f"{vocabulary}:{code}"
            for vocabulary, _, below in (feature.partition(":") for feature in codes_shared)
            for code in codes.ancestors(vocabulary, below)
        }
        heaviest = sorted((-weight, name, feature) for weight, name, feature in found)
        kept = [(name, feature) for _, name, feature in heaviest if feature not in above]
        return list(dict.fromkeys(kept))


def _total(terms: Sequence[Points], size: int) -> np.ndarray:
    """The sum of the terms, one after the other whatever the number of records."""
    if not terms:
        return np.zeros(size)
    total, held = np.array(terms[0].all()), np.empty(size)
    quick = adding.worth_it(size)
    for points in terms[1:]:
        if quick and points.of is not None:
            adding.add(total, points.rows, points.of)
        else:
            total += points.all(held)
    return total
