"""Repairs a plan on the day: the fewest moves, locks and meetings that have begun untouched, the difference as data."""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.scheduling.board import Board, Fit
from app.domain.scheduling.events import Day, EventsFile, NoShow, WalkIn, read_events
from app.domain.scheduling.instance import FREE, build
from app.domain.scheduling.mending import Mender
from app.domain.scheduling.plan import Plan, PlanFile
from app.domain.scheduling.problem import Problem
from app.domain.scheduling.reading import read_plan
from app.domain.scheduling.words import Said

MOST_MOVES = 2  # other meetings moved for the sake of one
MOST_STANDBY = 50


@dataclass(frozen=True)
class Seat:
    """Where and when a meeting is: its first slot, its place, its interpreter."""

    slot: str
    place: str | None
    interpreter: str | None

    def as_dict(self) -> dict[str, str | None]:
        return {"slot": self.slot, "place": self.place, "interpreter": self.interpreter}


@dataclass(frozen=True)
class Change:
    """One meeting that differs between the two plans; `before` or `after` is None where it is not held.

    Codes: `participant`, `place`, `interpreter` (what it lost), `room` (it made room for another), `standby`,
    `walk_in`, `displaced` (put back elsewhere).
    """

    meeting: str
    before: Seat | None
    after: Seat | None
    code: str
    said: tuple[Said, ...]

    def reason(self, lang: str = "en") -> str:
        """Why, in a language."""
        return "; ".join(said.words(lang) for said in self.said)

    def as_dict(self, lang: str = "en") -> dict[str, Any]:
        seats = {"from": self.before, "to": self.after}
        placed = {key: None if seat is None else seat.as_dict() for key, seat in seats.items()}
        return {"id": self.meeting, **placed, "code": self.code, "reason": self.reason(lang)}


@dataclass(frozen=True)
class Standby:
    """A pair left out so far that could take a freed slot; `slots` are the ones it could have, as things stand."""

    meeting: str
    participants: tuple[str, str]
    value: float
    slots: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        return {
            "id": self.meeting,
            "participants": list(self.participants),
            "value": self.value,
            "slots": list(self.slots),
        }


@dataclass(frozen=True)
class Repair:
    """The problem as it stands now, its plan, and what has changed.

    `standby` lists the pairs for the freed slots, the best first, before any of them was taken.
    """

    problem: Problem
    plan: Plan
    moved: tuple[Change, ...]
    cancelled: tuple[Change, ...]
    added: tuple[Change, ...]
    standby: tuple[Standby, ...]

    def as_dict(self, lang: str = "en") -> dict[str, Any]:
        """The difference, ready for `json.dump`, its reasons in a language."""
        return {
            "moved": [c.as_dict(lang) for c in self.moved],
            "cancelled": [c.as_dict(lang) for c in self.cancelled],
            "added": [c.as_dict(lang) for c in self.added],
            "standby": [s.as_dict() for s in self.standby],
        }


def repair(
    problem: Problem,
    plan: Plan | PlanFile | Mapping[str, Any],
    events: EventsFile | Mapping[str, Any],
    *,
    fill: bool = True,
) -> Repair:
    """The plan after what happened on the day, with as few meetings moved as can be.

    Parameters
    ----------
    problem
        From `read_problem`: the problem the plan was made for.
    plan
        What `solve` returned, or a parsed plan file; it must be legal for the problem.
    events
        From `read_events`, or what `json.load` gave for a `fairmatch/events@1` file.
    fill
        Give freed slots to standby pairs at once; otherwise they are only listed.

    Returns
    -------
    Repair
        With a verified plan. Another meeting is moved only for a required one, a minimum, or more points than the
        weight of `move` (half the median value where the problem has none).

    Raises
    ------
    ScheduleFileError
        For faults in the files, ids that do not exist among them.
    """
    begun = time.monotonic()
    said = plan if isinstance(plan, PlanFile) else read_plan(plan.as_dict() if isinstance(plan, Plan) else plan)
    day = Day(problem, said, events if isinstance(events, EventsFile) else read_events(events, problem))
    work = _Work(day)
    work.put_back()
    standby = work.standby()
    if fill:
        work.fill()
    return work.finish(standby, said.seed or 0, begun)


def _weighed(problem: Problem) -> Problem:
    """The problem with a weight for moves."""
    if problem.objective.move:
        return problem
    values = [m.value for m in problem.meetings if m.value > 0]
    weight = round(statistics.median(values) / 2, 6) if values else 1
    return problem.model_copy(update={"objective": problem.objective.model_copy(update={"move": weight})})


class _Work:
    def __init__(self, day: Day) -> None:
        self.day, self.problem = day, _weighed(day.problem)
        self.inst = build(self.problem)
        self.board = Board(self.inst)
        self.number = {m.id: k for k, m in enumerate(self.inst.meetings)}
        self.why: dict[int, Said] = {}
        self.displaced = self._take_over()
        self._allow_spread()
        kept = {self.number[name] for name in day.begun}
        kept |= {m for m in self.board.held() if self.inst.meetings[m].fixed_slot is not None}
        self.mender = Mender(self.board, kept, self.inst.weights.move)

    def _take_over(self) -> list[int]:
        """Holds what still stands, in its place; the numbers of those that do not."""
        inst, place = self.inst, {name: k for k, name in enumerate(self.inst.places)}
        staff = {i.id: k for k, i in enumerate(self.problem.interpreters)}
        slot = {s.id: k for k, s in enumerate(self.problem.slots)}
        gone = []
        for name, held in self.day.held.items():
            m, t = self.number[name], slot[held.slot]
            r = FREE if held.place is None else place.get(held.place, FREE)
            i = FREE if inst.klass[m] == FREE else staff.get(held.interpreter or "", FREE)
            lost = self._lost(m, t, r, i)
            self.why[m] = lost or Said("repair.displaced")
            if name in self.day.begun or (not lost and isinstance(self.board.seat(m, t), Fit)):
                if not (inst.explicit or inst.fixed_place[m] >= 0):
                    r = FREE
                self.board.hold(m, t, Fit(r, i))
            else:
                gone.append(m)
        return gone

    def _lost(self, m: int, t: int, r: int, i: int) -> Said | None:
        """What a meeting has lost, or None where it can stay."""
        inst, span = self.inst, range(t, t + self.inst.length[m])
        for p in (inst.one[m], inst.two[m]):
            if not all(inst.free[p][u] for u in span if u < inst.slots):
                return Said("repair.participant", {"who": self.problem.participants[p].id})
        if r >= 0 and not all(inst.place_open[r][u] for u in span):
            return Said("repair.place", {"place": inst.places[r]})
        if i >= 0 and not all(inst.staff_free[i][u] for u in span):
            return Said("repair.interpreter", {"who": self.problem.interpreters[i].id})
        return None

    def _allow_spread(self) -> None:
        """Raises a cap on the spread of breaks that the day has broken to what there is, or nothing would be legal."""
        present = [n for n, people in self.board.histogram.items() if people > 0]
        cap = self.inst.spread
        if cap is None or not present or max(present) - min(present) <= cap:
            return
        wider = self.problem.objective.model_copy(update={"max_break_spread": max(present) - min(present)})
        self.problem = self.problem.model_copy(update={"objective": wider})
        board, self.inst = self.board, build(self.problem)
        self.board = Board(self.inst)
        for m in board.held():
            self.board.hold(m, board.slot[m], Fit(board.place[m], board.interpreter[m]))

    def _rank(self, m: int) -> tuple[bool, bool, float, int]:
        inst = self.inst
        short = any(self.board.degree[p] < inst.floor[p] for p in (inst.one[m], inst.two[m]))
        return (not inst.required[m], not short, -inst.value[m], m)

    def put_back(self) -> None:
        """Displaced meetings and those of walk-ins, the most needed first."""
        came = [m for m, spec in enumerate(self.inst.meetings) if m >= self._known() and spec.slots != ()]
        for m in sorted([*self.displaced, *came], key=self._rank):
            if not self.inst.starts[m]:
                continue
            mark = len(self.mender.log)
            if not self.mender.put(m, MOST_MOVES) and self.inst.required[m]:
                for other in self.mender.make_room(m) or ():
                    self._made_room(other, m)
                    self.mender.put(other, 1)
            for entry in self.mender.log[mark:]:
                if entry.meeting != m and entry.held:
                    self._made_room(entry.meeting, m)

    def _made_room(self, other: int, m: int) -> None:
        self.why[other] = Said("repair.room", {"meeting": self.inst.meetings[m].id})

    def _known(self) -> int:
        return len(self.inst.meetings) - sum(
            len(event.meetings) for event in self.day.events if isinstance(event, WalkIn)
        )

    def standby(self) -> tuple[Standby, ...]:
        """The pairs that would fit now, the best first."""
        inst, out = self.inst, []
        for m in sorted((m for m, t in enumerate(self.board.slot) if t == FREE), key=self._rank):
            slots = [t for t in inst.starts[m] if isinstance(self.board.fit(m, t), Fit)]
            if slots and (inst.required[m] or inst.value[m] > 0):
                spec = inst.meetings[m]
                names = tuple(self.problem.slots[t].id for t in slots)
                out.append(Standby(spec.id, spec.participants, spec.value, names))
            if len(out) == MOST_STANDBY:
                break
        return tuple(out)

    def fill(self) -> None:
        from app.domain.scheduling.routes import fill_up

        fill_up(self.board)

    def finish(self, standby: tuple[Standby, ...], seed: int, begun: float) -> Repair:
        from app.domain.scheduling import finish

        self._allow_spread()
        plan = finish.repaired(self.inst, self.board, seed, begun)
        moved, cancelled, added = self._difference(plan)
        return Repair(self.problem, plan, moved, cancelled, added, standby)

    def _difference(self, plan: Plan) -> tuple[tuple[Change, ...], ...]:
        before = {name: Seat(m.slot, m.place, m.interpreter) for name, m in self.day.held.items()}
        after = {m.id: Seat(m.slot, m.place, m.interpreter) for m in plan.meetings}
        left_out = {u.id: u.said for u in plan.unscheduled}
        known = self._known()
        absent = [
            Said("repair.participant", {"who": event.participant})
            for event in self.day.events
            if isinstance(event, NoShow)
        ]
        moved, cancelled, added = [], [], []
        for name, old in before.items():
            why, new = self.why[self.number[name]], after.get(name)
            if new is None:
                said = (why,) if why in absent else (why, left_out[name])  # who is not there at all is reason enough
                cancelled.append(Change(name, old, None, _code(why), said))
            elif (new.slot, new.interpreter) != (old.slot, old.interpreter) or old.place not in (None, new.place):
                moved.append(Change(name, old, new, _code(why), (why,)))
        for name, new in after.items():
            if name not in before:
                why = Said("repair.walk_in" if self.number[name] >= known else "repair.standby")
                added.append(Change(name, None, new, _code(why), (why,)))
        return tuple(moved), tuple(cancelled), tuple(added)


def _code(why: Said) -> str:
    return why.key.removeprefix("repair.")
