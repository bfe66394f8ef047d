"""What a profile misses and what that costs, what proves a certificate, requests that change or are taken back."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from app.core.errors import InvalidInputError
from app.db.engine import Database
from app.db.models import CapabilityProfile
from app.domain.profiles import BUYER_WEIGHTS, CAPABILITY_WEIGHTS, REQUEST_WEIGHTS, completeness, missing
from app.services.events import find_event
from app.services.evidence import profile_of
from app.services.matching.field import read_field
from tests.api.checked import CheckedClient
from tests.api.coming import coming
from tests.api.conftest import Fair


def _able(fair: Fair, code: str = "s1") -> str:
    return f"/api/v1/organisations/{fair.organisations[code]}/capabilities"


@pytest.mark.parametrize("weights", [CAPABILITY_WEIGHTS, BUYER_WEIGHTS, REQUEST_WEIGHTS])
def test_what_is_missing_makes_up_the_rest(weights: dict[str, int]) -> None:
    document: dict[str, Any] = {"products": ["polo shirts"], "languages": []}
    gaps = missing(document, weights)
    assert sum(gap["points"] for gap in gaps) == 100 - completeness(document, weights)
    assert [gap["points"] for gap in gaps] == sorted((gap["points"] for gap in gaps), reverse=True)
    assert "products" not in {gap["field"] for gap in gaps}
    assert missing(dict.fromkeys(weights, 1), weights) == []


def test_filling_a_gap_earns_its_points(client: CheckedClient, fair: Fair) -> None:
    profile = client.get(_able(fair), headers=fair.key("s1")).json()
    first = profile["missing"][0]
    assert first["field"] == "moq" if "moq" not in profile["document"] else first["points"] <= 10
    gap = next(gap for gap in profile["missing"] if gap["field"] == "languages")
    client.put(_able(fair), headers=fair.key("s1"), json=profile["document"] | {"languages": ["zh"]})
    fuller = client.get(_able(fair), headers=fair.key("s1")).json()
    assert fuller["completeness"] == profile["completeness"] + gap["points"]
    buyer = client.get(f"/api/v1/organisations/{fair.organisations['b1']}/buyer-profile", headers=fair.key()).json()
    assert buyer["missing"][0] == {"field": "yearly_volume", "points": 15.0}


@pytest.mark.parametrize("yuan", ["RMB", "CNH", "人民币", "元"])
def test_what_people_write_for_a_country_or_the_yuan_is_kept_as_its_code(
    client: CheckedClient, fair: Fair, yuan: str
) -> None:
    said = {"exports_to": ["UK", "EL", "FR"], "currency": yuan}
    assert client.put(_able(fair), headers=fair.key("s1"), json=said).status_code == 200
    document = client.get(_able(fair), headers=fair.key("s1")).json()["document"]
    assert (document["exports_to"], document["currency"]) == (["GB", "GR", "FR"], "CNY")


def test_a_profile_kept_with_a_code_that_is_none_can_still_be_read() -> None:
    kept = profile_of({"exports_to": ["ZZ", "UK"], "currency": "XYZ"})
    assert (kept.exports_to, kept.currency) == (["ZZ", "GB"], "XYZ")


def test_the_organiser_verifies(client: CheckedClient, fair: Fair, rival: Fair, database: Database) -> None:
    claimed = {
        "products": ["polo shirts"],
        "certificates": [{"code": "GOTS", "number": "7", "evidence": "documented"}, "RDS"],
    }
    client.put(_able(fair), headers=fair.key("s1"), json=claimed)
    before = client.get(_able(fair), headers=fair.key("s1")).json()
    gots, rds = before["certificates"]
    assert (gots["evidence"], gots["number"], rds["evidence"]) == ("documented", "7", "declared")
    path = f"/api/v1/certificates/{gots['id']}"
    assert client.patch(path, headers=rival.key(), json={"evidence": "verified"}).status_code == 404
    done = client.patch(path, headers=fair.key(), json={"evidence": "verified"})
    assert (done.status_code, done.json()["evidence"]) == (200, "verified")
    now = client.get(_able(fair), headers=fair.key("s1")).json()
    assert now["revision"] == before["revision"] + 1
    assert [one["evidence"] for one in now["certificates"]] == ["verified", "declared"]
    with database.read() as session:
        kept = session.scalars(
            select(CapabilityProfile).where(
                CapabilityProfile.organisation_id == fair.organisations["s1"],
                CapabilityProfile.revision == before["revision"],
            )
        ).one()
        assert kept.document == claimed  # the revision before says what it said
        field = read_field(session, find_event(session, fair.actor, "e-2025"))
        record = next(one for one in field.records if one["id"] == "s1")
        assert [c["evidence"] for c in record["certificates"] if isinstance(c, dict)] == ["verified"]
    assert client.patch(path, headers=fair.key(), json={"evidence": "expired"}).status_code == 409


def test_nobody_verifies_themselves(client: CheckedClient, fair: Fair) -> None:
    claim = {"certificates": [{"code": "GOTS", "number": "7", "evidence": "verified"}]}
    refused = client.put(_able(fair), headers=fair.key("s1"), json=claim)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "certificates.0.evidence")
    assert client.put(_able(fair), headers=fair.key(), json=claim).status_code == 200  # the organiser may
    assert client.put(_able(fair), headers=fair.key("s1"), json=claim).status_code == 200  # and it stays so
    less = {"moq": 5, "certificates": [{"code": "GOTS", "number": "7"}]}
    client.put(_able(fair), headers=fair.key("s1"), json=less)
    kept = client.get(_able(fair), headers=fair.key("s1")).json()["certificates"]
    assert [one["evidence"] for one in kept] == ["verified"]
    other = {"certificates": [{"code": "GOTS", "number": "8"}]}
    client.put(_able(fair), headers=fair.key("s1"), json=other)  # another paper has to be looked at anew
    kept = client.get(_able(fair), headers=fair.key("s1")).json()["certificates"]
    assert [one["evidence"] for one in kept] == ["declared"]


# requests ------------------------------------------------------------------------------------------------------------
def test_a_request_changes_in_part(client: CheckedClient, fair: Fair) -> None:
    path = f"/api/v1/sourcing-requests/{fair.requests['b1']}"
    read = client.get(path, headers=fair.key("b1"))
    assert client.patch(path, headers=fair.key("b1"), json={"quantity": 6000}).status_code == 428
    tagged = fair.key("b1") | {"If-Match": read.headers["etag"]}
    changed = client.patch(path, headers=tagged, json={"quantity": 6000, "title": None, "ship_by": "2026-02-01"})
    assert changed.status_code == 200, changed.text
    expected = {name: value for name, value in read.json()["document"].items() if name != "title"}
    assert changed.json()["document"] == expected | {"quantity": 6000, "ship_by": "2026-02-01"}
    assert changed.json()["revision"] == 2
    assert client.patch(path, headers=tagged, json={"quantity": 7000}).status_code == 412
    now = fair.key("b1") | {"If-Match": changed.headers["etag"]}
    assert client.patch(path, headers=now, json={"must": ["colour"]}).status_code == 422
    other = fair.key("b2") | {"If-Match": changed.headers["etag"]}
    assert client.patch(path, headers=other, json={"quantity": 1}).status_code == 404
    said = client.get(f"{path}/revisions", headers=fair.key("b1")).json()["items"]
    assert [(one["revision"], one["document"].get("quantity")) for one in said] == [(1, 5000), (2, 6000)]
    assert client.get(f"{path}/revisions", headers=fair.key("b2")).status_code == 404


def test_a_request_is_taken_back_and_published_again(client: CheckedClient, fair: Fair, database: Database) -> None:
    path = f"/api/v1/sourcing-requests/{fair.requests['b1']}"
    tagged = fair.key("b1") | {"If-Match": client.get(path, headers=fair.key("b1")).headers["etag"]}
    gone = client.delete(path, headers=tagged)
    assert (gone.status_code, gone.json()["withdrawn"]) == (200, True)
    now = fair.key("b1") | {"If-Match": gone.headers["etag"]}
    assert client.delete(path, headers=now).status_code == 409
    assert client.patch(path, headers=now, json={"quantity": 1}).json()["conflict"] == "withdrawn"
    with database.read() as session:
        field = read_field(session, find_event(session, fair.actor, "e-2025"))
        assert [one.request.code for one in field.demands] == ["r-b2"]
    again = {"code": "r-b1", "products": ["polo shirts"]}
    back = client.post("/api/v1/events/e-2025/sourcing-requests", headers=fair.key("b1"), json=again)
    assert (back.status_code, back.json()["withdrawn"], back.json()["revision"]) == (200, False, 2)


def test_requests_are_for_the_organiser_once_booking_is_over(
    client: CheckedClient, fair: Fair, database: Database
) -> None:
    def tried(who: str) -> list[Any]:
        path, wish = f"/api/v1/sourcing-requests/{fair.requests['b1']}", {"code": "r-b1", "products": ["polo shirts"]}
        mine = {"organisation_id": str(fair.organisations["b1"])}
        tag = fair.key(who) | {"If-Match": client.get(path, headers=fair.key(who)).headers["etag"]}
        calls = [client.patch(path, headers=tag, json={"quantity": 1})]
        tag = fair.key(who) | {"If-Match": client.get(path, headers=fair.key(who)).headers["etag"]}
        calls.append(client.delete(path, headers=tag))
        calls.append(client.post("/api/v1/events/e-2025/sourcing-requests", headers=fair.key(who), json=mine | wish))
        return [(call.status_code, call.json().get("conflict")) for call in calls]

    coming(database, fair, registration=(-9, -5), booking=(-2, 2))
    assert tried("b1") == [(200, None)] * 3
    coming(database, fair, registration=(-9, -5), booking=(2, 4))
    assert tried("b1") == [(409, "phase")] * 3
    coming(database, fair, registration=(-9, -5), live=(-1, 2))
    assert tried("b1") == [(409, "phase")] * 3
    assert tried("organiser") == [(200, None)] * 3


def test_withdrawing_leaves_nothing_to_match(client: CheckedClient, fair: Fair, database: Database) -> None:
    for code in ("b1", "b2"):
        path = f"/api/v1/sourcing-requests/{fair.requests[code]}"
        tagged = fair.key() | {"If-Match": client.get(path, headers=fair.key()).headers["etag"]}
        assert client.delete(path, headers=tagged).status_code == 200
    with database.read() as session, pytest.raises(InvalidInputError, match="no sourcing request"):
        read_field(session, find_event(session, fair.actor, "e-2025"))
