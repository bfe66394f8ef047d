"""Series, editions and their rules: the shapes an organiser fills in."""

from __future__ import annotations

from datetime import datetime, time
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, field_validator, model_validator

from app.domain.participants import KINDS
from app.domain.profiles import Currency, Day, Language, Shape, Word

EVENT_FORMS = ("matchmaking", "conference", "roadshow", "factory_visit")
BODY_ROLES = ("host", "co-host", "organiser", "undertaker", "guidance", "support", "venue")
PHASES = ("registration", "matching", "booking", "live", "closed")

Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", description="letters, digits, . _ -")]
Clock = Annotated[time, Field(strict=False)]
LocalTime = Annotated[datetime, Field(strict=False, description="local time of the event, without offset")]
Limit = Annotated[int, Field(ge=0, le=1000)] | None
Kind = Annotated[str, Field(json_schema_extra={"enum": list(KINDS)})]


class SeriesShape(Shape):
    code: Code
    name: Word


class HostFairShape(Shape):
    name: Word
    place: Word | None = None
    starts_on: Day | None = None
    ends_on: Day | None = None


class BodyShape(Shape):
    name: Word
    name_local: Word | None = None
    role: Literal["host", "co-host", "organiser", "undertaker", "guidance", "support", "venue"]


class PhaseShape(Shape):
    name: Literal["registration", "matching", "booking", "live", "closed"]
    starts_at: LocalTime
    ends_at: LocalTime


class SessionShape(Shape):
    """A stretch of a day in which meetings are held, in local time."""

    date: Day
    starts: Clock
    ends: Clock
    name: Word | None = None

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.starts >= self.ends:
            raise ValueError(f"the session of {self.date} ends at {self.ends}, not after it starts at {self.starts}")
        return self


class PlaceShape(Shape):
    code: Annotated[str, Field(min_length=1, max_length=32)]
    zone: Annotated[str, Field(max_length=64)] = ""


class InterpreterShape(Shape):
    name: Word
    languages: Annotated[list[Language], Field(min_length=2, max_length=10)]
    #: local times between which the interpreter is away, on every day of the event
    unavailable: list[Annotated[tuple[Clock, Clock], Field(strict=False)]] = []


class PairingRuleShape(Shape):
    seeker: Kind
    provider: Kind

    @field_validator("seeker", "provider")
    @classmethod
    def _known_kind(cls, value: str) -> str:
        if value not in KINDS:
            raise ValueError(f"{value!r} is no kind of organisation; one of {', '.join(KINDS)}")
        return value


class Rules(Shape):
    """Limits that hold for a whole event."""

    one_meeting_per_organisation_pair: bool = True
    min_meetings_supplier: Limit = None
    min_meetings_buyer: Limit = None
    max_meetings_supplier: Limit = None
    max_meetings_buyer: Limit = None
    break_weight: Annotated[float, Field(ge=0, le=1000)] = 0.0


class EventShape(Rules):
    """An edition with its grid: what `event.toml` holds and what the API takes."""

    code: Code
    name: Word
    name_local: Word | None = None
    form: Literal["matchmaking", "conference", "roadshow", "factory_visit"] = "matchmaking"
    zone: str
    currency: Currency = "EUR"
    language: Annotated[str, Field(max_length=16)] = "en"
    place: Word | None = None
    starts_on: Day
    ends_on: Day
    slot_minutes: Annotated[int, Field(ge=5, le=480)] = 30
    as_of: Day | None = None
    series: SeriesShape | None = None
    host_fair: HostFairShape | None = None
    bodies: list[BodyShape] = []
    phases: list[PhaseShape] = []
    sessions: Annotated[list[SessionShape], Field(max_length=100)] = []
    places: Annotated[list[PlaceShape], Field(max_length=5000)] = []
    interpreters: Annotated[list[InterpreterShape], Field(max_length=1000)] = []
    pairing_rules: Annotated[list[PairingRuleShape], Field(max_length=225)] = []

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError(f"{value!r} is no time zone; write one as in Europe/Paris or Asia/Shanghai")
        return value

    @model_validator(mode="after")
    def _days_fit(self) -> Self:
        if self.starts_on > self.ends_on:
            raise ValueError(f"the event ends on {self.ends_on}, before it starts on {self.starts_on}")
        for session in self.sessions:
            if not self.starts_on <= session.date <= self.ends_on:
                raise ValueError(f"the session of {session.date} lies outside {self.starts_on} – {self.ends_on}")
        return self

    def rules(self) -> Rules:
        return Rules.model_validate({name: getattr(self, name) for name in Rules.model_fields})

    def zone_info(self) -> ZoneInfo:
        return ZoneInfo(self.zone)
