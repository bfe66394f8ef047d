"""What can be wrong with a list of terms or a question to it; each message says what, where and how to mend it."""

from __future__ import annotations


class VocabularyError(ValueError):
    """A list of terms cannot be used as it is."""


class UnknownVocabularyError(VocabularyError):
    """There is no built-in list of this name."""


class UnknownCodeError(VocabularyError):
    """The list has no term of this code."""
