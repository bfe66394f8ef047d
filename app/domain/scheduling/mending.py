"""Puts displaced meetings back into a plan with the fewest other meetings moved.

Iterative deepening: first no other meeting may move, then one, then two. A meeting in the way is lifted out, the one
in hand is held, and the lifted one looks for another start in the same manner. All work is counted in starts tried, so
that a repair is the same on every machine and ends in time.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from app.domain.scheduling.board import Blocked, Board, Fit

BREADTH = 3  # meetings in the way that are tried where any of several could go
TRIES_PER_MEETING, TRIES_IN_ALL = 1_500, 10_000  # starts looked at; some 20 µs each


@dataclass(frozen=True)
class _Entry:
    meeting: int
    slot: int
    fit: Fit
    held: bool


class Mender:
    """Moves on a board that can be taken back, and the search for the fewest of them."""

    def __init__(self, board: Board, untouchable: Collection[int], penalty: float) -> None:
        self.board, self.inst = board, board.inst
        self.untouchable, self.penalty = set(untouchable), penalty
        self.log: list[_Entry] = []
        self.points = 0.0
        self.left = TRIES_IN_ALL
        self.tries = 0
        self._starting: dict[int, list[int]] = {}

    def hold(self, m: int, t: int, fit: Fit) -> None:
        self.points += self.board.gain(m, t, fit)[2]
        self.board.hold(m, t, fit)
        self.log.append(_Entry(m, t, fit, held=True))

    def drop(self, m: int) -> None:
        board = self.board
        entry = _Entry(m, board.slot[m], Fit(board.place[m], board.interpreter[m]), held=False)
        board.drop(m)
        self.points -= board.gain(m, entry.slot, entry.fit)[2]
        self.log.append(entry)

    def _back(self, to: int, points: float) -> list[_Entry]:
        """Takes back everything after a point of the log, which is returned."""
        undone = self.log[to:]
        for entry in reversed(undone):
            if entry.held:
                self.board.drop(entry.meeting)
            else:
                self.board.hold(entry.meeting, entry.slot, entry.fit)
        del self.log[to:]
        self.points = points
        return undone

    def put(self, m: int, most: int) -> bool:
        """Holds m with the fewest other meetings moved, at most so many; whether it was worth it and possible.

        Who had a meeting gets it back in a free start even if that wins no points: being moved is better than being
        cancelled, though the objective counts both as one move.
        """
        must = self.inst.required[m] or self._short(m)
        had = self.inst.old_slot[m] >= 0
        self.tries = TRIES_PER_MEETING if must else min(TRIES_PER_MEETING, self.left)
        for moves in range(most + 1):
            mark, before = len(self.log), self.points
            tie = had and moves == 0
            if not must and self.inst.value[m] <= self.penalty * moves and not tie:
                break
            if self._insert(m, moves, {m}):
                if must or self.points - before > (-1e-9 if tie else 1e-9):  # points count the moves
                    return True
                self._back(mark, before)
        return False

    def _short(self, m: int) -> bool:
        return any(self.board.degree[p] < self.inst.floor[p] for p in (self.inst.one[m], self.inst.two[m]))

    def _insert(self, m: int, moves: int, fixed: set[int]) -> bool:
        """Holds m at its best start with at most so many others moved; the board is left as it was if it cannot."""
        mark, before = len(self.log), self.points
        best: list[_Entry] | None = None
        most = float("-inf")
        for t in self._starts(m):
            if self.tries <= 0:
                break
            found = self._at(m, t, moves, fixed) and self.points > most
            worth, steps = self.points, self._back(mark, before)
            if found:
                best, most = steps, worth
        for entry in best or ():
            (self.hold if entry.held else self._drop_again)(*self._again(entry))
        return best is not None

    def _again(self, entry: _Entry) -> tuple[int, int, Fit]:
        return entry.meeting, entry.slot, entry.fit

    def _drop_again(self, m: int, _slot: int, _fit: Fit) -> None:
        self.drop(m)

    def _starts(self, m: int) -> list[int]:
        """Possible starts, the old one first: there only the place or the interpreter changes."""
        return sorted(self.inst.starts[m], key=lambda t: (t != self.inst.old_slot[m], t))

    def _at(self, m: int, t: int, moves: int, fixed: set[int]) -> bool:
        self.tries -= 1
        self.left -= 1
        fit = self.board.fit(m, t)
        if isinstance(fit, Fit):
            self.hold(m, t, fit)
            return True
        if moves == 0:
            return False
        for other in self._in_way(m, t, fit, fixed):
            mark, before = len(self.log), self.points
            self.drop(other)
            if self._at(m, t, moves - 1, fixed) and self._insert(other, moves - self._dropped(mark), fixed | {other}):
                return True
            self._back(mark, before)
        return False

    def _dropped(self, mark: int) -> int:
        return sum(not entry.held for entry in self.log[mark:])

    def _in_way(self, m: int, t: int, blocked: Blocked, fixed: set[int]) -> list[int]:
        """Meetings that could go so that m may have slot t."""
        board, inst = self.board, self.inst
        span = range(t, t + inst.length[m])
        if blocked.by:
            others = list(blocked.by)
        elif blocked.kind == "no_interpreter":
            staff = inst.eligible[inst.klass[m]]
            others = [board.staff_at[i][u] for i in staff for u in span if board.staff_at[i][u] >= 0]
        elif blocked.kind == "maximum_reached":
            others = []  # moving a meeting frees nobody from a maximum
        else:
            others = [k for u in span for k in self._in_slot(u)]
        free = [k for k in dict.fromkeys(others) if k not in self.untouchable and k not in fixed]
        return sorted(free, key=lambda k: (inst.required[k], inst.value[k], k))[:BREADTH]

    def _in_slot(self, t: int) -> list[int]:
        """The meetings that start in slot t; those that came there since the first question are not offered to move."""
        if t not in self._starting:
            self._starting[t] = [k for k, u in enumerate(self.board.slot) if u == t]
        return [k for k in self._starting[t] if self.board.slot[k] == t]

    def make_room(self, m: int) -> list[int] | None:
        """Holds a required meeting at the cost of others that are not; those left out, or None where it cannot be."""
        best: tuple[float, list[_Entry]] | None = None
        mark, before = len(self.log), self.points
        for t in self.inst.starts[m]:
            found = self._cleared(m, t)
            worth, steps = self.points, self._back(mark, before)
            if found and (best is None or worth > best[0]):
                best = worth, steps
        if best is None:
            return None
        for entry in best[1]:
            (self.hold if entry.held else self._drop_again)(*self._again(entry))
        return [entry.meeting for entry in best[1] if not entry.held]

    def _cleared(self, m: int, t: int) -> bool:
        for _ in range(BREADTH + 1):
            fit = self.board.fit(m, t)
            if isinstance(fit, Fit):
                self.hold(m, t, fit)
                return True
            others = [k for k in self._in_way(m, t, fit, {m}) if not self.inst.required[k]]
            if not others:
                return False
            self.drop(others[0])
        return False
