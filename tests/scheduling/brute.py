"""The best plan by trying them all: every meeting left out, or at every start, place and interpreter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.domain.scheduling import read_problem, verify
from app.domain.scheduling.problem import Meeting, Problem

Entry = dict[str, Any]


def _options(problem: Problem, meeting: Meeting) -> Iterator[Entry]:
    named = problem.named_places is not None
    places: list[str | None] = list(problem.place_ids)
    staff: list[str | None] = [None, *(i.id for i in problem.interpreters)]
    if not named and not any(p.place for p in problem.participants) and meeting.place is None:
        places = places if problem.objective.place_change or problem.objective.move else [None]
    for slot in problem.slots:
        for place in places:
            for helper in staff:
                yield {"id": meeting.id, "slot": slot.id, "place": place, "interpreter": helper}


def _extend(problem: Problem, held: list[Entry], k: int) -> Iterator[tuple[int, int, float]]:
    verdict = verify(problem, {"format": "fairmatch/plan@1", "meetings": held})
    if {v.rule for v in verdict.violations} - {"break_spread"}:
        return
    if k == len(problem.meetings):
        if verdict.legal:
            counts = verdict.counts
            yield -int(counts["missing_required"]), -int(counts["shortfall"]), float(counts["objective"])
        return
    yield from _extend(problem, held, k + 1)
    for option in _options(problem, problem.meetings[k]):
        yield from _extend(problem, [*held, option], k + 1)


def every_score(data: dict[str, Any]) -> list[tuple[int, int, float]]:
    """(−missing, −shortfall, objective) of every legal plan; the best is the largest."""
    return list(_extend(read_problem(data), [], 0))
