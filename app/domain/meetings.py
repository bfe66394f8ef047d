"""What a meeting can be, and who needs help to hold one."""

from __future__ import annotations

from collections.abc import Collection

#: cancelled meetings hold no seat, place or interpreter; all others hold theirs
MEETING_STATES = ("planned", "locked", "live", "held", "no_show", "cancelled")


def needs_interpreter(one: Collection[str], other: Collection[str]) -> bool:
    """Two parties need an interpreter only if both say what they speak and share nothing."""
    return bool(one) and bool(other) and not set(one) & set(other)


def can_interpret(spoken: Collection[str], one: Collection[str], other: Collection[str]) -> bool:
    """Whether an interpreter speaks a language of each side."""
    return bool(set(spoken) & set(one)) and bool(set(spoken) & set(other))
