"""A problem as the engine works on it: numbers instead of ids, limits folded together, impossible starts removed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction

from app.domain.scheduling.problem import Meeting, Participant, Problem

NO_LIMIT = 1_000_000
NOWHERE = -2
FREE = -1


@dataclass(frozen=True)
class Weights:
    """Points per break, idle slot, place change and moved meeting."""

    break_: float
    idle: float
    change: float
    move: float


@dataclass(frozen=True)
class Instance:
    """All indices count from 0; `FREE` (-1) stands for "none" or "any".

    `starts[m]` are the slots in which meeting m may begin as far as people's availability, its own slots, its lock, the
    hours of its fixed place and the day's end allow. `klass[m]` is the language pair of a meeting that needs an
    interpreter, `eligible[k]` who can interpret it. `explicit` says that a meeting's place matters while searching
    (zones, place changes, long meetings among places with hours); otherwise counting places per slot is enough.
    """

    problem: Problem
    slots: int
    meetings: tuple[Meeting, ...]
    one: tuple[int, ...]
    two: tuple[int, ...]
    length: tuple[int, ...]
    value: tuple[float, ...]
    required: tuple[bool, ...]
    starts: tuple[tuple[int, ...], ...]
    fixed_place: tuple[int, ...]
    klass: tuple[int, ...]
    eligible: tuple[tuple[int, ...], ...]
    pair: tuple[int, ...]
    pairs: int
    earlier: tuple[tuple[int, ...], ...]
    later: tuple[tuple[int, ...], ...]
    old_slot: tuple[int, ...]
    old_place: tuple[int, ...]
    free: tuple[tuple[bool, ...], ...]
    parallel: tuple[int, ...]
    top: tuple[int, ...]
    floor: tuple[int, ...]
    of_person: tuple[tuple[int, ...], ...]
    places: tuple[str, ...]
    place_open: tuple[tuple[bool, ...], ...]
    zone: tuple[int, ...]
    capacity: tuple[int, ...]
    staff_free: tuple[tuple[bool, ...], ...]
    weights: Weights
    spread: int | None
    explicit: bool
    oriented: bool

    @property
    def people(self) -> int:
        return len(self.parallel)

    @property
    def zone_gap(self) -> int:
        return self.problem.zone_gap

    def scale(self) -> int | None:
        """The smallest power of ten that makes all values and weights whole, or None where six digits do not do."""
        w = self.weights
        numbers = {*self.value, w.break_, w.idle, w.change, w.move}
        exact = [Fraction(repr(x)) for x in numbers]
        return next((10**k for k in range(7) if all((x * 10**k).denominator == 1 for x in exact)), None)


def _limits(problem: Problem) -> tuple[tuple[int, ...], tuple[int, ...]]:
    number = {p.id: k for k, p in enumerate(problem.participants)}
    top = [NO_LIMIT if p.max_meetings is None else p.max_meetings for p in problem.participants]
    floor = [p.min_meetings for p in problem.participants]
    for group in problem.groups:
        for k in (number[name] for name in group.participants):
            floor[k] = max(floor[k], group.min_meetings)
            if group.max_meetings is not None:
                top[k] = min(top[k], group.max_meetings)
    return tuple(top), tuple(floor)


def _places(problem: Problem) -> tuple[str, ...]:
    """The places worth knowing: of a large count only those named somewhere and as many as there are meetings."""
    every = problem.place_ids
    most = len(problem.meetings)
    if problem.named_places is not None or len(every) <= most:
        return every
    named = {m.place for m in problem.meetings} | {p.place for p in problem.participants}
    named |= {old.place for old in problem.previous or ()}
    kept = [name for name in every if name in named]
    spare = [name for name in every[: most + len(kept)] if name not in named]
    return tuple(kept + spare[:most])


def _fixed_place(meeting: Meeting, one: Participant, two: Participant, number: dict[str, int]) -> int:
    wishes = {w for w in (meeting.place, one.place, two.place) if w is not None}
    if len(wishes) > 1:
        return NOWHERE
    return number[wishes.pop()] if wishes else FREE


class _Starts:
    """Finds the slots in which a meeting may begin; sets of slots are whole numbers with a bit for each."""

    def __init__(self, number: dict[str, int], free: list[tuple[bool, ...]], hours: list[tuple[bool, ...]]) -> None:
        self.number = number
        self.free, self.hours = [self._bits(row) for row in free], [self._bits(row) for row in hours]
        self.every = (1 << len(number)) - 1
        self.listed: dict[tuple[str, ...], int] = {}
        self.unfolded: dict[int, tuple[int, ...]] = {}

    @staticmethod
    def _bits(row: tuple[bool, ...]) -> int:
        return sum(1 << t for t, on in enumerate(row) if on)

    def _allowed(self, m: Meeting) -> int:
        allowed = self.every
        if m.slots is not None:
            if m.slots not in self.listed:
                self.listed[m.slots] = sum({1 << self.number[s] for s in m.slots})
            allowed = self.listed[m.slots]
        return allowed if m.fixed_slot is None else allowed & 1 << self.number[m.fixed_slot]

    def of(self, m: Meeting, a: int, b: int, place: int) -> tuple[int, ...]:
        """The starts of m between a and b, at a place if that is fixed."""
        if place == NOWHERE:
            return ()
        there = self.free[a] & self.free[b] & (self.hours[place] if place >= 0 else self.every)
        here = there & self._allowed(m)
        for later in range(1, min(m.length, len(self.number) + 1)):
            here &= there >> later
        if here not in self.unfolded:
            self.unfolded[here] = tuple(t for t in range(len(self.number)) if here >> t & 1)
        return self.unfolded[here]


def _language_pairs(problem: Problem) -> tuple[tuple[int, ...], tuple[tuple[int, ...], ...]]:
    speaks = {p.id: frozenset(p.languages) for p in problem.participants}
    index: dict[tuple[frozenset[str], ...], int] = {}
    klass = []
    for m in problem.meetings:
        a, b = (speaks[p] for p in m.participants)
        needed = bool(a and b and not a & b)
        key = tuple(sorted((a, b), key=sorted))
        klass.append(index.setdefault(key, len(index)) if needed else FREE)
    staff = [frozenset(i.languages) for i in problem.interpreters]
    return tuple(klass), tuple(tuple(k for k, s in enumerate(staff) if s & a and s & b) for a, b in index)


def _organisation_pairs(problem: Problem) -> tuple[tuple[int, ...], int]:
    if not problem.one_meeting_per_organisation_pair:
        return (FREE,) * len(problem.meetings), 0
    home = {p.id: p.organisation for p in problem.participants}
    index: dict[tuple[str, ...], int] = {}
    out = []
    for m in problem.meetings:
        a, b = (home[p] for p in m.participants)
        known = a is not None and b is not None
        out.append(index.setdefault(tuple(sorted((a or "", b or ""))), len(index)) if known else FREE)
    return tuple(out), len(index)


def _before(problem: Problem) -> tuple[tuple[tuple[int, ...], ...], tuple[tuple[int, ...], ...]]:
    if not problem.before:
        return ((),) * len(problem.meetings), ((),) * len(problem.meetings)
    number = {m.id: k for k, m in enumerate(problem.meetings)}
    earlier: dict[int, set[int]] = defaultdict(set)
    later: dict[int, set[int]] = defaultdict(set)
    for first, second in problem.before:
        earlier[number[second]].add(number[first])
        later[number[first]].add(number[second])
    count = range(len(problem.meetings))
    return tuple(tuple(sorted(earlier[m])) for m in count), tuple(tuple(sorted(later[m])) for m in count)


def _table(rows: list[tuple[str, ...] | None], number: dict[str, int], when_listed: bool) -> list[tuple[bool, ...]]:
    """One row of booleans per list of slot ids: true where listed (or not listed); None is true everywhere."""
    out = []
    for row in rows:
        listed = None if row is None else {number[s] for s in row}
        out.append(tuple(listed is None or (t in listed) == when_listed for t in range(len(number))))
    return out


def _explicit(problem: Problem, fixed: list[int], zones: set[int], all_open: bool) -> bool:
    w = problem.objective
    walking = problem.zone_gap > 0 and len(zones) > 1
    moved = w.move > 0 and any(old.place is not None for old in problem.previous or ())
    uneven = not all_open or any(r != FREE for r in fixed)
    return walking or w.place_change > 0 or moved or (uneven and any(m.length > 1 for m in problem.meetings))


def build(problem: Problem) -> Instance:
    """Translates a problem; O(meetings × slots)."""
    slot_no = {s.id: k for k, s in enumerate(problem.slots)}
    person_no = {p.id: k for k, p in enumerate(problem.participants)}
    places = _places(problem)
    place_no = {name: k for k, name in enumerate(places)}
    free = _table([p.unavailable for p in problem.participants], slot_no, when_listed=False)
    named = {p.id: p for p in problem.named_places or ()}
    hours = _table([named[r].slots if r in named else None for r in places], slot_no, when_listed=True)
    zones: dict[str | None, int] = {}
    zone = tuple(zones.setdefault(named[r].zone if r in named else None, len(zones)) for r in places)
    pairs = [(person_no[m.participants[0]], person_no[m.participants[1]]) for m in problem.meetings]
    who = problem.participants
    fixed = [_fixed_place(m, who[a], who[b], place_no) for m, (a, b) in zip(problem.meetings, pairs, strict=True)]
    may = _Starts(slot_no, free, hours)
    starts = tuple(may.of(m, a, b, r) for m, (a, b), r in zip(problem.meetings, pairs, fixed, strict=True))
    klass, eligible = _language_pairs(problem)
    staff_free = _table([i.unavailable for i in problem.interpreters], slot_no, when_listed=False)
    starts = tuple(
        found if k == FREE else tuple(
            t for t in found if any(all(staff_free[i][t : t + m.length]) for i in eligible[k])
        )
        for m, k, found in zip(problem.meetings, klass, starts, strict=True)
    )  # fmt: skip
    of_person: list[list[int]] = [[] for _ in who]
    for m, (a, b) in enumerate(pairs):
        of_person[a].append(m)
        of_person[b].append(m)
    old = {o.meeting: o for o in problem.previous or ()}
    pair, pair_count = _organisation_pairs(problem)
    earlier, later = _before(problem)
    top, floor = _limits(problem)
    w = problem.objective
    return Instance(
        problem=problem,
        slots=len(problem.slots),
        meetings=problem.meetings,
        one=tuple(a for a, _ in pairs),
        two=tuple(b for _, b in pairs),
        length=tuple(m.length for m in problem.meetings),
        value=tuple(m.value for m in problem.meetings),
        required=tuple(m.required for m in problem.meetings),
        starts=starts,
        fixed_place=tuple(fixed),
        klass=klass,
        eligible=eligible,
        pair=pair,
        pairs=pair_count,
        earlier=earlier,
        later=later,
        old_slot=tuple(slot_no[old[m.id].slot] if m.id in old else FREE for m in problem.meetings),
        old_place=tuple(
            place_no.get(old[m.id].place or "", FREE) if m.id in old else FREE for m in problem.meetings
        ),
        free=tuple(free),
        parallel=tuple(min(p.parallel, max(1, len(of_person[k]))) for k, p in enumerate(who)),
        top=top,
        floor=floor,
        of_person=tuple(tuple(ms) for ms in of_person),
        places=places,
        place_open=tuple(hours),
        zone=zone,
        capacity=tuple(sum(row[t] for row in hours) for t in range(len(slot_no))),
        staff_free=tuple(staff_free),
        weights=Weights(w.break_, w.idle, w.place_change, w.move),
        spread=w.max_break_spread,
        explicit=_explicit(problem, fixed, set(zone), all(all(row) for row in hours)),
        oriented=not {a for a, _ in pairs} & {b for _, b in pairs},
    )  # fmt: skip
