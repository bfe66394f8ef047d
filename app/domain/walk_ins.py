"""Somebody who was not registered and comes on the day."""

from __future__ import annotations

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from app.domain.fairs import Kind, LocalTime
from app.domain.participants import KINDS
from app.domain.profiles import Amount, Count, Country, Language, Shape, Text, Word, Words


class WalkInShape(Shape):
    """Who comes, and what they make or want: enough to find partners for them at once."""

    organisation_id: Annotated[UUID | None, Field(description="one that is known here already, or none")] = None
    name: Word | None = None
    kind: Kind | None = None
    country: Country | None = None
    person: Annotated[Word | None, Field(description="who stands at the desk")] = None
    languages: Annotated[list[Language], Field(max_length=20)] = []
    supplies: bool = False
    buys: bool = False
    products: Words = []
    text: Text | None = None
    moq: Count | None = None
    quantity: Amount | None = None
    at: Annotated[LocalTime | None, Field(description="what counts as now; for rehearsals")] = None

    @model_validator(mode="after")
    def _somebody_for_something(self) -> Self:
        if (self.organisation_id is None) == (self.name is None):
            raise ValueError("give either the organisation_id of a known organisation or the name of a new one")
        if self.name is not None and self.kind is None:
            raise ValueError("a new organisation needs its kind")
        if self.kind is not None and self.kind not in KINDS:
            raise ValueError(f"{self.kind!r} is no kind of organisation; one of {', '.join(KINDS)}")
        if not (self.supplies or self.buys):
            raise ValueError("say whether it supplies, buys, or both")
        if not (self.products or self.text):
            raise ValueError("give products or a text, so that partners can be found")
        return self
