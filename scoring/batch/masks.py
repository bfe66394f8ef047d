"""Gates as bit masks: one per distinct requirement, kept, and combined per request while the bounds are read."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np

from scoring.gates import FAILED, GateBook
from scoring.records import Record

CHUNK = 64  # bits of a word
KEPT = 16_384  # masks of one bit per record


class Masks:
    """Bits of the fitted records that do not fail a requirement, in the order given."""

    def __init__(self, book: GateBook, order: np.ndarray) -> None:
        self.book = book
        self._order = order
        self._words = -(-len(book.suppliers) // CHUNK)
        self._number: dict[Hashable, int] = {}
        self._of: dict[Hashable, list[int]] = {}  # of a whole requirement
        self.bits = np.zeros((64, self._words), dtype=np.uint64)

    def of(self, demands: list[Record]) -> list[list[int]]:
        """Numbers of the masks each demand's records must all pass; they hold until the next call."""
        if len(self._number) > KEPT or len(self._of) > KEPT:
            self._number.clear()
            self._of.clear()
            self.bits = np.zeros((64, self._words), dtype=np.uint64)  # blocks still being scanned keep the old ones
        return [self._of_one(demand) if demand.must or demand.rules_out else [] for demand in demands]

    def _of_one(self, demand: Record) -> list[int]:
        out: list[int] = []
        for name in demand.must:
            whole = self.book.requirement(demand, name)
            if whole is not None:
                known = self._of.get(whole)
                out += self._required(whole, demand, name) if known is None else known
        for _, ids in demand.rules_out:
            key = ("ruled out", ids)
            at = self._number.get(key)
            if at is None:
                shown = np.ones(len(self.book.suppliers), dtype=bool)
                shown[self.book.hidden(ids)] = False
                at = self._add(key, shown)
            out.append(at)
        return out

    def _required(self, whole: Hashable, demand: Record, name: str) -> list[int]:
        out: list[int] = []
        for key, states in self.book.parts(demand, name):
            at = self._number.get(key)
            out.append(self._add(key, states() != FAILED) if at is None else at)
        self._of[whole] = out  # when all of it is there: half a requirement would let others through
        return out

    def _add(self, key: Hashable, passing: np.ndarray) -> int:
        at = len(self._number)
        if at == len(self.bits):
            self.bits = np.concatenate([self.bits, np.zeros_like(self.bits)])
        packed = np.zeros(self._words * CHUNK // 8, dtype=np.uint8)
        found = np.packbits(passing[self._order], bitorder="little")
        packed[: found.size] = found
        self.bits[at] = packed.view("<u8")
        self._number[key] = at
        return at
