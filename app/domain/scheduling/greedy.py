"""The first plan, at once and always legal: the scarcest and most valuable meetings first, where they cost least."""

from __future__ import annotations

from collections.abc import Iterable

from app.domain.scheduling.board import Board, Fit
from app.domain.scheduling.instance import Instance


def order(inst: Instance) -> list[int]:
    """Required meetings first (those with the fewest starts leading), then by value."""

    def key(m: int) -> tuple[bool, int, float, int]:
        return (not inst.required[m], len(inst.starts[m]) if inst.required[m] else 0, -inst.value[m], m)

    return sorted((m for m in range(len(inst.meetings)) if inst.starts[m]), key=key)


def best_start(board: Board, m: int) -> tuple[tuple[int, int, float], int, Fit] | None:
    """The start of m that gains most, ties to the emptiest slot; None where it fits nowhere."""
    found = None
    inst = board.inst
    weighs = inst.weights.break_ or inst.weights.idle or inst.weights.change or inst.weights.move
    flat = (int(inst.required[m]), 0, inst.value[m])
    best: tuple[tuple[int, int, float], int] | None = None
    full = board.full[inst.one[m]] | board.full[inst.two[m]]
    for t in inst.starts[m]:
        if full >> t & 1:
            continue
        fit = board.fit(m, t)
        if not isinstance(fit, Fit):
            if fit.kind in ("maximum_reached", "organisation_pair"):
                return None
            continue
        rank = (board.gain(m, t, fit) if weighs else flat, inst.capacity[t] - board.count[t])
        if best is None or rank > best:
            best, found = rank, (rank[0], t, fit)
    return found


def fill(board: Board, meetings: Iterable[int]) -> int:
    """Adds every meeting that fits and is worth it; the number added."""
    added = 0
    for m in meetings:
        if board.slot[m] >= 0:
            continue
        found = best_start(board, m)
        if found is None:
            continue
        required, made_up, points = found[0]
        short = made_up if required else _made_up(board, m)
        if required or short or points > 1e-9:
            board.hold(m, found[1], found[2])
            added += 1
    return added


def _made_up(board: Board, m: int) -> int:
    inst = board.inst
    return sum(board.degree[p] < inst.floor[p] for p in (inst.one[m], inst.two[m]))


def greedy(inst: Instance) -> Board:
    """A legal plan in O(meetings × slots): required, then minima, then value."""
    board = Board(inst)
    line = order(inst)
    fill(board, [m for m in line if inst.required[m]])
    if any(inst.floor):
        fill(board, [m for m in line if _made_up(board, m)])
    fill(board, line)
    return board
