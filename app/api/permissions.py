"""The permission matrix: every route, the roles that may call it, and the scope that a narrowed key needs.

A route that is not in here cannot be called by anybody. Routes in `OPEN` take no key: what they carry instead (a token
from a letter, a secret address) is checked where it is used. Whose data a caller sees is decided where it is read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.domain.access import AT_THE_DESK, PARTIES, ROLES, RUNNERS, SCOPES, STAFF


@dataclass(frozen=True)
class Rule:
    """Who may call a route."""

    roles: frozenset[str]
    scope: str


def _may(roles: Iterable[str], scope: str) -> Rule:
    assert scope in SCOPES, scope
    return Rule(frozenset(roles), scope)


_ORGANISER = ("organiser",)
_SUPPLY = (*RUNNERS, "enterprise")
_DEMAND = (*RUNNERS, "buyer")
_ACTING = (*RUNNERS, *PARTIES)
_SEES_SUPPLY = (*STAFF, "enterprise")
_SEES_DEMAND = (*STAFF, "buyer")

#: method and path below /api/v1 → rule
MATRIX: dict[str, Rule] = {
    # editions
    "GET /series": _may(ROLES, "events:read"),
    "POST /series": _may(RUNNERS, "events:write"),
    "GET /series/{series_id}": _may(ROLES, "events:read"),
    "GET /events": _may(ROLES, "events:read"),
    "POST /events": _may(RUNNERS, "events:write"),
    "GET /events/{event_id}": _may(ROLES, "events:read"),
    "PATCH /events/{event_id}": _may(RUNNERS, "events:write"),
    "POST /events/{event_id}/copy": _may(RUNNERS, "events:write"),
    "PUT /events/{event_id}/phases": _may(RUNNERS, "events:write"),
    "PUT /events/{event_id}/bodies": _may(RUNNERS, "events:write"),
    "PUT /events/{event_id}/pairing-rules": _may(RUNNERS, "events:write"),
    "GET /events/{event_id}/agenda": _may(ROLES, "events:read"),
    "PUT /events/{event_id}/agenda": _may(RUNNERS, "events:write"),
    "POST /events/{event_id}/grid": _may(RUNNERS, "events:write"),
    "PUT /events/{event_id}/closures": _may(RUNNERS, "events:write"),
    "GET /clusters": _may(ROLES, "profiles:read"),
    "POST /clusters": _may(RUNNERS, "profiles:write"),
    "GET /clusters/{code}": _may(ROLES, "profiles:read"),
    "PUT /clusters/{code}": _may(RUNNERS, "profiles:write"),
    "GET /events/{event_id}/participations": _may(ROLES, "events:read"),
    "POST /events/{event_id}/participations": _may(RUNNERS, "events:write"),
    "GET /participations/{participation_id}": _may(ROLES, "events:read"),
    "PATCH /participations/{participation_id}": _may(_ACTING, "profiles:write"),
    "DELETE /participations/{participation_id}": _may(RUNNERS, "events:write"),
    "GET /events/{event_id}/registrations": _may(RUNNERS, "people:read"),
    "GET /registrations/{registration_id}": _may(RUNNERS, "people:read"),
    "POST /registrations/{registration_id}/approve": _may(RUNNERS, "events:write"),
    "POST /registrations/{registration_id}/refuse": _may(RUNNERS, "events:write"),
    # organisations and profiles
    "GET /organisations": _may(ROLES, "profiles:read"),
    "POST /organisations": _may(RUNNERS, "profiles:write"),
    "PATCH /organisations/{organisation_id}": _may(_ACTING, "profiles:write"),
    "GET /organisations/{organisation_id}": _may(ROLES, "profiles:read"),
    "GET /organisations/{organisation_id}/capabilities": _may(_SEES_SUPPLY, "profiles:read"),
    "PUT /organisations/{organisation_id}/capabilities": _may(_SUPPLY, "profiles:write"),
    "PATCH /certificates/{certificate_id}": _may(RUNNERS, "profiles:write"),
    "GET /organisations/{organisation_id}/buyer-profile": _may(_SEES_DEMAND, "profiles:read"),
    "PUT /organisations/{organisation_id}/buyer-profile": _may(_DEMAND, "profiles:write"),
    # sourcing requests and ranking
    "GET /sourcing-requests": _may(ROLES, "requests:read"),
    "GET /sourcing-requests/{request_id}": _may(ROLES, "requests:read"),
    "PATCH /sourcing-requests/{request_id}": _may(_DEMAND, "requests:write"),
    "DELETE /sourcing-requests/{request_id}": _may(_DEMAND, "requests:write"),
    "GET /sourcing-requests/{request_id}/revisions": _may(ROLES, "requests:read"),
    "POST /events/{event_id}/sourcing-requests": _may(_DEMAND, "requests:write"),
    "GET /sourcing-requests/{request_id}/suppliers": _may(_SEES_DEMAND, "ranking:read"),
    "POST /rank": _may(_SEES_DEMAND, "ranking:read"),
    "GET /events/{event_id}/suppliers/{organisation_id}/lifts": _may(_SEES_SUPPLY, "ranking:read"),
    "GET /events/{event_id}/suppliers/{organisation_id}/requests": _may(_SEES_SUPPLY, "ranking:read"),
    "GET /match-runs/{run_id}/matches": _may(STAFF, "ranking:read"),
    "GET /events/{event_id}/unmet-demand": _may(STAFF, "ranking:read"),
    "POST /events/{event_id}/match-runs": _may(RUNNERS, "ranking:write"),
    "GET /events/{event_id}/match-runs": _may(STAFF, "ranking:read"),
    "GET /match-runs/{run_id}": _may(STAFF, "ranking:read"),
    "GET /match-runs/{run_id}/progress": _may(STAFF, "ranking:read"),
    "POST /match-runs/{run_id}/cancel": _may(RUNNERS, "ranking:write"),
    # meeting requests and preferences
    "GET /participations/{participation_id}/preferences": _may(ROLES, "meetings:read"),
    "PUT /participations/{participation_id}/preferences/{other_id}": _may(_ACTING, "meetings:write"),
    "DELETE /participations/{participation_id}/preferences/{other_id}": _may(_ACTING, "meetings:write"),
    "GET /events/{event_id}/meeting-requests": _may(ROLES, "meetings:read"),
    "POST /events/{event_id}/meeting-requests": _may(_ACTING, "meetings:write"),
    "GET /meeting-requests/{meeting_request_id}": _may(ROLES, "meetings:read"),
    "POST /meeting-requests/{meeting_request_id}/accept": _may(_ACTING, "meetings:write"),
    "POST /meeting-requests/{meeting_request_id}/decline": _may(_ACTING, "meetings:write"),
    "POST /meeting-requests/{meeting_request_id}/withdraw": _may(_ACTING, "meetings:write"),
    # schedules, meetings, publications
    "POST /events/{event_id}/schedules": _may(RUNNERS, "schedules:write"),
    "GET /events/{event_id}/schedules": _may(STAFF, "schedules:read"),
    "GET /schedules/{schedule_id}": _may(ROLES, "schedules:read"),
    "GET /schedules/{schedule_id}/progress": _may(STAFF, "schedules:read"),
    "POST /schedules/{schedule_id}/cancel": _may(RUNNERS, "schedules:write"),
    "GET /events/{event_id}/meetings": _may(ROLES, "meetings:read"),
    "POST /events/{event_id}/meetings": _may(RUNNERS, "meetings:write"),
    "GET /events/{event_id}/legal-slots": _may(STAFF, "meetings:read"),
    "GET /meetings/{meeting_id}": _may(ROLES, "meetings:read"),
    "PATCH /meetings/{meeting_id}": _may(RUNNERS, "meetings:write"),
    "DELETE /meetings/{meeting_id}": _may(RUNNERS, "meetings:write"),
    "POST /meetings/{meeting_id}/cancel": _may(_ACTING, "meetings:write"),
    "POST /meetings/{meeting_id}/swap": _may(RUNNERS, "meetings:write"),
    "GET /meetings/{meeting_id}/legal-slots": _may(STAFF, "meetings:read"),
    "GET /events/{event_id}/schedule-difference": _may(STAFF, "schedules:read"),
    "GET /events/{event_id}/publications": _may(STAFF, "schedules:read"),
    "POST /events/{event_id}/publications": _may(RUNNERS, "schedules:write"),
    "GET /publications/{publication_id}": _may(STAFF, "schedules:read"),
    "GET /events/{event_id}/timetable": _may(ROLES, "meetings:read"),
    "GET /events/{event_id}/timetable.ics": _may(ROLES, "meetings:read"),
    "GET /events/{event_id}/timetable.pdf": _may(ROLES, "meetings:read"),
    "GET /events/{event_id}/feeds": _may(ROLES, "meetings:read"),
    "POST /events/{event_id}/feeds": _may(_ACTING, "meetings:write"),
    "DELETE /events/{event_id}/feeds/{feed_id}": _may(_ACTING, "meetings:write"),
    "POST /schedules/{schedule_id}/make-current": _may(RUNNERS, "schedules:write"),
    # the live day
    "POST /events/{event_id}/check-ins": _may(AT_THE_DESK, "meetings:write"),
    "DELETE /events/{event_id}/check-ins/{attendee_id}": _may(AT_THE_DESK, "meetings:write"),
    "GET /events/{event_id}/arrivals": _may(STAFF, "meetings:read"),
    "POST /meetings/{meeting_id}/state": _may(AT_THE_DESK, "meetings:write"),
    "POST /events/{event_id}/repairs": _may(RUNNERS, "meetings:write"),
    "POST /events/{event_id}/walk-ins": _may(RUNNERS, "meetings:write"),
    "POST /events/{event_id}/late": _may(RUNNERS, "meetings:write"),
    "GET /events/{event_id}/standby": _may(STAFF, "meetings:read"),
    # outcomes and reports
    "PUT /meetings/{meeting_id}/outcome": _may((*AT_THE_DESK, *PARTIES), "outcomes:write"),
    "GET /meetings/{meeting_id}/outcomes": _may(ROLES, "outcomes:read"),
    "GET /events/{event_id}/outcomes": _may(STAFF, "outcomes:read"),
    "GET /sourcing-requests/{request_id}/quotations": _may(_SEES_DEMAND, "outcomes:read"),
    "GET /events/{event_id}/report": _may(STAFF, "outcomes:read"),
    "GET /events/{event_id}/report.html": _may(STAFF, "outcomes:read"),
    "GET /events/{event_id}/report.pdf": _may(STAFF, "outcomes:read"),
    "GET /events/{event_id}/report.xlsx": _may(STAFF, "outcomes:read"),
    "POST /events/{event_id}/lessons": _may(RUNNERS, "ranking:write"),
    "GET /events/{event_id}/lessons": _may(STAFF, "ranking:read"),
    # files and jobs
    "POST /events/{event_id}/imports": _may(RUNNERS, "files:write"),
    "GET /imports/{job_id}": _may(RUNNERS, "files:read"),
    "POST /events/{event_id}/exports": _may(RUNNERS, "files:write"),
    "GET /exports/{job_id}": _may(RUNNERS, "files:read"),
    "GET /files/{file_id}": _may(RUNNERS, "files:read"),
    "GET /templates/{kind}.{form}": _may(ROLES, "files:read"),
    "GET /jobs": _may(ROLES, "files:read"),
    "GET /jobs/{job_id}": _may(ROLES, "files:read"),
    "GET /jobs/{job_id}/progress": _may(ROLES, "files:read"),
    "POST /jobs/{job_id}/cancel": _may(_ACTING, "files:write"),
    # people, consent, privacy
    "GET /organisations/{organisation_id}/representatives": _may(ROLES, "people:read"),
    "POST /organisations/{organisation_id}/representatives": _may(_ACTING, "people:write"),
    "GET /representatives/{representative_id}": _may(ROLES, "people:read"),
    "PATCH /representatives/{representative_id}": _may(_ACTING, "people:write"),
    "GET /representatives/{representative_id}/consents": _may(ROLES, "people:read"),
    "POST /representatives/{representative_id}/consents": _may(_ACTING, "people:write"),
    "DELETE /representatives/{representative_id}/consents/{purpose}": _may(_ACTING, "people:write"),
    "GET /consent-wordings": _may(ROLES, "people:read"),
    "POST /consent-wordings": _may(RUNNERS, "people:write"),
    "GET /events/{event_id}/contacts": _may(_ACTING, "people:read"),
    "GET /representatives/{representative_id}/export": _may((*_ORGANISER, *PARTIES), "people:read"),
    "POST /representatives/{representative_id}/erasure": _may(_ORGANISER, "people:write"),
    # access: accounts, keys, webhooks, audit
    "GET /webhooks": _may(_ORGANISER, "access:read"),
    "POST /webhooks": _may(_ORGANISER, "access:write"),
    "GET /webhooks/{webhook_id}": _may(_ORGANISER, "access:read"),
    "PATCH /webhooks/{webhook_id}": _may(_ORGANISER, "access:write"),
    "DELETE /webhooks/{webhook_id}": _may(_ORGANISER, "access:write"),
    "GET /webhooks/{webhook_id}/deliveries": _may(_ORGANISER, "access:read"),
    "POST /webhook-deliveries/{delivery_id}/again": _may(_ORGANISER, "access:write"),
    "GET /audit": _may(RUNNERS, "access:read"),
    "GET /session": _may(ROLES, "access:read"),
    "PUT /session/membership": _may(ROLES, "access:write"),
    "PUT /session/password": _may(ROLES, "access:write"),
    "DELETE /session": _may(ROLES, "access:write"),
    "DELETE /sessions": _may(ROLES, "access:write"),
    "GET /memberships": _may(_ORGANISER, "access:read"),
    "DELETE /memberships/{membership_id}": _may(_ORGANISER, "access:write"),
    "GET /invitations": _may(_ORGANISER, "access:read"),
    "POST /invitations": _may(_ORGANISER, "access:write"),
    "POST /invitations/{invitation_id}/renewal": _may(_ORGANISER, "access:write"),
    "DELETE /invitations/{invitation_id}": _may(_ORGANISER, "access:write"),
    "GET /api-keys": _may((*_ORGANISER, *PARTIES), "access:read"),
    "POST /api-keys": _may((*_ORGANISER, *PARTIES), "access:write"),
    "DELETE /api-keys/{key_id}": _may((*_ORGANISER, *PARTIES), "access:write"),
}

#: routes without a key
OPEN: frozenset[str] = frozenset(
    {
        # signing in and answering letters
        "POST /session",
        "POST /password-resets",
        "POST /password-resets/answer",
        "POST /invitation-answers",
        # registration
        "GET /open/{tenant_slug}/{event_code}",
        "POST /open/{tenant_slug}/{event_code}/registrations",
        # calendar feeds
        "GET /feeds/{token}.ics",
    }
)
