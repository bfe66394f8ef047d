"""Representatives: what is said of a person, and what people agree to."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from app.domain.contacts import Email, Phone
from app.domain.patches import Patch, unsaid
from app.domain.profiles import Language, Shape, Word

Purpose = Literal["contact", "reporting", "photos", "newsletter"]
Languages = Annotated[list[Language], Field(max_length=20)]


class RepresentativeIn(Shape):
    """A person who represents an organisation."""

    name: Word
    role: Word | None = None
    email: Email | None = None
    phone: Phone | None = None
    languages: Languages = []


class RepresentativePatch(Patch):
    """What changes of a person; what is left out stays."""

    name: Word = unsaid()
    role: Word | None = None
    email: Email | None = None
    phone: Phone | None = None
    languages: Languages = unsaid()


class WordingIn(Shape):
    """The words in which people are asked to agree to something, in one language."""

    purpose: Purpose
    language: Language
    text: Annotated[str, Field(min_length=10, max_length=10_000)]


class ConsentIn(Shape):
    """A person agrees to the words that were shown."""

    wording_id: UUID


class ErasureIn(Shape):
    """How a person is erased."""

    letter: bool = Field(False, description="whether a last letter tells the person that it is done")
