"""The problem file `fairmatch/problem@1` as frozen models: what is to be scheduled, and under which rules.

Shape and types are checked here, ids and duplicates in `references`; `reading.read_problem` does both. `null` in an
optional field means its default.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    PlainValidator,
    StrictBool,
    StrictInt,
    StrictStr,
    Tag,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

PROBLEM_FORMAT = "fairmatch/problem@1"


def _number(value: object) -> float | int:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise PydanticCustomError("number", "must be a finite number")
    if abs(value) > 1e12:
        raise PydanticCustomError("number", "must lie between -1e12 and 1e12")
    return value


def _weight(value: object) -> float | int:
    number = _number(value)
    if number < 0:
        raise PydanticCustomError("number", "must be 0 or more")
    return number


def as_list(value: object) -> object:
    if isinstance(value, list | tuple):
        return tuple(value)
    raise PydanticCustomError("list_type", "must be a list")


Id = Annotated[StrictStr, Field(min_length=1, max_length=200)]
Ids = Annotated[tuple[Id, ...], BeforeValidator(as_list)]
Number = Annotated[float | int, PlainValidator(_number), WithJsonSchema({"type": "number"})]
Weight = Annotated[float | int, PlainValidator(_weight), WithJsonSchema({"type": "number", "minimum": 0})]
Count = Annotated[StrictInt, Field(ge=0, le=1_000_000)]
AtLeastOne = Annotated[StrictInt, Field(ge=1, le=1_000_000)]


class Model(BaseModel):
    """A frozen part of a file: unknown fields are refused, null stands for the default."""

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _null_means_default(cls, data: Any) -> Any:
        if not isinstance(data, Mapping):
            return data
        fields = cls.model_fields
        return {k: v for k, v in data.items() if v is not None or k not in fields or fields[k].is_required()}


class Slot(Model):
    id: Id
    session: Id | None = None


class Place(Model):
    id: Id
    zone: Id | None = None
    slots: Ids | None = None


class Participant(Model):
    id: Id
    organisation: Id | None = None
    parallel: AtLeastOne = 1
    unavailable: Ids = ()
    min_meetings: Count = 0
    max_meetings: Count | None = None
    place: Id | None = None
    languages: Ids = ()


class Group(Model):
    id: Id
    participants: Ids
    min_meetings: Count = 0
    max_meetings: Count | None = None


class Interpreter(Model):
    id: Id
    languages: Ids
    unavailable: Ids = ()


class Meeting(Model):
    id: Id
    participants: Annotated[tuple[Id, Id], BeforeValidator(as_list)]
    value: Number = 1
    required: StrictBool = False
    slots: Ids | None = None
    fixed_slot: Id | None = None
    place: Id | None = None
    length: AtLeastOne = 1


class Objective(Model):
    """Points taken off per break, idle slot, place change and moved meeting; a cap on the spread of breaks."""

    break_: Annotated[Weight, Field(alias="break")] = 0
    idle: Weight = 0
    place_change: Weight = 0
    move: Weight = 0
    max_break_spread: Count | None = None


class PreviousMeeting(Model):
    meeting: Id
    slot: Id
    place: Id | None = None


def _kind_of_places(value: object) -> str:
    return "list" if isinstance(value, list | tuple) else "count"


Places = Annotated[
    Annotated[Count, Tag("count")] | Annotated[tuple[Place, ...], BeforeValidator(as_list), Tag("list")],
    Discriminator(_kind_of_places),
]


class Problem(Model):
    """Which meetings could be held, by whom, when and where, and what a good plan is worth."""

    format: Literal["fairmatch/problem@1"]
    slots: Annotated[tuple[Slot, ...], BeforeValidator(as_list)]
    places: Places
    zone_gap: Count = 0
    participants: Annotated[tuple[Participant, ...], BeforeValidator(as_list)]
    groups: Annotated[tuple[Group, ...], BeforeValidator(as_list)] = ()
    one_meeting_per_organisation_pair: StrictBool = False
    interpreters: Annotated[tuple[Interpreter, ...], BeforeValidator(as_list)] = ()
    meetings: Annotated[tuple[Meeting, ...], BeforeValidator(as_list)]
    before: Annotated[tuple[Annotated[tuple[Id, Id], BeforeValidator(as_list)], ...], BeforeValidator(as_list)] = ()
    objective: Objective = Objective()
    previous: Annotated[tuple[PreviousMeeting, ...], BeforeValidator(as_list)] | None = None

    def changed(self, **updates: Any) -> Problem:
        """A copy with other values in some fields, which are not checked again."""
        copy = self.model_copy(update=updates)
        copy.__dict__.pop("place_ids", None)
        return copy

    @property
    def named_places(self) -> tuple[Place, ...] | None:
        """The places by name, or None where the file only counts them."""
        return None if isinstance(self.places, int) else self.places

    @cached_property
    def place_ids(self) -> tuple[str, ...]:
        """All place ids; a count of n stands for T1 … Tn."""
        if isinstance(self.places, int):
            return tuple(f"T{k + 1}" for k in range(self.places))
        return tuple(place.id for place in self.places)
