"""What is said of an organisation when it is added, and what can change."""

from __future__ import annotations

from pydantic import Field, field_validator

from app.domain.fairs import Code, Kind
from app.domain.participations import known_kind
from app.domain.patches import Patch, unsaid
from app.domain.profiles import Country, Shape, Word

#: what an enterprise or a buyer may change of itself; the rest is for those who run the events
OWN_FIELDS = ("name", "name_local", "country", "city")


class OrganisationIn(Shape):
    """A legal entity that is new to this organiser."""

    name: Word
    name_local: Word | None = None
    kind: Kind
    code: Code | None = Field(None, description="short name in lists and files; made from the name, if not given")
    country: Country | None = None
    city: Word | None = None
    cluster: Code | None = Field(None, description="code of the industrial cluster it belongs to")

    @field_validator("kind")
    @classmethod
    def _kind(cls, value: str) -> str:
        return known_kind(value)


class OrganisationPatch(Patch):
    """What changes of an organisation; what is left out stays."""

    name: Word = unsaid()
    name_local: Word | None = None
    kind: Kind = unsaid()
    country: Country | None = None
    city: Word | None = None
    cluster: Code | None = None

    @field_validator("kind")
    @classmethod
    def _kind(cls, value: str) -> str:
        return known_kind(value)
