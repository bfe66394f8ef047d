"""The app's only doorway to the vocabularies; the lists and the resolver live in `scoring.vocabulary`."""

from __future__ import annotations

from scoring.vocabulary import (
    COUNTRY_ALIASES,
    CURRENCY_ALIASES,
    FIELDS,
    LANGUAGES,
    Resolution,
    Term,
    UnknownCodeError,
    UnknownVocabularyError,
    Vocabulary,
    VocabularyError,
    load,
    names,
    vocabulary,
)

__all__ = [
    "COUNTRY_ALIASES",
    "CURRENCY_ALIASES",
    "FIELDS",
    "LANGUAGES",
    "Resolution",
    "Term",
    "UnknownCodeError",
    "UnknownVocabularyError",
    "Vocabulary",
    "VocabularyError",
    "load",
    "names",
    "vocabulary",
]
