"""What happens on the day, as the file `fairmatch/events@1`, and the problem as it stands after it.

Meetings that have begun before slot `now` are history: they keep slot and place, whatever happens to their people.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, TypeAdapter, ValidationError

from app.domain.scheduling.plan import PlanFile
from app.domain.scheduling.problem import Id, Ids, Meeting, Model, Participant, Place, PreviousMeeting, Problem, as_list
from app.domain.scheduling.reading import ScheduleFileError, shape

EVENTS_FORMAT = "fairmatch/events@1"


class NoShow(Model):
    """A participant who does not come at all (any more)."""

    kind: Literal["no_show"]
    participant: Id


class Late(Model):
    """A participant who arrives late: `slot` is the first in which they are there."""

    kind: Literal["late"]
    participant: Id
    slot: Id


class Leaves(Model):
    """A participant who leaves early: `slot` is the first in which they are gone."""

    kind: Literal["leaves"]
    participant: Id
    slot: Id


class PlaceLost(Model):
    """A table or booth that cannot be used, in the slots given or from now on."""

    kind: Literal["place_lost"]
    place: Id
    slots: Ids | None = None


class InterpreterIll(Model):
    """An interpreter who is away, in the slots given or from now on."""

    kind: Literal["interpreter_ill"]
    interpreter: Id
    slots: Ids | None = None


class WalkIn(Model):
    """Somebody who was not registered, with the meetings they could have."""

    kind: Literal["walk_in"]
    participant: Participant
    meetings: Annotated[tuple[Meeting, ...], BeforeValidator(as_list)]


Event = Annotated[NoShow | Late | Leaves | PlaceLost | InterpreterIll | WalkIn, Field(discriminator="kind")]


class EventsFile(Model):
    """An events file: `now` is the first slot that can still be changed, the first of all where it is absent."""

    format: Literal["fairmatch/events@1"]
    now: Id | None = None
    events: Annotated[tuple[Event, ...], BeforeValidator(as_list)]


_EVENT: TypeAdapter[Event] = TypeAdapter(Event)


def read_events(data: Mapping[str, Any], problem: Problem | None = None) -> EventsFile:
    """The events in a parsed `fairmatch/events@1` file; ids are held against the problem when they are applied.

    Raises
    ------
    ScheduleFileError
        For unknown fields and wrong types; with a problem, ids that it does not have are told beside them.
    """
    try:
        return shape(EventsFile, data, "events file")
    except ScheduleFileError as error:
        if problem is None or not isinstance(data, Mapping):
            raise
        raise ScheduleFileError("events file", [*error.problems, *_ids_beside(data, problem)]) from None


def _ids_beside(data: Mapping[str, Any], problem: Problem) -> Iterator[tuple[str, str]]:
    """Ids that do not exist, in what is well shaped of a file that is not."""
    known, sound = _known(problem), []
    given = data.get("events")
    for k, one in enumerate(given if isinstance(given, list | tuple) else ()):
        try:
            sound.append((k, _EVENT.validate_python(one)))
        except ValidationError:
            who = one.get("participant") if isinstance(one, Mapping) else None
            if isinstance(who, Mapping):  # a walk-in whose meetings are at fault, say, has been named all the same
                known["participant"].add(str(who.get("id")))
    now = data.get("now")
    yield from _faults(now if isinstance(now, str) else None, sound, known, {m.id for m in problem.meetings})


def _known(problem: Problem) -> dict[str, set[str]]:
    return {
        "slot": {s.id for s in problem.slots},
        "place": set(problem.place_ids),
        "participant": {p.id for p in problem.participants},
        "interpreter": {i.id for i in problem.interpreters},
    }


class Day:
    """Problem and plan with what has happened since.

    Attributes
    ----------
    problem
        As it stands now: people, places and interpreters away where they are away, walk-ins added, meetings that have
        begun tied to slot and place, no other one before `now`, the plan as `previous`.
    begun
        Ids of meetings that have begun.
    """

    def __init__(self, problem: Problem, plan: PlanFile, events: EventsFile) -> None:
        self.order = [s.id for s in problem.slots]
        self._check(problem, events)
        self.now = 0 if events.now is None else self.order.index(events.now)
        number = {name: k for k, name in enumerate(self.order)}
        length = {m.id: m.length for m in problem.meetings}
        known = [m for m in plan.meetings if m.id in length and m.slot in number]
        self.held = {m.id: m for m in known}
        self.begun = {m.id for m in known if number[m.slot] < self.now}
        self._running = {m.id: range(self.now, number[m.slot] + length[m.id]) for m in known if m.id in self.begun}
        self.events = events.events
        self.problem = self._after(problem)

    def _check(self, problem: Problem, events: EventsFile) -> None:
        """Every id exists; a walk-in's do not yet."""
        meetings = {m.id for m in problem.meetings}
        bad = list(_faults(events.now, enumerate(events.events), _known(problem), meetings))
        if bad:
            raise ScheduleFileError("events file", bad)

    def _slots(self, slots: Iterable[str] | None, busy: Iterable[range]) -> set[str]:
        """The slots from now on, or those given, that no running meeting takes."""
        taken = {self.order[u] for span in busy for u in span if u < len(self.order)}
        later = set(self.order[self.now :])
        return (later if slots is None else later & set(slots)) - taken

    def _away(self, person: str, slots: Iterable[str] | None, problem: Problem) -> set[str]:
        mine = {m.id for m in problem.meetings if person in m.participants}
        return self._slots(slots, (span for name, span in self._running.items() if name in mine))

    def _after(self, problem: Problem) -> Problem:
        people = {p.id: set(p.unavailable) for p in problem.participants}
        staff = {i.id: set(i.unavailable) for i in problem.interpreters}
        lost: dict[str, set[str]] = {}
        came: list[Participant] = []
        wanted: list[Meeting] = []
        for event in self.events:
            if isinstance(event, NoShow):
                people[event.participant] |= self._away(event.participant, None, problem)
            elif isinstance(event, Late | Leaves):
                at = self.order.index(event.slot)
                gone = self.order[:at] if isinstance(event, Late) else self.order[at:]
                people[event.participant] |= self._away(event.participant, gone, problem)
            elif isinstance(event, PlaceLost):
                here = (s for name, s in self._running.items() if self.held[name].place == event.place)
                lost.setdefault(event.place, set()).update(self._slots(event.slots, here))
            elif isinstance(event, InterpreterIll):
                here = (s for name, s in self._running.items() if self.held[name].interpreter == event.interpreter)
                staff[event.interpreter] |= self._slots(event.slots, here)
            else:
                came.append(event.participant)
                wanted += event.meetings
        return problem.model_copy(
            update={
                "participants": (
                    *(p.model_copy(update={"unavailable": self._sorted(people[p.id])}) for p in problem.participants),
                    *came,
                ),
                "interpreters": tuple(
                    i.model_copy(update={"unavailable": self._sorted(staff[i.id])}) for i in problem.interpreters
                ),
                "places": self._places(problem, lost),
                "meetings": tuple(self._meeting(m) for m in (*problem.meetings, *wanted)),
                "previous": tuple(
                    PreviousMeeting(meeting=m.id, slot=m.slot, place=m.place) for m in self.held.values()
                ),
            }
        )

    def _sorted(self, slots: set[str]) -> tuple[str, ...]:
        return tuple(s for s in self.order if s in slots)

    def _places(self, problem: Problem, lost: Mapping[str, set[str]]) -> Any:
        """Places with their hours; a count becomes a list only where one of them is lost."""
        if not lost:
            return problem.places
        named = problem.named_places or tuple(Place(id=name) for name in problem.place_ids)
        out = []
        for place in named:
            hours = set(self.order if place.slots is None else place.slots) - lost.get(place.id, set())
            out.append(place.model_copy(update={"slots": self._sorted(hours)}) if place.id in lost else place)
        return tuple(out)

    def _meeting(self, m: Meeting) -> Meeting:
        if m.id in self.begun:
            held = self.held[m.id]
            return m.model_copy(update={"fixed_slot": held.slot, "place": m.place or held.place, "slots": None})
        if not self.now:
            return m
        later = self.order[self.now :]
        return m.model_copy(update={"slots": tuple(s for s in later if m.slots is None or s in m.slots)})


def _faults(
    now: str | None, events: Iterable[tuple[int, Event]], known: dict[str, set[str]], meetings: set[str]
) -> Iterator[tuple[str, str]]:
    if now is not None and now not in known["slot"]:
        yield "$.now", f'no slot has the id "{now}"'
    for k, event in events:
        path = f"$.events[{k}]"
        if isinstance(event, WalkIn):
            yield from _walk_in_faults(event, path, known, meetings)
            known["participant"].add(event.participant.id)
            meetings |= {m.id for m in event.meetings}
            continue
        for field in ("participant", "place", "interpreter", "slot"):
            name = getattr(event, field, None)
            if name is not None and name not in known[field]:
                yield f"{path}.{field}", f'no {field} has the id "{name}"'
        for j, name in enumerate(getattr(event, "slots", None) or ()):
            if name not in known["slot"]:
                yield f"{path}.slots[{j}]", f'no slot has the id "{name}"'


def _walk_in_faults(
    event: WalkIn, path: str, known: dict[str, set[str]], meetings: set[str]
) -> Iterator[tuple[str, str]]:
    who = event.participant
    if who.id in known["participant"]:
        yield f"{path}.participant.id", f'"{who.id}" is registered already'
    for k, m in enumerate(event.meetings):
        at, own = f"{path}.meetings[{k}]", {*known["participant"], who.id}
        if m.id in meetings:
            yield f"{at}.id", f'a meeting has the id "{m.id}" already'
        if who.id not in m.participants:
            yield f"{at}.participants", f'does not name "{who.id}"'
        if m.participants[0] == m.participants[1]:
            yield f"{at}.participants", f'"{who.id}" cannot meet itself'
        for j, name in enumerate(m.participants):
            if name not in own:
                yield f"{at}.participants[{j}]", f'no participant has the id "{name}"'
        wishes = [("fixed_slot", m.fixed_slot, "slot"), ("place", m.place, "place")]
        wishes += [(f"slots[{j}]", s, "slot") for j, s in enumerate(m.slots or ())]
        for field, wish, kind in wishes:
            if wish is not None and wish not in known[kind]:
                yield f"{at}.{field}", f'no {kind} has the id "{wish}"'
    own_wishes = [("unavailable", s, "slot") for s in who.unavailable]
    for field, wish, kind in [*own_wishes, ("place", who.place, "place")]:
        if wish is not None and wish not in known[kind]:
            yield f"{path}.participant.{field}", f'no {kind} has the id "{wish}"'
