"""The app's only doorway to the vocabularies; the lists and the resolver live in `scoring.vocabulary`."""

from __future__ import annotations

from scoring.vocabulary import (
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
