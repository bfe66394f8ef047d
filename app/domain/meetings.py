"""What a meeting can be, what it may become on the day, and who needs help to hold one."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

#: cancelled meetings hold no seat, place or interpreter; all others hold theirs
MEETING_STATES = ("planned", "locked", "live", "held", "no_show", "cancelled")
#: may be given another slot, place or interpreter
MOVABLE = ("planned", "locked")
#: may still be called off
CANCELLABLE = ("planned", "locked")
#: phases in which meetings are settled: an accepted request may become one, a participant may call one off
SETTLING = ("booking", "live")
#: what stays where it is, whatever is built or repaired around it
SETTLED = ("locked", "live", "held", "no_show")
#: on the day: what a meeting may become → what it may have been. "planned" takes a mark back.
ON_THE_DAY: dict[str, tuple[str, ...]] = {
    "live": ("planned", "locked", "no_show"),
    "held": ("planned", "locked", "live", "no_show"),
    "no_show": ("planned", "locked", "live", "held"),
    "planned": ("live", "held", "no_show"),
}
#: how long before its time a meeting may begin
EARLY = timedelta(minutes=15)


def refusal(before: str, after: str, starts_at: datetime, now: datetime) -> str | None:
    """Why a meeting may not become `after` at the instant `now`; None where it may.

    Returns
    -------
    str or None
        A whole sentence.
    """
    if before == after:
        return None
    if before not in ON_THE_DAY[after]:
        return f"The meeting is {words(before)}, and what is {words(before)} does not become {words(after)}."
    if after == "live" and now < starts_at - EARLY:
        return "The meeting begins later; it is live from a quarter of an hour before its time on."
    if after in ("held", "no_show") and now < starts_at:
        return (
            f"The meeting has not begun yet, so nobody can say that it was {'held' if after == 'held' else 'missed'}."
        )
    return None


def words(state: str) -> str:
    """A state as a sentence has it."""
    return state.replace("_", "-")


def needs_interpreter(one: Collection[str], other: Collection[str]) -> bool:
    """Two parties need an interpreter only if both say what they speak and share nothing."""
    return bool(one) and bool(other) and not set(one) & set(other)


def can_interpret(spoken: Collection[str], one: Collection[str], other: Collection[str]) -> bool:
    """Whether an interpreter speaks a language of each side."""
    return bool(set(spoken) & set(one)) and bool(set(spoken) & set(other))
