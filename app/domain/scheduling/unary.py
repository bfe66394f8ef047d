"""Numbers in unary: literals "at least 1, 2, … of these are true"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def totalizer(model: Any, literals: Sequence[Any], most: int) -> list[Any]:
    """Literals "at least 1, 2, … of these are true", both ways, up to `most` (Bailleux and Boufkhad 2003)."""
    if len(literals) <= 1 or most < 1:
        return list(literals[:most])
    half = len(literals) // 2
    left, right = totalizer(model, literals[:half], most), totalizer(model, literals[half:], most)
    size = min(most, len(literals))
    out = [model.new_bool_var("") for _ in range(size)]
    for i in range(len(left) + 1):
        for j in range(len(right) + 1):
            reached = ([left[i - 1].negated()] if i else []) + ([right[j - 1].negated()] if j else [])
            if 1 <= i + j <= size:
                model.add_bool_or([*reached, out[i + j - 1]])
            missed = ([left[i]] if i < len(left) else []) + ([right[j]] if j < len(right) else [])
            whole = (i < len(left) or len(left) < most) and (j < len(right) or len(right) < most)
            if i + j < size and whole:
                model.add_bool_or([*missed, out[i + j].negated()])
    return out
