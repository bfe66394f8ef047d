"""The schema itself: models = migrations, nothing lost on the way down and up, and double booking impossible."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.exc import IntegrityError

from app.db import migrate
from app.db.base import Base
from app.db.engine import Database
from app.db.models import (
    Attendee,
    Event,
    Interpreter,
    InterpreterHold,
    Meeting,
    Organisation,
    Participation,
    Place,
    PlaceHold,
    Schedule,
    Seat,
    Slot,
    Tenant,
)

_NOON = datetime(2025, 9, 15, 12, tzinfo=UTC)


def test_models_are_what_the_migrations_build(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_a_migration_leaves_foreign_keys_enforced(database: Database) -> None:
    if database.is_sqlite:
        with database.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1


def test_down_and_up_again(database: Database) -> None:
    assert migrate.current(database) == migrate.newest()
    migrate.downgrade(database, "base")
    assert migrate.current(database) is None
    migrate.upgrade(database)
    migrate.upgrade(database)
    assert migrate.current(database) == migrate.newest()


class Fair:
    """An event with two suppliers, two buyers, two slots, two tables, one interpreter, and an empty schedule."""

    def __init__(self, database: Database) -> None:
        with database.write() as session:
            tenant = Tenant(slug="t", name="T")
            session.add(tenant)
            session.flush()
            event = Event(
                tenant_id=tenant.id, code="e", name="E", zone="Europe/Paris",
                starts_on=date(2025, 9, 15), ends_on=date(2025, 9, 15),
            )  # fmt: skip
            session.add(event)
            session.flush()
            self.event_id, self.tenant_id = event.id, tenant.id
            slots = [
                Slot(
                    event_id=event.id, position=n,
                    starts_at=_NOON + timedelta(minutes=30 * n), ends_at=_NOON + timedelta(minutes=30 * n + 30),
                )
                for n in range(2)
            ]  # fmt: skip
            places = [Place(event_id=event.id, position=n, code=f"T{n + 1}") for n in range(2)]
            helper = Interpreter(event_id=event.id, position=0, name="I", languages=["zh", "fr"])
            schedule = Schedule(tenant_id=tenant.id, event_id=event.id, state="done", is_current=True)
            session.add_all([*slots, *places, helper, schedule])
            session.flush()
            self.slots, self.places = [s.id for s in slots], [p.id for p in places]
            self.helper, self.schedule_id = helper.id, schedule.id
            self.parties, self.people = [], []
            for n in range(4):
                organisation = Organisation(tenant_id=tenant.id, code=f"o{n}", name=f"O{n}", kind="manufacturer")
                session.add(organisation)
                session.flush()
                part = Participation(
                    tenant_id=tenant.id, event_id=event.id, organisation_id=organisation.id, kind="manufacturer"
                )
                session.add(part)
                session.flush()
                person = Attendee(event_id=event.id, participation_id=part.id, organisation_id=organisation.id)
                session.add(person)
                session.flush()
                self.parties.append(part.id)
                self.people.append(person.id)

    def meet(self, database: Database, a: int, b: int, slot: int, place: int, helper: bool = False) -> None:
        """Write a meeting with its seats and holds, without asking anybody."""
        with database.write() as session:
            low, high = sorted((self.parties[a], self.parties[b]))
            meeting = Meeting(
                event_id=self.event_id, schedule_id=self.schedule_id, low_id=low, high_id=high, slot_id=self.slots[slot]
            )
            session.add(meeting)
            session.flush()
            where = {
                "event_id": self.event_id, "schedule_id": self.schedule_id, "meeting_id": meeting.id,
                "slot_id": self.slots[slot],
            }  # fmt: skip
            session.add_all(Seat(**where, attendee_id=self.people[party]) for party in (a, b))
            session.add(PlaceHold(**where, place_id=self.places[place]))
            if helper:
                session.add(InterpreterHold(**where, interpreter_id=self.helper))


def test_meetings_that_touch_nobody_twice_are_fine(database: Database) -> None:
    fair = Fair(database)
    fair.meet(database, 0, 2, slot=0, place=0, helper=True)
    fair.meet(database, 1, 3, slot=0, place=1)
    fair.meet(database, 0, 3, slot=1, place=0, helper=True)


@pytest.mark.parametrize(
    ("second", "what"),
    [
        ({"a": 0, "b": 3, "slot": 0, "place": 1}, "seat"),
        ({"a": 1, "b": 2, "slot": 0, "place": 1}, "seat"),
        ({"a": 1, "b": 3, "slot": 0, "place": 0}, "place_hold"),
        ({"a": 1, "b": 3, "slot": 0, "place": 1, "helper": True}, "interpreter_hold"),
        ({"a": 0, "b": 2, "slot": 1, "place": 1}, "meeting"),
    ],
    ids=["supplier twice", "buyer twice", "table twice", "interpreter twice", "pair twice"],
)
def test_the_schema_forbids_double_booking(database: Database, second: dict[str, int], what: str) -> None:
    fair = Fair(database)
    fair.meet(database, 0, 2, slot=0, place=0, helper=True)
    with pytest.raises(IntegrityError, match=what):
        fair.meet(database, **second)


def test_one_current_schedule(database: Database) -> None:
    fair = Fair(database)
    with pytest.raises(IntegrityError), database.write() as session:
        session.add(Schedule(tenant_id=fair.tenant_id, event_id=fair.event_id, is_current=True))


def test_rows_of_one_meeting_are_rows_of_one_event(database: Database) -> None:
    fair = Fair(database)
    with database.write() as session:
        other = Event(
            tenant_id=fair.tenant_id, code="e2", name="E2", zone="Europe/Paris",
            starts_on=date(2025, 9, 16), ends_on=date(2025, 9, 16),
        )  # fmt: skip
        session.add(other)
        session.flush()
        slot = Slot(event_id=other.id, position=0, starts_at=_NOON, ends_at=_NOON + timedelta(minutes=30))
        session.add(slot)
        session.flush()
        fair.slots[0] = slot.id
    with pytest.raises(IntegrityError):
        fair.meet(database, 0, 2, slot=0, place=0)


def test_an_organisation_of_another_tenant_cannot_take_part(database: Database) -> None:
    fair = Fair(database)
    with database.write() as session:
        other = Tenant(slug="t2", name="T2")
        session.add(other)
        session.flush()
        stranger = Organisation(tenant_id=other.id, code="x", name="X", kind="agent")
        session.add(stranger)
        session.flush()
        stranger_id = stranger.id
    with pytest.raises(IntegrityError), database.write() as session:
        session.add(
            Participation(tenant_id=fair.tenant_id, event_id=fair.event_id, organisation_id=stranger_id, kind="agent")
        )


def test_times_need_a_zone(database: Database) -> None:
    fair = Fair(database)
    naive = datetime(2025, 9, 15, 12)  # noqa: DTZ001 - that is the point
    with pytest.raises(Exception, match="without a zone"), database.write() as session:
        session.add(Slot(event_id=fair.event_id, position=9, starts_at=naive, ends_at=_NOON))


def test_a_read_session_cannot_write(database: Database) -> None:
    with database.read() as session:
        session.add(Tenant(slug="no", name="No"))
        with pytest.raises(RuntimeError, match="asked to write"):
            session.flush()
