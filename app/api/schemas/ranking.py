"""Ranked suppliers, with reasons that sum to the score."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from app.api.schemas.common import Named, Reply
from app.domain.profiles import Day, Shape, SourcingRequest

Language = Literal["en", "zh", "zh-Hans", "fr", "de", "it"]
MOST = 100


class RankIn(Shape):
    """A question that is not stored: who could make this?"""

    event_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", description="id or code")]
    request: SourcingRequest
    limit: Annotated[int, Field(ge=1, le=MOST)] = 20
    lang: Language = "en"


class Term(Reply):
    """A named part of the score; the points of all terms sum to it."""

    name: str
    points: float
    because: str


class Gate(Reply):
    """A requirement that is a must: passed, or still to confirm."""

    name: str
    state: Literal["passed", "unknown"]


class Lift(Reply):
    """A change the supplier could make, and where it would then stand."""

    change: str
    score: float
    rank: int | None


class Delegate(Reply):
    """A member of a delegation, and the codes of the request that it has itself."""

    id: UUID
    name: str
    can: list[str]


class RankedSupplier(Reply):
    """One supplier of the list."""

    rank: int
    supplier: Named
    score: float
    probability: float | None
    mutual: float | None
    terms: list[Term]
    gates: list[Gate]
    unknown: list[str]
    lifts: list[Lift]
    notes: list[str] = Field(description="what moves no points, such as that the two have met before")
    members: list[Delegate] = Field(description="of a delegation: who came with it, and which of them can do what")


class LeftOutSupplier(Reply):
    """A well-scored supplier that failed a gate."""

    supplier: Named
    gate: str
    found: Any
    wanted: Any


class RankedListOut(Reply):
    """The ranked list, and the best of those left out."""

    items: list[RankedSupplier]
    left_out: list[LeftOutSupplier]


class RankedNowOut(RankedListOut):
    """The ranked list of a request that is not stored, and how the request was read."""

    unresolved: list[str] = Field(description="words of the request that no list knows; they count as text")
    unknown_exclude: list[str] = Field(description="entries of `exclude` that name no supplier of this event")
    from_profile: list[str] = Field(description="fields that the request leaves open and the buyer's profile fills in")


class MatchRunIn(Shape):
    """How an event is to be matched."""

    as_of: Day | None = Field(
        None, description="the day on which certificates and dates are judged; today, or the event's"
    )
    evenness: Annotated[float, Field(ge=0, le=1)] = Field(
        0.0, description="0: lists by score alone; towards 1 they show suppliers more evenly, scores as they are"
    )


class GivenUp(Reply):
    """What lists that show suppliers more evenly gave up, over the first `k` places of each."""

    k: int
    gini: float = Field(description="of how often suppliers are listed: 0 all alike, towards 1 one has all")
    gini_by_score: float
    kept: float = Field(description="share of the scores of the lists by score alone")
    moved: int = Field(description="places given to others")


class LessonUsed(Reply):
    """What earlier editions of the series taught a run."""

    id: UUID
    event: str = Field(description="code of the last edition that it was learned from")
    number: int
    pairs: int = Field(description="pairs it was learned from")


class MatchRunOut(Reply):
    """A match run as it stands."""

    id: UUID
    event_id: UUID
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    progress: float
    stage: str
    error: str | None
    pairs: int | None
    model_hash: str | None
    as_of: date
    evenness: float
    given_up: GivenUp | None
    lesson: LessonUsed | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
