"""Series, editions and their rules: the shapes an organiser fills in."""

from __future__ import annotations

import re
from datetime import datetime, time
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, field_validator, model_validator

from app.domain.meeting_requests import HOURS
from app.domain.participants import KINDS
from app.domain.profiles import Currency, Day, Language, Shape, Word

EVENT_FORMS = ("matchmaking", "conference", "roadshow", "factory_visit")
BODY_ROLES = ("host", "co-host", "organiser", "undertaker", "guidance", "support", "venue")
AGENDA_KINDS = ("talk", "discussion", "visit", "ceremony", "break", "other")
PHASES = ("registration", "matching", "booking", "live", "closed")

#: how many others a participant may insist on meeting, if the event does not say otherwise
MAX_MUST_MEET = 5

Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", description="letters, digits, . _ -")]


_CLOCK = r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?"


def _clock(value: Any) -> Any:
    if isinstance(value, str) and re.fullmatch(_CLOCK, value):
        value = time.fromisoformat(value)
    if not isinstance(value, time) or value.tzinfo is not None:
        raise ValueError("must be a time such as 13:30, without an offset")
    return value


def _local(value: Any) -> Any:
    if isinstance(value, str) and re.fullmatch(rf"\d{{4}}-\d{{2}}-\d{{2}}[T ]{_CLOCK}", value):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise ValueError(f"must be a local date and time such as 2026-03-31T13:30; there is no {value}") from None
    if not isinstance(value, datetime) or value.tzinfo is not None:
        raise ValueError("must be a local date and time such as 2026-03-31T13:30, without an offset")
    if not 1900 <= value.year < 2200:
        raise ValueError(f"the year {value.year} is not between 1900 and 2200")
    return value


Clock = Annotated[
    time,
    BeforeValidator(_clock),
    WithJsonSchema({"type": "string", "pattern": f"^{_CLOCK}$", "examples": ["13:30"]}),
]
LocalTime = Annotated[
    datetime,
    BeforeValidator(_local),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": rf"^\d{{4}}-\d{{2}}-\d{{2}}[T ]{_CLOCK}$",
            "description": "local time of the event, without offset",
        }
    ),
]


def _known_zone(value: str) -> str:
    if value not in available_timezones() or not ("/" in value or value == "UTC"):
        raise ValueError(f"{value!r} is no time zone; write one as in Europe/Paris or Asia/Shanghai")
    return value


Zone = Annotated[str, AfterValidator(_known_zone)]
ContactField = Literal["name", "role", "email", "phone", "languages"]
Limit = Annotated[int, Field(ge=0, le=1000)] | None
Kind = Annotated[str, Field(json_schema_extra={"enum": list(KINDS)})]


def _once_each(what: str, names: list[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ValueError(f"the {what} {name!r} is there twice; give each a name of its own")
        seen.add(name)


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


def _once_in_a_role(bodies: list[BodyShape]) -> list[BodyShape]:
    named: set[tuple[str, str]] = set()
    for body in bodies:
        if (body.name, body.role) in named:
            raise ValueError(f"the body {body.name!r} is there twice in one role; name it once in each")
        named.add((body.name, body.role))
    return bodies


Bodies = Annotated[list[BodyShape], Field(max_length=100), AfterValidator(_once_in_a_role)]


class PhaseShape(Shape):
    name: Literal["registration", "matching", "booking", "live", "closed"]
    starts_at: LocalTime
    ends_at: LocalTime

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.starts_at >= self.ends_at:
            raise ValueError(f"the phase {self.name} ends at {self.ends_at}, not after it starts at {self.starts_at}")
        return self


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


class AgendaItemShape(Shape):
    """Something of the programme besides meetings, in local time."""

    kind: Literal["talk", "discussion", "visit", "ceremony", "break", "other"]
    starts_at: LocalTime
    ends_at: LocalTime
    title: Word
    title_local: Word | None = None
    speaker: Word | None = None
    place: Annotated[str, Field(min_length=1, max_length=120)] | None = None
    description: Annotated[str, Field(max_length=5000)] = ""

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.starts_at >= self.ends_at:
            raise ValueError(f"{self.title!r} ends at {self.ends_at}, not after it starts at {self.starts_at}")
        return self


class Rules(Shape):
    """Limits that hold for a whole event."""

    one_meeting_per_organisation_pair: bool = True
    min_meetings_supplier: Limit = None
    min_meetings_buyer: Limit = None
    max_meetings_supplier: Limit = None
    max_meetings_buyer: Limit = None
    break_weight: Annotated[float, Field(ge=0, le=1000)] = 0.0
    max_must_meet: Annotated[int, Field(ge=0, le=1000)] = MAX_MUST_MEET
    #: most requests for a meeting that a participant may have waiting or accepted
    request_quota: Limit = None
    #: hours until a request that nobody answers expires
    request_hours: Annotated[int, Field(ge=1, le=2160)] = HOURS
    #: whether an accepted request that names no slot is given the first one that both are free in
    book_on_accept: bool = False
    #: what participants see of people whom they have agreed to meet, and who consented
    contact_fields: Annotated[list[ContactField], Field(max_length=5)] = ["name", "role", "email", "languages"]
    #: for how many days after the event people are kept who come to no later one; None for as long as the organiser is
    retention_days: Annotated[int, Field(ge=0, le=36_500)] | None = None

    @model_validator(mode="after")
    def _limits_are_in_order(self) -> Self:
        for side in ("supplier", "buyer"):
            low, high = getattr(self, f"min_meetings_{side}"), getattr(self, f"max_meetings_{side}")
            if low is not None and high is not None and low > high:
                raise ValueError(f"min_meetings_{side} ({low}) is above max_meetings_{side} ({high})")
        return self


class RulesPatch(Rules):
    """The rules that are to change; those left out stay."""


class EventShape(Rules):
    """An edition with its grid: what `event.toml` holds and what the API takes."""

    code: Code
    name: Word
    name_local: Word | None = None
    form: Literal["matchmaking", "conference", "roadshow", "factory_visit"] = "matchmaking"
    zone: Zone
    currency: Currency = "EUR"
    language: Annotated[str, Field(max_length=16)] = "en"
    place: Word | None = None
    starts_on: Day
    ends_on: Day
    slot_minutes: Annotated[int, Field(ge=5, le=480)] = 30
    as_of: Day | None = None
    series: SeriesShape | None = None
    host_fair: HostFairShape | None = None
    bodies: Bodies = []
    phases: list[PhaseShape] = []
    sessions: Annotated[list[SessionShape], Field(max_length=100)] = []
    places: Annotated[list[PlaceShape], Field(max_length=5000)] = []
    interpreters: Annotated[list[InterpreterShape], Field(max_length=1000)] = []
    pairing_rules: Annotated[list[PairingRuleShape], Field(max_length=225)] = []
    agenda: Annotated[list[AgendaItemShape], Field(max_length=500)] = []

    @model_validator(mode="after")
    def _days_fit(self) -> Self:
        if self.starts_on > self.ends_on:
            raise ValueError(f"the event ends on {self.ends_on}, before it starts on {self.starts_on}")
        for session in self.sessions:
            if not self.starts_on <= session.date <= self.ends_on:
                raise ValueError(f"the session of {session.date} lies outside {self.starts_on} – {self.ends_on}")
        _once_each("place", [place.code for place in self.places])
        _once_each("interpreter", [helper.name for helper in self.interpreters])
        _once_each("phase", [phase.name for phase in self.phases])
        return self

    def rules(self) -> Rules:
        return Rules.model_validate({name: getattr(self, name) for name in Rules.model_fields})

    def zone_info(self) -> ZoneInfo:
        return ZoneInfo(self.zone)
