"""The plan: what `solve` returns, and the file `fairmatch/plan@1` it is written to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, StrictInt

from app.domain.scheduling.problem import Count, Id, Model, Number, as_list
from app.domain.scheduling.words import Said

PLAN_FORMAT = "fairmatch/plan@1"

Status = Literal["optimal", "feasible", "infeasible", "unknown"]
BoundKind = Literal["flow", "time_indexed", "exact"]


class PlannedMeetingFile(Model):
    id: Id
    slot: Id
    place: Id | None = None
    interpreter: Id | None = None


class UnscheduledFile(Model):
    id: Id
    reason: str
    code: Id


class PlanFile(Model):
    """A plan file; figures that are absent are not checked, those that are given must be true."""

    format: Literal["fairmatch/plan@1"]
    status: Status | None = None
    missing_required: Count | None = None
    shortfall: Count | None = None
    value: Number | None = None
    breaks: Count | None = None
    objective: Number | None = None
    bound: Number | None = None
    bound_kind: BoundKind | None = None
    gap: Number | None = None
    seed: StrictInt | None = None
    seconds: Number | None = None
    meetings: Annotated[tuple[PlannedMeetingFile, ...], BeforeValidator(as_list)]
    unscheduled: Annotated[tuple[UnscheduledFile, ...], BeforeValidator(as_list)] = ()


@dataclass(frozen=True)
class PlannedMeeting:
    """One meeting held: `slot` is its first slot, `interpreter` is set only where one is needed."""

    id: str
    slot: str
    place: str | None
    interpreter: str | None = None


@dataclass(frozen=True)
class Unscheduled:
    """A pair left out, with the constraint that binds it as a code and as a sentence."""

    id: str
    code: str
    said: Said

    @property
    def reason(self) -> str:
        """The sentence in English; `said.words` has it in other languages."""
        return self.said.words()


@dataclass(frozen=True)
class Plan:
    """A verified plan with its figures.

    `bound` is an upper bound on the objective of every plan with as few required meetings missing and as little
    shortfall; `bound_kind` says where it is from (a flow, the time-indexed program, an exact search), where the deep
    bound was asked for; `gap` is (bound − objective) / max(1, |bound|). `advice` says what would free pairs left out,
    `conflict` which required meetings and rules contradict each other; both are for people and not part of the file.
    """

    status: Status
    missing_required: int
    shortfall: int
    value: float | int
    breaks: int
    objective: float | int
    bound: float | int
    gap: float
    seed: int
    seconds: float
    meetings: tuple[PlannedMeeting, ...]
    unscheduled: tuple[Unscheduled, ...]
    advice: tuple[Said, ...] = ()
    conflict: tuple[Said, ...] = ()
    route: str = ""
    bound_kind: BoundKind | None = None

    def as_dict(self, lang: str = "en") -> dict[str, Any]:
        """The plan as its file has it, ready for `json.dump`, its reasons in a language."""
        return {
            "format": PLAN_FORMAT,
            "status": self.status,
            "missing_required": self.missing_required,
            "shortfall": self.shortfall,
            "value": self.value,
            "breaks": self.breaks,
            "objective": self.objective,
            "bound": self.bound,
            **({"bound_kind": self.bound_kind} if self.bound_kind else {}),
            "gap": self.gap,
            "seed": self.seed,
            "seconds": self.seconds,
            "meetings": [
                {"id": m.id, "slot": m.slot, "place": m.place, "interpreter": m.interpreter} for m in self.meetings
            ],
            "unscheduled": [{"id": u.id, "reason": u.said.words(lang), "code": u.code} for u in self.unscheduled],
        }


@dataclass(frozen=True)
class Progress:
    """What is known while the engine runs: the stage, the best plan so far and the bound."""

    stage: str
    missing_required: int
    shortfall: int
    objective: float
    bound: float
    gap: float
    seconds: float
    held: int


def gap_between(bound: float, objective: float) -> float:
    """(bound − objective) / max(1, |bound|), never below 0."""
    return max(0.0, (bound - objective) / max(1.0, abs(bound)))
