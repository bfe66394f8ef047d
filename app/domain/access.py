"""Roles, and the scopes that narrow what a machine's key may do."""

from __future__ import annotations

#: who works for the organiser and sees the whole of its events
STAFF = ("organiser", "co-organiser", "desk", "viewer")
#: who belongs to an organisation and sees what concerns it
PARTIES = ("enterprise", "buyer")
ROLES = (*STAFF, *PARTIES)
#: who may change an event; `desk` and `viewer` may not
RUNNERS = ("organiser", "co-organiser")
#: who stands at the door and between the tables on the day
AT_THE_DESK = (*RUNNERS, "desk")

#: parts of the service that a key can be narrowed to; `x:read` for looking, `x:write` for changing
AREAS = ("events", "profiles", "requests", "ranking", "meetings", "schedules", "outcomes", "files", "people", "access")
SCOPES = tuple(f"{area}:{deed}" for area in AREAS for deed in ("read", "write"))
