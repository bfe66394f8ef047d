"""What can go wrong in the ranking engine; every message says what was found, where, and how to mend it."""

from __future__ import annotations

import operator
from typing import Any


class RankingError(ValueError):
    """Any refusal of the ranking engine."""


class RecordError(RankingError):
    """A record that cannot be read: an unknown field, a missing id, a number or date that is none."""


class UnknownIdError(RankingError):
    """An id that neither `fit` nor `rank` has seen."""


class ModelFileError(RankingError):
    """A saved model that is not one of ours, is damaged, or has a schema version this release cannot read."""


def whole_number(value: Any, name: str = "k") -> int:
    """A count that was given, as a number of at least 1; raises `RankingError` for anything else."""
    number = operator.index(value) if hasattr(value, "__index__") and not isinstance(value, bool) else 0
    if number < 1:
        raise RankingError(f"{name}={value!r}: expected a whole number of at least 1")
    return number
