"""What would free pairs left out: the same plan under one limit less, and how many meetings then fit beside the others.

Each tip is found by building the changed problem, laying the plan at hand into it and adding what fits with profit. No
meeting is moved, so that many meetings more are certain ("at least"); a new run may find more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.domain.scheduling import greedy
from app.domain.scheduling.board import Board, Fit
from app.domain.scheduling.instance import FREE, Instance, build
from app.domain.scheduling.plan import Unscheduled
from app.domain.scheduling.problem import Interpreter, Participant, Place, Problem, Slot
from app.domain.scheduling.words import Said, Value

LARGE = 300_000  # meetings × slots beyond which only more places are tried
MOST_TRIED = 1_000
PEOPLE_TRIED = 3
MORE_PLACES = (1, 2, 4, 8)
_FULL = ("supplier_full", "buyer_full", "participant_full")


@dataclass(frozen=True)
class Won:
    """What fits more under a changed limit: so many meetings, worth so much, in these slots."""

    meetings: int = 0
    value: float = 0.0
    slots: tuple[str, ...] = ()


class Adviser:
    """Tries changes of a problem on a finished board."""

    def __init__(self, board: Board, why: Sequence[Unscheduled]) -> None:
        self.board, self.inst, self.problem = board, board.inst, board.inst.problem
        number = {m.id: k for k, m in enumerate(self.inst.meetings)}
        self.left = [(number[u.id], u) for u in why]

    def because(self, *codes: str) -> list[int]:
        """The meetings left out for these reasons, the most valuable first."""
        found = [m for m, u in self.left if u.code in codes]
        return sorted(found, key=lambda m: (-self.inst.value[m], m))[:MOST_TRIED]

    def people(self, *codes: str) -> list[tuple[str, list[int]]]:
        """Those whom these reasons name most often, with the meetings they lose."""
        named = Counter(str(u.said.values["who"]) for _, u in self.left if u.code in codes and "who" in u.said.values)
        most = sorted(named, key=lambda who: (-named[who], who))[:PEOPLE_TRIED]
        lost = {who: [m for m, u in self.left if u.said.values.get("who") == who] for who in most}
        return [(who, lost[who]) for who in most]

    def won(self, meetings: list[int], **changes: object) -> Won:
        """What of these meetings fits beside the plan once the problem is changed so."""
        inst = build(self.problem.changed(**changes))
        board = _laid_into(self.board, inst)
        greedy.fill(board, meetings)
        more = [m for m in meetings if board.slot[m] != FREE]
        slots = sorted({board.slot[m] for m in more})
        return Won(len(more), sum(inst.value[m] for m in more), tuple(inst.problem.slots[t].id for t in slots))


def _laid_into(board: Board, inst: Instance) -> Board:
    """The plan on a board of the changed problem, whose meetings have the same numbers."""
    number = {name: r for r, name in enumerate(inst.places)}
    copy = Board(inst)
    for m in board.held():
        place = board.place[m]
        place = number[board.inst.places[place]] if place >= 0 else place
        copy.hold(m, board.slot[m], Fit(place, board.interpreter[m]))
    return copy


def _tip(key: str, won: Won, **values: Value) -> Said:
    return Said(key, {"n": won.meetings, "value": won.value, **values})


def _places(adviser: Adviser) -> Iterator[tuple[Won, Said]]:
    """One place more, and the number beyond which further places bring nothing."""
    meetings, known, best = adviser.because("places_full"), adviser.problem.places, Won()
    steps: list[tuple[int, Won]] = []
    for more in MORE_PLACES if meetings else ():
        if isinstance(known, int):
            won = adviser.won(meetings, places=known + more)
        else:
            taken = {place.id for place in known}
            new = [name for k in range(len(known) + more) if (name := f"+{k + 1}") not in taken][:more]
            won = adviser.won(meetings, places=(*known, *(Place(id=name) for name in new)))
        if won.meetings <= best.meetings:
            break
        best = won
        steps.append((more, won))
    for more, won in dict([*steps[:1], *steps[-1:]]).items():
        yield won, _tip("tip.places", won, more=more)


def _interpreters(adviser: Adviser) -> Iterator[tuple[Won, Said]]:
    """An interpreter for each pair of languages that lacks one, present all day."""
    speaks = {p.id: p.languages for p in adviser.problem.participants}
    lacking: dict[tuple[str, str], list[int]] = {}
    for m in adviser.because("no_interpreter"):
        one, two = (speaks[p] for p in adviser.inst.meetings[m].participants)
        if one and two:
            lacking.setdefault((min(one), min(two)), []).append(m)
    for pair in sorted(lacking, key=lambda pair: (-len(lacking[pair]), pair))[:PEOPLE_TRIED]:
        new = Interpreter(id="+1", languages=pair)
        won = adviser.won(lacking[pair], interpreters=(*adviser.problem.interpreters, new))
        yield won, _tip("tip.interpreter", won, languages="–".join(pair), slots=won.slots)


def _person(problem: Problem, who: str, **changes: object) -> tuple[Participant, ...]:
    return tuple(p.model_copy(update=changes) if p.id == who else p for p in problem.participants)


def _staff(adviser: Adviser) -> Iterator[tuple[Won, Said]]:
    parallel = {p.id: p.parallel for p in adviser.problem.participants}
    for who, meetings in adviser.people(*_FULL):
        people = _person(adviser.problem, who, parallel=parallel[who] + 1)
        won = adviser.won(meetings, participants=people)
        yield won, _tip("tip.staff", won, who=who)


def _maxima(adviser: Adviser) -> Iterator[tuple[Won, Said]]:
    for who, meetings in adviser.people("maximum_reached"):
        people = _person(adviser.problem, who, max_meetings=None)
        groups = tuple(
            g.model_copy(update={"participants": tuple(p for p in g.participants if p != who)})
            for g in adviser.problem.groups
        )
        won = adviser.won(meetings, participants=people, groups=groups)
        yield won, _tip("tip.maximum", won, who=who, more=won.meetings)


def _hours(adviser: Adviser) -> Iterator[tuple[Won, Said]]:
    """Those who are away, present all day: the slots in which that brings something."""
    away = {p.id for p in adviser.problem.participants if p.unavailable}
    lost: dict[str, list[int]] = {}
    for m in adviser.because("no_common_slot", "displaced", *_FULL):
        for who in adviser.inst.meetings[m].participants:
            if who in away:
                lost.setdefault(who, []).append(m)
    for who in sorted(lost, key=lambda who: (-len(lost[who]), who))[:PEOPLE_TRIED]:
        people = _person(adviser.problem, who, unavailable=())
        won = adviser.won(lost[who], participants=people)
        yield won, _tip("tip.hours", won, who=who, slots=won.slots)


def _slots(adviser: Adviser) -> Iterator[tuple[Won, Said]]:
    meetings, known = adviser.because("displaced", "places_full", *_FULL), adviser.problem.slots
    taken = {s.id for s in known}
    name = next(n for k in range(len(known) + 1) if (n := f"+{k + 1}") not in taken)
    if meetings:
        won = adviser.won(meetings, slots=(*known, Slot(id=name)))
        yield won, _tip("tip.slots", won)


def advice(board: Board, why: Sequence[Unscheduled]) -> tuple[Said, ...]:
    """The changes that let more meetings in, the most effective first; none where nothing is left out."""
    adviser = Adviser(board, why)
    if not adviser.left:
        return ()
    large = len(board.inst.meetings) * board.inst.slots > LARGE
    ways = (_places,) if large else (_places, _interpreters, _staff, _maxima, _hours, _slots)
    tips = [(won, tip) for way in ways for won, tip in way(adviser) if won.meetings]
    return tuple(tip for _, tip in sorted(tips, key=lambda entry: -entry[0].meetings))
