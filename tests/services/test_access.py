"""Keys and tenants: who holds a key is who it was made for, and nobody reaches into another tenant."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from app.core.errors import InvalidInputError, NotAllowedError, NotFoundError, NotSignedInError
from app.db.engine import Database
from app.db.models import ApiKey, Organisation
from app.services import access
from app.services.access import Actor


@pytest.fixture
def one(blank: Database) -> Actor:
    return _tenant(blank, "one")


def _tenant(database: Database, slug: str) -> Actor:
    with database.write() as session:
        return Actor(access.create_tenant(session, slug, slug.upper()).id)


def _firm(database: Database, actor: Actor, code: str = "F1") -> UUID:
    with database.write() as session:
        row = Organisation(tenant_id=actor.tenant_id, code=code, name=code, kind="manufacturer")
        session.add(row)
        session.flush()
        return row.id


def _key(database: Database, actor: Actor, role: str = "organiser", owner: UUID | None = None) -> str:
    with database.write() as session:
        return access.create_key(session, actor, role, owner, "for a test")


def _holder(database: Database, key: str) -> Actor:
    with database.read() as session:
        return access.authenticate(session, key)


@pytest.mark.parametrize("role", ["organiser", "enterprise", "buyer"])
def test_a_key_says_who_holds_it(blank: Database, one: Actor, role: str) -> None:
    firm = _firm(blank, one)
    owner = None if role == "organiser" else firm
    holder = _holder(blank, _key(blank, one, role, firm))
    assert (holder.tenant_id, holder.role, holder.organisation_id) == (one.tenant_id, role, owner)
    assert (holder.kind, holder.scopes) == ("key", frozenset())
    assert holder.id is not None


def test_a_key_is_not_stored(blank: Database, one: Actor) -> None:
    key = _key(blank, one)
    with blank.read() as session:
        row = session.scalars(select(ApiKey)).one()
        kept = [str(getattr(row, column.key)) for column in ApiKey.__table__.columns]
    assert all(key not in value and key[3:] not in value for value in kept)
    assert _key(blank, one) != key


def test_revoked_unknown_and_empty_keys_open_nothing_and_look_alike(blank: Database, one: Actor) -> None:
    key = _key(blank, one)
    with blank.write() as session:
        access.revoke_key(session, one, key)
    said = set()
    for tried in (key, key + "x", key.upper(), "fm_nothing", ""):
        with pytest.raises(NotSignedInError) as caught:
            _holder(blank, tried)
        said.add(caught.value.message)
    assert len(said) == 1
    with pytest.raises(NotFoundError), blank.write() as session:
        access.revoke_key(session, one, key)


def test_a_key_of_another_organiser_cannot_be_revoked(blank: Database, one: Actor) -> None:
    two, key = _tenant(blank, "two"), _key(blank, one)
    with pytest.raises(NotFoundError), blank.write() as session:
        access.revoke_key(session, two, key)
    assert _holder(blank, key).tenant_id == one.tenant_id


def test_a_key_for_another_organisers_firm_cannot_be_made(blank: Database, one: Actor) -> None:
    stranger = _firm(blank, _tenant(blank, "two"))
    for owner in (stranger, uuid4()):
        with pytest.raises(NotFoundError):
            _key(blank, one, "buyer", owner)


def test_only_an_organiser_makes_and_revokes_keys(blank: Database, one: Actor) -> None:
    firm, key = _firm(blank, one), _key(blank, one)
    holder = Actor(one.tenant_id, "enterprise", firm)
    with pytest.raises(NotAllowedError):
        _key(blank, holder, "enterprise", firm)
    with pytest.raises(NotAllowedError), blank.write() as session:
        access.revoke_key(session, holder, key)


@pytest.mark.parametrize("role", ["enterprise", "buyer"])
def test_enterprises_and_buyers_need_an_organisation(blank: Database, one: Actor, role: str) -> None:
    with pytest.raises(InvalidInputError, match="name it"):
        _key(blank, one, role)


def test_a_role_nobody_knows(blank: Database, one: Actor) -> None:
    with pytest.raises(InvalidInputError, match="'admin' is no role"):
        _key(blank, one, "admin")


def test_one_slug_is_one_tenant(blank: Database, one: Actor) -> None:
    with pytest.raises(InvalidInputError, match="'one' already"):
        _tenant(blank, "one")
    with blank.read() as session:
        assert access.organiser_of(session, "one") == one
        with pytest.raises(NotFoundError, match="there is one"):
            access.organiser_of(session, "three")


def test_who_acts_for_whom(one: Actor) -> None:
    firm, other = uuid4(), uuid4()
    one.must_act_for(firm)
    Actor(one.tenant_id, "enterprise", firm).must_act_for(firm)
    with pytest.raises(NotFoundError):
        Actor(one.tenant_id, "enterprise", firm).must_act_for(other)
