"""The exact route for two sides when everybody is there all day: choose pairs by linear program, then colour them.

Choosing at most k meetings per person, with minima, maxima and a total, is a network problem; its program is totally
unimodular, so HiGHS returns whole numbers with a dual certificate. König (1916): a bipartite graph with degrees at
most k has a proper colouring with k colours, here slots; de Werra (1971): the colours can be made equally large, so
that each slot fits the tables. The two together are optimal.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from app.domain.scheduling.bounds import Rows, certified, rows, solve_rows, whole
from app.domain.scheduling.instance import FREE, Instance


@dataclass(frozen=True)
class Proven:
    """A slot for each meeting chosen, and the bound that proves the choice."""

    slot: dict[int, int]
    missing: int
    shortfall: int
    bound: float


def sides(inst: Instance) -> list[int] | None:
    """0 or 1 for each person so that every meeting joins the two sides; None where there are no two sides."""
    side: list[int] = [FREE] * inst.people
    for first in range(inst.people):
        if side[first] != FREE:
            continue
        side[first], stack = 0, [first]
        while stack:
            p = stack.pop()
            for m in inst.of_person[p]:
                q = inst.two[m] if inst.one[m] == p else inst.one[m]
                if side[q] == FREE:
                    side[q] = 1 - side[p]
                    stack.append(q)
                elif side[q] == side[p]:
                    return None
    return side


def applies(inst: Instance) -> bool:
    """Whether slots are interchangeable and only people and tables bind."""
    w = inst.weights
    plain = (w.break_, w.idle, w.change, w.move) == (0, 0, 0, 0) and inst.spread is None and not inst.explicit
    if not plain or not inst.slots or (inst.zone_gap and len(set(inst.zone)) > 1):
        return False
    every = tuple(range(inst.slots))
    usable = [m for m, starts in enumerate(inst.starts) if starts]
    if any(inst.starts[m] != every or inst.length[m] != 1 or inst.klass[m] != FREE for m in usable):
        return False
    if any(inst.earlier) or len({inst.pair[m] for m in usable if inst.pair[m] >= 0}) < sum(
        inst.pair[m] >= 0 for m in usable
    ):
        return False
    return len(set(inst.capacity)) == 1 and places_follow_people(inst, usable) and sides(inst) is not None


def places_follow_people(inst: Instance, usable: list[int]) -> bool:
    """A fixed place does no harm if all its meetings are of one person who is in one meeting at a time."""
    users: dict[int, set[int]] = defaultdict(set)
    for m in usable:
        r = inst.fixed_place[m]
        if r >= 0:
            pair = {p for p in (inst.one[m], inst.two[m]) if inst.parallel[p] == 1}
            users[r] = users[r] & pair if r in users else pair
    return all(users.values())


def _whole(x: np.ndarray) -> bool:
    return bool(np.all(np.abs(x - np.round(x)) < 1e-6))


def _by_levels(inst: Instance) -> tuple[np.ndarray, int, int, float] | None:
    """Where minima or required meetings cannot all be met: the three goals one after the other, as integer programs."""
    needed = [m for m, must in enumerate(inst.required) if must]
    missing = 0
    if needed:
        program = rows(inst)
        program.gain = np.array([1.0 if must else 0.0 for must in inst.required])
        first = _integer(program)
        if first is None:
            return None
        missing = len(needed) - round(float(program.gain @ first[0]))
    program = rows(inst, missing, sum(inst.floor))
    count = len(inst.meetings)
    program.gain = np.concatenate([np.zeros(count), -np.ones(len(program.floors))])
    second = _integer(program)
    if second is None:
        return None
    shortfall = -round(float(program.gain @ second[0]))
    program = rows(inst, missing, shortfall)
    third = _integer(program)
    return None if third is None else (third[0], missing, shortfall, third[1])


def _integer(program: Rows) -> tuple[np.ndarray, float] | None:
    result = milp(
        -program.gain,
        constraints=LinearConstraint(program.matrix, ub=program.right),
        bounds=Bounds(0, program.upper),
        integrality=np.ones_like(program.gain),
        options={"mip_rel_gap": 0.0},
    )
    if result.status != 0:
        return None
    return np.round(result.x), program.offset - float(result.mip_dual_bound)


def two_sided(inst: Instance) -> Proven | None:
    """The best plan with its proof, or None where the program came out broken (then the general route takes over)."""
    program = rows(inst, 0, 0)
    result = solve_rows(program)
    if result.status == 0 and _whole(result.x):
        x, missing, shortfall = np.round(result.x), 0, 0
        bound = certified(program, -np.asarray(result.ineqlin.marginals))
    else:
        levels = _by_levels(inst)
        if levels is None:
            return None
        x, missing, shortfall, bound = levels
    chosen = [m for m in range(len(inst.meetings)) if x[m] > 0.5]
    colours = colour(inst, chosen)
    if colours is None:
        return None
    return Proven(colours, missing, shortfall, whole(inst, bound) if math.isfinite(bound) else bound)


def colour(inst: Instance, chosen: list[int]) -> dict[int, int] | None:
    """A slot for each chosen meeting: no person over their parallel staff, no slot over the tables."""
    ends = _split(inst, chosen)
    if ends is None:
        return None
    graph = _Colouring(inst.slots, ends)
    for e in range(len(ends)):
        graph.add(e)
    graph.balance(inst.capacity[0] if inst.capacity else 0)
    return {chosen[e]: c for e, c in enumerate(graph.of)}


def _split(inst: Instance, chosen: list[int]) -> list[tuple[int, int]] | None:
    """The ends of each edge; someone with n in parallel becomes n vertices that share the meetings evenly."""
    side = sides(inst)
    if side is None:
        return None
    seen = [0] * inst.people
    first = np.concatenate([[0], np.cumsum(inst.parallel)]).astype(int)
    ends = []
    for m in chosen:
        pair = sorted((inst.one[m], inst.two[m]), key=lambda p: side[p])
        ends.append(tuple(int(first[p]) + seen[p] % inst.parallel[p] for p in pair))
        for p in pair:
            seen[p] += 1
    return [(a, b) for a, b in ends]


class _Colouring:
    """A proper edge colouring of a bipartite graph that is grown edge by edge and then balanced."""

    def __init__(self, colours: int, ends: list[tuple[int, int]]) -> None:
        self.colours, self.ends = colours, ends
        self.of = [FREE] * len(ends)
        size = max((v for pair in ends for v in pair), default=-1) + 1
        self.at = [[FREE] * colours for _ in range(size)]

    def _set(self, e: int, c: int) -> None:
        self.of[e] = c
        for v in self.ends[e]:
            self.at[v][c] = e

    def _flip(self, v: int, a: int, b: int) -> None:
        """Exchanges colours a and b on the path that leaves v by colour a; O(length)."""
        path, c = [], a
        while self.at[v][c] >= 0:
            e = self.at[v][c]
            path.append(e)
            left, right = self.ends[e]
            v = right if v == left else left
            c = b if c == a else a
        for e in path:
            for w in self.ends[e]:
                self.at[w][self.of[e]] = FREE
        for e in path:
            self._set(e, b if self.of[e] == a else a)

    def add(self, e: int) -> None:
        """Colours one more edge; König's argument: the alternating path from one end never reaches the other."""
        u, v = self.ends[e]
        a, b = self.at[u].index(FREE), self.at[v].index(FREE)
        if a != b and self.at[v][a] >= 0:
            self._flip(v, a, b)
        self._set(e, a)

    def balance(self, limit: int) -> None:
        """Evens the colours out until none has more than `limit` edges (possible if all edges fit on average)."""
        sizes = [0] * self.colours
        for c in self.of:
            sizes[c] += 1
        while self.of and max(sizes) > limit:
            big, small = sizes.index(max(sizes)), sizes.index(min(sizes))
            moved = self._even(big, small, (sizes[big] - sizes[small]) // 2)
            sizes[big] -= moved
            sizes[small] += moved
            if not moved:
                return

    def _even(self, big: int, small: int, wanted: int) -> int:
        """Flips paths that start and end with colour `big`: each gives one edge to `small`."""
        moved = 0
        for v in range(len(self.at)):
            if moved == wanted:
                break
            if self.at[v][big] >= 0 and self.at[v][small] < 0 and self._odd(v, big, small):
                self._flip(v, big, small)
                moved += 1
        return moved

    def _odd(self, v: int, a: int, b: int) -> bool:
        c, length = a, 0
        while self.at[v][c] >= 0:
            left, right = self.ends[self.at[v][c]]
            v = right if v == left else left
            c, length = (b if c == a else a), length + 1
        return length % 2 == 1
