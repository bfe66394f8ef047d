"""The independent verifier: holds a plan against its problem, rule by rule, from the definitions.

It shares no code with the engine: it reads only the two files' models, counts everything anew, and is itself tested
with a planted violation of every rule. Every plan the engine returns has passed it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from app.domain.scheduling.plan import Plan, PlanFile, PlannedMeetingFile
from app.domain.scheduling.problem import Meeting, Problem
from app.domain.scheduling.reading import read_plan, read_problem


@dataclass(frozen=True)
class Violation:
    """One broken rule: `rule` is a stable code, `message` a sentence naming who and when."""

    rule: str
    message: str


@dataclass(frozen=True)
class Verdict:
    """What a plan breaks and what it is worth, counted by the verifier itself."""

    violations: tuple[Violation, ...]
    counts: Mapping[str, float | int]

    @property
    def legal(self) -> bool:
        return not self.violations

    def as_dict(self) -> dict[str, Any]:
        """Ready for `json.dump`."""
        listed = [{"rule": v.rule, "message": v.message} for v in self.violations]
        return {"legal": self.legal, **self.counts, "violations": listed}


@dataclass
class _Held:
    """A meeting in the plan with everything looked up."""

    spec: Meeting
    start: int
    end: int
    place: str | None
    interpreter: str | None


@dataclass
class _Book:
    """The plan laid out by person, place and interpreter."""

    problem: Problem
    slots: list[str]
    held: dict[str, _Held] = field(default_factory=dict)
    busy: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    of_person: dict[str, list[_Held]] = field(default_factory=lambda: defaultdict(list))

    def when(self, held: _Held) -> set[str]:
        return set(self.slots[held.start : held.end])


def _lay_out(problem: Problem, plan: PlanFile) -> tuple[_Book, list[Violation]]:
    book, bad = _Book(problem, [s.id for s in problem.slots]), []
    number = {name: k for k, name in enumerate(book.slots)}
    meetings = {m.id: m for m in problem.meetings}
    for entry in plan.meetings:
        spec = meetings.get(entry.id)
        if spec is None or entry.slot not in number:
            bad.append(Violation("unknown_id", f"{entry.id} in {entry.slot}: no such meeting or slot"))
        elif entry.id in book.held:
            bad.append(Violation("meeting_twice", f"{entry.id} is planned twice"))
        else:
            bad += _enter(book, spec, entry, number[entry.slot])
    return book, bad


def _enter(book: _Book, spec: Meeting, entry: PlannedMeetingFile, start: int) -> Iterator[Violation]:
    end = start + spec.length
    if end > len(book.slots):
        yield Violation("past_the_end", f"{spec.id} takes {spec.length} slots from {entry.slot} and runs past the last")
        end = len(book.slots)
    held = _Held(spec, start, end, entry.place, entry.interpreter)
    book.held[spec.id] = held
    for person in spec.participants:
        book.of_person[person].append(held)
        book.busy[person].update(range(start, end))


def _slots(book: _Book) -> Iterator[Violation]:
    people = {p.id: p for p in book.problem.participants}
    for name, held in book.held.items():
        slot = book.slots[held.start]
        if held.spec.slots is not None and slot not in held.spec.slots:
            yield Violation("slot_not_allowed", f"{name} may not start in {slot}")
        if held.spec.fixed_slot is not None and held.spec.fixed_slot != slot:
            yield Violation("lock", f"{name} is locked to {held.spec.fixed_slot} and planned in {slot}")
        for person in held.spec.participants:
            away = book.when(held) & set(people[person].unavailable)
            if away:
                yield Violation("unavailable", f"{name}: {person} is not available in {min(away)}")


def _people(book: _Book) -> Iterator[Violation]:
    for person in book.problem.participants:
        for t, n in book.busy[person.id].items():
            if n > person.parallel:
                yield Violation("double_booked", f"{person.id} has {n} meetings in {book.slots[t]}")


def _limits(problem: Problem) -> tuple[dict[str, int], dict[str, int]]:
    """The tightest maximum and the highest minimum of each person, own and of groups."""
    floors: dict[str, int] = defaultdict(int)
    tops: dict[str, int] = {}
    own = [(p.id, p.min_meetings, p.max_meetings) for p in problem.participants]
    grouped = [(who, g.min_meetings, g.max_meetings) for g in problem.groups for who in g.participants]
    for who, low, high in own + grouped:
        floors[who] = max(floors[who], low)
        if high is not None:
            tops[who] = min(tops.get(who, high), high)
    return floors, tops


def _maxima(book: _Book) -> Iterator[Violation]:
    for who, top in _limits(book.problem)[1].items():
        n = len(book.of_person[who])
        if n > top:
            yield Violation("maximum", f"{who} has {n} meetings, at most {top} are allowed")


def _places(book: _Book) -> Iterator[Violation]:
    problem, known = book.problem, set(book.problem.place_ids)
    people = {p.id: p for p in problem.participants}
    per_slot, taken = Counter[int](), Counter[tuple[str, int]]()
    for name, held in book.held.items():
        per_slot.update(range(held.start, held.end))
        wishes = [held.spec.place, *(people[p].place for p in held.spec.participants)]
        for wish in {w for w in wishes if w is not None and w != held.place}:
            yield Violation("fixed_place", f"{name} belongs at {wish} and is planned at {held.place}")
        if held.place is not None and held.place not in known:
            yield Violation("unknown_id", f"{name}: no place has the id {held.place}")
        elif held.place is None and problem.named_places is not None:
            yield Violation("no_place", f"{name} has no place")
        if held.place is not None:
            taken.update((held.place, t) for t in range(held.start, held.end))
    for (place, t), n in taken.items():
        if n > 1:
            yield Violation("place_twice", f"{place} holds {n} meetings in {book.slots[t]}")
    for t, n in per_slot.items():
        if n > len(known):
            yield Violation("too_few_places", f"{n} meetings in {book.slots[t]} for {len(known)} places")
    yield from _hours(book)


def _hours(book: _Book) -> Iterator[Violation]:
    hours = {p.id: set(p.slots) for p in book.problem.named_places or () if p.slots is not None}
    for name, held in book.held.items():
        if held.place in hours and book.when(held) - hours[held.place]:
            yield Violation("place_closed", f"{name}: {held.place} is closed in {book.slots[held.start]}")


def _walking(book: _Book) -> Iterator[Violation]:
    zones = {p.id: p.zone for p in book.problem.named_places or ()}
    for person in book.problem.participants:
        if person.parallel > 1 or not zones:
            continue
        stops = sorted(book.of_person[person.id], key=lambda h: h.start)
        for first, second in pairwise(stops):
            known = first.place in zones and second.place in zones
            if not known or zones[first.place or ""] == zones[second.place or ""]:
                continue
            if second.start - first.end < book.problem.zone_gap:
                yield Violation("walking_time", f"{person.id} cannot walk from {first.place} to {second.place} in time")


def _interpreters(book: _Book) -> Iterator[Violation]:
    speaks = {p.id: set(p.languages) for p in book.problem.participants}
    staff = {i.id: i for i in book.problem.interpreters}
    taken = Counter[tuple[str, int]]()
    for name, held in book.held.items():
        one, two = (speaks[p] for p in held.spec.participants)
        who = staff.get(held.interpreter or "")
        if held.interpreter is not None and who is None:
            yield Violation("unknown_id", f"{name}: no interpreter has the id {held.interpreter}")
        if one and two and not one & two:
            if who is None:
                yield Violation("no_interpreter", f"{name} needs an interpreter and has none")
            elif not (one & set(who.languages) and two & set(who.languages)):
                yield Violation("interpreter_language", f"{name}: {who.id} does not speak both sides' languages")
        if who is not None:
            taken.update((who.id, t) for t in range(held.start, held.end))
            if book.when(held) & set(who.unavailable):
                yield Violation("interpreter_away", f"{name}: {who.id} is away in {book.slots[held.start]}")
    for (name, t), n in taken.items():
        if n > 1:
            yield Violation("interpreter_twice", f"{name} is in {n} meetings in {book.slots[t]}")


def _relations(book: _Book) -> Iterator[Violation]:
    problem = book.problem
    if problem.one_meeting_per_organisation_pair:
        home = {p.id: p.organisation for p in problem.participants}
        met = Counter[tuple[str, ...]]()
        for held in book.held.values():
            one, two = (home[p] for p in held.spec.participants)
            if one is not None and two is not None:
                met[tuple(sorted((one, two)))] += 1
        for pair, n in met.items():
            if n > 1:
                yield Violation("organisation_pair", f"{pair[0]} and {pair[1]} meet {n} times, once is allowed")
    for first, second in problem.before:
        if first in book.held and second in book.held and book.held[first].end > book.held[second].start:
            yield Violation("before", f"{first} has to end before {second} starts")


def _breaks(slots: Counter[int]) -> tuple[int, int]:
    """Breaks and idle slots of one person."""
    holes = [b - a - 1 for a, b in pairwise(sorted(slots)) if b > a + 1]
    return len(holes), sum(holes)


def _changes(visits: list[_Held]) -> int:
    stops = sorted(visits, key=lambda h: (h.start, h.end, h.place or ""))
    return sum(a.place is not None and b.place is not None and a.place != b.place for a, b in pairwise(stops))


def _moved(book: _Book) -> int:
    moved = 0
    for old in book.problem.previous or ():
        now = book.held.get(old.meeting)
        same = now is not None and book.slots[now.start] == old.slot and old.place in (None, now.place)
        moved += not same
    return moved


def _count(book: _Book) -> tuple[dict[str, float | int], list[int]]:
    problem, weight = book.problem, book.problem.objective
    per_person = [_breaks(book.busy[p.id]) for p in problem.participants]
    breaks, idle = sum(b for b, _ in per_person), sum(i for _, i in per_person)
    changes = sum(_changes(book.of_person[p.id]) for p in problem.participants)
    value, moved = sum(h.spec.value for h in book.held.values()), _moved(book)
    floors = _limits(problem)[0]
    lost = weight.break_ * breaks + weight.idle * idle + weight.place_change * changes + weight.move * moved
    return {
        "held": len(book.held),
        "missing_required": sum(m.required and m.id not in book.held for m in problem.meetings),
        "shortfall": sum(max(0, low - len(book.of_person[who])) for who, low in floors.items()),
        "value": value,
        "breaks": breaks,
        "idle": idle,
        "place_changes": changes,
        "moved": moved,
        "objective": value - lost,
    }, [b for b, _ in per_person]


def _differs(said: float | None, true: float) -> bool:
    return said is not None and abs(said - true) > 1e-6 * max(1.0, abs(true))


def _figures(plan: PlanFile, counts: Mapping[str, float | int]) -> Iterator[Violation]:
    for key in ("missing_required", "shortfall", "value", "breaks", "objective"):
        said = getattr(plan, key)
        if _differs(said, counts[key]):
            yield Violation("false_figure", f"the plan says {key} {said}, it is {counts[key]}")
    true = counts["objective"]
    if plan.bound is not None and plan.bound < true - 1e-6 * max(1.0, abs(true)):
        yield Violation("false_bound", f"the bound {plan.bound} lies below the objective {true}")
    if plan.bound is not None and _differs(plan.gap, (plan.bound - true) / max(1.0, abs(plan.bound))):
        yield Violation("false_figure", f"the plan says gap {plan.gap}, which its bound {plan.bound} does not give")
    complete = counts["missing_required"] == 0
    if plan.status is not None and (plan.status in ("optimal", "feasible")) != complete:
        yield Violation("false_status", f"status {plan.status} with {counts['missing_required']} required missing")
    if plan.status == "optimal" and plan.bound is not None and _differs(plan.bound, true):
        yield Violation("false_status", f"status optimal with the bound {plan.bound} above the objective {true}")


def _left_out(book: _Book, plan: PlanFile) -> Iterator[Violation]:
    known, seen = {m.id for m in book.problem.meetings}, set()
    for entry in plan.unscheduled:
        if entry.id not in known:
            yield Violation("unknown_id", f"unscheduled {entry.id}: no such meeting")
        elif entry.id in book.held or entry.id in seen:
            yield Violation("meeting_twice", f"{entry.id} is listed as left out and as held, or twice")
        seen.add(entry.id)


def verify(problem: Problem | Mapping[str, Any], plan: Plan | Mapping[str, Any]) -> Verdict:
    """Holds a plan against its problem.

    Parameters
    ----------
    problem, plan
        The models, or what `json.load` gave for the two files.

    Returns
    -------
    Verdict
        All violations with rule and sentence, and the verifier's own counts. A required meeting left out is no
        violation as long as the plan says so.

    Raises
    ------
    ScheduleFileError
        If one of the two has not the shape of its format.
    """
    known = problem if isinstance(problem, Problem) else read_problem(problem)
    said = read_plan(plan.as_dict() if isinstance(plan, Plan) else plan)
    book, bad = _lay_out(known, said)
    counts, breaks = _count(book)
    for rule in (_slots, _people, _maxima, _places, _walking, _interpreters, _relations):
        bad += rule(book)
    cap = known.objective.max_break_spread
    if cap is not None and breaks and max(breaks) - min(breaks) > cap:
        bad.append(Violation("break_spread", f"breaks spread from {min(breaks)} to {max(breaks)}, at most {cap} apart"))
    bad += _figures(said, counts)
    bad += _left_out(book, said)
    return Verdict(tuple(bad), counts)
