"""What fields, terms and gates are called in the languages of explanations."""

from __future__ import annotations

from app.services.explanations import language
from scoring import messages


def field_name(name: str, lang: str) -> str:
    """The name of a field, term or gate for people; the name itself where there is no word for it."""
    return messages.field_name(name, language(lang))
