"""The timetable as clauses for CP-SAT: one literal per meeting and start, and what makes core-guided search strong.

The model may leave rules out (walking time, place changes, the choice of a place for long meetings): it is a
relaxation, so its bounds and refutations hold, and its plans are built on the board and verified like all others.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from ortools.sat.python import cp_model

from app.domain.scheduling import implied
from app.domain.scheduling.instance import Instance
from app.domain.scheduling.unary import totalizer


@dataclass(frozen=True)
class Target:
    """What a model asks for: which meetings it knows, whether required ones must be held, how much may fall short."""

    meetings: tuple[int, ...]
    required_held: bool
    shortfall: int | None
    with_objective: bool


@dataclass
class Encoding:
    """The model with its literals: `x[m][t]` meeting m starts in t, `busy[p][t]`, `breaks[p]` in unary."""

    inst: Instance
    target: Target
    model: Any = field(default_factory=cp_model.CpModel)
    x: dict[int, dict[int, Any]] = field(default_factory=dict)
    busy: dict[int, dict[int, Any]] = field(default_factory=dict)
    runs: dict[int, list[Any]] = field(default_factory=dict)
    helped: dict[tuple[int, int, int], Any] = field(default_factory=dict)
    lacking: list[Any] = field(default_factory=list)
    hints: list[tuple[Any, str, tuple[int, ...]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        w = self.inst.weights
        self.counts_breaks = self.inst.spread is not None or (self.target.with_objective and w.break_ > 0)
        self.counts_idle = self.target.with_objective and w.idle > 0
        self.members = set(self.target.meetings)
        self._choose()
        self._people()
        self._limits()
        self._rooms()
        self._staff()
        self._relations()
        if self.counts_breaks:
            self._breaks()
            self._spread()
        if self._all_equal():
            implied.strengthen(self)

    def must(self, m: int) -> bool:
        return self.target.required_held and self.inst.required[m]

    def mine(self, p: int) -> list[int]:
        return [m for m in self.inst.of_person[p] if m in self.members]

    def exact(self, p: int) -> bool:
        """All of p's meetings are held and take one slot each: p is busy in a known number of slots."""
        mine = self.mine(p)
        return self.inst.parallel[p] == 1 and all(self.must(m) and self.inst.length[m] == 1 for m in mine)

    def _all_equal(self) -> bool:
        plain = all(self.must(m) and self.inst.length[m] == 1 for m in self.members)
        return plain and self.counts_breaks and all(q == 1 for q in self.inst.parallel)

    def _choose(self) -> None:
        for m in self.target.meetings:
            self.x[m] = {t: self.model.new_bool_var("") for t in self.inst.starts[m]}
            if self.must(m):
                self.model.add_exactly_one(self.x[m].values())
            else:
                self.model.add_at_most_one(self.x[m].values())

    def occupying(self, m: int, u: int) -> list[Any]:
        """The literals under which m takes slot u."""
        first = u - self.inst.length[m] + 1
        if first == u:
            return [self.x[m][u]] if u in self.x[m] else []
        return [lit for t, lit in self.x[m].items() if first <= t <= u]

    def _people(self) -> None:
        for p in range(self.inst.people):
            mine = self.mine(p)
            self.busy[p] = {}
            for u in range(self.inst.slots):
                taking = [lit for m in mine for lit in self.occupying(m, u)]
                if taking:
                    self._person_slot(p, u, taking)

    def _person_slot(self, p: int, u: int, taking: list[Any]) -> None:
        watched = self.counts_breaks or self.counts_idle
        if watched:
            busy = self.busy[p][u] = self.model.new_bool_var("")
            self.hints.append((busy, "busy", (p, u)))
        if self.inst.parallel[p] == 1:
            if watched:
                self.model.add_exactly_one([*taking, busy.negated()])
            else:
                self.model.add_at_most_one(taking)
            return
        self.model.add(sum(taking) <= self.inst.parallel[p])
        if watched:
            self.model.add_max_equality(busy, taking)

    def _limits(self) -> None:
        for p in range(self.inst.people):
            mine = self.mine(p)
            held = [lit for m in mine for lit in self.x[m].values()]
            if len(mine) > self.inst.top[p]:
                self.model.add(sum(held) <= self.inst.top[p])
            if self.target.shortfall is not None and self.inst.floor[p]:
                lack = self.model.new_int_var(0, self.inst.floor[p], "")
                self.model.add(sum(held) + lack >= self.inst.floor[p])
                self.lacking.append(lack)
        if self.lacking:
            self.model.add(sum(self.lacking) <= (self.target.shortfall or 0))

    def _rooms(self) -> None:
        at: dict[tuple[int, int], list[Any]] = defaultdict(list)
        for u in range(self.inst.slots):
            taking = []
            for m in self.target.meetings:
                found = self.occupying(m, u)
                taking += found
                if self.inst.fixed_place[m] >= 0:
                    at[self.inst.fixed_place[m], u] += found
            if len(taking) > self.inst.capacity[u]:
                self.model.add(sum(taking) <= self.inst.capacity[u])
        for literals in at.values():
            self.model.add_at_most_one(literals)

    def _staff(self) -> None:
        inst, at = self.inst, defaultdict(list)
        for m in (m for m in self.target.meetings if inst.klass[m] >= 0):
            for t, held in self.x[m].items():
                span = range(t, t + inst.length[m])
                helped = []
                for i in inst.eligible[inst.klass[m]]:
                    if all(inst.staff_free[i][u] for u in span):
                        literal = self.model.new_bool_var("")
                        helped.append(literal)
                        self.helped[m, t, i] = literal
                        for u in span:
                            at[i, u].append(literal)
                self.model.add_exactly_one([*helped, held.negated()])
        for literals in at.values():
            self.model.add_at_most_one(literals)

    def _relations(self) -> None:
        pairs: dict[int, list[Any]] = defaultdict(list)
        for m in self.target.meetings:
            if self.inst.pair[m] >= 0:
                pairs[self.inst.pair[m]] += self.x[m].values()
            for other in self.inst.later[m]:
                if other in self.members:
                    self.before(m, other)
        for literals in pairs.values():
            self.model.add_at_most_one(literals)

    def before(self, first: int, second: int) -> None:
        """Support clauses both ways if both are held for certain, else the forbidden combinations."""
        length = self.inst.length[first]
        one, two = self.x[first], self.x[second]
        if self.must(first) and self.must(second):
            for t, lit in two.items():
                self.model.add_bool_or([lit.negated(), *(a for s, a in one.items() if s + length <= t)])
            for s, lit in one.items():
                self.model.add_bool_or([lit.negated(), *(b for t, b in two.items() if s + length <= t)])
            return
        for t, lit in two.items():
            for s, a in one.items():
                if s + length > t:
                    self.model.add_bool_or([lit.negated(), a.negated()])

    def _breaks(self) -> None:
        for p in range(self.inst.people):
            busy, starts = self.busy[p], []
            for t, now in busy.items():
                if t - 1 in busy:
                    start, last = self.model.new_bool_var(""), busy[t - 1]
                    self.model.add_bool_or([start.negated(), now])
                    self.model.add_bool_or([start.negated(), last.negated()])
                    self.model.add_bool_or([start, now.negated(), last])
                    self.hints.append((start, "start", (p, t)))
                else:
                    start = now
                starts.append(start)
            self.runs[p] = totalizer(self.model, starts, self._most_runs(p))
            for k, literal in enumerate(self.runs[p]):
                self.hints.append((literal, "runs", (p, k + 1)))
            if self.exact(p) and len(self.mine(p)) > 1:
                self.model.add(sum(busy.values()) == len(self.mine(p)))
                implied.shares(self, p)
                self._interval(p)

    def _most_runs(self, p: int) -> int:
        return min(sum(self.inst.length[m] for m in self.mine(p)), (self.inst.slots + 1) // 2, len(self.busy[p]))

    def breaks(self, p: int) -> list[Any]:
        """Literals "at least 1, 2, … breaks" of p."""
        return self.runs.get(p, [])[1:]

    def _interval(self, p: int) -> None:
        """Either p has a break, or all meetings lie in one run that starts in a known slot."""
        if not self.breaks(p):
            return
        busy, n = self.busy[p], len(self.mine(p))
        some, runs = self.breaks(p)[0], {}
        for s in range(self.inst.slots - n + 1):
            run = range(s, s + n)
            if all(t in busy for t in run) and implied.fills(self.inst, self.mine(p), run):
                runs[s] = self.model.new_bool_var("")
                self.hints.append((runs[s], "interval", (p, s)))
        self.model.add_exactly_one([some, *runs.values()])
        for s, literal in runs.items():
            for t, now in busy.items():
                self.model.add_bool_or([literal.negated(), now if s <= t < s + n else now.negated()])
        for t, now in busy.items():
            self.model.add_bool_or([now.negated(), some, *(z for s, z in runs.items() if s <= t < s + n)])

    def _spread(self) -> None:
        cap = self.inst.spread
        if cap is None:
            return
        every = [self.breaks(p) for p in range(self.inst.people)]
        deepest = max((len(b) for b in every), default=0)
        calm = any(not b for b in every) or self._never_breaks()
        for k in range(deepest - cap):
            lowest = None if calm else self.model.new_bool_var("")
            for mine in every:
                if lowest is not None:
                    self.model.add_bool_or([lowest.negated(), *mine[k : k + 1]])
                if k + cap < len(mine):
                    self.model.add_bool_or([mine[k + cap].negated()] + ([lowest] if lowest is not None else []))

    def _never_breaks(self) -> bool:
        """Someone has no break whatever the plan: at most one meeting, as short as can be."""
        return any(len(self.mine(p)) <= 1 for p in range(self.inst.people))
