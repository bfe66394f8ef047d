"""People: invited, signed in, switched, signed out, with a new password; and what those who guess get to see."""

from __future__ import annotations

import re
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select, update

from app.api.auth import KeysSeen
from app.core.clock import utc_now
from app.core.crypto import digest
from app.core.errors import TooManyError
from app.core.settings import Settings
from app.db import backup
from app.db.base import Base
from app.db.engine import Database
from app.db.models import Account, Invitation, Letter, PasswordReset, SignIn, SignInAttempt
from app.services import access, accounts, attempts
from app.services.sending import send_letters
from tests.api.checked import CheckedClient, calling
from tests.api.conftest import Fair, make_app
from tests.api.test_races import serving

EMAIL, PASSWORD = "li.wei@example.com", "four plain words in a row"
API = "/api/v1"


@pytest.fixture
def member(database: Database, fair: Fair) -> UUID:
    """Li Wei, an organiser who also buys for b1; gives the id of her first role."""
    with database.write() as session:
        made = accounts.create_member(
            session, fair.actor, EMAIL, "organiser", None, name="Li Wei", language="zh", password=PASSWORD
        )
        account = session.get_one(Account, made.account_id)
        accounts.give_role(session, account, fair.tenant_id, "buyer", fair.organisations["b1"])
        return made.id


def sign_in(client: Any, email: str = EMAIL, password: str = PASSWORD, **more: Any) -> Any:
    return client.post(f"{API}/session", json={"email": email, "password": password, **more})


def bearer(answer: Any) -> dict[str, str]:
    assert answer.status_code in (200, 201), answer.text
    return {"Authorization": f"Bearer {answer.json()['token']}"}


def letter_token(database: Database, kind: str) -> str:
    """The token in the newest letter of a kind."""
    with database.read() as session:
        text = session.scalars(select(Letter.text).where(Letter.kind == kind).order_by(Letter.id.desc())).first()
    found = re.search(r"http://127\.0\.0\.1:8000/\w+#(\S+)", text or "")
    assert found, text
    return found[1]


def dump(database: Database) -> str:
    """All rows of all tables, as a backup holds them."""
    with database.snapshot() as connection:
        return "\n".join(line for table in backup.in_order(Base.metadata) for line in backup.lines(connection, table))


# invitations ---------------------------------------------------------------------------------------------------------
def test_an_invitation_makes_an_account(client: CheckedClient, fair: Fair, database: Database) -> None:
    body = {"email": "Mia@Example.com", "role": "buyer", "organisation_id": str(fair.organisations["b1"])}
    made = client.post(f"{API}/invitations", headers=fair.key(), json=body | {"language": "fr"})
    assert made.status_code == 201
    assert (made.json()["email"], made.json()["state"]) == ("mia@example.com", "open")
    token = letter_token(database, "invitation")
    assert token not in made.text
    answer = {"token": token, "name": "Mia", "password": PASSWORD}
    opened = client.post(f"{API}/invitation-answers", json=answer)
    who = client.get(f"{API}/session", headers=bearer(opened)).json()
    assert (who["role"], who["account"]["name"], who["account"]["language"]) == ("buyer", "Mia", "fr")
    assert who["membership"]["organisation"]["name"] == "demo b1"
    seen = client.get(f"{API}/organisations", headers=bearer(opened)).json()["items"]
    assert [item["code"] for item in seen] == ["b1"]
    assert client.get(f"{API}/invitations", headers=bearer(opened)).status_code == 403
    assert client.post(f"{API}/invitation-answers", json=answer).status_code == 404  # once
    listed = client.get(f"{API}/invitations", headers=fair.key()).json()["items"]
    assert [item["state"] for item in listed] == ["accepted"]
    gone = client.delete(f"{API}/invitations/{made.json()['id']}", headers=fair.key())
    assert gone.status_code == 409


def test_an_invitation_is_renewed_and_taken_back(client: CheckedClient, fair: Fair, database: Database) -> None:
    made = client.post(f"{API}/invitations", headers=fair.key(), json={"email": EMAIL, "role": "desk"}).json()
    first = letter_token(database, "invitation")
    client.post(f"{API}/invitations/{made['id']}/renewal", headers=fair.key()).raise_for_status()
    second = letter_token(database, "invitation")
    answer = {"name": "Li Wei", "password": PASSWORD}
    assert client.post(f"{API}/invitation-answers", json=answer | {"token": first}).status_code == 404
    assert client.delete(f"{API}/invitations/{made['id']}", headers=fair.key()).status_code == 204
    assert client.post(f"{API}/invitation-answers", json=answer | {"token": second}).status_code == 404
    client.post(f"{API}/invitations/{made['id']}/renewal", headers=fair.key()).raise_for_status()
    with database.write() as session:
        session.execute(update(Invitation).values(expires_at=utc_now() - timedelta(seconds=1)))
    late = {"token": letter_token(database, "invitation")}
    assert client.post(f"{API}/invitation-answers", json=answer | late).status_code == 404
    listed = client.get(f"{API}/invitations", headers=fair.key()).json()["items"]
    assert [item["state"] for item in listed] == ["expired"]


def test_whoever_has_an_account_gives_its_password(
    client: CheckedClient, fair: Fair, rival: Fair, database: Database, member: UUID
) -> None:
    client.post(f"{API}/invitations", headers=rival.key(), json={"email": EMAIL, "role": "viewer"}).raise_for_status()
    answer = {"token": letter_token(database, "invitation"), "name": "Another", "password": "another pass phrase"}
    assert client.post(f"{API}/invitation-answers", json=answer).status_code == 401
    opened = client.post(f"{API}/invitation-answers", json=answer | {"password": PASSWORD})
    roles = {(one["tenant"]["slug"], one["role"]) for one in opened.json()["memberships"]}
    assert roles == {("demo", "organiser"), ("demo", "buyer"), ("rival", "viewer")}
    assert opened.json()["membership"]["tenant"]["slug"] == "rival"
    assert opened.json()["account"]["name"] == "Li Wei"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"role": "buyer"}, "organisation_id"), ({"email": "nobody"}, "email"), ({"role": "king"}, "role"),
     ({"organisation_id": "own"}, "organisation_id"), ({"language": "xx"}, "language")],
)  # fmt: skip
def test_an_invitation_that_makes_no_sense(
    client: CheckedClient, fair: Fair, wrong: dict[str, str], field: str
) -> None:
    body = {"email": EMAIL, "role": "desk"} | wrong
    if wrong.get("organisation_id"):
        body["organisation_id"] = str(fair.organisations["b1"])
    answer = client.post(f"{API}/invitations", headers=fair.key(), json=body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


def test_a_narrowed_key_hands_out_no_roles(client: CheckedClient, fair: Fair, database: Database) -> None:
    with database.write() as session:
        narrow = access.create_key(session, fair.actor, "organiser", None, scopes=["access:write"])
    headers = {"Authorization": f"Bearer {narrow}"}
    assert client.post(f"{API}/invitations", headers=headers, json={"email": EMAIL, "role": "desk"}).status_code == 403
    wide = client.post(f"{API}/api-keys", headers=headers, json={"label": "wider"})
    assert (wide.status_code, wide.json()["errors"][0]["field"]) == (422, "scopes")
    same = client.post(f"{API}/api-keys", headers=headers, json={"scopes": ["access:write"]})
    assert same.json()["scopes"] == ["access:write"]


@pytest.mark.parametrize(
    "weak", ["short", "aaaaaaaaaaaa", "121212121212", "Password1234", "passwordpassword", EMAIL, "qwerty123456!",
             "ｐａｓｓｗｏｒｄ1234", "li.wei-2025!!"],
)  # fmt: skip
def test_passwords_that_are_guessed_first(client: CheckedClient, fair: Fair, database: Database, weak: str) -> None:
    client.post(f"{API}/invitations", headers=fair.key(), json={"email": EMAIL, "role": "desk"}).raise_for_status()
    answer = {"token": letter_token(database, "invitation"), "name": "Li", "password": weak}
    refused = client.post(f"{API}/invitation-answers", json=answer)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "password")
    assert weak not in refused.text


# sessions ------------------------------------------------------------------------------------------------------------
def test_a_session_goes_where_a_key_goes(client: CheckedClient, fair: Fair, member: UUID) -> None:
    opened = sign_in(client)
    assert opened.json()["token"].startswith("fs_")
    who = client.get(f"{API}/session", headers=bearer(opened)).json()
    assert (who["role"], who["membership"]["id"], len(who["memberships"])) == ("organiser", str(member), 2)
    assert client.post(f"{API}/session", json={"email": EMAIL.upper(), "password": PASSWORD}).status_code == 201
    key = client.get(f"{API}/session", headers=fair.key("b1")).json()
    assert (key["role"], key["account"], key["memberships"]) == ("buyer", None, [])
    assert client.delete(f"{API}/session", headers=fair.key()).status_code == 404


def test_another_role_is_another_token(client: CheckedClient, fair: Fair, member: UUID) -> None:
    opened = sign_in(client)
    buying = next(one["id"] for one in opened.json()["memberships"] if one["role"] == "buyer")
    switched = client.put(f"{API}/session/membership", headers=bearer(opened), json={"membership_id": buying})
    assert switched.json()["expires_at"] == opened.json()["expires_at"]
    assert client.get(f"{API}/session", headers=bearer(opened)).status_code == 401
    assert client.get(f"{API}/session", headers=bearer(switched)).json()["role"] == "buyer"
    assert client.get(f"{API}/match-runs/{fair.event_id}", headers=bearer(switched)).status_code == 403
    chosen = sign_in(client, membership_id=buying)
    assert chosen.json()["membership"]["role"] == "buyer"
    foreign = {"membership_id": str(fair.event_id)}
    assert client.put(f"{API}/session/membership", headers=bearer(switched), json=foreign).status_code == 404


def test_signing_out_here_and_everywhere(client: CheckedClient, member: UUID) -> None:
    one, two, three = (bearer(sign_in(client)) for _ in range(3))
    assert client.delete(f"{API}/session", headers=one).status_code == 204
    assert [client.get(f"{API}/session", headers=who).status_code for who in (one, two, three)] == [401, 200, 200]
    assert client.delete(f"{API}/sessions", headers=two).status_code == 204
    assert [client.get(f"{API}/session", headers=who).status_code for who in (one, two, three)] == [401, 401, 401]


def test_sessions_end_by_themselves(client: CheckedClient, database: Database, member: UUID) -> None:
    def age(**columns: Any) -> None:
        with database.write() as session:
            session.execute(update(SignIn).values(**columns))

    def status() -> int:
        return int(client.get(f"{API}/session", headers=who).status_code)

    who, now = bearer(sign_in(client)), utc_now()
    age(seen_at=now - timedelta(minutes=119))
    assert status() == 200
    with database.read() as session:
        assert session.scalars(select(SignIn.seen_at)).one() >= now  # its use was noted
    age(seen_at=now - timedelta(minutes=121))
    assert status() == 401
    age(seen_at=now, expires_at=now - timedelta(seconds=1))
    assert status() == 401
    age(expires_at=now + timedelta(hours=1))
    assert status() == 200
    with database.write() as session:
        session.execute(update(Account).values(closed_at=now))
    assert status() == 401
    assert sign_in(client).status_code == 401


def test_a_role_that_is_taken_away_is_gone_at_once(
    client: CheckedClient, fair: Fair, database: Database, member: UUID
) -> None:
    who = bearer(sign_in(client))
    assert client.delete(f"{API}/memberships/{member}", headers=who).status_code == 409  # the last organiser
    assert client.delete(f"{API}/memberships/{member}", headers=fair.key()).status_code == 204
    assert client.get(f"{API}/session", headers=who).status_code == 401
    assert client.delete(f"{API}/memberships/{member}", headers=fair.key()).status_code == 404
    assert sign_in(client).json()["membership"]["role"] == "buyer"
    listed = client.get(f"{API}/memberships", headers=fair.key()).json()["items"]
    assert [(one["role"], one["ended_at"] is None) for one in listed] == [("organiser", False), ("buyer", True)]
    assert {one["account"]["email"] for one in listed} == {EMAIL}


def test_a_new_password_ends_all_sessions(client: CheckedClient, member: UUID) -> None:
    one, two = bearer(sign_in(client)), bearer(sign_in(client))
    new = "five quite other words now"
    wrong = client.put(f"{API}/session/password", headers=one, json={"present": "not this one", "new": new})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "present")
    weak = client.put(f"{API}/session/password", headers=one, json={"present": PASSWORD, "new": "short"})
    assert (weak.status_code, weak.json()["errors"][0]["field"]) == (422, "new")
    changed = client.put(f"{API}/session/password", headers=one, json={"present": PASSWORD, "new": new})
    assert [client.get(f"{API}/session", headers=who).status_code for who in (one, two)] == [401, 401]
    assert client.get(f"{API}/session", headers=bearer(changed)).status_code == 200
    assert sign_in(client).status_code == 401
    assert sign_in(client, password=new).status_code == 201


def test_a_forgotten_password(client: CheckedClient, database: Database, member: UUID) -> None:
    before = bearer(sign_in(client))
    unknown = client.post(f"{API}/password-resets", json={"email": "nobody@example.com"})
    known = client.post(f"{API}/password-resets", json={"email": EMAIL})
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content) == (204, b"")
    with database.read() as session:
        assert session.scalars(select(Letter.email).where(Letter.kind == "password-reset")).all() == [EMAIL]
    answer = {"token": letter_token(database, "password-reset"), "password": "short"}
    assert client.post(f"{API}/password-resets/answer", json=answer).status_code == 422
    opened = client.post(f"{API}/password-resets/answer", json=answer | {"password": "an altogether new one"})
    assert client.get(f"{API}/session", headers=bearer(opened)).status_code == 200
    assert client.get(f"{API}/session", headers=before).status_code == 401
    again = client.post(f"{API}/password-resets/answer", json=answer | {"password": "and yet another one"})
    assert again.status_code == 404
    assert sign_in(client, password="an altogether new one").status_code == 201
    client.post(f"{API}/password-resets", json={"email": EMAIL}).raise_for_status()
    with database.write() as session:
        session.execute(update(PasswordReset).values(expires_at=utc_now() - timedelta(seconds=1)))
    late = {"token": letter_token(database, "password-reset"), "password": "and yet another one"}
    assert client.post(f"{API}/password-resets/answer", json=late).status_code == 404


# guessing ------------------------------------------------------------------------------------------------------------
@pytest.fixture
def unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "_OF_ACCOUNT", ())
    monkeypatch.setattr(attempts, "_OF_NETWORK", ())


def test_known_and_unknown_look_the_same(
    heavy_passwords: None, client: CheckedClient, member: UUID, unlimited: None
) -> None:
    """In what is answered, and in how long it takes: the medians are within a third of each other."""
    taken: dict[str, list[float]] = {EMAIL: [], "nobody@example.com": []}
    answers = set()
    for n in range(11):
        for email in sorted(taken, reverse=n % 2 == 0):
            started = time.perf_counter()
            answer = sign_in(client, email, "not the password at all")
            taken[email].append(time.perf_counter() - started)
            told = {name: value for name, value in answer.json().items() if name != "instance"}
            answers.add((answer.status_code, str(told), str(sorted(answer.headers.keys()))))
    assert len(answers) == 1
    known, unknown = (statistics.median(times) for times in taken.values())
    assert 0.75 < known / unknown < 1.33


def test_a_stored_password_is_expensive_to_guess(heavy_passwords: None, database: Database, member: UUID) -> None:
    with database.read() as session:
        stored = session.scalars(select(Account.password).where(Account.email == EMAIL)).one()
    assert stored is not None
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_six_in_a_minute_twelve_in_an_hour(client: CheckedClient, database: Database, member: UUID) -> None:
    def guess(count: int) -> Counter[int]:
        return Counter(sign_in(client, password="not the password").status_code for _ in range(count))

    assert guess(8) == {401: 6, 429: 2}
    refused = sign_in(client)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= 60
    _older(database, minutes=1)
    assert sign_in(client).status_code == 201  # is no guess and does not count
    assert guess(8) == {401: 6, 429: 2}
    _older(database, minutes=2)
    assert sign_in(client).status_code == 429  # twelve in the hour
    _older(database, minutes=60)
    assert sign_in(client).status_code == 201
    assert attempts.forget(database) == 24
    with database.read() as session:
        assert session.scalars(select(SignInAttempt)).all() == []


def test_all_servers_of_one_database_count_together(client: CheckedClient, database_url: str, member: UUID) -> None:
    other = Database(database_url)
    with calling(make_app(other.url)) as second:
        told = [sign_in(each, password="not the password").status_code for each in (client, second) * 4]
    other.close()
    assert told == [401] * 6 + [429] * 2


def _older(database: Database, minutes: int) -> None:
    with database.write() as session:
        for row in session.scalars(select(SignInAttempt)):
            row.at -= timedelta(minutes=minutes)


def test_nobody_locks_out_somebody_else(database: Database) -> None:
    with database.write() as session:
        for _ in range(6):
            attempts.begin(session, "sign-in", EMAIL, "198.51.100.7")
    for email, host in ((EMAIL, "198.51.100.8"), ("other@example.com", "198.51.100.7")):
        with database.write() as session:
            attempts.begin(session, "sign-in", email, host)
    with pytest.raises(TooManyError), database.write() as session:
        attempts.begin(session, "sign-in", EMAIL, "::ffff:198.51.100.7")


def test_one_network_cannot_try_everybody(database: Database) -> None:
    def one(n: int) -> None:
        attempts.begin(session, "sign-in", f"p{n}@example.com", f"2001:db8:1:2::{n:x}")

    with database.write() as session:
        for n in range(60):
            one(n)
        with pytest.raises(TooManyError):
            one(61)


def test_a_hundred_guesses_at_once_are_six(database: Database, database_url: str, member: UUID) -> None:
    with serving(database_url) as address, httpx.Client(timeout=60) as http, ThreadPoolExecutor(30) as pool:
        client = _At(http, address)
        statuses = Counter(pool.map(lambda _: sign_in(client, password="not this").status_code, range(30)))
    assert statuses == {401: 6, 429: 24}


class _At:
    """A client of a live server, called like the test client."""

    def __init__(self, http: httpx.Client, address: str) -> None:
        self.http, self.address = http, address

    def post(self, path: str, **options: Any) -> httpx.Response:
        return self.http.post(f"{self.address}{path}", **options)


def test_a_letter_with_a_token_is_not_kept(
    client: CheckedClient, fair: Fair, database: Database, member: UUID, tmp_path: Path
) -> None:
    client.post(f"{API}/invitations", headers=fair.key(), json={"email": EMAIL, "role": "desk"}).raise_for_status()
    client.post(f"{API}/password-resets", json={"email": EMAIL}).raise_for_status()
    tokens = [letter_token(database, kind) for kind in ("invitation", "password-reset")]
    settings = Settings(database_url=database.url, mail=f"file:{tmp_path / 'mail'}")
    assert send_letters(database, settings) == 2
    sent = b"".join(path.read_bytes() for path in (tmp_path / "mail").iterdir()).replace(b"=\r\n", b"")
    assert all(token.encode() in sent for token in tokens)
    assert [token for token in tokens if token in dump(database)] == []


# what is kept --------------------------------------------------------------------------------------------------------
def test_no_secret_is_kept(client: CheckedClient, fair: Fair, database: Database, member: UUID) -> None:
    """Passwords and tokens of sessions and keys are in no table, not even with the answers kept for repeated calls."""
    opened = sign_in(client)
    headers = bearer(opened) | {"Idempotency-Key": "once"}
    buying = next(one["id"] for one in opened.json()["memberships"] if one["role"] == "buyer")
    switched = client.put(f"{API}/session/membership", headers=headers, json={"membership_id": buying})
    headers = fair.key() | {"Idempotency-Key": "once"}
    made = client.post(f"{API}/api-keys", headers=headers, json={"label": "a machine"})
    secrets = [opened.json()["token"], switched.json()["token"], made.json()["key"], PASSWORD]
    again = client.post(f"{API}/api-keys", headers=headers, json={"label": "a machine"})
    assert again.status_code == 409
    assert made.json()["key"] not in again.text
    whole = dump(database)
    assert all(digest(secret) in whole for secret in secrets[:3])
    assert [secret for secret in secrets if secret in whole or secret[3:] in whole] == []


# keys ----------------------------------------------------------------------------------------------------------------
def test_keys_are_made_listed_and_revoked(client: CheckedClient, fair: Fair, rival: Fair) -> None:
    body = {"label": "stock", "scopes": ["profiles:read"], "days": 30}
    made = client.post(f"{API}/api-keys", headers=fair.key("s1"), json=body).json()
    own = str(fair.organisations["s1"])
    assert (made["role"], made["organisation_id"], made["scopes"]) == ("enterprise", own, ["profiles:read"])
    holder = {"Authorization": f"Bearer {made['key']}"}
    assert client.get(f"{API}/organisations/{own}", headers=holder).status_code == 200
    assert client.get(f"{API}/events", headers=holder).status_code == 403
    for wrong in ({"role": "organiser"}, {"organisation_id": str(fair.organisations["s2"])}, {"scopes": ["x:read"]}):
        assert client.post(f"{API}/api-keys", headers=fair.key("s1"), json=wrong).status_code == 422
    listed = client.get(f"{API}/api-keys", headers=fair.key("s1")).json()["items"]
    assert {one["organisation_id"] for one in listed} == {own}
    assert made["id"] in {one["id"] for one in listed}
    assert all("key" not in one for one in listed)
    for stranger in (fair.key("s2"), fair.key("b1"), rival.key()):
        assert client.delete(f"{API}/api-keys/{made['id']}", headers=stranger).status_code == 404
    assert client.delete(f"{API}/api-keys/{made['id']}", headers=fair.key("s1")).status_code == 204
    time.sleep(KeysSeen.SECONDS)
    assert client.get(f"{API}/organisations/{own}", headers=holder).status_code == 401
    assert client.delete(f"{API}/api-keys/{made['id']}", headers=fair.key("s1")).status_code == 404


@pytest.fixture
def two_workers(database_url: str) -> Iterator[tuple[str, str]]:
    with serving(database_url) as one, serving(database_url) as other:
        yield one, other


def test_what_one_worker_revokes_is_dead_on_the_other(two_workers: tuple[str, str], fair: Fair, member: UUID) -> None:
    one, other = two_workers
    with httpx.Client(timeout=60) as http:
        session = bearer(sign_in(_At(http, one)))
        made = http.post(f"{one}{API}/api-keys", headers=session, json={"label": "a machine"}).json()
        key = {"Authorization": f"Bearer {made['key']}"}
        assert [http.get(f"{other}{API}/session", headers=who).status_code for who in (session, key)] == [200, 200]
        http.delete(f"{one}{API}/api-keys/{made['id']}", headers=session).raise_for_status()
        http.delete(f"{one}{API}/session", headers=session).raise_for_status()
        assert http.get(f"{other}{API}/session", headers=session).status_code == 401
        assert KeysSeen.SECONDS < 1  # a key is good for that long where it has just been seen
        time.sleep(KeysSeen.SECONDS)
        assert http.get(f"{other}{API}/session", headers=key).status_code == 401
