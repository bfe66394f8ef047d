"""People, roles, invitations and keys: the organiser gives and takes them, and nobody else."""

from __future__ import annotations

import re
import time

import httpx
import pytest
from sqlalchemy import select

from app.db.models import ApiKey, Invitation
from app.services import access, accounts
from app.services.sampling import TENANT
from tests.web.conftest import PASSWORD, Site


def test_roles_are_offered_and_taken_back(site: Site) -> None:
    with site.client() as client:
        wrong = client.post("/people/invitations", data={"email": "li", "role": "desk", "language": "zh"})
        assert wrong.status_code == 422
        said = {"email": "Li@Example.org", "role": "desk", "language": "zh"}
        assert client.post("/people/invitations", data=said).status_code == 303
        shown = client.get("/people").text
        place = re.search(r'action="(/people/invitations/[0-9a-f-]+)/renew"', shown).group(1)  # type: ignore[union-attr]
        assert client.post(f"{place}/renew").status_code == 303
        assert client.post(f"{place}/revoke").status_code == 303
        assert place not in client.get("/people").text
    with site.database.read() as session:
        row = session.scalars(select(Invitation).where(Invitation.email == "li@example.org")).one()
    assert row.role == "desk"
    assert row.revoked_at is not None


def test_a_role_ends_at_once_but_not_ones_own(site: Site) -> None:
    with site.database.write() as session:
        actor = access.organiser_of(session, TENANT)
        member = accounts.create_member(
            session, actor, "gone@example.org", "viewer", None, name="Gone", language="en", password=PASSWORD
        )
        key = member.id
    with site.client("gone@example.org") as gone, site.client() as client:
        assert gone.get("/events").status_code == 200
        shown = client.get("/people").text
        assert shown.count("/end") == shown.count("gone@example.org") + 2, "of everybody but the organiser"
        assert client.post(f"/people/roles/{key}/end").status_code == 303
        assert gone.get("/events").status_code == 303, "signed out"


def test_a_key_is_shown_once_and_works_until_revoked(site: Site) -> None:
    with site.client() as client:
        assert client.post("/keys", data={"label": "", "role": "organiser"}).status_code == 422
        made = client.post("/keys", data={"label": "site", "role": "viewer", "scopes": ["events:read"], "days": "30"})
        key = re.search(r'<code class="secret"[^>]*>([^<]+)</code>', made.text).group(1)  # type: ignore[union-attr]
        headers = {"Authorization": f"Bearer {key}"}
        assert httpx.get(f"{site.url}/api/v1/events", headers=headers).status_code == 200
        assert httpx.get(f"{site.url}/api/v1/organisations", headers=headers).status_code == 403
        shown = client.get("/keys").text
        assert key not in shown
        with site.database.read() as session:
            row = session.scalars(select(ApiKey).where(ApiKey.label == "site")).one()
        assert client.post(f"/keys/{row.id}/revoke").status_code == 303
        time.sleep(0.6)  # so long a worker may trust a key that it knows
        assert httpx.get(f"{site.url}/api/v1/events", headers=headers).status_code == 401


@pytest.mark.parametrize("role", ["co-organiser", "desk", "viewer"])
def test_only_organisers_hand_out_roles_and_keys(site: Site, role: str) -> None:
    email = f"{role}@example.net"
    with site.database.write() as session:
        actor = access.organiser_of(session, TENANT)
        accounts.create_member(session, actor, email, role, None, name=role, language="en", password=PASSWORD)
    with site.client(email) as client:
        said = {"email": email, "role": "organiser", "language": "en"}
        assert client.get("/people").status_code == 403
        assert client.post("/people/invitations", data=said).status_code == 403
        assert client.post("/keys", data={"label": "x", "role": "organiser"}).status_code == 403
        place = "/events/paris-2025/participants/QSH-01/invite"
        assert client.post(place, data={"email": email, "role": "enterprise"}).status_code == 403
        assert 'href="/keys"' not in client.get("/events").text
