"""The phases of an edition: what is open when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol


class Phase(Protocol):
    """A stretch of an event's life, as a row or as a value; both times are instants."""

    @property
    def name(self) -> str: ...
    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...


def phase_of(phases: Iterable[Phase], at: datetime) -> str | None:
    """The phase that an event is in at an instant: of several the one that began last; None between phases."""
    now = [phase for phase in phases if phase.starts_at <= at < phase.ends_at]
    return max(now, key=lambda phase: phase.starts_at).name if now else None


def shut(phases: Iterable[Phase], names: Iterable[str], at: datetime) -> tuple[Phase | None, Phase | None] | None:
    """Whether what belongs to the phases `names` is shut at an instant.

    Returns
    -------
    None
        It is open: one of these phases is on, or the event sets none of them.
    (last, next)
        It is shut: the phase that ended last and the one that begins next, None where there is none.
    """
    wanted = set(names)
    mine = sorted((phase for phase in phases if phase.name in wanted), key=lambda phase: phase.starts_at)
    if not mine or any(phase.starts_at <= at < phase.ends_at for phase in mine):
        return None
    over = [phase for phase in mine if phase.ends_at <= at]
    ahead = [phase for phase in mine if phase.starts_at > at]
    return (max(over, key=lambda phase: phase.ends_at) if over else None), (ahead[0] if ahead else None)
