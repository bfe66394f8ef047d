"""A fair to call the interface on: tenants with a small edition each, and keys of every role."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from uuid import UUID

import pytest
from fastapi import FastAPI
from starlette.routing import BaseRoute

from app.core.settings import Settings
from app.db.engine import Database
from app.db.models import Organisation
from app.domain.access import STAFF
from app.domain.fairs import EventShape
from app.domain.profiles import BuyerProfile, CapabilityProfile, SourcingRequest
from app.main import create_app
from app.services import access, events, participants, profiles
from tests.api.checked import CheckedClient, calling
from tests.databases import Server

EVENT = {
    "code": "e-2025", "name": "Paris meeting", "zone": "Europe/Paris", "starts_on": "2025-09-15",
    "ends_on": "2025-09-15", "as_of": "2025-06-01", "slot_minutes": 30,
    "sessions": [{"date": "2025-09-15", "starts": "13:30", "ends": "15:30"}],
    "places": [{"code": "T1"}, {"code": "T2"}, {"code": "T3"}],
    "interpreters": [{"name": "Ms Li", "languages": ["zh", "fr"], "unavailable": [["13:30", "14:00"]]}],
    "bodies": [{"name": "Bureau of Commerce", "name_local": "商务局", "role": "host"}],
    "phases": [{"name": "live", "starts_at": "2025-09-15T13:00", "ends_at": "2025-09-15T18:00"}],
    "series": {"code": "club", "name": "The club"},
    "host_fair": {"name": "The fair around it", "starts_on": "2025-09-15"},
    "pairing_rules": [{"seeker": "brand-owner", "provider": "manufacturer"}],
}  # fmt: skip


@dataclass
class Fair:
    """One tenant: its event, organisations and requests by code, and a key of each role."""

    slug: str
    tenant_id: UUID
    event_id: UUID
    organisations: dict[str, UUID] = field(default_factory=dict)
    requests: dict[str, UUID] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)

    def key(self, who: str = "organiser") -> dict[str, str]:
        return {"Authorization": f"Bearer {self.keys[who]}"}

    @property
    def actor(self) -> access.Actor:
        return access.Actor(self.tenant_id)


def make_fair(database: Database, slug: str, *, suppliers: int = 3, buyers: int = 2) -> Fair:
    """Fill a tenant through the services, as the command line and the import do."""
    with database.write() as session:
        actor = access.Actor(access.create_tenant(session, slug, slug.upper()).id)
        event = events.create_event(session, actor, EventShape.model_validate_json(json.dumps(EVENT)))
        fair = Fair(slug, actor.tenant_id, event.id)
        for role in STAFF:
            fair.keys[role] = access.create_key(session, actor, role, None)
        fair.keys["narrow"] = access.create_key(session, actor, "organiser", None, scopes=["files:read"])
        fair.keys["narrow-people"] = access.create_key(session, actor, "organiser", None, scopes=["people:write"])
        for n in range(suppliers + buyers):
            supplies = n < suppliers
            code = f"s{n + 1}" if supplies else f"b{n + 1 - suppliers}"
            row = Organisation(
                tenant_id=actor.tenant_id, code=code, name=f"{slug} {code}", country="CN" if supplies else "FR",
                kind="manufacturer" if supplies else "brand-owner",
            )  # fmt: skip
            session.add(row)
            session.flush()
            fair.organisations[code] = row.id
            part = participants.join_event(session, event, row, supplies=supplies, buys=not supplies)
            participants.seat_people(session, part, ())
            fair.keys[code] = access.create_key(session, actor, "enterprise" if supplies else "buyer", row.id)
            if supplies:
                able = CapabilityProfile(
                    products=["knitted T-shirts", "polo shirts"][: n + 1], moq=300 * (n + 1), unit="H87",
                    certificates=["GOTS"] if n != 1 else [], lead_time_days=30.0,
                )  # fmt: skip
                profiles.register_capabilities(session, actor, row.id, able)
            else:
                profiles.register_buyer(session, actor, row.id, BuyerProfile(products=["knitted T-shirts"]))
                wish = SourcingRequest(
                    title=f"T-shirts for {code}", products=["knitted T-shirts"], quantity=5000.0,
                    certificates=["GOTS"], must=["certificates"],
                )  # fmt: skip
                saved = profiles.save_request(session, actor, event.id, row.id, f"r-{code}", wish)
                fair.requests[code] = saved.owner_id
    return fair


def make_app(database_url: str, *, workers: bool = False, max_body_mb: int = 10) -> FastAPI:
    """An app without a limit on calls: tests make thousands with one key."""
    settings = Settings(
        database_url=database_url, workers_in_process=workers, max_body_mb=max_body_mb, rate_per_minute=0
    )
    app = create_app(settings)
    app.router.routes = _routes()
    return app


@cache
def _routes() -> list[BaseRoute]:
    """The routes of every app: FastAPI works out what one depends on at its first call, which takes a while."""
    return create_app(Settings(database_url="sqlite://")).router.routes


@dataclass(frozen=True)
class Standing:
    """A service that many tests ask and none changes in a way that others notice."""

    client: CheckedClient
    fair: Fair


@pytest.fixture(scope="session")
def standing(sqlite_server: Server) -> Iterator[Standing]:
    """For all that is decided before the database is asked, so that its kind makes no difference."""
    with sqlite_server.lent(sqlite_server.template("blank")[0]) as url:
        database = Database(url)
        made = make_fair(database, "standing")
        database.close()
        with calling(make_app(url)) as found:
            yield Standing(found, made)


@dataclass(frozen=True)
class Filled:
    """A database with two organisers in it, to be copied for each test: much quicker than migrating each time."""

    server: Server
    url: str
    fair: Fair
    rival: Fair


def _fill(server: Server) -> Filled:
    url, fairs = server.template("filled", lambda database: [make_fair(database, slug) for slug in ("demo", "rival")])
    assert fairs is not None
    return Filled(server, url, *fairs)


@pytest.fixture(scope="session")
def filled_sqlite(sqlite_server: Server) -> Filled:
    return _fill(sqlite_server)


@pytest.fixture(scope="session")
def filled_postgres(postgresql_server: Server) -> Filled:
    return _fill(postgresql_server)


@pytest.fixture(params=["filled_sqlite", "filled_postgres"], ids=["sqlite", "postgresql"])
def filled(request: pytest.FixtureRequest) -> Filled:
    """The database to copy, once on SQLite and once on PostgreSQL."""
    found: Filled = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def database_url(filled: Filled) -> Iterator[str]:
    """The address of a copy; in place of the empty database of the other tests."""
    with filled.server.lent(filled.url) as url:
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    found = Database(database_url)
    yield found
    found.close()


@pytest.fixture
def fair(filled: Filled) -> Fair:
    return replace(filled.fair)


@pytest.fixture
def rival(filled: Filled) -> Fair:
    """Another organiser on the same server."""
    return replace(filled.rival)


@pytest.fixture
def client(database: Database, database_url: str) -> Iterator[CheckedClient]:
    with calling(make_app(database_url)) as found:
        yield found
