"""What can be seen to be impossible, or scarce, by counting: before any search, in words."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.scheduling.board import Board
from app.domain.scheduling.instance import NO_LIMIT, Instance
from app.domain.scheduling.reasons import Reasons
from app.domain.scheduling.words import Said


def impossible(inst: Instance) -> tuple[Said, ...]:
    """Why the required meetings cannot all be held, as far as counting shows; each line is a proof by itself."""
    return (*_no_start(inst), *_overbooked(inst), *_too_few_places(inst))


def scarce(inst: Instance) -> tuple[Said, ...]:
    """What will run short: minima out of reach, and places where people could fill more of them."""
    return (*_minima(inst), *_density(inst))


def _no_start(inst: Instance) -> Iterator[Said]:
    reader = Reasons(Board(inst))
    for m, must in enumerate(inst.required):
        never = reader.never(m) if must else None
        if never is not None:
            yield Said("check.no_start", {"meeting": inst.meetings[m].id, "why": never[1]})


def _overbooked(inst: Instance) -> Iterator[Said]:
    """People whose required meetings need more slots than they have, in all or in a part of the day (Hall)."""
    for p, mine in enumerate(inst.of_person):
        needed = [m for m in mine if inst.required[m] and inst.starts[m]]
        who = inst.problem.participants[p].id
        if len(needed) > inst.top[p]:
            yield Said("check.maximum", {"who": who, "needed": len(needed), "room": inst.top[p]})
        reach = {m: _reach(inst, m) for m in needed}
        every = frozenset[int]().union(*reach.values())
        for slots in sorted(set(reach.values()) | {every}, key=lambda slots: (-len(slots), sorted(slots))):
            inside = sum(inst.length[m] for m in needed if reach[m] <= slots)
            room = len(slots) * inst.parallel[p]
            if inside > room:
                names = tuple(inst.problem.slots[t].id for t in sorted(slots))
                key = "check.person" if slots == every else "check.person_part"
                yield Said(key, {"who": who, "needed": inside, "room": room, "slots": names})
                break


def _reach(inst: Instance, m: int) -> frozenset[int]:
    return frozenset(u for t in inst.starts[m] for u in range(t, t + inst.length[m]))


def _too_few_places(inst: Instance) -> Iterator[Said]:
    needed = sum(length for length, must in zip(inst.length, inst.required, strict=True) if must)
    if needed > sum(inst.capacity):
        yield Said("check.places", {"needed": needed, "room": sum(inst.capacity)})


def _minima(inst: Instance) -> Iterator[Said]:
    for p, low in enumerate(inst.floor):
        usable = sum(bool(inst.starts[m]) for m in inst.of_person[p])
        room = min(usable, inst.top[p], sum(inst.free[p]) * inst.parallel[p])
        if low > room:
            yield Said("check.minimum", {"who": inst.problem.participants[p].id, "needed": low, "room": room})


def _density(inst: Instance) -> Iterator[Said]:
    """People could meet in more places than there are: half of what each could take part in, summed."""
    slots = 0
    for p, mine in enumerate(inst.of_person):
        most = min(sum(inst.length[m] for m in mine if inst.starts[m]), sum(inst.free[p]) * inst.parallel[p])
        slots += most if inst.top[p] == NO_LIMIT else min(most, inst.top[p] * max(inst.length, default=1))
    if slots // 2 > sum(inst.capacity):
        yield Said("check.density", {"needed": slots // 2, "room": sum(inst.capacity)})
