"""How people are reached: the spelling of e-mail addresses and telephone numbers."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

#: something, an @, and a domain with a dot; whether anybody is there, a letter tells
Email = Annotated[
    str,
    Field(
        max_length=320, pattern=r"^[^@\s<>,;:\"]{1,64}@[^@\s<>,;:\"]+\.[^@\s<>,;:\".]+$", examples=["li@example.com"]
    ),
]
Phone = Annotated[str, Field(max_length=64, pattern=r"^\+?[0-9][0-9 ()./-]{3,62}$", examples=["+86 10 1234 5678"])]
#: languages that letters are written in
LetterLanguage = Annotated[str, Field(pattern=r"^(en|zh|fr)$", description="en, zh or fr")]


def same_email(address: str) -> str:
    """The spelling in which addresses are compared and kept."""
    return address.strip().lower()
