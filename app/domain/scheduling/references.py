"""Checks across a problem file: every id exists, none is given twice, nothing refers to itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from app.domain.scheduling.problem import Problem

Fault = tuple[str, str]


def _twice(ids: Iterable[str], path: str, field: str = ".id") -> Iterator[Fault]:
    first: dict[str, int] = {}
    for k, name in enumerate(ids):
        if name in first:
            yield f"{path}[{k}]{field}", f'"{name}" is given twice, first at {path}[{first[name]}]'
        else:
            first[name] = k


def _unknown(ids: Iterable[str] | None, known: set[str], what: str, path: str) -> Iterator[Fault]:
    for k, name in enumerate(ids or ()):
        if name not in known:
            yield f"{path}[{k}]", f'no {what} has the id "{name}"'


def _one(name: str | None, known: set[str], what: str, path: str) -> Iterator[Fault]:
    if name is not None and name not in known:
        yield path, f'no {what} has the id "{name}"'


def _duplicates(problem: Problem) -> Iterator[Fault]:
    yield from _twice((s.id for s in problem.slots), "$.slots")
    if problem.named_places is not None:
        yield from _twice((p.id for p in problem.named_places), "$.places")
    yield from _twice((p.id for p in problem.participants), "$.participants")
    yield from _twice((g.id for g in problem.groups), "$.groups")
    yield from _twice((i.id for i in problem.interpreters), "$.interpreters")
    yield from _twice((m.id for m in problem.meetings), "$.meetings")
    yield from _twice((old.meeting for old in problem.previous or ()), "$.previous", ".meeting")


def _people_and_places(problem: Problem, slots: set[str], places: set[str], people: set[str]) -> Iterator[Fault]:
    for k, place in enumerate(problem.named_places or ()):
        yield from _unknown(place.slots, slots, "slot", f"$.places[{k}].slots")
    for k, person in enumerate(problem.participants):
        yield from _unknown(person.unavailable, slots, "slot", f"$.participants[{k}].unavailable")
        yield from _one(person.place, places, "place", f"$.participants[{k}].place")
    for k, group in enumerate(problem.groups):
        yield from _unknown(group.participants, people, "participant", f"$.groups[{k}].participants")
        yield from _twice(group.participants, f"$.groups[{k}].participants", "")
    for k, interpreter in enumerate(problem.interpreters):
        yield from _unknown(interpreter.unavailable, slots, "slot", f"$.interpreters[{k}].unavailable")


def _meetings(problem: Problem, slots: set[str], places: set[str], people: set[str]) -> Iterator[Fault]:
    for k, meeting in enumerate(problem.meetings):
        path = f"$.meetings[{k}]"
        yield from _unknown(meeting.participants, people, "participant", f"{path}.participants")
        if meeting.participants[0] == meeting.participants[1]:
            yield f"{path}.participants", f'"{meeting.participants[0]}" cannot meet itself'
        yield from _unknown(meeting.slots, slots, "slot", f"{path}.slots")
        yield from _one(meeting.fixed_slot, slots, "slot", f"{path}.fixed_slot")
        yield from _one(meeting.place, places, "place", f"{path}.place")


def _relations(problem: Problem, slots: set[str], places: set[str]) -> Iterator[Fault]:
    meetings = {m.id for m in problem.meetings}
    for k, pair in enumerate(problem.before):
        yield from _unknown(pair, meetings, "meeting", f"$.before[{k}]")
        if pair[0] == pair[1]:
            yield f"$.before[{k}]", f'"{pair[0]}" cannot come before itself'
    for k, old in enumerate(problem.previous or ()):
        yield from _one(old.meeting, meetings, "meeting", f"$.previous[{k}].meeting")
        yield from _one(old.slot, slots, "slot", f"$.previous[{k}].slot")
        yield from _one(old.place, places, "place", f"$.previous[{k}].place")


def faults(problem: Problem) -> list[Fault]:
    """Every fault of a well-shaped problem as (JSON path, message)."""
    slots, places = {s.id for s in problem.slots}, set(problem.place_ids)
    people = {p.id for p in problem.participants}
    return [
        *_duplicates(problem),
        *_people_and_places(problem, slots, places, people),
        *_meetings(problem, slots, places, people),
        *_relations(problem, slots, places),
    ]
