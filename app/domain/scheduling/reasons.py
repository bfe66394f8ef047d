"""Why a pair was left out: the constraint that binds it in this plan, as a code and a sentence.

Each reason is read off the final board, to which no further meeting can be added with profit, so it is true there.

Codes: blocked, lock, place_conflict, place_closed, no_common_slot, no_interpreter, maximum_reached, organisation_pair,
supplier_full, buyer_full, participant_full, places_full, before, walking_time, break_spread, displaced, not_worth.
"""

from __future__ import annotations

from collections import Counter

from app.domain.scheduling.board import Blocked, Board, Fit
from app.domain.scheduling.instance import FREE, NOWHERE, Instance
from app.domain.scheduling.plan import Unscheduled

_ROOM = {
    "places_full": "every place that would do is taken",
    "no_interpreter": "no interpreter for their languages is free",
    "before": "it would break an order of meetings",
    "walking_time": "there is no place with time enough to walk there",
    "break_spread": "it would spread the breaks between people too far",
}


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
        code, why = self._never(m) or self._people(m) or self._slots(m)
        return Unscheduled(self.inst.meetings[m].id, code, why)

    def _never(self, m: int) -> tuple[str, str] | None:
        """Reasons that no plan could mend."""
        inst, spec = self.inst, self.inst.meetings[m]
        one, two = self._person(inst.one[m]), self._person(inst.two[m])
        if spec.slots == ():
            return "blocked", f"{spec.id} is blocked: it may not be held in any slot"
        if inst.fixed_place[m] == NOWHERE:
            return "place_conflict", f"{one}, {two} and {spec.id} are tied to different places"
        if inst.klass[m] >= 0 and not inst.eligible[inst.klass[m]]:
            return "no_interpreter", f"no interpreter speaks both a language of {one} and one of {two}"
        if inst.starts[m]:
            return None
        return self._no_start(m, one, two)

    def _no_start(self, m: int, one: str, two: str) -> tuple[str, str]:
        inst, spec = self.inst, self.inst.meetings[m]
        both = self._runs(m, [inst.free[inst.one[m]], inst.free[inst.two[m]]])
        if not both:
            long = f" {spec.length} slots in a row" if spec.length > 1 else " the same slot"
            return "no_common_slot", f"{one} and {two} are never both available in{long}"
        if spec.fixed_slot is not None and spec.fixed_slot not in {self._slot(t) for t in both}:
            return "lock", f"{spec.id} is locked to {spec.fixed_slot}, when {one} or {two} is not available"
        allowed = [t for t in both if spec.slots is None or self._slot(t) in spec.slots]
        if not allowed:
            return (
                "no_common_slot",
                f"{one} and {two} are both available only outside the slots that {spec.id} may have",
            )
        if spec.fixed_slot is not None and spec.fixed_slot not in {self._slot(t) for t in allowed}:
            return "lock", f"{spec.id} is locked to {spec.fixed_slot}, which is not among the slots it may have"
        r = inst.fixed_place[m]
        if r >= 0 and not set(allowed) & set(self._runs(m, [inst.place_open[r]])):
            return (
                "place_closed",
                f"{inst.places[r]}, where {spec.id} belongs, is closed whenever {one} and {two} could meet",
            )
        if inst.klass[m] >= 0:
            return "no_interpreter", f"no interpreter for {one} and {two} is present in a slot they could have"
        return "lock", f"{spec.id} is locked to {spec.fixed_slot}, when its place {inst.places[r]} is closed"

    def _runs(self, m: int, rows: list[tuple[bool, ...]]) -> list[int]:
        n = self.inst.length[m]
        return [t for t in range(self.inst.slots - n + 1) if all(all(row[t : t + n]) for row in rows)]

    def _people(self, m: int) -> tuple[str, str] | None:
        """A person at the maximum or without a free slot, or a pair of organisations that meets already."""
        inst, board, value = self.inst, self.board, self.inst.meetings[m].value
        for p in (inst.one[m], inst.two[m]):
            if board.degree[p] >= inst.top[p]:
                return "maximum_reached", f"{self._person(p)} has all {inst.top[p]} meetings that the maximum allows"
        for p in (inst.one[m], inst.two[m]):
            if self.full[p]:
                least = min(inst.meetings[k].value for k in inst.of_person[p] if board.slot[k] >= 0)
                name = self._person(p)
                return self._side(m, p), (
                    f"{name} is full: every slot in which {name} is available is taken, "
                    f"by meetings worth {least} and more (this one: {value})"
                )
        g = inst.pair[m]
        if g >= 0 and board.pair_at[g] >= 0:
            held = inst.meetings[board.pair_at[g]].id
            return "organisation_pair", f"the two organisations meet already in {held}, and once is all that is allowed"
        return None

    def _side(self, m: int, p: int) -> str:
        if not self.inst.oriented:
            return "participant_full"
        return "supplier_full" if p == self.inst.one[m] else "buyer_full"

    def _slots(self, m: int) -> tuple[str, str]:
        """What stands in the way in the slots it could have."""
        inst, spec = self.inst, self.inst.meetings[m]
        found = {t: self.board.fit(m, t) for t in inst.starts[m]}
        fitting = [t for t, fit in found.items() if isinstance(fit, Fit)]
        if fitting:
            return (
                "not_worth",
                f"it would fit in {self._slot(fitting[0])}, but would cost more points than its {spec.value}",
            )
        blocked = {t: fit for t, fit in found.items() if isinstance(fit, Blocked)}
        if spec.fixed_slot is not None:
            return (
                "lock",
                f"{spec.id} is locked to {spec.fixed_slot}, and there {self._what(blocked[inst.starts[m][0]])}",
            )
        open_to_both = {t: fit for t, fit in blocked.items() if fit.kind != "busy"}
        if not open_to_both:
            return self._displaced(m, blocked)
        kind, n = Counter(fit.kind for fit in open_to_both.values()).most_common(1)[0]
        where = "in every slot" if n == len(open_to_both) else f"in {n} of the {len(open_to_both)} slots"
        one, two = self._person(inst.one[m]), self._person(inst.two[m])
        return kind, f"{where} in which {one} and {two} are both free, {_ROOM[kind]}"

    def _displaced(self, m: int, blocked: dict[int, Blocked]) -> tuple[str, str]:
        inst = self.inst
        others = sorted({k for fit in blocked.values() for k in fit.by}, key=lambda k: (inst.value[k], k))
        names = [f"{inst.meetings[k].id} ({inst.meetings[k].value})" for k in others]
        listed = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        one, two = self._person(inst.one[m]), self._person(inst.two[m])
        where = f"in any slot that {inst.meetings[m].id} could have"
        return "displaced", f"{one} and {two} are not both free {where}: displaced by {listed}"

    def _what(self, fit: Blocked) -> str:
        if fit.kind == "busy":
            return f"{self._person(fit.who)} is in {', '.join(self.inst.meetings[k].id for k in fit.by)}"
        return _ROOM[fit.kind]


def reasons(board: Board) -> tuple[Unscheduled, ...]:
    """One reason for each meeting that the board does not hold."""
    read = Reasons(board)
    return tuple(read.of(m) for m, t in enumerate(board.slot) if t == FREE)


def nothing_written(inst: Instance, why: str) -> tuple[Unscheduled, ...]:
    """The reason where strictness asked for all or nothing."""
    return tuple(Unscheduled(m.id, "strict", why) for m in inst.meetings)
