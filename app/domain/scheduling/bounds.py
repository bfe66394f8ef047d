"""Upper bounds from the degree-capped b-matching as a linear program, certified by its dual.

Every plan gives a point of the program: x[m] = 1 for a meeting held, s[p] for a minimum missed. Each row says that a
person, a place, the hall, an interpreter pool or a pair of organisations cannot give more slots than it has, or that
breaks are forced where someone is busy in more slots than the longest stretch of being there. The
bound is computed from the dual prices, so it holds however roughly the solver has worked (weak duality).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

from app.domain.scheduling.instance import FREE, Instance

Floats = NDArray[np.float64]


@dataclass
class Rows:
    """`matrix @ (x, s, e) <= right`, 0 <= (x, s, e) <= upper; `gain` is maximised, `offset` added to it.

    `e` counts slots beyond a person's longest stretch, by stretch.
    """

    matrix: csr_matrix
    right: Floats
    upper: Floats
    gain: Floats
    offset: float
    floors: list[int]


class _Builder:
    def __init__(self) -> None:
        self.entries: list[tuple[int, int, float]] = []
        self.right: list[float] = []

    def add(self, columns: Sequence[tuple[int, float]], right: float) -> None:
        row = len(self.right)
        self.entries += [(row, column, factor) for column, factor in columns]
        self.right.append(right)

    def matrix(self, columns: int) -> csr_matrix:
        rows, cols, data = zip(*self.entries, strict=True) if self.entries else ((), (), ())
        return csr_matrix((data, (rows, cols)), shape=(len(self.right), columns), dtype=float)


def _reach(inst: Instance, meetings: tuple[int, ...]) -> set[int]:
    return {u for m in meetings for t in inst.starts[m] for u in range(t, t + inst.length[m])}


def _person_rows(inst: Instance, build: _Builder) -> None:
    for p, mine in enumerate(inst.of_person):
        usable = [m for m in mine if inst.starts[m]]
        if not usable:
            continue
        for inside, room in confined(inst, p):
            build.add([(m, inst.length[m]) for m in inside], room)
        if len(usable) > inst.top[p]:
            build.add([(m, 1) for m in usable], inst.top[p])


def confined(inst: Instance, p: int) -> list[tuple[list[int], int]]:
    """Sets of p's meetings that can only be in some slots, more of them than p can be in there (Hall's condition).

    The sets tried are those of the slots that some meeting of p is confined to, and of all of them together.
    """
    reach = {m: frozenset(_reach(inst, (m,))) for m in inst.of_person[p] if inst.starts[m]}
    every = frozenset[int]().union(*reach.values())
    out = []
    for slots in sorted({*reach.values(), every}, key=lambda slots: (-len(slots), sorted(slots))):
        inside = [m for m, reached in reach.items() if reached <= slots]
        room = len(slots) * inst.parallel[p]
        if sum(inst.length[m] for m in inside) > room:
            out.append((inside, room))
    return out


def stretches(inst: Instance, p: int) -> list[int]:
    """Lengths of the stretches of slots in a row in which p could be busy, the longest first."""
    reach, lengths, last = sorted(_reach(inst, inst.of_person[p])), list[int](), -2
    for u in reach:
        if u == last + 1:
            lengths[-1] += 1
        else:
            lengths.append(1)
        last = u
    return sorted(lengths, reverse=True)


def _forced_breaks(inst: Instance, build: _Builder, first: int) -> tuple[list[float], list[float]]:
    """Columns for slots beyond a person's longest stretch: gain and upper side of each.

    Whoever is busy in more slots than the k longest stretches hold has k breaks or more. The lower convex hull of that
    staircase has slope 1 / length of the next stretch, which grows, so that a program fills them in the right order.
    """
    price = inst.weights.break_ + inst.weights.idle
    gains, uppers = list[float](), list[float]()
    for p, mine in enumerate(inst.of_person if price else ()):
        usable = [m for m in mine if inst.starts[m]]
        lengths = stretches(inst, p)
        if inst.parallel[p] > 1 or len(lengths) < 2 or sum(inst.length[m] for m in usable) <= lengths[0]:
            continue
        columns = range(first + len(gains), first + len(gains) + len(lengths) - 1)
        build.add([*((m, inst.length[m]) for m in usable), *((c, -1) for c in columns)], lengths[0])
        gains += [-price / length for length in lengths[1:]]
        uppers += [float(length) for length in lengths[1:]]
    return gains, uppers


def _pool_rows(inst: Instance, build: _Builder) -> None:
    usable = [m for m, starts in enumerate(inst.starts) if starts]
    build.add([(m, inst.length[m]) for m in usable], sum(inst.capacity))
    pools: dict[tuple[str, int], list[int]] = defaultdict(list)
    for m in usable:
        if inst.fixed_place[m] >= 0:
            pools["place", inst.fixed_place[m]].append(m)
        if inst.pair[m] >= 0:
            pools["pair", inst.pair[m]].append(m)
        if inst.klass[m] != FREE:
            pools["staff", inst.klass[m]].append(m)
    for (kind, k), members in pools.items():
        if kind == "pair":
            build.add([(m, 1) for m in members], 1)
        elif kind == "place":
            build.add([(m, inst.length[m]) for m in members], sum(inst.place_open[k]))
        else:
            room = sum(sum(inst.staff_free[i]) for i in inst.eligible[k])
            build.add([(m, inst.length[m]) for m in members], room)
    speaking = [m for m in usable if inst.klass[m] != FREE]
    if speaking:
        build.add([(m, inst.length[m]) for m in speaking], sum(map(sum, inst.staff_free)))


def _gains(inst: Instance) -> tuple[Floats, float]:
    """The most each meeting can win, and what the previous plan costs if nothing of it is kept."""
    move = inst.weights.move
    gain = np.array(inst.value, dtype=float)
    if move:
        keeps = [inst.old_slot[m] >= 0 and inst.old_slot[m] in inst.starts[m] for m in range(len(gain))]
        gain += move * np.array(keeps, dtype=float)
    return gain, -move * sum(t >= 0 for t in inst.old_slot)


def rows(inst: Instance, missing: int | None = None, shortfall: int | None = None) -> Rows:
    """The program for plans with at most so many required meetings missing and so much shortfall (None: any)."""
    build, count = _Builder(), len(inst.meetings)
    _person_rows(inst, build)
    _pool_rows(inst, build)
    floors = [p for p, low in enumerate(inst.floor) if low > 0] if shortfall is not None else []
    for k, p in enumerate(floors):
        build.add([(m, -1) for m in inst.of_person[p]] + [(count + k, -1)], -inst.floor[p])
    if floors and shortfall is not None:
        build.add([(count + k, 1) for k in range(len(floors))], shortfall)
    needed = [m for m in range(count) if inst.required[m]]
    if missing is not None and needed:
        build.add([(m, -1) for m in needed], missing - len(needed))
    gain, offset = _gains(inst)
    losses, beyond = _forced_breaks(inst, build, count + len(floors))
    upper = [1.0 if starts else 0.0 for starts in inst.starts] + [float(inst.floor[p]) for p in floors] + beyond
    return Rows(
        matrix=build.matrix(len(upper)),
        right=np.array(build.right, dtype=float),
        upper=np.array(upper),
        gain=np.concatenate([gain, np.zeros(len(floors)), losses]),
        offset=offset,
        floors=floors,
    )


def certified(program: Rows, prices: Floats) -> float:
    """Weak duality: for any prices y >= 0, no point gains more than right · y + Σ max(0, gain − matrixᵀ y) · upper."""
    y = np.maximum(prices, 0.0)
    left = program.gain - program.matrix.T @ y
    return float(program.right @ y + np.maximum(left, 0.0) @ program.upper + program.offset)


def whole(inst: Instance, bound: float) -> float:
    """Rounds a bound down to the next value an objective can have, where values and weights have few digits."""
    scale = inst.scale()
    if scale is None or not math.isfinite(bound):
        return bound
    return math.floor(bound * scale + 1e-6 * max(1.0, abs(bound) * 1e-3)) / scale


def simple_bound(inst: Instance) -> float:
    """The sum of all values that are worth having, with the previous plan fully kept; needs no solver."""
    gain, offset = _gains(inst)
    usable = np.array([bool(starts) for starts in inst.starts], dtype=bool)
    return float(np.maximum(gain[usable], 0.0).sum() + offset) if usable.size else offset


def solve_rows(program: Rows) -> Any:
    """Runs HiGHS on the program; `x` of the result is the relaxed choice of meetings."""
    bounds = np.column_stack([np.zeros_like(program.upper), program.upper])
    return linprog(-program.gain, A_ub=program.matrix, b_ub=program.right, bounds=bounds, method="highs")


def flow_bound(inst: Instance, missing: int | None = None, shortfall: int | None = None) -> float:
    """The certified upper bound on the objective of all plans at these levels.

    Returns
    -------
    float
        In points; `-inf` where no plan can reach the levels.
    """
    if not inst.meetings:
        return 0.0
    program = rows(inst, missing, shortfall)
    result = solve_rows(program)
    if result.status == 2:
        return -math.inf
    prices = -np.asarray(result.ineqlin.marginals) if result.ineqlin is not None else np.zeros(len(program.right))
    return whole(inst, certified(program, prices))
