"""What can go wrong in the ranking engine; every message says what was found, where, and how to mend it."""

from __future__ import annotations


class RankingError(ValueError):
    """Any refusal of the ranking engine."""


class RecordError(RankingError):
    """A record that cannot be read: an unknown field, a missing id, a number or date that is none."""


class UnknownIdError(RankingError):
    """An id that neither `fit` nor `rank` has seen."""


class ModelFileError(RankingError):
    """A saved model that is not one of ours, is damaged, or has a schema version this release cannot read."""
