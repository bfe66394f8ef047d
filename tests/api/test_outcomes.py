"""What came of meetings: each side its own, offers for the buyer, and nothing of the other side's opinion."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from app.db.engine import Database
from app.db.models import Attendee, Meeting, Outcome, Participation, Quotation, Representative
from app.services.outcomes import own_meetings
from tests.api.checked import CheckedClient
from tests.api.conftest import Fair

EVENT = "/api/v1/events/e-2025"
FIVE = {"product": "T-shirts", "quantity": 5000, "unit_price": 3.2, "currency": "EUR", "incoterm": "FOB",
        "place": "Ningbo", "lead_time_days": 45, "certificates": ["GOTS"]}  # fmt: skip
TWENTY = FIVE | {"quantity": 20000, "unit_price": 2.7}
YUAN = {"product": "T-shirts", "quantity": 5000, "unit_price": 24.5, "currency": "CNY"}


def _meeting(
    client: CheckedClient, database: Database, fair: Fair, supplier: str = "s1", slot: str = "s01", told: bool = True
) -> str:
    """A meeting of a supplier with b1 about its request; its parties are told of it."""
    body = {"organisations": [str(fair.organisations[name]) for name in (supplier, "b1")], "slot": slot}
    made = client.post(f"{EVENT}/meetings", headers=fair.key(), json=body)
    assert made.status_code == 201, made.text
    with database.write() as session:
        session.get_one(Meeting, UUID(made.json()["id"])).request_id = fair.requests["b1"]
    if told:
        assert client.post(f"{EVENT}/publications", headers=fair.key()).status_code == 201
    return str(made.json()["id"])


def _put(client: CheckedClient, fair: Fair, meeting: str, who: str, **body: Any) -> Any:
    headers = fair.key(who) | body.pop("headers", {})
    return client.put(f"/api/v1/meetings/{meeting}/outcome", headers=headers, json=body)


def _sides(client: CheckedClient, fair: Fair, meeting: str, who: str) -> Any:
    return client.get(f"/api/v1/meetings/{meeting}/outcomes", headers=fair.key(who)).json()["items"]


def test_each_side_says_what_came_of_it_and_mends_it(client: CheckedClient, fair: Fair, database: Database) -> None:
    meeting = _meeting(client, database, fair)
    first = _put(client, fair, meeting, "s1", rating=5, intended_value=120000.25, reportable=True, quotations=[FIVE])
    assert first.status_code == 200, first.text
    said = first.json()
    assert (said["rating"], said["intended_value"], said["currency"]) == (5, 120000.25, "EUR")
    assert said["quotations"][0] == FIVE | {"unit": "H87", "valid_to": None}
    again = _put(client, fair, meeting, "s1", rating=4, quotations=[TWENTY, FIVE])
    assert again.headers["etag"] != first.headers["etag"]
    assert [one["quantity"] for one in again.json()["quotations"]] == [20000, 5000]
    assert again.json()["intended_value"] is None
    stale = _put(client, fair, meeting, "s1", rating=1, headers={"If-Match": first.headers["etag"]})
    assert stale.status_code == 412
    kept = _put(client, fair, meeting, "s1", rating=4, headers={"If-Match": again.headers["etag"]})
    assert kept.json()["quotations"] == []
    assert _put(client, fair, meeting, "b1", rating=3, headers={"If-Match": '"x"'}).status_code == 412
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Outcome)) == 1
        assert session.scalar(select(func.count()).select_from(Quotation)) == 0


def test_a_change_of_the_quotations_alone_is_a_new_state(client: CheckedClient, fair: Fair, database: Database) -> None:
    meeting = _meeting(client, database, fair)
    tags = [
        _put(client, fair, meeting, "s1", rating=5, quotations=q).headers["etag"] for q in ([FIVE], [TWENTY], [TWENTY])
    ]
    assert len(set(tags)) == 3


def test_ratings_and_comments_stay_with_their_side(client: CheckedClient, fair: Fair, database: Database) -> None:
    meeting = _meeting(client, database, fair)
    _put(client, fair, meeting, "s1", rating=2, comment="too small for us", quotations=[FIVE])
    _put(client, fair, meeting, "b1", rating=1, comment="hopeless", order_value=7, quotations=[YUAN])
    own, other = _sides(client, fair, meeting, "b1")
    assert (own["organisation"]["id"], own["details"]["comment"]) == (str(fair.organisations["b1"]), "hopeless")
    assert (other["given"], other["details"]) == (True, None)
    assert [one["unit_price"] for one in other["quotations"]] == [3.2]
    own, other = _sides(client, fair, meeting, "s1")
    assert own["details"]["rating"] == 2
    assert (other["details"], other["quotations"]) == (None, [])  # what a buyer noted is the buyer's
    whole = _sides(client, fair, meeting, "viewer")
    assert {one["details"]["rating"] for one in whole} == {1, 2}
    for who in ("s2", "b2"):
        assert client.get(f"/api/v1/meetings/{meeting}/outcomes", headers=fair.key(who)).status_code == 404
        assert _put(client, fair, meeting, who, rating=5).status_code == 404


def test_nobody_learns_here_of_a_meeting_that_was_not_published(
    client: CheckedClient, fair: Fair, database: Database
) -> None:
    """The edition is over, and its timetable was never given out."""
    meeting = _meeting(client, database, fair, told=False)
    person = _somebody(database, fair)
    path, export = f"/api/v1/meetings/{meeting}/outcomes", f"/api/v1/representatives/{person}/export"
    for who in ("s1", "b1"):
        assert client.get(path, headers=fair.key(who)).status_code == 404
        assert _put(client, fair, meeting, who, rating=5).status_code == 404
    assert client.get(path, headers=fair.key("viewer")).status_code == 200
    assert client.get(export, headers=fair.key("b1")).json()["meetings"] == []
    assert len(client.get(export, headers=fair.key()).json()["meetings"]) == 1
    assert _own(database, fair, "b1") == []
    with database.write() as session:
        session.get_one(Meeting, UUID(meeting)).status = "held"  # the desk saw both there: they know
    assert _put(client, fair, meeting, "b1", rating=5).status_code == 200
    assert len(client.get(export, headers=fair.key("b1")).json()["meetings"]) == 1
    assert _own(database, fair, "b1") == [meeting]


def _own(database: Database, fair: Fair, who: str) -> list[str]:
    """What the portal of somebody asks for an account of."""
    with database.read() as session:
        part = session.scalars(
            select(Participation).where(Participation.organisation_id == fair.organisations[who])
        ).one()
        return [str(one.meeting.id) for one in own_meetings(session, part)]


def _somebody(database: Database, fair: Fair) -> UUID:
    """A person of b1, who has the seat in its meetings."""
    with database.write() as session:
        firm = fair.organisations["b1"]
        person = Representative(
            tenant_id=fair.tenant_id, organisation_id=firm, name="Ada", email="ada@example.org", languages=["en"]
        )
        session.add(person)
        session.flush()
        part = select(Participation.id).where(Participation.organisation_id == firm)
        for seat in session.scalars(select(Attendee).where(Attendee.participation_id.in_(part))):
            seat.representative_id = person.id
        return person.id


def test_staff_says_for_whom(client: CheckedClient, fair: Fair, database: Database) -> None:
    meeting = _meeting(client, database, fair)
    assert _put(client, fair, meeting, "organiser", rating=5).status_code == 422
    assert _put(client, fair, meeting, "desk", rating=5, organisation=str(fair.organisations["b1"])).status_code == 200
    assert (
        _put(client, fair, meeting, "organiser", rating=5, organisation=str(fair.organisations["s2"])).status_code
        == 422
    )
    assert _put(client, fair, meeting, "s1", rating=5, organisation=str(fair.organisations["b1"])).status_code == 404
    assert _put(client, fair, meeting, "viewer", rating=5).status_code == 403


@pytest.mark.parametrize("status", ["no_show", "cancelled"])
def test_nothing_comes_of_a_meeting_that_was_not(
    client: CheckedClient, fair: Fair, database: Database, status: str
) -> None:
    meeting = _meeting(client, database, fair)
    with database.write() as session:
        session.get_one(Meeting, UUID(meeting)).status = status
    assert _put(client, fair, meeting, "s1", rating=5).status_code == 409


@pytest.mark.parametrize(
    "wrong",
    [
        {"rating": 6}, {"rating": 0}, {"order_value": -1}, {"order_value": 1e12}, {"currency": "euro"},
        {"next_step": "dinner"}, {"next_step_on": "2025-10-01"}, {"comment": "x" * 2001},
        {"quotations": [FIVE | {"quantity": 0}]}, {"quotations": [FIVE | {"unit_price": -1}]},
        {"quotations": [{"quantity": 1, "unit_price": 1}]}, {"stars": 5},
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(
    client: CheckedClient, fair: Fair, database: Database, wrong: dict[str, Any]
) -> None:
    meeting = _meeting(client, database, fair)
    assert _put(client, fair, meeting, "s1", **wrong).status_code == 422


def test_offers_side_by_side_in_their_own_currencies(client: CheckedClient, fair: Fair, database: Database) -> None:
    one = _meeting(client, database, fair, "s1", "s01")
    two = _meeting(client, database, fair, "s2", "s02")
    _put(client, fair, one, "s1", quotations=[TWENTY, FIVE])
    _put(client, fair, two, "s2", quotations=[YUAN, FIVE | {"unit_price": 2.9}])
    _put(client, fair, one, "b1", quotations=[FIVE | {"unit_price": 3.1}])
    address = f"/api/v1/sourcing-requests/{fair.requests['b1']}/quotations"
    offers = client.get(address, headers=fair.key("b1")).json()["items"]
    assert [(o["quantity"], o["currency"], o["unit_price"], o["supplier"]["name"], o["told_by"]) for o in offers] == [
        (5000, "CNY", 24.5, "demo s2", "supplier"),
        (5000, "EUR", 2.9, "demo s2", "supplier"),
        (5000, "EUR", 3.1, "demo s1", "buyer"),
        (5000, "EUR", 3.2, "demo s1", "supplier"),
        (20000, "EUR", 2.7, "demo s1", "supplier"),
    ]
    assert offers[4]["total"] == 54000.0
    assert offers[4]["certificates"] == ["GOTS"]
    assert client.get(address, headers=fair.key("b2")).status_code == 404
    assert client.get(address, headers=fair.key("s1")).status_code == 403


def test_the_organiser_reads_all_page_by_page(client: CheckedClient, fair: Fair, database: Database) -> None:
    meetings = [_meeting(client, database, fair, s, slot) for s, slot in (("s1", "s01"), ("s2", "s02"), ("s3", "s03"))]
    for number, meeting in enumerate(meetings):
        _put(client, fair, meeting, f"s{number + 1}", rating=number + 1, quotations=[FIVE])
    page = client.get(f"{EVENT}/outcomes?limit=2", headers=fair.key()).json()
    rest = client.get(f"{EVENT}/outcomes?limit=2&cursor={page['next']}", headers=fair.key("viewer")).json()
    assert [one["rating"] for one in page["items"] + rest["items"]] == [1, 2, 3]
    assert rest["next"] is None
    assert client.get(f"{EVENT}/outcomes", headers=fair.key("s1")).status_code == 403


def test_meetings_of_another_tenant_do_not_exist(
    client: CheckedClient, fair: Fair, rival: Fair, database: Database
) -> None:
    meeting = _meeting(client, database, fair)
    assert _put(client, rival, meeting, "organiser", rating=5).status_code == 404
    assert _put(client, fair, str(uuid4()), "organiser", rating=5).status_code == 404
