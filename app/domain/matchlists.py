"""Ranked pairs as people read them: plain values for the files that carry a match run out of the house."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.domain.timetables import Party

#: what readers call a field, term or gate, which are codes inside
Called = Callable[[str], str]


@dataclass(frozen=True)
class MatchTerm:
    """One named part of a score; the points of all terms of a pair add up to its score."""

    name: str
    points: float
    because: str = ""


@dataclass(frozen=True)
class MatchGate:
    """One hard condition: `state` is passed, unknown (to be confirmed) or failed."""

    name: str
    state: str
    found: str = ""
    wanted: str = ""


@dataclass(frozen=True)
class MatchRow:
    """One ranked pair: `provider` is the `rank`-th for `seeker`'s request (whose title may be empty).

    `members` are the names of those who came with it, where it is a delegation; `notes` say what stands beside the
    score, such as an earlier meeting.
    """

    rank: int
    seeker: Party
    request: str
    provider: Party
    score: float
    probability: float | None = None
    mutual: float | None = None
    terms: tuple[MatchTerm, ...] = ()
    gates: tuple[MatchGate, ...] = ()
    unknown: tuple[str, ...] = ()
    lifts: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def strongest(self, count: int = 3) -> tuple[MatchTerm, ...]:
        """The terms that add most, best first."""
        return tuple(sorted((term for term in self.terms if term.points > 0), key=lambda term: -term.points)[:count])

    def gates_in(self, state: str) -> tuple[MatchGate, ...]:
        return tuple(gate for gate in self.gates if gate.state == state)
