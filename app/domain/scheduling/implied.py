"""What follows from the rules where every meeting is held: it loses no best plan and makes refuting short.

Clauses say what the rules say, and unit propagation sees little of what they add up to. Named here is what it cannot
see: how many people can be busy at once, which runs a person's meetings can fill, which plans are mirror images.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from app.domain.scheduling.instance import FREE, Instance
from app.domain.scheduling.unary import totalizer

if TYPE_CHECKING:
    from app.domain.scheduling.encoding import Encoding

TIGHT = 0.85


def strengthen(code: Encoding) -> None:
    """Adds everything of this module to a model in which every meeting is held and takes one slot."""
    _clusters(code)
    kin = twins(code.inst)
    moved = _order_twins(code, kin) | _order_identical(code)
    _forbid_reversal(code, moved)


def _clusters(code: Encoding) -> None:
    """At most L clusters (meetings that share someone) per slot; the busy people of a slot are even in number."""
    inst, left = code.inst, set(code.members)
    clusters = []
    tight = len(left) >= TIGHT * sum(inst.capacity)
    while left:
        hub = max(range(inst.people), key=lambda p: (len(left.intersection(inst.of_person[p])), -p))
        taken = left.intersection(inst.of_person[hub])
        clusters.append((hub, taken))
        left -= taken
    for u in range(inst.slots):
        active = []
        for hub, taken in clusters:
            literals = [lit for m in sorted(taken) for lit in code.occupying(m, u)]
            if literals and len(taken) == len(code.mine(hub)):
                active.append(code.busy[hub][u])
            elif literals:
                active.append(code.model.new_bool_var(""))
                code.model.add_exactly_one([*literals, active[-1].negated()])
        if len(active) > inst.capacity[u]:
            code.model.add(sum(active) <= inst.capacity[u])
        people = [code.busy[p][u] for p in range(inst.people) if u in code.busy[p]]
        if people:
            _even(code, people, inst.capacity[u], tight)


def _even(code: Encoding, people: list[Any], capacity: int, tight: bool) -> None:
    """An even number of people is busy, at most two per place; in unary where places are scarce."""
    pairs = code.model.new_int_var(0, min(capacity, len(people) // 2), "")
    code.model.add(sum(people) == 2 * pairs)
    if not tight:
        return
    at_least = totalizer(code.model, people, len(people))
    for k in range(0, len(people), 2):
        if k >= 2 * capacity or k + 1 == len(people):
            code.model.add_bool_or([at_least[k].negated()])
        else:
            code.model.add_implication(at_least[k], at_least[k + 1])


def shares(code: Encoding, p: int) -> None:
    """Of p's busy slots, as many lie in the slots some of the meetings are confined to as there are such meetings."""
    domains = [frozenset(code.inst.starts[m]) for m in code.mine(p)]
    busy = code.busy[p]
    for slots in dict.fromkeys(domains):
        if slots.issuperset(busy):
            continue
        inside = [busy[t] for t in sorted(slots)]
        least = sum(domain <= slots for domain in domains)
        most = sum(not domain.isdisjoint(slots) for domain in domains)
        code.model.add_linear_constraint(sum(inside), least, min(most, len(inside)))


def fills(inst: Instance, meetings: list[int], run: range) -> bool:
    """Whether these meetings can fill this run of slots, one each (a perfect matching exists)."""
    domains = [set(inst.starts[m]) for m in meetings]
    holder: dict[int, int] = {}

    def found(t: int, seen: set[int]) -> bool:
        for k, domain in enumerate(domains):
            if t in domain and k not in seen:
                seen.add(k)
                if k not in holder or found(holder[k], seen):
                    holder[k] = t
                    return True
        return False

    return all(found(t, set()) for t in run)


def twins(inst: Instance) -> list[list[int]]:
    """People who can be exchanged in any plan: the same hours and limits, the same partners on the same terms."""
    alike: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for p, mine in enumerate(inst.of_person):
        if mine and not any(_singled_out(inst, m) for m in mine):
            terms = tuple(sorted(_terms(inst, p, m) for m in mine))
            alike[terms, inst.free[p], inst.parallel[p], inst.top[p], inst.floor[p]].append(p)
    return [group for group in alike.values() if len(group) > 1]


def _singled_out(inst: Instance, m: int) -> bool:
    return bool(inst.earlier[m] or inst.later[m]) or inst.old_slot[m] != FREE or inst.pair[m] != FREE


def _other(inst: Instance, p: int, m: int) -> int:
    return inst.two[m] if inst.one[m] == p else inst.one[m]


def _terms(inst: Instance, p: int, m: int) -> tuple[Any, ...]:
    """All that a rule or the objective can see of p's meeting m, p itself aside."""
    return (
        _other(inst, p, m), inst.starts[m], inst.length[m], inst.value[m], inst.required[m], inst.fixed_place[m],
        inst.klass[m],
    )  # fmt: skip


def _order_twins(code: Encoding, kin: list[list[int]]) -> set[int]:
    """Twins meet one common partner in the order of their numbers; the people who may be exchanged.

    The partner is no twin, so that exchanging one pair of twins leaves the order of all others as it was. With a
    partner who is in one meeting at a time, each plan has exactly one such arrangement.
    """
    inst = code.inst
    every = {p for group in kin for p in group}
    for group in kin:
        partners = [q for q in {_other(inst, group[0], m) for m in inst.of_person[group[0]]} if q not in every]
        if not partners:
            continue
        hub = min(partners)
        firsts = [_first_with(inst, p, hub) for p in group]
        if all(code.must(m) for m in firsts):
            for one, two in pairwise(firsts):
                code.before(one, two)
    return every


def _first_with(inst: Instance, p: int, hub: int) -> int:
    return min((m for m in inst.of_person[p] if _other(inst, p, m) == hub), key=lambda m: (_terms(inst, p, m), m))


def _order_identical(code: Encoding) -> set[int]:
    """Two meetings of the same pair on the same terms are held in the order of their numbers; their people."""
    inst, last, people = code.inst, dict[tuple[Any, ...], int](), set[int]()
    for m in sorted(code.members):
        if _singled_out(inst, m) or not code.must(m):
            continue
        one, two = sorted((inst.one[m], inst.two[m]))
        terms = (one, *_terms(inst, one, m))
        if terms in last:
            code.before(last[terms], m)
            people |= {one, two}
        last[terms] = m
    return people


def _forbid_reversal(code: Encoding, moved: set[int]) -> None:
    """Where nothing tells early from late, one meeting of nobody else's symmetry is held in the first half."""
    inst = code.inst
    if not _reversible(inst):
        return
    steady = [m for m in sorted(code.members) if inst.one[m] not in moved and inst.two[m] not in moved]
    if not steady:
        return
    weight = {m: len(inst.of_person[inst.one[m]]) + len(inst.of_person[inst.two[m]]) for m in steady}
    chosen = max(steady, key=lambda m: (weight[m], -m))
    for t, literal in code.x[chosen].items():
        if t > inst.slots - 1 - t:
            code.model.add_bool_or([literal.negated()])


def _reversible(inst: Instance) -> bool:
    """Whether every plan read backwards is a plan of the same worth."""
    last = inst.slots - 1
    rows = [inst.capacity, *inst.staff_free, *inst.place_open]
    plain = not any(inst.earlier) and all(t == FREE for t in inst.old_slot) and set(inst.length) == {1}
    mirrored = all(starts == tuple(last - t for t in reversed(starts)) for starts in inst.starts)
    return plain and mirrored and all(tuple(row) == tuple(reversed(row)) for row in rows)
