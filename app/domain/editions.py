"""What an organiser says to change an edition, and to make the next one of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from app.core.clock import from_wall
from app.domain.fairs import (
    AgendaItemShape,
    Bodies,
    Code,
    InterpreterShape,
    PairingRuleShape,
    PhaseShape,
    PlaceShape,
    RulesPatch,
    SeriesShape,
    SessionShape,
    Zone,
)
from app.domain.patches import Patch, unsaid
from app.domain.profiles import Currency, Day, Shape, Word


class EventPatch(Patch):
    """What is to change of an edition; what is left out stays. `rules` changes the rules it names."""

    name: Word = unsaid()
    name_local: Word | None = None
    form: Literal["matchmaking", "conference", "roadshow", "factory_visit"] = unsaid()
    zone: Zone = unsaid()
    currency: Currency = unsaid()
    language: Annotated[str, Field(min_length=2, max_length=16)] = unsaid()
    place: Word | None = None
    starts_on: Day = unsaid()
    ends_on: Day = unsaid()
    as_of: Day | None = None
    series: SeriesShape | None = None
    rules: RulesPatch = unsaid()


class EventCopy(Shape):
    """The next edition: its own code and first day; all else is that of the edition it is copied from."""

    code: Code
    starts_on: Day
    name: Word | None = Field(None, description="the name of the old edition, if not given")
    name_local: Word | None = None
    participants: bool = Field(False, description="whether those who took part are in the new edition too")


class PhasesIn(Shape):
    """All phases of an edition, in local time."""

    phases: Annotated[list[PhaseShape], Field(max_length=5)]

    @model_validator(mode="after")
    def _once_each(self) -> Self:
        names = [phase.name for phase in self.phases]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"the phase {name!r} is there twice; an edition has each phase once")
        return self


class BodiesIn(Shape):
    """All bodies behind an edition, in the order in which they are named."""

    bodies: Bodies


class PairingRulesIn(Shape):
    """Which kinds may seek from which; no rule at all lets everybody who buys meet everybody who supplies."""

    pairing_rules: Annotated[list[PairingRuleShape], Field(max_length=225)]


class AgendaIn(Shape):
    """The whole agenda of an edition, in local time."""

    items: Annotated[list[AgendaItemShape], Field(max_length=500)]


class GridIn(Shape):
    """What is added to the grid of an edition."""

    sessions: Annotated[list[SessionShape], Field(max_length=100)] = []
    places: Annotated[list[PlaceShape], Field(max_length=5000)] = []
    interpreters: Annotated[list[InterpreterShape], Field(max_length=1000)] = []


Slots = Annotated[list[Annotated[str, Field(min_length=1, max_length=40)]], Field(max_length=2000)]


class PlaceClosure(Shape):
    """A table or booth that is closed, in some slots or throughout."""

    code: Annotated[str, Field(min_length=1, max_length=32)]
    slots: Slots | None = Field(None, description="names of slots; all of them, if not given")


class InterpreterClosure(Shape):
    """An interpreter who is away, in some slots or throughout."""

    name: Word
    slots: Slots | None = Field(None, description="names of slots; all of them, if not given")


class ClosuresIn(Shape):
    """Everything that is closed at an edition from now on; what is not named is open."""

    slots: Slots = []
    places: Annotated[list[PlaceClosure], Field(max_length=5000)] = []
    interpreters: Annotated[list[InterpreterClosure], Field(max_length=1000)] = []
    preview: bool = Field(False, description="only say what would fall out; nothing is changed")


def same_clock(moment: datetime, old: ZoneInfo, new: ZoneInfo, days: int = 0) -> datetime:
    """The instant at which the wall clock of `new` shows, `days` later, what that of `old` shows at `moment`.

    Daylight saving between the two days makes no difference: a meeting at half past one stays at half past one.

    Raises
    ------
    InvalidInputError
        There is no such time: the clocks go forward over it.
    """
    wall = moment.astimezone(old)
    return from_wall(wall.date() + timedelta(days=days), wall.time().replace(fold=wall.fold), new.key)


def moved(row: Any, old: ZoneInfo, new: ZoneInfo, days: int = 0) -> tuple[datetime, datetime]:
    """Begin and end of a row at the same wall-clock time of another day or zone; it lasts as long as before."""
    begin = same_clock(row.starts_at, old, new, days)
    return begin, begin + (row.ends_at - row.starts_at)
