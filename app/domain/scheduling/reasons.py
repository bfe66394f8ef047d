"""Why a pair was left out: the constraint that binds it in this plan, as a code and a sentence.

Each reason is read off the final board, to which no further meeting can be added with profit, so it is true there.

Codes: blocked, lock, place_conflict, place_closed, no_common_slot, no_interpreter, maximum_reached, organisation_pair,
supplier_full, buyer_full, participant_full, places_full, before, walking_time, break_spread, displaced, not_worth.
"""

from __future__ import annotations

from collections import Counter
from typing import TypeAlias

from app.domain.scheduling.board import Blocked, Board, Fit
from app.domain.scheduling.instance import FREE, NOWHERE, Instance
from app.domain.scheduling.plan import Unscheduled
from app.domain.scheduling.words import Said, Value

Reason: TypeAlias = tuple[str, Said]


class Reasons:
    """Reads reasons off a finished board."""

    def __init__(self, board: Board) -> None:
        self.board, self.inst = board, board.inst
        self.full = [self._is_full(p) for p in range(self.inst.people)]

    def _is_full(self, p: int) -> bool:
        inst, row = self.inst, self.board.at[p]
        return all(len(row[u]) >= inst.parallel[p] for u in range(inst.slots) if inst.free[p][u])

    def _person(self, p: int) -> str:
        return self.inst.problem.participants[p].id

    def _slot(self, t: int) -> str:
        return self.inst.problem.slots[t].id

    def of(self, m: int) -> Unscheduled:
        """The reason for meeting m, which is not held."""
        code, why = self.never(m) or self._people(m) or self._slots(m)
        return Unscheduled(self.inst.meetings[m].id, code, why)

    def _say(self, m: int, key: str, **values: Value) -> Said:
        """A sentence about m and its two people."""
        inst = self.inst
        known = {"meeting": inst.meetings[m].id, "one": self._person(inst.one[m]), "two": self._person(inst.two[m])}
        return Said(key, {**known, **values})

    def never(self, m: int) -> Reason | None:
        """What no plan could mend."""
        inst = self.inst
        if inst.meetings[m].slots == ():
            return "blocked", self._say(m, "blocked")
        if inst.fixed_place[m] == NOWHERE:
            return "place_conflict", self._say(m, "place_conflict")
        if inst.klass[m] >= 0 and not inst.eligible[inst.klass[m]]:
            return "no_interpreter", self._say(m, "nobody_speaks")
        return None if inst.starts[m] else self._no_start(m)

    def _no_start(self, m: int) -> Reason:
        inst, spec = self.inst, self.inst.meetings[m]
        both = self._runs(m, [inst.free[inst.one[m]], inst.free[inst.two[m]]])
        if not both:
            key = "never_both_long" if spec.length > 1 else "never_both"
            return "no_common_slot", self._say(m, key, length=spec.length)
        if spec.fixed_slot is not None and spec.fixed_slot not in {self._slot(t) for t in both}:
            return "lock", self._say(m, "lock_away", slot=spec.fixed_slot)
        allowed = [t for t in both if spec.slots is None or self._slot(t) in spec.slots]
        if not allowed:
            return "no_common_slot", self._say(m, "only_outside")
        if spec.fixed_slot is not None and spec.fixed_slot not in {self._slot(t) for t in allowed}:
            return "lock", self._say(m, "lock_outside", slot=spec.fixed_slot)
        r = inst.fixed_place[m]
        if r >= 0 and not set(allowed) & set(self._runs(m, [inst.place_open[r]])):
            return "place_closed", self._say(m, "place_closed", place=inst.places[r])
        if inst.klass[m] >= 0:
            return "no_interpreter", self._say(m, "nobody_present")
        return "lock", self._say(m, "lock_closed", slot=spec.fixed_slot or "", place=inst.places[r])

    def _runs(self, m: int, rows: list[tuple[bool, ...]]) -> list[int]:
        n = self.inst.length[m]
        return [t for t in range(self.inst.slots - n + 1) if all(all(row[t : t + n]) for row in rows)]

    def _people(self, m: int) -> Reason | None:
        """A person at the maximum or without a free slot, or a pair of organisations that meets already."""
        inst, board, value = self.inst, self.board, self.inst.meetings[m].value
        for p in (inst.one[m], inst.two[m]):
            if board.degree[p] >= inst.top[p]:
                return "maximum_reached", self._say(m, "maximum", who=self._person(p), top=inst.top[p])
        for p in (inst.one[m], inst.two[m]):
            if self.full[p]:
                least = min((inst.meetings[k].value for k in inst.of_person[p] if board.slot[k] >= 0), default=0)
                return self._side(m, p), self._say(m, "full", who=self._person(p), least=least, value=value)
        g = inst.pair[m]
        if g >= 0 and board.pair_at[g] >= 0:
            held = inst.meetings[board.pair_at[g]].id
            return "organisation_pair", self._say(m, "organisation_pair", meeting=held)
        return None

    def _side(self, m: int, p: int) -> str:
        if not self.inst.oriented:
            return "participant_full"
        return "supplier_full" if p == self.inst.one[m] else "buyer_full"

    def _slots(self, m: int) -> Reason:
        """What stands in the way in the slots it could have."""
        inst, spec = self.inst, self.inst.meetings[m]
        found = {t: self.board.fit(m, t) for t in inst.starts[m]}
        fitting = [t for t, fit in found.items() if isinstance(fit, Fit)]
        if fitting:
            return "not_worth", self._say(m, "not_worth", slot=self._slot(fitting[0]), value=spec.value)
        blocked = {t: fit for t, fit in found.items() if isinstance(fit, Blocked)}
        if spec.fixed_slot is not None:
            room = self._what(blocked[inst.starts[m][0]])
            return "lock", self._say(m, "locked_there", slot=spec.fixed_slot, room=room)
        open_to_both = {t: fit for t, fit in blocked.items() if fit.kind != "busy"}
        if not open_to_both:
            return self._displaced(m, blocked)
        kind, n = Counter(fit.kind for fit in open_to_both.values()).most_common(1)[0]
        key = "everywhere" if n == len(open_to_both) else "mostly"
        return kind, self._say(m, key, n=n, all=len(open_to_both), room=Said(f"room.{kind}"))

    def _displaced(self, m: int, blocked: dict[int, Blocked]) -> Reason:
        inst = self.inst
        others = sorted({k for fit in blocked.values() for k in fit.by}, key=lambda k: (inst.value[k], k))
        names = tuple(f"{inst.meetings[k].id} ({inst.meetings[k].value})" for k in others)
        return "displaced", self._say(m, "displaced", others=names)

    def _what(self, fit: Blocked) -> Said:
        if fit.kind != "busy":
            return Said(f"room.{fit.kind}")
        meetings = tuple(self.inst.meetings[k].id for k in fit.by)
        return Said("room.busy", {"who": self._person(fit.who), "meetings": meetings})


def reasons(board: Board) -> tuple[Unscheduled, ...]:
    """One reason for each meeting that the board does not hold."""
    read = Reasons(board)
    return tuple(read.of(m) for m, t in enumerate(board.slot) if t == FREE)


def nothing_written(inst: Instance, why: Said) -> tuple[Unscheduled, ...]:
    """The reason where strictness asked for all or nothing."""
    return tuple(Unscheduled(m.id, "strict", why) for m in inst.meetings)
