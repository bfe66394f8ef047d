"""What fields, terms and gates are called in the languages of explanations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from app.services.explanations import language
from scoring import messages


def named(key: UUID, name: str, name_local: str | None) -> dict[str, Any]:
    """An organisation as lists name it."""
    return {"id": str(key), "name": name, "name_local": name_local}


def field_name(name: str, lang: str) -> str:
    """The name of a field, term or gate for people; the name itself where there is no word for it."""
    return messages.field_name(name, language(lang))


def field_names(names: Iterable[str], lang: str) -> list[str]:
    """The names of fields, terms or gates in their order; the two ends of a range have one name, told once."""
    return list(dict.fromkeys(field_name(name, lang) for name in names))
