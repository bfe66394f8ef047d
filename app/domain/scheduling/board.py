"""The plan while it is being built, in plain Python: who, which place and which interpreter is taken when.

Used for the first plan, for placing what an exact route has chosen, for filling up, and for the reasons; the
annealing has its own compiled state (`kernel`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

from app.domain.scheduling.instance import FREE, Instance


class Blocked(NamedTuple):
    """Why a meeting does not fit in a slot: the kind of rule, and the meetings that are in the way."""

    kind: str
    who: int = FREE
    by: tuple[int, ...] = ()


class Fit(NamedTuple):
    """A free place and interpreter (`FREE` where none is needed)."""

    place: int
    interpreter: int


class Board:
    """A partial plan that is legal at every moment.

    `hold` and `drop` keep all tables; `fit` answers whether a meeting can be added in a slot, with place and
    interpreter, or what blocks it. `full[p]` has a bit for each slot in which p can take no further meeting.
    """

    def __init__(self, inst: Instance) -> None:
        self.inst = inst
        self.slot = [FREE] * len(inst.meetings)
        self.place = [FREE] * len(inst.meetings)
        self.interpreter = [FREE] * len(inst.meetings)
        self.at: list[list[list[int]]] = [[[] for _ in range(inst.slots)] for _ in range(inst.people)]
        self.full = [0] * inst.people
        self.degree = [0] * inst.people
        self.count = [0] * inst.slots
        self.place_at = [[FREE] * inst.slots for _ in inst.places]
        self.staff_at = [[FREE] * inst.slots for _ in inst.staff_free]
        self.pair_at = [FREE] * inst.pairs
        self.breaks = [0] * inst.people
        self.histogram = Counter({0: inst.people})

    def span(self, m: int, t: int) -> range:
        return range(t, t + self.inst.length[m])

    def fit(self, m: int, t: int) -> Fit | Blocked:
        """Whether m can be added in slot t (one of its possible starts), m not being held."""
        found = self.seat(m, t)
        return (self._spread(m, t) or found) if isinstance(found, Fit) else found

    def seat(self, m: int, t: int) -> Fit | Blocked:
        """As `fit`, the cap on the spread of breaks aside."""
        blocked = self._people(m, t) or self._relations(m, t) or self._room(m, t)
        if blocked:
            return blocked
        interpreter = self._interpreter(m, t)
        if interpreter is None:
            return Blocked("no_interpreter")
        place = self._place(m, t)
        if place is None:
            return Blocked("walking_time" if self.inst.zone_gap else "places_full")
        return Fit(place, interpreter)

    def evenly(self) -> bool:
        """Whether the breaks are spread no further than the cap."""
        present = [n for n, people in self.histogram.items() if people > 0]
        return self.inst.spread is None or not present or max(present) - min(present) <= self.inst.spread

    def _people(self, m: int, t: int) -> Blocked | None:
        inst = self.inst
        for p in (inst.one[m], inst.two[m]):
            if self.degree[p] >= inst.top[p]:
                return Blocked("maximum_reached", p)
            row, room = self.at[p], inst.parallel[p]
            for u in range(t, t + inst.length[m]):
                if len(row[u]) >= room:
                    return Blocked("busy", p, tuple(row[u]))
        return None

    def _relations(self, m: int, t: int) -> Blocked | None:
        inst = self.inst
        g = inst.pair[m]
        if g >= 0 and self.pair_at[g] >= 0:
            return Blocked("organisation_pair", by=(self.pair_at[g],))
        for other in inst.earlier[m]:
            if self.slot[other] >= 0 and self.slot[other] + inst.length[other] > t:
                return Blocked("before", by=(other,))
        for other in inst.later[m]:
            if self.slot[other] >= 0 and t + inst.length[m] > self.slot[other]:
                return Blocked("before", by=(other,))
        return None

    def _room(self, m: int, t: int) -> Blocked | None:
        inst = self.inst
        fixed = inst.fixed_place[m]
        for u in self.span(m, t):
            if fixed >= 0 and self.place_at[fixed][u] >= 0:
                return Blocked("places_full", by=(self.place_at[fixed][u],))
            if self.count[u] >= inst.capacity[u]:
                return Blocked("places_full")
        return None

    def _interpreter(self, m: int, t: int) -> int | None:
        klass = self.inst.klass[m]
        if klass == FREE:
            return FREE
        for i in self.inst.eligible[klass]:
            if all(self.inst.staff_free[i][u] and self.staff_at[i][u] < 0 for u in self.span(m, t)):
                return i
        return None

    def _place(self, m: int, t: int) -> int | None:
        """A place for m in slot t; places only matter here where the instance is explicit about them."""
        inst = self.inst
        fixed = inst.fixed_place[m]
        if not inst.explicit:
            return fixed
        candidates = [fixed] if fixed >= 0 else range(len(inst.places))
        best, fewest = None, 0.0
        least = inst.weights.move if inst.old_place[m] >= 0 and inst.old_slot[m] != t else 0.0
        for r in self._wishes(m, t, candidates):
            if best is not None and fewest <= least:
                break
            if not all(inst.place_open[r][u] and self.place_at[r][u] < 0 for u in self.span(m, t)):
                continue
            cost = self._steps(m, t, r)
            if cost is not None and (best is None or cost < fewest):
                best, fewest = r, cost
        return best

    def _wishes(self, m: int, t: int, candidates: Iterable[int]) -> Iterable[int]:
        """The candidates, those first where the meeting was or its people come from."""
        inst, held = (
            self.inst,
            (
                self.at[p][u]
                for p in (self.inst.one[m], self.inst.two[m])
                for u in (t - 1, t + 1)
                if 0 <= u < self.inst.slots
            ),
        )
        near = [r for r in (inst.old_place[m], *(self.place[k[0]] for k in held if k)) if r >= 0]
        return [*near, *candidates] if near and len(inst.places) > 1 and inst.fixed_place[m] < 0 else candidates

    def _steps(self, m: int, t: int, r: int) -> float | None:
        """What place r costs the two people in changes and moves; None where they could not walk there in time."""
        inst = self.inst
        moved = inst.old_place[m] >= 0 and (r != inst.old_place[m] or t != inst.old_slot[m])
        cost = inst.weights.move * moved
        for p in (inst.one[m], inst.two[m]):
            for other, gap in self._neighbours(p, m, t):
                far = inst.zone[self.place[other]] != inst.zone[r]
                if far and inst.parallel[p] == 1 and gap < inst.zone_gap:
                    return None
                cost += inst.weights.change * (self.place[other] != r)
        return cost

    def _neighbours(self, p: int, m: int, t: int) -> list[tuple[int, int]]:
        """The meetings of p before and after, with the free slots between."""
        found, row, end = [], self.at[p], t + self.inst.length[m]
        back = next((u for u in range(t - 1, -1, -1) if row[u]), None)
        ahead = next((u for u in range(end, self.inst.slots) if row[u]), None)
        if back is not None:
            found.append((row[back][0], t - back - 1))
        if ahead is not None:
            found.append((row[ahead][0], ahead - end))
        return found

    def _spread(self, m: int, t: int) -> Blocked | None:
        cap = self.inst.spread
        if cap is None:
            return None
        one, two = self.inst.one[m], self.inst.two[m]
        after = {p: self._breaks(p, self.span(m, t)) for p in (one, two)}
        changed = Counter(self.histogram)
        for p, n in after.items():
            changed[self.breaks[p]] -= 1
            changed[n] += 1
        present = [n for n, people in changed.items() if people > 0]
        if max(present) - min(present) <= cap:
            return None
        return Blocked("break_spread", max((one, two), key=lambda p: after[p]))

    def _breaks(self, p: int, extra: range = range(0)) -> int:
        runs, last = 0, False
        for t, held in enumerate(self.at[p]):
            now = bool(held) or t in extra
            runs += now and not last
            last = now
        return max(0, runs - 1)

    def hold(self, m: int, t: int, fit: Fit) -> None:
        """Adds m in slot t with the place and interpreter that `fit` gave."""
        self.slot[m], self.place[m], self.interpreter[m] = t, fit.place, fit.interpreter
        self._mark(m, m, 1)

    def drop(self, m: int) -> None:
        """Takes m out of the plan."""
        self._mark(m, FREE, -1)
        self.slot[m] = self.place[m] = self.interpreter[m] = FREE

    def _mark(self, m: int, mark: int, step: int) -> None:
        inst, t = self.inst, self.slot[m]
        for p in (inst.one[m], inst.two[m]):
            self.degree[p] += step
            for u in self.span(m, t):
                here = self.at[p][u]
                if step > 0:
                    here.append(m)
                else:
                    here.remove(m)
                bit = 1 << u
                self.full[p] = self.full[p] | bit if len(here) >= inst.parallel[p] else self.full[p] & ~bit
            self.histogram[self.breaks[p]] -= 1
            self.breaks[p] = self._breaks(p)
            self.histogram[self.breaks[p]] += 1
        if inst.pair[m] >= 0:
            self.pair_at[inst.pair[m]] = mark
        for u in self.span(m, t):
            self.count[u] += step
            if self.place[m] >= 0:
                self.place_at[self.place[m]][u] = mark
            if self.interpreter[m] >= 0:
                self.staff_at[self.interpreter[m]][u] = mark

    def held(self) -> list[int]:
        return [m for m, t in enumerate(self.slot) if t >= 0]

    def cost_of(self, p: int) -> float:
        """What the breaks, idle slots and place changes of one person cost."""
        w, row = self.inst.weights, self.at[p]
        busy = [t for t, held in enumerate(row) if held]
        if not busy:
            return 0.0
        cost = w.break_ * self.breaks[p]
        if w.idle:
            cost += w.idle * (busy[-1] - busy[0] + 1 - len(busy))
        if w.change:
            cost += w.change * self._changes(p)
        return cost

    def _changes(self, p: int) -> int:
        inst = self.inst
        mine = {m for held in self.at[p] for m in held}
        stops = sorted((self.slot[m], self.slot[m] + inst.length[m], self._place_name(m)) for m in mine)
        return sum(a[2] != b[2] for a, b in pairwise(stops))

    def _place_name(self, m: int) -> str:
        return self.inst.places[self.place[m]] if self.place[m] >= 0 else ""

    def gain(self, m: int, t: int, fit: Fit) -> tuple[int, int, float]:
        """What adding m would win: required meetings, shortfall made up, points."""
        inst = self.inst
        people = (inst.one[m], inst.two[m])
        made_up = sum(self.degree[p] < inst.floor[p] for p in people)
        points = inst.value[m] - self._costs_more(m, t, fit, people)
        if inst.old_slot[m] == t and inst.old_place[m] in (FREE, fit.place):
            points += inst.weights.move
        return int(inst.required[m]), made_up, points

    def _costs_more(self, m: int, t: int, fit: Fit, people: tuple[int, int]) -> float:
        """How much more breaks, idle slots and changes cost with m in slot t."""
        w = self.inst.weights
        if w.idle or w.change or any(self.inst.parallel[p] > 1 for p in people):
            before = sum(self.cost_of(p) for p in people)
            self.hold(m, t, fit)
            after = sum(self.cost_of(p) for p in people)
            self.drop(m)
            return after - before
        if not w.break_:
            return 0.0
        end, runs = t + self.inst.length[m], 0
        for day in (self.at[p] for p in people if self.degree[p]):
            runs += 1 - (t > 0 and bool(day[t - 1])) - (end < len(day) and bool(day[end]))
        return w.break_ * runs

    def score(self) -> tuple[int, int, float]:
        """The lexicographic order of plans: required missing and shortfall (both negative), then the objective."""
        inst = self.inst
        held = self.held()
        missing = sum(inst.required) - sum(inst.required[m] for m in held)
        short = sum(max(0, low - self.degree[p]) for p, low in enumerate(inst.floor))
        points = sum(inst.value[m] for m in held) - sum(self.cost_of(p) for p in range(inst.people))
        moved = sum(old >= 0 for old in inst.old_slot) - sum(self._stays(m) for m in held)
        return -missing, -short, points - inst.weights.move * moved

    def _stays(self, m: int) -> bool:
        inst = self.inst
        return inst.old_slot[m] == self.slot[m] and inst.old_place[m] in (FREE, self.place[m])
