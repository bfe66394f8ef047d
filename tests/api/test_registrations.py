"""From the public form to a participant: applications, likely duplicates, letters, answers that give nobody away."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from app.core.clock import utc_now
from app.db.engine import Database
from app.db.models import (
    AuditEntry,
    Consent,
    ConsentWording,
    Invitation,
    Letter,
    Participation,
    Registration,
    Representative,
)
from app.domain.registrations import name_key, own_domain
from tests.api.checked import CheckedClient
from tests.api.conftest import Fair

E = "/api/v1/events/e-2025"
OPEN = "/api/v1/open/demo/e-2025"
FORM: dict[str, Any] = {
    "organisation": {"name": "Maison Élan SARL", "kind": "brand-owner", "country": "FR"},
    "person": {"name": "Jeanne Martin", "email": "Jeanne@Elan.example", "phone": "+33 1 23 45 67 89",
               "languages": ["fr"]},
    "buys": True, "staff": 2, "language": "fr",
    "buyer": {"products": ["polo shirts"], "price_tier": "mid"},
    "request": {"title": "Polos", "products": ["polo shirts"], "quantity": 5000, "ship_by": "2026-02-01"},
}  # fmt: skip


def _open(client: CheckedClient, fair: Fair, *, begins: int = -1, ends: int = 1) -> None:
    """Let the registration phase begin and end so many days from now."""
    now = utc_now()
    times = [(now + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M") for days in (begins, ends)]
    phase = {"name": "registration", "starts_at": times[0], "ends_at": times[1]}
    assert client.put(f"{E}/phases", headers=fair.key(), json={"phases": [phase]}).status_code == 200


def _applied(client: CheckedClient, fair: Fair, **changed: Any) -> dict[str, Any]:
    assert client.post(f"{OPEN}/registrations", json=FORM | changed).status_code == 202
    items: list[dict[str, Any]] = client.get(f"{E}/registrations", headers=fair.key()).json()["items"]
    return items[-1]


def _letters(database: Database) -> list[tuple[str, str, str]]:
    with database.read() as session:
        return [(row.kind, row.email, row.language) for row in session.scalars(select(Letter).order_by(Letter.id))]


def test_the_public_page(client: CheckedClient, fair: Fair, database: Database) -> None:
    assert client.get(OPEN).status_code == 404  # nobody can register for it yet, so it is nobody's business
    _open(client, fair)
    with database.write() as session:
        for version, text in ((1, "old words"), (2, "We may contact you.")):
            session.add(
                ConsentWording(tenant_id=fair.tenant_id, purpose="contact", language="en", version=version, text=text)
            )
    page = client.get(OPEN).json()
    assert (page["code"], page["organiser"], page["registration"]) == ("e-2025", "DEMO", "open")
    assert page["phase"] == "registration"
    assert [word["text"] for word in page["consents"]] == ["We may contact you."]
    for begins, ends, told in ((1, 2, "later"), (-2, -1, "over")):
        _open(client, fair, begins=begins, ends=ends)
        assert client.get(OPEN).json()["registration"] == told
        shut = client.post(f"{OPEN}/registrations", json=FORM)
        assert (shut.status_code, shut.json()["conflict"]) == (409, "phase")
    assert client.get("/api/v1/open/rival/e-2025").status_code == 404
    assert client.get("/api/v1/open/nobody/e-2025").status_code == 404


def test_from_the_form_to_a_participant(client: CheckedClient, fair: Fair, database: Database) -> None:
    _open(client, fair)
    with database.write() as session:
        wording = ConsentWording(tenant_id=fair.tenant_id, purpose="contact", language="fr", text="D'accord.")
        session.add(wording)
        session.flush()
        wanted = str(wording.id)
    applied = _applied(client, fair, consents=[wanted])
    assert (applied["state"], applied["email"], applied["organisation"]) == (
        "pending", "jeanne@elan.example", "Maison Élan SARL",
    )  # fmt: skip
    path = f"/api/v1/registrations/{applied['id']}"
    whole = client.get(path, headers=fair.key())
    assert whole.json()["form"]["request"] == FORM["request"]
    assert whole.json()["likely"] == []
    done = client.post(f"{path}/approve", headers=fair.key() | {"If-Match": whole.headers["etag"]})
    assert (done.status_code, done.json()["state"]) == (200, "approved"), done.text
    part = client.get(f"/api/v1/participations/{done.json()['participation_id']}", headers=fair.key()).json()
    assert (part["buys"], part["supplies"], part["kind"]) == (True, False, "brand-owner")
    assert [seat["person"] and seat["person"]["name"] for seat in part["details"]["attendees"]] == [
        "Jeanne Martin", None,
    ]  # fmt: skip
    owner = part["organisation"]["id"]
    assert part["organisation"]["code"] == "maison-elan-sarl"
    buyer = client.get(f"/api/v1/organisations/{owner}/buyer-profile", headers=fair.key()).json()
    assert buyer["document"] == FORM["buyer"]
    requests = client.get("/api/v1/sourcing-requests", headers=fair.key()).json()["items"]
    assert [(r["title"], r["organisation_id"]) for r in requests][-1] == ("Polos", owner)
    with database.read() as session:
        person = session.scalars(select(Representative).where(Representative.name == "Jeanne Martin")).one()
        assert (person.email, person.phone, person.languages, person.consent) == (
            "jeanne@elan.example", "+33 1 23 45 67 89", ["fr"], True,
        )  # fmt: skip
        consent = session.scalars(select(Consent)).one()
        assert (str(consent.wording_id), consent.representative_id) == (wanted, person.id)
        deeds = session.scalars(select(AuditEntry.deed).where(AuditEntry.deed.startswith("registration."))).all()
        assert sorted(deeds) == ["registration.approved", "registration.received"]
        told = str([row.details for row in session.scalars(select(AuditEntry))])
        assert "Jeanne" not in told
        assert "elan" not in told.replace("maison-elan", "")
    assert _letters(database) == [
        (kind, "jeanne@elan.example", "fr") for kind in ("registration-received", "registration-approved", "invitation")
    ]
    with database.read() as session:
        offer = session.scalars(select(Invitation)).one()
        assert (offer.role, str(offer.organisation_id), offer.email) == ("buyer", owner, "jeanne@elan.example")
    again = client.post(f"{path}/approve", headers=fair.key())
    assert (again.status_code, again.json()["conflict"]) == (409, "decided")
    assert client.post(f"{path}/refuse", headers=fair.key(), json={"reason": "no"}).status_code == 409


def test_nobody_learns_who_has_applied(client: CheckedClient, fair: Fair, database: Database) -> None:
    _open(client, fair)
    first = client.post(f"{OPEN}/registrations", json=FORM)
    other = FORM | {"organisation": {"name": "Somebody else", "kind": "agent"}}
    second = client.post(f"{OPEN}/registrations", json=other)
    assert (first.status_code, first.json()) == (second.status_code, second.json()) == (202, {"received": True})
    items = client.get(f"{E}/registrations", headers=fair.key()).json()["items"]
    assert [item["organisation"] for item in items] == ["Maison Élan SARL"]  # what was said first stands
    assert len(_letters(database)) == 1
    refused = client.post(
        f"/api/v1/registrations/{items[0]['id']}/refuse", headers=fair.key(), json={"reason": "All places are taken."}
    )
    assert (refused.json()["state"], refused.json()["reason"]) == ("refused", "All places are taken.")
    assert _applied(client, fair)["state"] == "pending"  # who was refused may try again
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Registration)) == 2
        body = session.scalars(select(Letter.text).where(Letter.kind == "registration-refused")).one()
        assert "All places are taken." in body


def test_an_organisation_that_is_known_is_not_made_twice(client: CheckedClient, fair: Fair, database: Database) -> None:
    _open(client, fair)
    with database.write() as session:
        session.add(
            Representative(
                tenant_id=fair.tenant_id,
                organisation_id=fair.organisations["b2"],
                name="Paul",
                email="paul@Elan.example",
            )
        )
    same_name = FORM["organisation"] | {"name": "DEMO  b1, S.A."}
    applied = _applied(client, fair, organisation=same_name)
    path = f"/api/v1/registrations/{applied['id']}"
    likely = client.get(path, headers=fair.key()).json()["likely"]
    assert [(one["id"], one["because"]) for one in likely] == [
        (str(fair.organisations["b1"]), "name"), (str(fair.organisations["b2"]), "domain"),
    ]  # fmt: skip
    undecided = client.post(f"{path}/approve", headers=fair.key())
    assert (undecided.status_code, undecided.json()["conflict"]) == (409, "likely")
    assert len(undecided.json()["likely"]) == 2
    known = {"organisation_id": str(fair.organisations["b1"])}
    done = client.post(f"{path}/approve", headers=fair.key(), json=known).json()
    part = client.get(f"/api/v1/participations/{done['participation_id']}", headers=fair.key()).json()
    assert part["organisation"]["id"] == known["organisation_id"]
    with database.read() as session:
        count = select(func.count()).select_from(Participation).where(Participation.event_id == fair.event_id)
        assert session.scalar(count) == 5
    profile = client.get(f"/api/v1/organisations/{known['organisation_id']}/buyer-profile", headers=fair.key()).json()
    assert (profile["revision"], profile["document"]) == (2, FORM["buyer"])


def test_it_may_be_new_all_the_same(client: CheckedClient, fair: Fair, rival: Fair) -> None:
    _open(client, fair)
    applied = _applied(client, fair, organisation={"name": "demo s1", "kind": "agent"})
    path = f"/api/v1/registrations/{applied['id']}"
    foreign = {"organisation_id": str(rival.organisations["b1"])}
    assert client.post(f"{path}/approve", headers=fair.key(), json=foreign).status_code == 404
    both = {"organisation_id": str(fair.organisations["s1"]), "new": True}
    assert client.post(f"{path}/approve", headers=fair.key(), json=both).status_code == 422
    assert client.get(path, headers=rival.key()).status_code == 404
    assert client.post(f"{path}/approve", headers=rival.key(), json={"new": True}).status_code == 404
    stale = fair.key() | {"If-Match": '"another"'}
    assert client.post(f"{path}/approve", headers=stale, json={"new": True}).status_code == 412
    done = client.post(f"{path}/approve", headers=fair.key(), json={"new": True}).json()
    part = client.get(f"/api/v1/participations/{done['participation_id']}", headers=fair.key()).json()
    assert part["organisation"]["code"] == "demo-s1"


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"person": FORM["person"] | {"email": "nobody"}}, "person.email"),
     ({"organisation": {"name": "x"}}, "organisation.kind"),
     ({"consents": ["0199c0de-0000-7000-8000-000000000001"]}, "consents.0"), ({"capabilities": {"moq": 5}}, ""),
     ({"role": "organiser"}, "role"), ({"request": {"quantity": -1}}, "request.quantity")],
)  # fmt: skip
def test_a_form_is_checked(client: CheckedClient, fair: Fair, changed: dict[str, Any], field: str) -> None:
    _open(client, fair)
    refused = client.post(f"{OPEN}/registrations", json=FORM | changed)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("Maison Élan SARL", "MAISON ELAN", True), ("Spring Garments Co., Ltd.", "Spring Garments", True),
     ("南昌春服饰有限公司", "南昌春服饰", True), ("Élan, S.A.", "Elan SA", True),
     ("Co", "Ltd", False), ("Spring", "Springs", False)],
)  # fmt: skip
def test_spellings_of_one_name(one: str, other: str, same: bool) -> None:
    assert (name_key(one) == name_key(other)) is same


def test_a_shared_mailbox_says_nothing() -> None:
    assert own_domain("li@QQ.com") is None
    assert own_domain("li@Spring.example") == "spring.example"
    assert own_domain(None) is None
