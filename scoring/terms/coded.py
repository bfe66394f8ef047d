"""Terms over coded lists: the share of what is asked that the supplier has, ancestors counting for part of it."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence

import numpy as np
import scipy.sparse as sp
from sklearn.feature_extraction.text import TfidfTransformer

from scoring import codes
from scoring.records import Record
from scoring.terms.base import Reason, Row, Term

REMEMBERED = 1024  # lists of codes whose ancestors are kept, by term
KEPT = 1 << 16  # asked codes whose weights are kept, by term
FROM_TEXT_ALONE, FROM_TEXT_BESIDE = 0.85, 0.5


class CodeTerm(Term):
    """Coverage of the asked codes in a tree.

    An asked code is a chain of itself and its ancestors with weights `idf * closeness**depth`, scaled to 1 and shared
    among the asked codes; a supplier has a code when it names it or one below it. So an equal or narrower product
    counts fully, a sibling counts for the ancestors both share. `breadth` favours specialists: a code
    counts (k/n)**breadth when k of the supplier's n codes are it or below it.

    The idf is scikit-learn's smoothed one over the fitted records. `reads_text` also takes the codes a supplier's text
    mentions: 0.85 of a stated one where it states none, 0.5 beside stated ones.
    """

    def __init__(
        self,
        name: str,
        neutral: float,
        *,
        vocabulary: str | None = None,
        closeness: float = 0.5,
        breadth: float = 0.0,
        reads_text: bool = False,
        demand_fields: tuple[str, ...] = (),
        supplier_fields: tuple[str, ...] = (),
    ) -> None:
        self.name = name
        self.neutral = neutral
        self.vocabulary = vocabulary or name
        self.closeness = closeness
        self.breadth = breadth
        self.reads_text = reads_text
        self.demand_fields = demand_fields or (name,)
        self.supplier_fields = supplier_fields or (name,)
        self._held: dict[tuple[tuple[str, ...], tuple[str, ...]], dict[str, float]] = {}
        self._last: tuple[Record | None, Mapping[str, float]] = (None, {})

    def asked(self, record: Record) -> tuple[str, ...]:
        """The codes a demand states."""
        if len(self.demand_fields) == 1:
            return record.has(self.demand_fields[0])
        return tuple(dict.fromkeys(code for name in self.demand_fields for code in record.has(name)))

    def held(self, record: Record) -> Mapping[str, float]:
        """The codes a supplier has, ancestors included, with how far each counts."""
        last, known = self._last  # a pair is told of at once: the same supplier is asked many times
        if last is record:
            return known
        known = self.would_hold(record)
        self._last = record, known
        return known

    def would_hold(self, record: Record) -> Mapping[str, float]:
        """`held` of a record that is not asked for again."""
        if len(self.supplier_fields) == 1:
            stated = record.has(self.supplier_fields[0])
        else:
            stated = tuple(dict.fromkeys(code for name in self.supplier_fields for code in record.has(name)))
        named = self._named(record) if self.reads_text else ()
        known = self._held.get((stated, named))
        if known is None:
            if len(self._held) >= REMEMBERED:
                self._held.clear()
            known = self._held[stated, named] = self._counted(stated, named)
        return known

    def _named(self, record: Record) -> tuple[str, ...]:
        """The codes its text mentions."""
        vocabulary = self.vocabulary
        return tuple([code for name, code in record.mentions if name == vocabulary])

    def _counted(self, stated: tuple[str, ...], named: tuple[str, ...]) -> dict[str, float]:
        if not self.breadth and not named:
            return dict.fromkeys([member for code in stated for member in self.chain(code)], 1.0)
        out: dict[str, float] = {}
        for group, strength in ((stated, 1.0), (named, FROM_TEXT_BESIDE if stated else FROM_TEXT_ALONE)):
            below: dict[str, int] = {}
            for code in group:
                for member in self.chain(code):
                    below[member] = below.get(member, 0) + 1
            size, breadth = len(group), self.breadth
            for member, count in below.items():
                share = strength * (count / size) ** breadth if breadth else strength
                if share > out.get(member, 0.0):
                    out[member] = share
        return out

    def chain(self, code: str) -> tuple[str, ...]:
        """A code and its ancestors, nearest first."""
        return codes.chain(self.vocabulary, code)

    def states(self, record: Record) -> bool:
        """Whether there is a code to compare."""
        stated = record.codes
        for name in self.demand_fields if record.side == "demand" else self.supplier_fields:
            if stated.get(name):
                return True
        return record.side == "supplier" and self.reads_text and bool(self._named(record))

    def learn_columns(self, records: Sequence[Record]) -> None:
        """Columns: every code, with its ancestors, that a fitted record has; and their idf."""
        held = [
            set(self.held(r)) if r.side == "supplier" else {m for c in self.asked(r) for m in self.chain(c)}
            for r in records
        ]
        self.columns_ = {code: number for number, code in enumerate(sorted(set().union(*held)), start=1)}
        present = sp.csr_array((len(records), len(self.columns_) + 1), dtype=np.float64)
        if self.columns_:
            pairs = [(i, self.columns_[code]) for i, found in enumerate(held) for code in sorted(found)]
            at = np.asarray(pairs, dtype=np.int64)
            present = sp.csr_array((np.ones(len(pairs)), (at[:, 0], at[:, 1])), shape=present.shape)
        self.idf_ = TfidfTransformer(norm=None).fit(present).idf_ if records else np.ones(present.shape[1])
        self._unseen = float(np.log(1.0 + len(records)) + 1.0)
        self._weighted: dict[str, tuple[tuple[str, ...], list[float]]] = {}
        self._once_more: dict[str, float] = {}

    @property
    def width(self) -> int:
        """One column per known code, and the constant."""
        return len(self.columns_) + 1

    def idf(self, code: str | None) -> float:
        """The idf of a code; of one that no fitted record has, for None too."""
        column = None if code is None else self.columns_.get(code)
        return self._unseen if column is None else float(self.idf_[column])

    def idf_once_more(self, code: str) -> float:
        """The idf of a code if one more record had it: scikit-learn's smoothed log((1 + n) / (1 + df)) + 1."""
        known = self._once_more.get(code)
        if known is None:
            records = math.exp(self.idf(None) - 1.0)  # 1 + n: the idf of a code that no record has
            known = math.log(records / (records / math.exp(self.idf(code) - 1.0) + 1.0)) + 1.0
            self._once_more[code] = known
        return known

    def weighted(self, code: str) -> tuple[tuple[str, ...], list[float]]:
        """An asked code and its ancestors, and what each counts."""
        known = self._weighted.get(code)
        if known is None:
            if len(self._weighted) >= KEPT:
                self._weighted.clear()
            chain = self.chain(code)
            weights = [self.idf(member) * self.closeness**depth for depth, member in enumerate(chain)]
            known = self._weighted[code] = chain, weights
        return known

    def keys(self, demands: Sequence[Record]) -> list[Hashable]:
        """The asked codes."""
        if len(self.demand_fields) > 1:
            return [self.asked(demand) for demand in demands]
        name = self.demand_fields[0]
        return [demand.codes.get(name) for demand in demands]

    def demand_row(self, record: Record) -> Row:
        """Weights of the asked codes and their ancestors; they add up to 1 when all are known columns."""
        asked = self.asked(record)
        row: dict[int, float] = {}
        for code in asked:
            chain, weights = self.weighted(code)
            total = sum(weights) * len(asked)
            for member, weight in zip(chain, weights, strict=True):
                column = self.columns_.get(member)
                if column is not None:
                    row[column] = row.get(column, 0.0) + weight / total
        return list(row), list(row.values())

    def supplier_row(self, record: Record) -> Row:
        """What the supplier has; the constant is taken back, because it does state something."""
        row = {self.columns_[code]: strength for code, strength in self.held(record).items() if code in self.columns_}
        return [0, *row], [-self.neutral, *row.values()]

    def reason(self, demand: Record, supplier: Record) -> Reason:
        """What of the asked is there, what is near, what is missing."""
        held = self.held(supplier)
        asked = self.asked(demand)
        found = [code for code in asked if code in held]
        missing = [code for code in asked if code not in held] if len(found) < len(asked) else []
        values = {"field": self.name, "vocabulary": self.vocabulary, "found": found, "missing": missing}
        if found and missing:
            return Reason("codes.part", values)
        if not missing and not self.reads_text:
            return Reason("codes.all", values)
        stated = {c for name in self.supplier_fields for c in supplier.has(name)}
        if not missing:
            listed = set().union(*map(self.chain, stated))
            return Reason("codes.all" if listed.issuperset(found) else "codes.text", values)
        above = {member for code in missing for member in self.chain(code)}
        near = [code for code in sorted(stated or held) if not above.isdisjoint(self.chain(code))]
        values["found"] = near[:3] or sorted(stated or held)[:3]
        return Reason("codes.near" if near else "codes.none", values)
