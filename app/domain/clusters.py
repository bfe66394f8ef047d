"""What is said of an industrial cluster: its place, what it is known for, and dated figures."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from app.domain.fairs import Code
from app.domain.profiles import Country, Shape, Word, Words


class FactShape(Shape):
    """One figure with its year, scope and source; two that disagree can both stand, each with its own."""

    metric: Annotated[str, Field(min_length=1, max_length=120)]
    value: Annotated[float, Field(allow_inf_nan=False, ge=-1e15, le=1e15)]
    unit: Annotated[str, Field(min_length=1, max_length=64)]
    qualifier: Annotated[str, Field(min_length=1, max_length=32, description="as in over, about")] | None = None
    year: Annotated[str, Field(max_length=32, description="as in 2024 or 2022–23; empty for undated")] = ""
    scope: Annotated[str, Field(max_length=500, description="what the figure counts")] = ""
    source: Annotated[str, Field(max_length=500)] = ""


class ClusterPut(Shape):
    """All that is said of a cluster; the whole is replaced."""

    name: Word
    name_local: Word | None = None
    place: Word | None = None
    country: Country | None = None
    specialities: Words = []
    honours: Words = []
    facts: Annotated[list[FactShape], Field(max_length=500)] = []

    @model_validator(mode="after")
    def _facts_differ(self) -> Self:
        seen = set()
        for fact in self.facts:
            key = (fact.metric, fact.scope, fact.year, fact.source)
            if key in seen:
                raise ValueError(
                    f"two figures for {fact.metric!r} have the same scope, year and source; say what sets them apart"
                )
            seen.add(key)
        return self


class ClusterIn(ClusterPut):
    """A new cluster."""

    code: Code
