"""Boards from what a route has chosen, and names for places where they were only counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.domain.scheduling.board import Board, Fit
from app.domain.scheduling.instance import FREE, Instance


def board_from(inst: Instance, slot: Mapping[int, int], staff: Mapping[int, int]) -> Board:
    """A board with the chosen meetings; where places matter, those that find none are left out."""
    board = Board(inst)
    for m, t in sorted(slot.items(), key=lambda item: (item[1], inst.fixed_place[item[0]] < 0, item[0])):
        fit: object = Fit(inst.fixed_place[m], staff.get(m, FREE))
        if inst.explicit:
            fit = board.seat(m, t)
            if isinstance(fit, Fit) and m in staff:
                fit = Fit(fit.place, staff[m])
        if isinstance(fit, Fit):
            board.hold(m, t, fit)
    return board


def board_of_rows(inst: Instance, rows: Sequence[Sequence[int]]) -> Board:
    """A board from rows of slot, place and interpreter per meeting."""
    board = Board(inst)
    for m, (t, r, i) in enumerate(zip(*rows, strict=True)):
        if t >= 0:
            board.hold(m, int(t), Fit(int(r), int(i)))
    return board


def name_places(board: Board) -> list[int]:
    """A place for every meeting held, keeping people where they were as far as a place is free there.

    Fixed places and places chosen while searching stay. Elsewhere each slot has at least as many open places as
    meetings, so taking any free one never fails.
    """
    inst = board.inst
    place = list(board.place)
    last = [FREE] * inst.people
    until = [0] * len(inst.places)
    begins: list[list[int]] = [[] for _ in range(inst.slots)]
    for m in board.held():
        begins[board.slot[m]].append(m)
    for t, starting in enumerate(begins):
        for m in starting:
            if place[m] >= 0:
                _sit(board, m, place[m], until, last)
        free = {r for r in range(len(inst.places)) if until[r] <= t and inst.place_open[r][t]}
        free -= {place[m] for m in starting}
        spare = sorted(free, key=lambda r: (r in last, r), reverse=True)
        for m in (m for m in starting if place[m] < 0):
            wishes = (inst.old_place[m], last[inst.one[m]], last[inst.two[m]])
            found = next((r for r in wishes if r in free), None)
            while found is None:
                candidate = spare.pop()
                found = candidate if candidate in free else None
            free.discard(found)
            place[m] = found
            _sit(board, m, found, until, last)
    return place


def _sit(board: Board, m: int, r: int, until: list[int], last: list[int]) -> None:
    until[r] = board.slot[m] + board.inst.length[m]
    last[board.inst.one[m]] = last[board.inst.two[m]] = r
