"""How to call each route of the interface: a path with ids, and a body that it takes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from app.api.v1 import PREFIX
from tests.api.checked import CheckedClient
from tests.api.conftest import EVENT, Fair, make_app

#: a body that each writing route takes; routes that are not named here take none
BODIES: dict[str, Any] = {
    # editions
    "POST /series": {"code": "another", "name": "Another"},
    "POST /events": EVENT | {"code": "another"},
    "PATCH /events/{event_id}": {"place": "Hall 2"},
    "POST /events/{event_id}/copy": {"code": "next", "starts_on": "2026-09-14"},
    "PUT /events/{event_id}/phases": {"phases": []},
    "PUT /events/{event_id}/bodies": {"bodies": []},
    "PUT /events/{event_id}/pairing-rules": {"pairing_rules": []},
    "PUT /events/{event_id}/agenda": {"items": []},
    "POST /events/{event_id}/grid": {"places": [{"code": "T4"}]},
    "PUT /events/{event_id}/closures": {"slots": ["s01"], "preview": True},
    "POST /clusters": {"code": "a-cluster", "name": "A cluster"},
    "PUT /clusters/{code}": {"name": "A cluster"},
    "POST /events/{event_id}/participations": {"organisation_id": str(uuid4()), "supplies": True},
    "PATCH /participations/{participation_id}": {"attendees": []},
    "POST /registrations/{registration_id}/approve": {"new": True},
    "POST /registrations/{registration_id}/refuse": {"reason": "All places are taken."},
    # organisations and profiles
    "POST /organisations": {"name": "Another", "kind": "importer"},
    "PATCH /organisations/{organisation_id}": {"city": "Lyon"},
    "PUT /organisations/{organisation_id}/capabilities": {"products": ["polo shirts"]},
    "PUT /organisations/{organisation_id}/buyer-profile": {"products": ["polo shirts"]},
    # sourcing requests and ranking
    "PATCH /certificates/{certificate_id}": {"evidence": "verified"},
    "PATCH /sourcing-requests/{request_id}": {"quantity": 6000},
    "POST /events/{event_id}/sourcing-requests": {"code": "new", "products": ["polo shirts"]},
    "POST /rank": {"event_id": "e-2025", "request": {"products": ["polo shirts"]}},
    "POST /events/{event_id}/match-runs": {},
    # meeting requests and preferences
    "PUT /participations/{participation_id}/preferences/{other_id}": {"answer": "want"},
    "POST /events/{event_id}/meeting-requests": {"to": str(uuid4())},
    "POST /meeting-requests/{meeting_request_id}/accept": {"message": "With pleasure."},
    "POST /meeting-requests/{meeting_request_id}/decline": {},
    "POST /meeting-requests/{meeting_request_id}/withdraw": {},
    # schedules, meetings, publications
    "POST /events/{event_id}/schedules": {},
    "POST /events/{event_id}/meetings": {"organisations": [str(uuid4()), str(uuid4())], "slot": "s01"},
    "PATCH /meetings/{meeting_id}": {"slot": "s02"},
    "POST /events/{event_id}/feeds": {"language": "fr"},
    "POST /meetings/{meeting_id}/cancel": {"note": "Our flight is cancelled."},
    # the live day
    "POST /events/{event_id}/check-ins": {"name": "somebody nobody knows"},
    "POST /meetings/{meeting_id}/swap": {"meeting": str(uuid4())},
    "POST /meetings/{meeting_id}/state": {"state": "held"},
    "POST /events/{event_id}/walk-ins": {
        "name": "Somebody",
        "kind": "manufacturer",
        "supplies": True,
        "products": ["polo shirts"],
    },
    "POST /events/{event_id}/repairs": {"kind": "fill"},
    "POST /events/{event_id}/late": {"organisation": str(uuid4()), "slot": "s02"},
    # outcomes and reports
    "PUT /meetings/{meeting_id}/outcome": {"rating": 4},
    # files and jobs
    "POST /events/{event_id}/exports": {"what": "lists"},
    # people, consent, privacy
    "POST /organisations/{organisation_id}/representatives": {"name": "Li Wei"},
    "PATCH /representatives/{representative_id}": {"role": "Director"},
    "POST /representatives/{representative_id}/consents": {"wording_id": str(uuid4())},
    "POST /consent-wordings": {"purpose": "contact", "language": "en", "text": "You may see my address."},
    # access: accounts, keys, webhooks, audit
    "POST /webhooks": {"url": "https://example.org/hook"},
    "PATCH /webhooks/{webhook_id}": {"active": False},
    "PUT /session/membership": {"membership_id": str(uuid4())},
    "PUT /session/password": {"present": "what it is now", "new": "what it will be then"},
    "POST /invitations": {"email": "li@example.com", "role": "desk"},
    "POST /api-keys": {"label": "a machine"},
}
#: routes outside /api/v1
OUTSIDE = {"GET /healthz", "GET /readyz", "GET /metrics"}


def routes(app: FastAPI) -> dict[str, str]:
    """Every route of the interface: `METHOD /path below the prefix` → full path; those outside the prefix too.

    Pages of the console have roles of their own (see `tests/web`).
    """
    found = {}
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, APIRoute) and not route.endpoint.__module__.startswith("app.web."):
            for method in route.methods or ():
                found[f"{method} {str(context.path_format).removeprefix(PREFIX)}"] = str(context.path_format)
    return found


ALL = routes(make_app("sqlite://"))


def call(client: CheckedClient, name: str, of: Fair, headers: Mapping[str, str], **ids: Any) -> Any:
    """Call a route with the ids of a fair where it has such things, and with ids of nothing where it has not."""
    method, path = name.split()[0], ALL[name]
    known = {
        "purpose": "contact",
        "event_id": of.event_id,
        "organisation_id": of.organisations["b1" if "buyer-profile" in path else "s1"],
        "request_id": of.requests["b1"],
    }
    asked = re.sub(r"\{(\w+)\}", lambda found: str((known | ids).get(found[1]) or uuid4()), path)
    return client.request(method, asked, headers=headers, json=BODIES.get(name))
