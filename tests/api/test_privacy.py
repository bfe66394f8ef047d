"""People: who sees them, what they agreed to, how they are reached, and that nothing is left of whoever is erased."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, or_, select, update

from app.api.auth import KeysSeen
from app.api.permissions import MATRIX
from app.core.clock import utc_now
from app.core.ids import new_id
from app.core.settings import Settings
from app.db.base import Base
from app.db.engine import Database
from app.db.models import (
    Account,
    Attendee,
    AuditEntry,
    Event,
    LeftOutPair,
    Letter,
    Meeting,
    MeetingRequest,
    Organisation,
    Participation,
    Preference,
    Publication,
    Registration,
    Representative,
    StoredFile,
)
from app.domain.people import RepresentativeIn, WordingIn
from app.services import accounts, booking, consents, erasure, invitations, participants, people
from app.services.access import Actor, create_key
from app.services.scrubbing import rows_of
from app.services.sending import send_letters
from tests.api.calls import call
from tests.api.checked import CheckedClient
from tests.api.conftest import Fair
from tests.api.test_resources import _Count
from tests.api.test_sessions import dump

API = "/api/v1"
NAME, EMAIL, PHONE = "Wang Canary 王金丝雀", "wang.canary@example.com", "+86 10 5550 1234"
WORDING = {"purpose": "contact", "language": "en", "text": "Those whom I meet may see my name and address."}


def add(client: CheckedClient, fair: Fair, code: str = "s1", who: str = "organiser", **more: Any) -> Any:
    body = {"name": NAME, "email": EMAIL, "phone": PHONE, "role": "Sales", "languages": ["zh"]} | more
    address = f"{API}/organisations/{fair.organisations[code]}/representatives"
    return client.post(address, headers=fair.key(who), json=body)


def wording(client: CheckedClient, fair: Fair, **more: Any) -> str:
    made = client.post(f"{API}/consent-wordings", headers=fair.key(), json=WORDING | more)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def consent(client: CheckedClient, fair: Fair, person: str, words: str, who: str = "organiser") -> Any:
    address = f"{API}/representatives/{person}/consents"
    return client.post(address, headers=fair.key(who), json={"wording_id": words})


# who sees whom -------------------------------------------------------------------------------------------------------
def test_people_are_seen_by_staff_and_their_own_organisation(client: CheckedClient, fair: Fair) -> None:
    made = add(client, fair, who="s1")
    assert made.status_code == 201
    address = made.headers["location"]
    of_firm = f"{API}/organisations/{fair.organisations['s1']}/representatives"
    for who in ("organiser", "co-organiser", "desk", "s1"):
        assert client.get(address, headers=fair.key(who)).json()["email"] == EMAIL
        assert [one["phone"] for one in client.get(of_firm, headers=fair.key(who)).json()["items"]] == [PHONE]
    for path in (address, of_firm):
        seen = client.get(path, headers=fair.key("viewer"))
        assert seen.status_code == 200
        assert NAME in seen.text
        assert EMAIL not in seen.text
        assert PHONE not in seen.text
        for who in ("s2", "b1"):
            hidden = client.get(path, headers=fair.key(who))
            assert hidden.status_code == 404
            assert NAME not in hidden.text
    assert add(client, fair, who="s2").status_code == 404
    assert add(client, fair).status_code == 409  # one of this name is there


def test_people_of_another_organiser_do_not_exist(client: CheckedClient, fair: Fair, rival: Fair) -> None:
    theirs = add(client, rival).json()["id"]
    names = sorted(name for name in MATRIX if "{representative_id}" in name)
    assert len(names) >= 7
    for name in names:
        for who in ("organiser", "s1"):
            answer = call(client, name, rival, fair.key(who), representative_id=theirs)
            assert answer.status_code in (404, 403 if who == "s1" else 404), f"{name}: {answer.text}"
            assert NAME not in answer.text
    assert client.get(f"{API}/representatives/{theirs}", headers=rival.key()).json()["email"] == EMAIL


def test_a_person_changes_with_a_tag(client: CheckedClient, fair: Fair) -> None:
    made = add(client, fair)
    address, tag = made.headers["location"], made.headers["etag"]
    assert client.patch(address, headers=fair.key("s1"), json={"role": "Director"}).status_code == 428
    changed = client.patch(
        address, headers=fair.key("s1") | {"If-Match": tag}, json={"role": "Director", "phone": None}
    )
    assert (changed.json()["role"], changed.json()["phone"], changed.json()["email"]) == ("Director", None, EMAIL)
    late = client.patch(address, headers=fair.key("s1") | {"If-Match": tag}, json={"role": "Clerk"})
    assert late.status_code == 412
    headers = fair.key("s1") | {"If-Match": changed.headers["etag"]}
    assert client.patch(address, headers=headers, json={"name": None}).status_code == 422
    assert client.patch(address, headers=headers, json={"email": "nobody"}).status_code == 422


# consent -------------------------------------------------------------------------------------------------------------
def test_a_consent_keeps_its_words(client: CheckedClient, fair: Fair, rival: Fair) -> None:
    person = add(client, fair).json()["id"]
    first = wording(client, fair)
    assert consent(client, fair, person, first, "s1").status_code == 201
    assert consent(client, fair, person, first, "s1").status_code == 409
    second = wording(client, fair, text="Those whom I meet may see my name, address and number.")
    address = f"{API}/representatives/{person}/consents"
    assert client.delete(f"{address}/contact", headers=fair.key("s1")).status_code == 204
    assert client.delete(f"{address}/contact", headers=fair.key("s1")).status_code == 404
    stale = consent(client, fair, person, first)
    assert (stale.status_code, stale.json()["conflict"]) == (409, "wording")
    assert consent(client, fair, person, second).status_code == 201
    foreign = wording(client, rival)
    assert consent(client, fair, person, foreign).status_code == 404
    given = client.get(address, headers=fair.key("s1")).json()["items"]
    assert [(one["wording"]["version"], one["withdrawn_at"] is None) for one in given] == [(1, False), (2, True)]
    assert given[0]["wording"]["text"] == WORDING["text"]
    listed = client.get(f"{API}/consent-wordings?purpose=contact", headers=fair.key("b1")).json()["items"]
    assert [one["version"] for one in listed] == [1, 2]
    assert client.post(f"{API}/consent-wordings", headers=fair.key("s1"), json=WORDING).status_code == 403


# contacts ------------------------------------------------------------------------------------------------------------
@dataclass
class Parts:
    """The participations of a fair by code, to make agreements between."""

    database: Database
    fair: Fair
    ids: dict[str, UUID]

    def prefer(self, one: str, other: str, answer: str = "want") -> None:
        with self.database.write() as session:
            session.add(
                Preference(
                    event_id=self.fair.event_id,
                    from_id=self.ids[one],
                    to_id=self.ids[other],
                    answer=answer,
                    at=utc_now(),
                )
            )

    def ask(self, one: str, other: str, state: str, message: str = "") -> None:
        low, high = sorted((self.ids[one], self.ids[other]))
        answered = None if state == "pending" else utc_now()
        with self.database.write() as session:
            session.add(
                MeetingRequest(
                    tenant_id=self.fair.tenant_id, event_id=self.fair.event_id, from_id=self.ids[one],
                    to_id=self.ids[other], low_id=low, high_id=high, state=state, message=message,
                    expires_at=utc_now() + timedelta(days=1), answered_at=answered,
                )
            )  # fmt: skip

    def book(self, one: str, other: str, slot: str) -> None:
        pair = (self.fair.organisations[one], self.fair.organisations[other])
        with self.database.write() as session:
            booking.book(session, self.fair.actor, self.fair.event_id, pair, slot, None)

    def publish(self) -> None:
        with self.database.write() as session:
            schedule = session.scalars(select(Meeting.schedule_id)).first()
            session.add(
                Publication(
                    tenant_id=self.fair.tenant_id,
                    event_id=self.fair.event_id,
                    schedule_id=schedule,
                    number=1,
                    meetings=[],
                )
            )


@pytest.fixture
def parts(database: Database, fair: Fair) -> Parts:
    with database.read() as session:
        rows = session.execute(
            select(Organisation.code, Participation.id)
            .join(Participation, Participation.organisation_id == Organisation.id)
            .where(Participation.event_id == fair.event_id)
        )
        return Parts(database, fair, {row[0]: row[1] for row in rows})


def seen(client: CheckedClient, fair: Fair, who: str) -> dict[str, Any]:
    """Contacts by name of organisation: why, and the people."""
    answer = client.get(f"{API}/events/e-2025/contacts", headers=fair.key(who))
    return {one["organisation"]["name"]: (one["because"], one["people"]) for one in answer.json()["items"]}


def test_contact_data_come_after_acceptance_and_consent(client: CheckedClient, fair: Fair, parts: Parts) -> None:
    person = add(client, fair, "s1").json()["id"]
    words = wording(client, fair)
    assert seen(client, fair, "b1") == {}
    parts.ask("b1", "s1", "pending")
    parts.ask("b1", "s2", "declined")
    parts.prefer("b1", "s1")
    parts.prefer("s1", "b1", "neutral")
    consent(client, fair, person, words).raise_for_status()
    assert seen(client, fair, "b1") == {}  # asked, and wanted by one side only
    with parts.database.write() as session:
        session.execute(
            update(MeetingRequest)
            .where(MeetingRequest.state == "pending")
            .values(state="accepted", answered_at=utc_now())
        )
    permitted = {"name": NAME, "role": "Sales", "email": EMAIL, "languages": ["zh"]}  # no number unless permitted
    assert seen(client, fair, "b1") == {"demo s1": (["request"], [permitted])}
    assert seen(client, fair, "s1") == {"demo b1": (["request"], [])}  # nobody there consents
    assert seen(client, fair, "b2") == {}
    with parts.database.write() as session:
        event = session.get_one(Event, fair.event_id)
        event.rules = {**event.rules, "contact_fields": ["name", "phone"]}
    assert seen(client, fair, "b1")["demo s1"][1] == [{"name": NAME, "phone": PHONE}]
    client.delete(f"{API}/representatives/{person}/consents/contact", headers=fair.key("s1"))
    assert seen(client, fair, "b1") == {"demo s1": (["request"], [])}
    address = f"{API}/events/e-2025/contacts"
    assert client.get(address, headers=fair.key("viewer")).status_code == 403
    assert client.get(address, headers=fair.key()).status_code == 422
    as_b1 = client.get(f"{address}?organisation_id={fair.organisations['b1']}", headers=fair.key())
    assert [one["organisation"]["name"] for one in as_b1.json()["items"]] == ["demo s1"]
    as_other = f"{address}?organisation_id={fair.organisations['b1']}"
    assert client.get(as_other, headers=fair.key("s2")).status_code == 404


def test_wanting_each_other_is_acceptance_unless_one_blocks(client: CheckedClient, fair: Fair, parts: Parts) -> None:
    for one, other, answer in (
        ("b1", "s1", "want"),
        ("s1", "b1", "must_meet"),
        ("b1", "s2", "want"),
        ("b1", "s3", "want"),
    ):
        parts.prefer(one, other, answer)
    parts.prefer("s3", "b1", "blocked")
    parts.ask("b1", "s3", "accepted")
    assert seen(client, fair, "b1") == {"demo s1": (["preference"], [])}
    assert seen(client, fair, "s3") == {}


def test_a_meeting_counts_once_it_is_published(client: CheckedClient, fair: Fair, parts: Parts) -> None:
    parts.book("s1", "b1", "s01")
    parts.book("s2", "b2", "s01")
    assert seen(client, fair, "b1") == {}
    parts.publish()
    parts.book("s3", "b1", "s02")
    assert seen(client, fair, "b1") == {"demo s1": (["meeting"], [])}
    assert seen(client, fair, "s2") == {"demo b2": (["meeting"], [])}


def test_contacts_come_in_pages_with_few_queries(client: CheckedClient, fair: Fair, parts: Parts) -> None:
    for code in ("s1", "s2", "s3"):
        parts.ask("b1", code, "accepted")
    found, cursor = [], ""
    while True:
        page = client.get(f"{API}/events/e-2025/contacts?limit=2{cursor}", headers=fair.key("b1")).json()
        found += [one["organisation"]["name"] for one in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert sorted(found) == ["demo s1", "demo s2", "demo s3"]


def test_a_personal_view_never_shows_who_else_meets_whom(client: CheckedClient, fair: Fair, parts: Parts) -> None:
    parts.book("s1", "b1", "s01")
    parts.book("s2", "b2", "s01")
    secret = "displaced by demo s2×demo b2"
    with parts.database.write() as session:
        schedule = session.scalars(select(Meeting.schedule_id)).first()
        low, high = sorted((parts.ids["b1"], parts.ids["s3"]))
        session.add(
            LeftOutPair(
                event_id=fair.event_id, schedule_id=schedule, low_id=low, high_id=high, value=1.0, code="displaced",
                reason=secret,
            )
        )  # fmt: skip
    assert client.post(f"{API}/events/e-2025/publications", headers=fair.key()).status_code == 201
    mine = client.get(f"{API}/schedules/{schedule}", headers=fair.key("b1"))
    assert len(mine.json()["meetings"]) == 1
    assert mine.json()["unscheduled"][0]["reason"] == "No slot is left in which both could meet"
    assert secret in client.get(f"{API}/schedules/{schedule}", headers=fair.key()).text
    assert "demo s2" not in mine.text
    assert "demo b2" not in mine.text


def test_no_route_tells_one_party_of_the_meetings_of_others(
    client: CheckedClient, fair: Fair, parts: Parts, database: Database
) -> None:
    """Over every route that enterprises and buyers may read, with the ids of what is not theirs."""
    parts.book("s1", "b1", "s01")
    parts.book("s2", "b2", "s02")
    client.post(f"{API}/events/e-2025/publications", headers=fair.key()).raise_for_status()
    with database.read() as session:
        foreign = session.scalars(
            select(Meeting).where(or_(Meeting.low_id == parts.ids["s2"], Meeting.high_id == parts.ids["s2"]))
        ).one()
        publication = session.scalars(select(Publication.id)).one()
    ids = {
        "meeting_id": foreign.id, "schedule_id": foreign.schedule_id, "participation_id": parts.ids["s2"],
        "publication_id": publication, "other_id": parts.ids["b2"],
    }  # fmt: skip
    names = [name for name in MATRIX if name.startswith("GET ") and not name.endswith("/progress")]
    seen_by_staff = 0
    for name in sorted(names):
        seen_by_staff += str(foreign.id) in call(client, name, fair, fair.key(), **ids).text
        for role, who in (("enterprise", "s1"), ("buyer", "b1")):
            if role in MATRIX[name].roles:
                told = call(client, name, fair, fair.key(who), **ids)
                assert told.status_code != 200 or str(foreign.id) not in told.text, f"{name} as {role}"
    assert seen_by_staff >= 2  # the search finds it where it is shown


# export and erasure --------------------------------------------------------------------------------------------------
@dataclass
class Canary:
    """A person who has left traces wherever one can."""

    id: str
    key: UUID


def _attached(name: str, content: bytes) -> dict[str, str]:
    return {"name": name, "media_type": "text/calendar", "content": base64.b64encode(content).decode()}


def _folded(text: str) -> bytes:
    """As calendars break their lines, in the middle of a word."""
    return f"SUMMARY:{text[:4]}\r\n {text[4:]}\r\n".encode()


def _files() -> dict[str, bytes]:
    """Files that speak of the canary in ways of their own, one that nobody can look into, and one of somebody else."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", f"<si><r><t>{NAME[:3]}</t></r><r><t>{NAME[3:]}</t></r></si>")
    outer = io.BytesIO()
    with zipfile.ZipFile(outer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("lists.xlsx", packed.getvalue())
    return {
        "people.csv": NAME.encode(), "people-utf16.csv": NAME.upper().encode("utf-16"), "mail.json": EMAIL.encode(),
        "lists.xlsx": packed.getvalue(), "lists.zip": outer.getvalue(), "escaped.json": json.dumps(NAME).encode(),
        "number.txt": PHONE.encode(), "drawn.pdf": b"%PDF-1.7 who knows", "broken.zip": b"PK\x03\x04 broken",
        "others.csv": b"name,email\nFirm,firm@example.com\n",
    }  # fmt: skip


@pytest.fixture
def canary(client: CheckedClient, fair: Fair, database: Database, parts: Parts) -> Canary:
    keyed = fair.key("s1") | {"Idempotency-Key": "canary"}
    body = {"name": NAME, "email": EMAIL, "phone": PHONE}
    address = f"{API}/organisations/{fair.organisations['s1']}/representatives"
    person = client.post(address, headers=keyed, json=body).json()["id"]
    consent(client, fair, person, wording(client, fair)).raise_for_status()
    invited = {"email": EMAIL, "role": "enterprise", "organisation_id": str(fair.organisations["s1"])}
    client.post(f"{API}/invitations", headers=fair.key(), json=invited).raise_for_status()
    parts.ask("s1", "b1", "accepted", f"Ask for {NAME.lower()}, {EMAIL}, or call {PHONE}.")
    parts.book("s1", "b1", "s01")
    with database.write() as session:
        actor = Actor(fair.tenant_id)
        made = accounts.create_member(
            session, actor, EMAIL, "enterprise", fair.organisations["s1"], name=NAME, language="zh",
            password="a phrase for the canary",
        )  # fmt: skip
        row = session.get_one(Representative, UUID(person))
        participants.seat_people(session, session.get_one(Participation, parts.ids["s1"]), [row])
        firm = session.get_one(Organisation, fair.organisations["s1"])
        firm.extra = {"联系人": NAME, "contact": [{"mail": EMAIL.upper(), PHONE: "phone"}]}
        common: dict[str, Any] = {"tenant_id": fair.tenant_id, "event_id": fair.event_id}
        session.add_all(
            [
                Letter(
                    **common, kind="reminder", email=EMAIL, subject="Tomorrow", text="-", next_at=utc_now(),
                    attachments=[{"name": "x.txt", "media_type": "text/plain",
                                  "content": base64.b64encode(NAME.encode()).decode()}],
                ),
                Letter(**common, kind="request-received", email="other@example.com", subject="-", next_at=utc_now(),
                       text=f"{NAME} would like to meet you.", html=f"<p>{NAME}</p>"),
                Registration(
                    **common, email=EMAIL, state="pending",
                    form={"organisation": {"name": "Firm", "kind": "manufacturer"}, "supplies": True,
                          "person": {"name": NAME, "email": EMAIL, "phone": PHONE}, "message": f"I am {NAME}"},
                ),
                Letter(**common, kind="published", email="other@example.com", subject="-", next_at=utc_now(), text="-",
                       attachments=[_attached("own.ics", b"SUMMARY:Firm"), _attached("canary.ics", _folded(NAME))]),
                *(StoredFile(**common, name=name, media_type="text/csv", size=1, sha256="0" * 64, content=content)
                  for name, content in _files().items()),
            ]
        )  # fmt: skip
        session.flush()
        return Canary(person, made.account_id)


def test_the_export_holds_everything(client: CheckedClient, fair: Fair, database: Database, canary: Canary) -> None:
    with database.write() as session:
        session.scalars(select(Meeting)).one().status = "held"
    told = client.get(f"{API}/representatives/{canary.id}/export", headers=fair.key("s1"))
    whole = told.json()
    assert whole["person"]["phone"] == PHONE
    assert whole["consents"][0]["wording"]["text"] == WORDING["text"]
    assert [one["event"] for one in whole["attendance"]] == ["e-2025"]
    assert [one["with"] for one in whole["meetings"]] == ["demo b1"]
    assert [one["state"] for one in whole["requests"]] == ["accepted"]
    assert [one["form"]["person"]["name"] for one in whole["registrations"]] == [NAME]
    assert {one["kind"] for one in whole["letters"]} == {"invitation", "reminder"}
    assert [one["role"] for one in whole["account"]["memberships"]] == ["enterprise"]
    assert len(whole["invitations"]) == 1
    assert "$argon2" not in told.text
    assert "digest" not in told.text
    assert client.get(f"{API}/representatives/{canary.id}/export", headers=fair.key("s2")).status_code == 404
    assert client.get(f"{API}/representatives/{canary.id}/export", headers=fair.key("co-organiser")).status_code == 403


def _spellings(*words: str) -> list[str]:
    return [spelled for word in words for spelled in (word, word.encode("unicode_escape").decode())]


def _hits(database: Database) -> list[str]:
    whole = dump(database).lower()
    encoded = base64.b64encode(NAME.encode()).decode().lower()
    return [word for word in [*_spellings(NAME, EMAIL, PHONE, "王金丝雀"), encoded] if word.lower() in whole]


def _counts(database: Database) -> dict[str, int]:
    with database.read() as session:
        return {
            model.__tablename__: session.scalar(select(func.count()).select_from(model)) or 0
            for model in (Representative, Attendee, Meeting, MeetingRequest, Registration, Participation, AuditEntry)
        }


def test_an_erasure_leaves_nothing_but_counts(
    client: CheckedClient, fair: Fair, database: Database, canary: Canary, tmp_path: Path
) -> None:
    assert len(_hits(database)) >= 4  # the search finds what is there
    before = _counts(database)
    address = f"{API}/representatives/{canary.id}"
    assert client.post(f"{address}/erasure", headers=fair.key("s1")).status_code == 403
    assert client.post(f"{address}/erasure", headers=fair.key("co-organiser")).status_code == 403
    done = client.post(f"{address}/erasure", headers=fair.key(), json={"letter": True})
    assert done.status_code == 200, done.text
    assert done.json()["rows"]["account"] == 1
    settings = Settings(database_url=database.url, mail=f"file:{tmp_path / 'mail'}")
    send_letters(database, settings)
    assert _hits(database) == []
    assert {name: count for name, count in _counts(database).items() if name != "audit_entry"} == {
        name: count for name, count in before.items() if name != "audit_entry"
    }
    assert client.get(address, headers=fair.key()).status_code == 404
    assert client.post(f"{address}/erasure", headers=fair.key()).status_code == 404
    with database.read() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.deed == "person.erased")).one()
        assert str(entry.target_id) == canary.id
        assert session.get(Account, canary.key) is None
        assert session.scalars(select(Registration.state)).all() == ["withdrawn"]
        message = session.scalars(select(MeetingRequest.message)).one()
        assert session.scalars(select(StoredFile.name)).all() == ["others.csv"]
        beside = [file["name"] for sent in session.scalars(select(Letter)) for file in sent.attachments]
    assert message == "Ask for **, **, or call **."
    assert beside == ["own.ics"]
    again = client.post(
        f"{API}/organisations/{fair.organisations['s1']}/representatives",
        headers=fair.key("s1") | {"Idempotency-Key": "canary"}, json={"name": NAME, "email": EMAIL, "phone": PHONE},
    )  # fmt: skip
    assert again.status_code == 409  # the call had its effect; its answer is not kept any more


def test_what_others_are_called_stays(client: CheckedClient, fair: Fair, rival: Fair, database: Database) -> None:
    """A namesake, a shared number, a firm of the same name, another organiser's people."""
    person = add(client, fair, "s1").json()["id"]
    namesake = add(client, fair, "s2", email="namesake@example.com").json()["id"]
    foreign = add(client, rival, "s1").json()["id"]
    with database.write() as session:
        session.get_one(Organisation, fair.organisations["s3"]).name = f"{NAME} & Sons"
    client.post(f"{API}/representatives/{person}/erasure", headers=fair.key()).raise_for_status()
    left = client.get(f"{API}/representatives/{namesake}", headers=fair.key()).json()
    assert (left["name"], left["phone"]) == (NAME, PHONE)
    assert client.get(f"{API}/representatives/{foreign}", headers=rival.key()).json()["email"] == EMAIL
    firm = client.get(f"{API}/organisations/{fair.organisations['s3']}", headers=fair.key()).json()
    assert firm["name"] == f"{NAME} & Sons"


def test_an_account_with_other_roles_stays(
    client: CheckedClient, fair: Fair, rival: Fair, database: Database, canary: Canary
) -> None:
    with database.write() as session:
        accounts.give_role(session, session.get_one(Account, canary.key), rival.tenant_id, "viewer", None)
    client.post(f"{API}/representatives/{canary.id}/erasure", headers=fair.key()).raise_for_status()
    opened = client.post(f"{API}/session", json={"email": EMAIL, "password": "a phrase for the canary"})
    assert [one["tenant"]["slug"] for one in opened.json()["memberships"]] == ["rival"]


def test_an_address_in_a_list_makes_nobody_the_owner(
    client: CheckedClient, fair: Fair, database: Database, canary: Canary
) -> None:
    """Whoever writes somebody else's address beside a name neither sees nor ends that account."""
    thief = add(client, fair, "s2", who="s2", name="Anybody At All").json()["id"]
    told = client.get(f"{API}/representatives/{thief}/export", headers=fair.key("s2")).json()
    assert told["account"] is None


def test_people_are_kept_as_long_as_the_rules_say(client: CheckedClient, fair: Fair, database: Database) -> None:
    gone, stays = add(client, fair, "s1").json()["id"], add(client, fair, "s2", name="Zhang San").json()["id"]
    assert erasure.apply_retention(database) == 0  # no rule, no end
    soon = utc_now().date() + timedelta(days=9)
    with database.write() as session:
        event = session.get_one(Event, fair.event_id)
        event.rules = {**event.rules, "retention_days": 100}
        later = Event(
            id=new_id(), tenant_id=fair.tenant_id, code="later", name="Later", zone="Europe/Paris",
            starts_on=soon, ends_on=soon, rules={},
        )  # fmt: skip
        session.add(later)
        session.flush()
        participants.join_event(session, later, session.get_one(Organisation, fair.organisations["s2"]), supplies=True)
        form = {"organisation": {"name": "Firm"}, "person": {"name": NAME}}
        session.add(
            Registration(tenant_id=fair.tenant_id, event_id=event.id, email="z@example.com", state="refused", form=form)
        )
    assert erasure.apply_retention(database) == 2  # one person, one form
    assert erasure.apply_retention(database) == 0
    statuses = [client.get(f"{API}/representatives/{key}", headers=fair.key()).status_code for key in (gone, stays)]
    assert statuses == [404, 200]
    with database.read() as session:
        assert session.scalars(select(Registration.email)).all() == [""]
        entry = session.scalars(select(AuditEntry).where(AuditEntry.deed == "person.erased")).one()
    assert (entry.actor_kind, entry.role) == ("job", "organiser")


def test_every_table_with_words_belongs_to_a_tenant(fair: Fair) -> None:
    """So that none is forgotten: a table that is not reached has to be named here, with why."""
    unreached = {table.name for table in Base.metadata.sorted_tables if rows_of(table, fair.tenant_id) is None}
    assert unreached == {"tenant", "account", "password_reset", "sign_in_attempt"}  # of accounts, or digests only


def test_a_narrow_key_sees_no_people(client: CheckedClient, fair: Fair, database: Database) -> None:
    with database.write() as session:
        key = create_key(session, fair.actor, "organiser", None, scopes=["profiles:read"])
    address = f"{API}/organisations/{fair.organisations['s1']}/representatives"
    assert client.get(address, headers={"Authorization": f"Bearer {key}"}).status_code == 403


def test_lists_take_as_many_queries_for_thirty_as_for_one(
    client: CheckedClient, fair: Fair, parts: Parts, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(KeysSeen, "SECONDS", 0.0)  # so that each call looks its key up
    words = UUID(wording(client, fair))
    of_firm = f"{API}/organisations/{fair.organisations['s1']}/representatives"
    lists = {
        f"{API}/memberships": "organiser", f"{API}/invitations": "organiser", f"{API}/api-keys": "s1",
        f"{API}/consent-wordings": "b1", of_firm: "s1", f"{API}/events/e-2025/contacts": "b1",
    }  # fmt: skip
    parts.ask("b1", "s1", "accepted")

    def fill(numbers: range) -> None:
        with database.write() as session:
            for n in numbers:
                account = accounts.create_account(session, f"p{n}@example.com", f"P {n}", "en", None)
                accounts.give_role(session, account, fair.tenant_id, "enterprise", fair.organisations["s1"])
                invitations.invite(session, fair.actor, f"p{n}@example.com", "desk")
                create_key(session, fair.actor, "enterprise", fair.organisations["s1"])
                photos = WordingIn(purpose="photos", language="en", text="You may show me in pictures.")
                consents.write_wording(session, fair.actor, photos)
                shape = RepresentativeIn(name=f"Person {n}", email=f"p{n}@example.com")
                person = people.add_person(session, fair.actor, fair.organisations["s1"], shape)
                consents.give_consent(session, fair.actor, person, words)

    for path, who in lists.items():  # connections that are opened have statements of their own
        client.get(path, headers=fair.key(who)).raise_for_status()
    counts, sizes = [], []
    for numbers in (range(1), range(1, 3), range(3, 30)):
        fill(numbers)
        found, size = [], []
        for path, who in lists.items():
            with _Count() as count:
                answer = client.get(path, headers=fair.key(who)).json()["items"]
            found.append(count.statements)
            size.append(sum(len(one["people"]) for one in answer) if "contacts" in path else len(answer))
        counts.append(found)
        sizes.append(size)
    assert counts[0] == counts[1] == counts[2]
    assert [size >= 30 for size in sizes[2]] == [True] * len(lists)
