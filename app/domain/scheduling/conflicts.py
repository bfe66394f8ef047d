"""A small set of required meetings and rules that contradict each other, in words.

Counting comes first. Else required meetings are deleted in pieces, each piece for good if what is left is still refuted
(deletion filter; Chinneck and Dravnieks 1991), after the solver's own core has thrown out most. Then rules are left
out one by one in the same way, so that each meeting and each rule named is needed for the contradiction.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from ortools.sat.python import cp_model

from app.domain.scheduling.checks import impossible
from app.domain.scheduling.encoding import Encoding, Target
from app.domain.scheduling.instance import Instance, build
from app.domain.scheduling.problem import Meeting, Participant, Place, Problem
from app.domain.scheduling.words import Said

MOST_NAMED = 3  # lines of counting
MOST_WITH_RULES = 40


@dataclass(frozen=True)
class Rule:
    """A rule that can be left out: what it says, and the problem without it."""

    said: Said
    without: Problem


class _Refuter:
    """Asks the exact search, until the time is over; what it cannot refute in time counts as possible."""

    def __init__(self, seconds: float) -> None:
        self.end = time.monotonic() + seconds

    def left(self) -> float:
        return self.end - time.monotonic()

    def _solver(self) -> Any:
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.max_time_in_seconds = max(0.01, self.left())
        return solver

    def refutes(self, problem: Problem) -> bool:
        inst = build(problem)
        if not all(inst.starts):
            return True
        code = Encoding(inst, Target(tuple(range(len(inst.meetings))), True, None, with_objective=False))
        return bool(self.left() > 0 and self._solver().solve(code.model) == cp_model.INFEASIBLE)

    def core(self, problem: Problem) -> list[Meeting] | None:
        """Meetings that the solver needed for its refutation; None where it refuted nothing."""
        inst = build(problem)
        code = Encoding(inst, Target(tuple(range(len(inst.meetings))), False, None, with_objective=False))
        wanted = [code.model.new_bool_var("") for _ in inst.meetings]
        for literal, starts in zip(wanted, code.x.values(), strict=True):
            code.model.add_bool_or([literal.negated(), *starts.values()])
        code.model.add_assumptions(wanted)
        solver = self._solver()
        if solver.solve(code.model) != cp_model.INFEASIBLE:
            return None
        needed = set(solver.sufficient_assumptions_for_infeasibility())
        return [m for m, literal in zip(inst.meetings, wanted, strict=True) if literal.index in needed]


def conflict(inst: Instance, seconds: float) -> tuple[Said, ...]:
    """Why not all required meetings can be held.

    Parameters
    ----------
    inst
        An instance whose required meetings have been refuted.
    seconds
        For the search; with none left only counting is done.

    Returns
    -------
    tuple of Said
        The meetings in one line and each rule in another; empty where the time was too short.
    """
    counted = impossible(inst)
    if counted or seconds <= 0:
        return counted[:MOST_NAMED]
    refuter = _Refuter(seconds)
    needed = tuple(m for m in inst.problem.meetings if m.required)
    calm = inst.problem.model_copy(
        update={"objective": inst.problem.objective.model_copy(update={"max_break_spread": None})}
    )
    problem = _only(calm, needed)
    found = _smaller(refuter, problem)
    if found is None:
        spread = inst.spread
        possible = spread is not None and refuter.left() > 0
        return (Said("conflict.spread", {"n": spread}),) if possible and spread is not None else ()
    names = tuple(m.id for m in found.meetings)
    head = Said("conflict.meetings" if len(names) > 1 else "conflict.one", {"meetings": names})
    return (head, *_binding(refuter, found))


def _only(problem: Problem, meetings: tuple[Meeting, ...]) -> Problem:
    """The problem with these meetings alone, without what refers to others."""
    names = {m.id for m in meetings}
    return problem.model_copy(
        update={
            "meetings": meetings,
            "before": tuple(pair for pair in problem.before if names.issuperset(pair)),
            "previous": None,
        }
    )


def _smaller(refuter: _Refuter, problem: Problem) -> Problem | None:
    """The problem with a set of meetings from which none can be left out (time permitting)."""
    core = refuter.core(problem)
    if core is None:
        return None
    if refuter.refutes(_only(problem, tuple(core))):
        problem = _only(problem, tuple(core))
    size = max(1, len(problem.meetings) // 2)
    while refuter.left() > 0:
        before, k = len(problem.meetings), 0
        while k < len(problem.meetings):
            less = _only(problem, problem.meetings[:k] + problem.meetings[k + size :])
            if less.meetings and refuter.refutes(less):
                problem = less
            else:
                k += size
        if size == 1 and len(problem.meetings) == before:
            break
        size = max(1, size // 2)
    return problem


def _binding(refuter: _Refuter, problem: Problem) -> Iterator[Said]:
    """The rules that cannot be left out either."""
    if len(problem.meetings) > MOST_WITH_RULES:
        return
    k = 0
    while refuter.left() > 0:
        rules = list(_rules(problem))
        if k >= len(rules):
            break
        if refuter.refutes(rules[k].without):
            problem = rules[k].without
        else:
            k += 1
            yield rules[k - 1].said


def _rules(problem: Problem) -> Iterator[Rule]:
    """All rules that touch the meetings of a problem, in a fixed order."""
    everyone = set(chain.from_iterable(m.participants for m in problem.meetings))
    people = [p for p in problem.participants if p.id in everyone]
    yield from _of_meetings(problem)
    for pair in problem.before:
        rest = tuple(other for other in problem.before if other != pair)
        said = Said("conflict.before", {"first": pair[0], "second": pair[1]})
        yield Rule(said, problem.changed(before=rest))
    for person in people:
        yield from _of_person(problem, person)
    yield from _of_the_hall(problem)


def _changed(problem: Problem, meeting: Meeting, **changes: Any) -> Problem:
    new = tuple(m.model_copy(update=changes) if m.id == meeting.id else m for m in problem.meetings)
    return problem.changed(meetings=new)


def _of_meetings(problem: Problem) -> Iterator[Rule]:
    for m in problem.meetings:
        if m.fixed_slot is not None:
            said = Said("conflict.lock", {"meeting": m.id, "slot": m.fixed_slot})
            yield Rule(said, _changed(problem, m, fixed_slot=None))
        if m.slots is not None:
            yield Rule(Said("conflict.slots", {"meeting": m.id, "slots": m.slots}), _changed(problem, m, slots=None))


def _person_changed(problem: Problem, person: Participant, **changes: Any) -> Problem:
    new = tuple(p.model_copy(update=changes) if p.id == person.id else p for p in problem.participants)
    return problem.changed(participants=new)


def _of_person(problem: Problem, person: Participant) -> Iterator[Rule]:
    mine = sum(person.id in m.participants for m in problem.meetings)
    if person.unavailable:
        said = Said("conflict.hours", {"who": person.id, "slots": person.unavailable})
        yield Rule(said, _person_changed(problem, person, unavailable=()))
    tops = [person.max_meetings, *(g.max_meetings for g in problem.groups if person.id in g.participants)]
    top = min((t for t in tops if t is not None), default=mine)
    if top < mine:
        free = _person_changed(problem, person, max_meetings=None)
        yield Rule(Said("conflict.top", {"who": person.id, "n": top}), free.changed(groups=()))
    if 1 < mine > person.parallel:
        said = Said("conflict.parallel", {"who": person.id, "n": person.parallel})
        yield Rule(said, _person_changed(problem, person, parallel=mine))


def _of_the_hall(problem: Problem) -> Iterator[Rule]:
    count = len(problem.meetings)
    wishes = [
        (m, {m.place, *(p.place for p in problem.participants if p.id in m.participants)}) for m in problem.meetings
    ]
    for place in sorted({name for _, wished in wishes for name in wished if name is not None}):
        here = tuple(m.id for m, wished in wishes if place in wished)
        yield Rule(Said("conflict.fixed", {"meetings": here, "place": place}), _unfixed(problem, place))
    if len(problem.place_ids) < count:
        more = tuple(Place(id=f"+{k + 1}") for k in range(count))
        places: Any = count if isinstance(problem.places, int) else (*problem.places, *more)
        said = Said("conflict.places", {"n": len(problem.place_ids)})
        yield Rule(said, problem.changed(places=places))
    if any(p.languages for p in problem.participants):
        said = Said("conflict.interpreters", {"n": len(problem.interpreters)})
        dumb = tuple(p.model_copy(update={"languages": ()}) for p in problem.participants)
        yield Rule(said, problem.changed(participants=dumb))
    if problem.one_meeting_per_organisation_pair:
        free = problem.changed(one_meeting_per_organisation_pair=False)
        yield Rule(Said("conflict.once"), free)


def _unfixed(problem: Problem, place: str) -> Problem:
    """The problem with nobody and nothing tied to this place."""
    return problem.model_copy(
        update={
            "meetings": tuple(
                m.model_copy(update={"place": None}) if m.place == place else m for m in problem.meetings
            ),
            "participants": tuple(
                p.model_copy(update={"place": None}) if p.place == place else p for p in problem.participants
            ),
        }
    )
