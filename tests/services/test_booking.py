"""Booking by hand: what is free is booked, and every conflict is named."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier, Thread
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from app.core.errors import AppError, ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from app.db.engine import Database
from app.db.models import (
    Event,
    Interpreter,
    InterpreterHold,
    Meeting,
    Organisation,
    Participation,
    Place,
    PlaceHold,
    Preference,
    Representative,
    Schedule,
    Seat,
    Slot,
    SlotClosed,
    Unavailable,
)
from app.services.access import Actor
from app.services.booking import book
from tests.services.lists import Desk, count
from tests.services.stage import Stage

_SUPPLIERS = """Id,Company name,Kind,Country,MOQ
S1,Alpha,Manufacturer,CN,100
S2,Beta,Manufacturer,CN,100
S3,Eta,Manufacturer,CN,100
"""
_BUYERS = """Id,Company name,Kind,Country,Brands
B1,Gamma,Brand owner,FR,G
B2,Delta,Brand owner,IT,D
B3,Zeta,Retailer,DE,Z
"""


@pytest.fixture
def small(blank: Database, tmp_path: Path) -> Stage:
    """Three suppliers, three buyers, four slots, two tables, and no schedule yet."""
    desk = Desk(blank, tmp_path)
    assert desk.bring(_SUPPLIERS, _BUYERS).written
    return desk.stage


def _id(stage: Stage, code: str) -> UUID:
    with stage.database.read() as session:
        return session.scalars(select(Organisation.id).filter_by(code=code)).one()


def _part(stage: Stage, code: str) -> UUID:
    with stage.database.read() as session:
        return session.scalars(select(Participation.id).filter_by(organisation_id=_id(stage, code))).one()


def _book(stage: Stage, one: str, other: str, slot: str, place: str | None = None) -> UUID:
    with stage.database.write() as session:
        parties = _id(stage, one), _id(stage, other)
        return book(session, stage.actor, stage.event.id, parties, slot, place).id


def _slot(stage: Stage, position: int) -> UUID:
    with stage.database.read() as session:
        return session.scalars(select(Slot.id).filter_by(position=position)).one()


def test_a_booking_takes_two_seats_and_a_table(small: Stage) -> None:
    key = _book(small, "S1", "B1", "s02", "T2")
    with small.database.read() as session:
        meeting = session.get_one(Meeting, key)
        seats = session.scalars(select(Seat).filter_by(meeting_id=key)).all()
        (hold,) = session.scalars(select(PlaceHold).filter_by(meeting_id=key))
        assert session.get_one(Place, hold.place_id).code == "T2"
    assert {meeting.low_id, meeting.high_id} == {_part(small, "S1"), _part(small, "B1")}
    assert meeting.low_id < meeting.high_id
    assert {seat.slot_id for seat in seats} == {hold.slot_id} == {_slot(small, 1)}
    assert len(seats) == 2
    assert count(small.database, Schedule, is_current=True) == 1


def test_the_first_free_table_is_taken_unless_one_is_named(small: Stage) -> None:
    _book(small, "S1", "B1", "s01")
    _book(small, "S2", "B2", "s01")
    with small.database.read() as session:
        codes = session.scalars(select(Place.code).join(PlaceHold, PlaceHold.place_id == Place.id)).all()
    assert sorted(codes) == ["T1", "T2"]


def _conflict(stage: Stage, one: str, other: str, slot: str, place: str | None = None) -> ConflictError:
    before = count(stage.database, Meeting), count(stage.database, Seat), count(stage.database, PlaceHold)
    with pytest.raises(ConflictError) as caught:
        _book(stage, one, other, slot, place)
    assert (count(stage.database, Meeting), count(stage.database, Seat), count(stage.database, PlaceHold)) == before
    return caught.value


def test_somebody_who_meets_already(small: Stage) -> None:
    _book(small, "S1", "B1", "s01")
    for one, other, name in (("S1", "B2", "Alpha"), ("S2", "B1", "Gamma")):
        error = _conflict(small, one, other, "s01")
        assert error.details["conflict"] == "participant"
        assert name in error.message
        assert "s01" in error.message


def test_the_same_two_again(small: Stage) -> None:
    _book(small, "S1", "B1", "s01")
    error = _conflict(small, "B1", "S1", "s03")
    assert error.details["conflict"] == "pair"
    assert "Alpha" in error.message
    assert "Gamma" in error.message


def test_the_same_two_again_where_the_rules_allow_it(small: Stage) -> None:
    with small.database.write() as session:
        event = session.get_one(Event, small.event.id)
        event.rules = {**event.rules, "one_meeting_per_organisation_pair": False}
    _book(small, "S1", "B1", "s01")
    _book(small, "S1", "B1", "s03")
    assert count(small.database, Meeting) == 2


def test_a_table_that_is_taken(small: Stage) -> None:
    _book(small, "S1", "B1", "s01", "T1")
    error = _conflict(small, "S2", "B2", "s01", "T1")
    assert error.details["conflict"] == "place"
    assert "T1 is taken" in error.message


def test_a_table_that_is_closed(small: Stage) -> None:
    with small.database.write() as session:
        table = session.scalars(select(Place).filter_by(code="T1")).one()
        session.add(SlotClosed(event_id=small.event.id, place_id=table.id, slot_id=_slot(small, 0)))
    assert "T1 is closed" in _conflict(small, "S1", "B1", "s01", "T1").message
    _book(small, "S1", "B1", "s01")  # the other one is open


def test_no_table_is_left(small: Stage) -> None:
    _book(small, "S1", "B1", "s01")
    _book(small, "S2", "B2", "s01")
    error = _conflict(small, "S3", "B3", "s01")
    assert error.details["conflict"] == "place"
    assert "no place is free" in error.message


def test_somebody_who_is_away(small: Stage) -> None:
    with small.database.write() as session:
        session.add(Unavailable(event_id=small.event.id, participation_id=_part(small, "B2"), slot_id=_slot(small, 2)))
    error = _conflict(small, "S1", "B2", "s03")
    assert error.details["conflict"] == "availability"
    assert "Delta" in error.message


def test_somebody_who_has_enough(small: Stage) -> None:
    with small.database.write() as session:
        session.get_one(Participation, _part(small, "S1")).max_meetings = 1
    _book(small, "S1", "B1", "s01")
    error = _conflict(small, "S1", "B2", "s02")
    assert error.details["conflict"] == "maximum"
    assert "Alpha" in error.message


def test_a_limit_of_the_whole_event_holds_as_well(small: Stage) -> None:
    with small.database.write() as session:
        event = session.get_one(Event, small.event.id)
        event.rules = {**event.rules, "max_meetings_supplier": 1}
    _book(small, "S1", "B1", "s01")
    assert _conflict(small, "S1", "B2", "s02").details["conflict"] == "maximum"


@pytest.mark.parametrize(("from_", "to"), [("S1", "B1"), ("B1", "S1")])
def test_somebody_who_blocked_the_other(small: Stage, from_: str, to: str) -> None:
    with small.database.write() as session:
        session.add(
            Preference(
                event_id=small.event.id, from_id=_part(small, from_), to_id=_part(small, to), answer="blocked",
                at=datetime.now(UTC),
            )
        )  # fmt: skip
    assert _conflict(small, "S1", "B1", "s01").details["conflict"] == "blocked"


def _speak(stage: Stage, code: str, *languages: str) -> None:
    with stage.database.write() as session:
        session.add(
            Representative(
                tenant_id=stage.actor.tenant_id, organisation_id=_id(stage, code), name=f"P {code}",
                languages=list(languages),
            )
        )  # fmt: skip


def test_two_without_a_language_in_common_take_the_one_interpreter(small: Stage) -> None:
    for code, language in (("S1", "zh"), ("S2", "zh"), ("B1", "fr"), ("B2", "fr"), ("B3", "zh")):
        _speak(small, code, language)
    assert "zh and fr" in _conflict(small, "S1", "B1", "s01").message
    with small.database.write() as session:
        session.add(Interpreter(event_id=small.event.id, position=0, name="Li", languages=["zh", "fr"]))
    key = _book(small, "S1", "B1", "s01")
    assert count(small.database, InterpreterHold, meeting_id=key) == 1
    error = _conflict(small, "S2", "B2", "s01")
    assert error.details["conflict"] == "interpreter"
    other = _book(small, "S2", "B3", "s01")
    assert count(small.database, InterpreterHold, meeting_id=other) == 0


def test_what_is_not_there_is_said(small: Stage) -> None:
    with pytest.raises(InvalidInputError, match="'s09' is no slot"):
        _book(small, "S1", "B1", "s09")
    with pytest.raises(InvalidInputError, match="'T9' is no place"):
        _book(small, "S1", "B1", "s01", "T9")
    with pytest.raises(InvalidInputError, match="two different"):
        _book(small, "S1", "S1", "s01")


def test_who_takes_no_part_and_who_is_another_organisers(small: Stage, tmp_path: Path) -> None:
    other = Desk(small.database, tmp_path, slug="two")
    other.bring("Id,Company name,Kind,Country,MOQ\nX1,Xi,Manufacturer,CN,1\n")
    with small.database.write() as session:
        lone = Organisation(tenant_id=small.actor.tenant_id, code="L", name="Lone", kind="agent")
        session.add(lone)
        session.flush()
        lone_id = lone.id
    for key in (lone_id, _id(small, "X1"), uuid4()):
        with pytest.raises(NotFoundError), small.database.write() as session:
            book(session, small.actor, small.event.id, (_id(small, "S1"), key), "s01", None)
    with pytest.raises(NotFoundError), small.database.write() as session:
        book(session, other.actor, small.event.id, (_id(small, "S1"), _id(small, "B1")), "s01", None)
    assert count(small.database, Meeting) == 0


def test_only_an_organiser_books(small: Stage) -> None:
    actor = Actor(small.actor.tenant_id, "buyer", _id(small, "B1"))
    with pytest.raises(NotAllowedError), small.database.write() as session:
        book(session, actor, small.event.id, (_id(small, "S1"), _id(small, "B1")), "s01", None)


def test_of_many_who_want_one_slot_one_gets_it(small: Stage) -> None:
    """All start together; the constraints decide, the others are told what happened, and nothing is left over."""
    pairs = [("S1", "B1"), ("S1", "B2"), ("S1", "B3"), ("S2", "B1"), ("S3", "B1"), ("B1", "S1")]
    start, booked, refused = Barrier(len(pairs)), [], []

    def run(one: str, other: str) -> None:
        parties = _id(small, one), _id(small, other)
        start.wait()
        try:
            small.database.run(lambda s: book(s, small.actor, small.event.id, parties, "s01", "T1").id)
            booked.append((one, other))
        except AppError as error:
            refused.append(error)

    threads = [Thread(target=run, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(booked) == 1
    assert [type(error) for error in refused] == [ConflictError] * 5
    assert count(small.database, Meeting) == 1
    assert (count(small.database, Seat), count(small.database, PlaceHold)) == (2, 1)
    assert count(small.database, Schedule, is_current=True) == 1


def test_a_maximum_holds_when_all_ask_at_once(small: Stage) -> None:
    """Different slots, tables and partners: nothing but the count stands in the way."""
    with small.database.write() as session:
        session.get_one(Participation, _part(small, "S1")).max_meetings = 1
    _book(small, "S2", "B3", "s04")  # so that there is a schedule to book into
    start, refused = Barrier(3), []

    def run(other: str, slot: str) -> None:
        parties = _id(small, "S1"), _id(small, other)
        start.wait()
        try:
            small.database.run(lambda s: book(s, small.actor, small.event.id, parties, slot, None).id)
        except ConflictError as error:
            refused.append(error.details["conflict"])

    threads = [Thread(target=run, args=pair) for pair in (("B1", "s01"), ("B2", "s02"), ("B3", "s03"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == ["maximum", "maximum"]
    assert count(small.database, Meeting) == 2
