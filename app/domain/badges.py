"""What stands on a badge."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Badge:
    """One person's badge. `code` is what the desk scans: made by the caller, opaque, at most 120 characters; it says
    nothing of the person to whom it does not open the event's list. `role` is shown as it is given."""

    name: str
    organisation: str
    code: str
    name_local: str | None = None
    role: str = ""
    languages: tuple[str, ...] = ()
    country: str | None = None
