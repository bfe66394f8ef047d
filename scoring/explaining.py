"""An explanation is put together here: block sums as points, reasons in words, gates, unknowns, lifts."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from scoring import lifts
from scoring.errors import RankingError
from scoring.fields import DERIVED, RULED_OUT, Side
from scoring.gates import FAILED, PASSED, GateBook, described
from scoring.messages import field_name, listing, number, sentence
from scoring.records import Record, is_missing
from scoring.results import Explanation, GateResult, LeftOut, Lift, TermPoints
from scoring.space import Scored, Space
from scoring.standing import Standing
from scoring.terms.base import Reason, Setting, Term
from scoring.text.documents import body
from scoring.text.telling import forms, offered, within
from scoring.wording import concept, explain_reason, gate_sides

__all__ = ["NOT_ASKED", "PRIOR_CALIBRATION", "Teller", "calibrated", "left_out", "probability"]

NOT_ASKED = 255
MOVED = 5  # words at most that are told of what answers moved
Gates = tuple[tuple[str, ...], np.ndarray]
# A stated starting curve, not a learned one: .29 at 50 points, .65 at 75. `calibrate` replaces it.
PRIOR_CALIBRATION = (-3.9, 0.06)


def calibrated(scores: np.ndarray, met: np.ndarray) -> tuple[float, float]:
    """Intercept and slope of the logistic curve through (score, met); the slope is never negative."""
    from sklearn.linear_model import LogisticRegression

    if scores.shape != met.shape or scores.ndim != 1:
        raise RankingError(f"calibrate: scores {scores.shape} and met {met.shape} must be two lists of one length")
    known = np.isfinite(scores) & np.asarray([not is_missing(one) for one in met.tolist()], dtype=bool)
    if not known.all():
        missing = f"{np.count_nonzero(~known)} of {known.size}"
        raise RankingError(f"calibrate: {missing} pairs have no score, or do not say whether they met; leave them out")
    if len(np.unique(met.astype(bool))) < 2:
        raise RankingError("calibrate: pairs that met and pairs that did not are both needed")
    model = LogisticRegression(C=1e6).fit(scores.reshape(-1, 1), met.astype(bool))
    slope = float(model.coef_[0, 0])
    if slope < 0:
        share = float(met.astype(bool).mean())
        return float(np.log(share / (1.0 - share))), 0.0
    return float(model.intercept_[0]), slope


def left_out(
    book: GateBook, demand: Record, at: int, scored: Scored, names: tuple[str, ...], states: np.ndarray, lang: str
) -> LeftOut:
    """One supplier that fails a gate."""
    failed = tuple(name for i, name in enumerate(names) if states[i, at] == FAILED)
    supplier = book.suppliers[at]
    gate = described(demand, supplier, failed[0], FAILED, book.setting)
    wanted, found = gate_sides(gate, demand, supplier, lang)
    return LeftOut(supplier.id, supplier.name, float(scored.total[at]), failed[0], wanted, found, failed)


class _Asked:
    """What is the same for every pair of one scored asker: its place among all, and which terms it states."""

    def __init__(self, scored: Scored, gates: Gates, terms: Mapping[str, Term]) -> None:
        self.scored = scored
        self.standing = Standing(scored.total, ~(gates[1] == FAILED).any(axis=0))
        self.stated = {name: terms[name] for name in scored.names if name in terms and terms[name].states(scored.asker)}
        self.terms = [
            (name, terms.get(name), points, scored.most[name], name in self.stated)
            for name, points in zip(scored.names, scored.terms, strict=True)
        ]
        self.reading: dict[Collection[str], list[str]] = {}


class Teller:
    """Tells about pairs of one asker in one language."""

    def __init__(
        self, space: Space, setting: Setting, calibration: tuple[float, float], fitted: Side, lang: str
    ) -> None:
        self.space = space
        self.setting = setting
        self.calibration = calibration
        self.fitted = fitted
        self.lang = lang
        self._by_name = {term.name: term for term in space.terms}
        self._not_said: dict[tuple[object, ...], str] = {}
        self._last: _Asked | None = None

    def tell(self, asker: Record, other: Record, at: int, scored: Scored, gates: Gates) -> Explanation:
        """Everything about one pair; `at` is the fitted record's position."""
        demand, supplier = (asker, other) if self.fitted == "supplier" else (other, asker)
        asked, states = self._asked(scored, gates), _states(gates, at)
        failing = frozenset([name for name, state in states if state == FAILED])
        score = float(scored.total[at])
        terms, open_fields = self._terms(asked, demand, supplier, at)
        return Explanation(
            demand=demand.id,
            supplier=supplier.id,
            score=score,
            rank=None if failing else asked.standing.rank(score, at),
            probability=probability(score, self.calibration),
            terms=tuple(terms),
            gates=self._gates(demand, supplier, states),
            unknowns=tuple(dict.fromkeys([DERIVED.get(field, field) for field in open_fields])),
            unresolved=tuple([word for words in demand.unresolved.values() for word in words]),
            lifts=self._lifts(demand, supplier, at, asked, failing, terms) if self.fitted == "supplier" else (),
            moved=self._moved(asker, at, scored),
            notes=(sentence("note.met", self.lang, {}),) if supplier.id in demand.met else (),
        )

    def _asked(self, scored: Scored, gates: Gates) -> _Asked:
        if self._last is None or self._last.scored is not scored:
            self._last = _Asked(scored, gates, self._by_name)
        return self._last

    # terms -----------------------------------------------------------------------------------------------------------
    def _terms(self, asked: _Asked, demand: Record, supplier: Record, at: int) -> tuple[list[TermPoints], list[str]]:
        """The terms of a pair, and the fields that are open in it."""
        out: list[TermPoints] = []
        open_fields: list[str] = []
        of_supplier = self.fitted == "supplier"
        other = supplier if of_supplier else demand
        for name, term, points, most, asked_for in asked.terms:
            here = points.at(at)
            if term is None:
                if name == "text" and not body(other):
                    open_fields.append("text")
                because = self._text_reason(at, here, asked.scored) if name == "text" else ""
                because = because or self._behaviour_reason(asked.scored.asker, at)
            elif (says := term.states(other)) and asked_for:
                because = self._reason(term, demand, supplier, here, most)
            else:
                open_to_demand = says if of_supplier else asked_for
                side = "demand" if open_to_demand else "supplier"
                fields = term.demand_fields if open_to_demand else term.supplier_fields
                open_fields += fields
                because = self._unknown(side, fields, here, most)
            out.append(TermPoints(name, here, because, most))
        return out, open_fields

    def _unknown(self, side: str, fields: tuple[str, ...], points: float, most: float) -> str:
        """What is not stated, and what it counts for: the same words for many suppliers of one asker."""
        key = (side, fields, points, most)
        if key not in self._not_said:
            self._not_said[key] = self._said_unknown(side, fields, points, most)
        return self._not_said[key]

    def _said_unknown(self, side: str, fields: tuple[str, ...], points: float, most: float) -> str:
        shown = {"neutral": number(points, self.lang, 1), "max": number(most, self.lang, 1)}
        shown["fields"] = listing(
            list(dict.fromkeys(field_name(DERIVED.get(f, f), self.lang) for f in fields)), self.lang
        )
        return sentence(f"unknown.{side}", self.lang, shown)

    def _reason(self, term: Term, demand: Record, supplier: Record, points: float, most: float) -> str:
        reason = term.reason(demand, supplier)
        if reason.key == "unknown.supplier":
            return self._unknown("supplier", tuple(reason.values["fields"]), points, most)
        return explain_reason(reason, self.lang)

    def _text_reason(self, at: int, points: float, scored: Scored) -> str:
        if scored.request is None or not self.space.text.stated[at]:
            silent = scored.asker.side if scored.request is None else self.fitted
            return self._unknown(silent, ("text",), points, scored.most["text"])
        shared = self.space.shared_words(scored, at)
        if shared:
            features = [feature for kind, feature in shared if kind == "words"]
            alone = len(features) == len(shared)
            shown = self.space.text.written(scored.asker).shared(features, self.space.records[at], alone)
            if words := self._once(shared, shown):
                return explain_reason(Reason("text.words", {"words": words}), self.lang)
        return sentence("text.near" if points > 0 else "text.none", self.lang, {})

    def _behaviour_reason(self, asker: Record, at: int) -> str:
        kind, words = self._answered(asker, at)
        return explain_reason(Reason(f"behaviour.{kind}", {"words": words}), self.lang)

    def _answered(self, asker: Record, at: int) -> tuple[str, list[str]]:
        """How a fitted record lies to what the asker has answered, in the features of it that a reader knows.

        Without such features it is close to what was accepted (or refused), where anything was, or far from the rest.
        """
        behaviour = self.space.behaviour
        kind, features = behaviour.words(asker.id, at)
        if kind == "none":
            return kind, []
        answers = behaviour.answers_of(asker.id, kind)
        found = [("concepts" if ":" in one else "words", one) for one in features]
        found = found or self.space.shared_by(at, answers)[:MOVED]
        shown = offered(self.space.records[at]).own([one for name, one in found if name == "words"]) if found else {}
        words = self._once(found, shown)
        if words and answers:
            return kind, words
        return (f"{kind}.close" if answers else {"like": "away", "unlike": "apart"}[kind]), []

    def _once(self, found: list[tuple[str, str]], shown: Mapping[str, str]) -> list[str]:
        """Words and concepts as the reader knows them, once each: not in another case, form or language again."""
        told: list[str] = []
        seen: set[str] = set()
        for kind, feature in found:
            word = concept(feature, self.lang) if kind == "concepts" else shown.get(feature)
            if word:
                mine, _, theirs = word.partition(" → ")
                own, other = forms(mine), forms(theirs)
                if seen.isdisjoint(own | other):
                    told.append(mine if own & other else word)
                seen |= own | other
        return [word for word in told if not any(within(word, other) for other in told)]

    def _moved(self, asker: Record, at: int, scored: Scored) -> tuple[str, ...]:
        if "behaviour" not in scored.names:
            return ()
        return tuple(self._answered(asker, at)[1])

    # gates -----------------------------------------------------------------------------------------------------------
    def _gates(self, demand: Record, supplier: Record, states: list[tuple[str, int]]) -> tuple[GateResult, ...]:
        out = []
        for name, value in states:
            if value == NOT_ASKED or (name in RULED_OUT and value == PASSED):
                continue
            gate = described(demand, supplier, name, value, self.setting)
            wanted, found = gate_sides(gate, demand, supplier, self.lang)
            out.append(GateResult(name, gate.state, wanted, found))
        return tuple(out)

    # lifts -----------------------------------------------------------------------------------------------------------
    def _lifts(
        self, demand: Record, supplier: Record, at: int, asked: _Asked, failing: frozenset[str], terms: list[TermPoints]
    ) -> tuple[Lift, ...]:
        known = asked.scored.lifts
        if at not in known:
            pair = self._pair(demand, supplier, asked)
            pair.before.update({term.name: term.points / term.max for term in terms if term.max})
            known[at] = lifts.shown(lifts.found_for(pair, failing, lifts.LIFTS))
        return tuple([self._lift(found, supplier, at, asked) for found in known[at]])

    def all_lifts(
        self, demand: Record, at: int, scored: Scored, gates: Gates, top: int | None, most: int
    ) -> tuple[Lift, ...]:
        """The changes worth most to a supplier, or with `top` the smallest that bring it among the first so many."""
        supplier, asked = self.space.records[at], self._asked(scored, gates)
        pair = self._pair(demand, supplier, asked)
        failing = frozenset([name for name, state in _states(gates, at) if state == FAILED])
        found = lifts.found_for(pair, failing)
        if top is None:
            chosen = lifts.shown(found, most)
        else:
            score = float(scored.total[at])
            chosen = lifts.reaching(
                pair, found, failing, lambda gain: asked.standing.rank(score + gain, at, lifts.NEAR), top
            )[:most]
        return tuple(self._lift(one, supplier, at, asked) for one in chosen)

    def _pair(self, demand: Record, supplier: Record, asked: _Asked) -> lifts.Pair:
        return lifts.Pair(demand, supplier, asked.stated, asked.scored.most, self.setting, asked.reading)

    def _lift(self, found: lifts.Found, supplier: Record, at: int, asked: _Asked) -> Lift:
        score = float(asked.scored.total[at]) + found.gain
        rank = None if found.failing else asked.standing.rank(score, at, lifts.NEAR)
        fields = lifts.record_fields(found, supplier)
        return Lift(lifts.told(found, self.lang), score, rank, found.effort, fields)


def _states(gates: Gates, at: int) -> list[tuple[str, int]]:
    """Gates of a pair."""
    names, states = gates
    return list(zip(names, states[:, at].tolist(), strict=True))


def probability(score: float, calibration: tuple[float, float]) -> float:
    """The share of pairs of a score that meet."""
    return float(1.0 / (1.0 + np.exp(-(calibration[0] + calibration[1] * score))))
