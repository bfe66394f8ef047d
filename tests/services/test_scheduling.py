"""A schedule is built from rows, verified from rows, and keeps what was promised."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, select

from app.core.errors import InvalidInputError, NotAllowedError, NotFoundError
from app.core.i18n import LANGUAGES
from app.db.engine import Database
from app.db.models import (
    Attendee,
    Event,
    InterpreterHold,
    LeftOutPair,
    Meeting,
    Organisation,
    Participation,
    Place,
    PlaceHold,
    Preference,
    Schedule,
    Seat,
    Slot,
    SlotClosed,
    Unavailable,
)
from app.domain.scheduling.verify import Verdict, verify
from app.services import scheduling
from app.services.access import Actor
from app.services.doctor import Finding, examine
from app.services.problems import current_schedule
from app.services.publications import publish
from app.services.publishing.schedules import schedule_view
from app.services.schedules import held_meetings
from tests.services.lists import BUYERS, EXHIBITORS, REQUESTS, Desk
from tests.services.stage import Stage


def _current(stage: Stage) -> Schedule:
    with stage.database.read() as session:
        row = current_schedule(session, stage.event.id)
    assert row is not None
    return stage.run(Schedule, row.id)


def _codes(stage: Stage) -> dict[UUID, str]:
    with stage.database.read() as session:
        rows = session.execute(
            select(Participation.id, Organisation.code)
            .join(Organisation)
            .where(Participation.event_id == stage.event.id)
        ).all()
    return {row[0]: row[1] for row in rows}


def _part(stage: Stage, code: str) -> UUID:
    return next(key for key, found in _codes(stage).items() if found == code)


def _pair(stage: Stage, one: str, other: str) -> tuple[UUID, UUID]:
    low, high = sorted((_part(stage, one), _part(stage, other)))
    return low, high


def _from_rows(stage: Stage, schedule: Schedule) -> tuple[dict[str, Any], dict[str, Any]]:
    """The problem that was stored, and the plan as the rows of meetings, seats and holds have it."""
    problem = schedule.problem
    assert problem is not None
    codes = _codes(stage)
    name = {frozenset(meeting["participants"]): meeting["id"] for meeting in problem["meetings"]}
    with stage.database.read() as session:
        order = list(session.scalars(select(Slot).filter_by(event_id=stage.event.id).order_by(Slot.starts_at)))
        slot = {row.id: problem["slots"][number]["id"] for number, row in enumerate(order)}
        held = held_meetings(session, schedule.id)
        pairs = select(LeftOutPair).filter_by(schedule_id=schedule.id).order_by(LeftOutPair.id)
        left = list(session.scalars(pairs))
    meetings = [
        {
            "id": name[frozenset((codes[one.meeting.low_id], codes[one.meeting.high_id]))],
            "slot": slot[one.meeting.slot_id], "place": one.place, "interpreter": one.interpreter,
        }
        for one in held
    ]  # fmt: skip
    unscheduled = [
        {"id": name[frozenset((codes[row.low_id], codes[row.high_id]))], "reason": row.reason, "code": row.code}
        for row in left
    ]
    figures = {key: getattr(schedule, key) for key in ("status", "value", "objective", "bound", "gap", "breaks")}
    return problem, {
        "format": "fairmatch/plan@1", **figures, "missing_required": schedule.missing_required,
        "shortfall": schedule.shortfall, "seed": schedule.seed, "seconds": 0.0, "meetings": meetings,
        "unscheduled": unscheduled,
    }  # fmt: skip


def _verdict(stage: Stage, schedule: Schedule) -> Verdict:
    return verify(*_from_rows(stage, schedule))


def _state(stage: Stage, check: str) -> Finding:
    return next(finding for finding in examine(stage.settings()) if finding.check == check)


def test_the_verifier_passes_the_plan_that_the_rows_hold(seen: Stage) -> None:
    schedule = _current(seen)
    verdict = _verdict(seen, schedule)
    assert verdict.violations == ()
    assert schedule.value is not None
    assert schedule.bound is not None
    assert schedule.objective is not None
    assert schedule.gap == pytest.approx((schedule.bound - schedule.objective) / max(1, abs(schedule.bound)), abs=1e-6)
    assert schedule.objective <= schedule.bound + 1e-6
    assert (schedule.missing_required, schedule.shortfall) == (0, 0)


def test_the_verifier_would_see_a_table_used_twice(seen: Stage) -> None:
    """The control: the same plan with one meeting moved to another's table is refused."""
    problem, plan = _from_rows(seen, _current(seen))
    by_slot: dict[str, list[dict[str, Any]]] = {}
    for meeting in plan["meetings"]:
        by_slot.setdefault(meeting["slot"], []).append(meeting)
    one, other = next(found for found in by_slot.values() if len(found) > 1)[:2]
    other["place"] = one["place"]
    assert not verify(problem, plan).legal


def test_meetings_seats_tables_and_interpreters_are_one_story(seen: Stage) -> None:
    schedule = _current(seen)
    with seen.database.read() as session:
        meetings = {m.id: m for m in session.scalars(select(Meeting).filter_by(schedule_id=schedule.id))}
        owner = {a.id: a.participation_id for a in session.scalars(select(Attendee))}
        seats = session.scalars(select(Seat).filter_by(schedule_id=schedule.id)).all()
        tables = session.scalars(select(PlaceHold).filter_by(schedule_id=schedule.id)).all()
        helpers = session.scalars(select(InterpreterHold).filter_by(schedule_id=schedule.id)).all()
    assert len(meetings) <= 99
    assert len(seats) == 2 * len(meetings)
    assert Counter(hold.meeting_id for hold in tables) == Counter(list(meetings))
    assert max(Counter(hold.meeting_id for hold in helpers).values()) == 1
    for hold in (*seats, *tables, *helpers):
        assert hold.slot_id == meetings[hold.meeting_id].slot_id
    sitting: dict[UUID, set[UUID]] = {}
    for seat in seats:
        sitting.setdefault(seat.meeting_id, set()).add(owner[seat.attendee_id])
    assert sitting == {key: {m.low_id, m.high_id} for key, m in meetings.items()}


def test_every_pair_worth_meeting_is_held_or_left_out_with_a_reason(seen: Stage) -> None:
    schedule = _current(seen)
    with seen.database.read() as session:
        held = {(m.low_id, m.high_id) for m in session.scalars(select(Meeting).filter_by(schedule_id=schedule.id))}
        pairs = select(LeftOutPair).filter_by(schedule_id=schedule.id).order_by(LeftOutPair.id)
        left = list(session.scalars(pairs))
    assert schedule.problem is not None
    out = {(row.low_id, row.high_id) for row in left}
    assert not held & out
    assert len(held) + len(out) == len(schedule.problem["meetings"])
    codes = set(_codes(seen).values())
    for row in left:
        assert row.reason
        assert row.code
        words = {word.strip(",:;()") for word in row.reason.split()}
        assert not words & codes, "people read names, not codes"
        assert row.reasons is not None
        assert set(row.reasons) == set(LANGUAGES)
        assert row.words("en") == row.reason
        assert re.search("[\u4e00-\u9fff]", row.words("zh"))
        assert not any(re.search(rf"(?<![\w-]){re.escape(code)}(?![\w-])", row.words("zh")) for code in codes)


def test_advice_and_reasons_are_shown_in_the_reader_s_language(seen: Stage) -> None:
    schedule = _current(seen)
    with seen.database.read() as session:
        english, chinese = (schedule_view(session, seen.actor, schedule.id, lang) for lang in ("en", "zh-Hans"))
    assert schedule.advice is not None
    assert english["advice"] == schedule.advice["en"]
    assert chinese["advice"] == schedule.advice["zh"]
    for one, two in zip(english["unscheduled"], chinese["unscheduled"], strict=True):
        assert (one["code"], one["pair"]) == (two["code"], two["pair"])
        assert one["reason"] != two["reason"]


def test_the_same_seed_and_steps_give_the_same_plan(paris: Stage) -> None:
    first = _current(paris)
    second = paris.build()
    assert second.id != first.id
    assert _from_rows(paris, second) == _from_rows(paris, first)
    with paris.database.read() as session:
        assert list(session.scalars(select(Schedule.id).where(Schedule.is_current))) == [second.id]


@pytest.fixture
def small(blank: Database, tmp_path: Any) -> Stage:
    """Two suppliers, two buyers, four slots, two tables, matched."""
    desk = Desk(blank, tmp_path)
    buyers = BUYERS + "B2,Casa Delta,Brand owner,IT,down jackets,Delta\n"
    requests = REQUESTS + "Q2,B2,Winter,down jackets,900,pieces\n"
    assert desk.bring(EXHIBITORS, buyers, requests).written
    desk.stage.match()
    return desk.stage


def _answer(stage: Stage, one: str, other: str, answer: str) -> None:
    from datetime import UTC, datetime

    with stage.database.write() as session:
        session.add(
            Preference(
                event_id=stage.event.id, from_id=_part(stage, one), to_id=_part(stage, other), answer=answer,
                at=datetime.now(UTC),
            )
        )  # fmt: skip


def _meeting(stage: Stage, one: str, other: str) -> Meeting | None:
    low, high = _pair(stage, one, other)
    with stage.database.read() as session:
        return session.scalar(
            select(Meeting)
            .join(Schedule, Schedule.id == Meeting.schedule_id)
            .where(Schedule.is_current, Meeting.low_id == low, Meeting.high_id == high)
        )


def _lock(stage: Stage, one: str, other: str, slot: int, place: str, status: str = "locked") -> None:
    """Put a pair's meeting of the current schedule somewhere by hand and lock it there."""
    meeting = _meeting(stage, one, other)
    assert meeting is not None
    with stage.database.write() as session:
        row = session.get_one(Meeting, meeting.id)
        when = session.scalars(select(Slot).filter_by(event_id=stage.event.id, position=slot)).one()
        where = session.scalars(select(Place).filter_by(event_id=stage.event.id, code=place)).one()
        for seat in session.scalars(select(Seat).filter_by(schedule_id=row.schedule_id, slot_id=when.id)):
            session.delete(seat)
        for hold in session.scalars(select(PlaceHold).filter_by(schedule_id=row.schedule_id, slot_id=when.id)):
            session.delete(hold)
        session.flush()
        row.slot_id, row.status = when.id, status
        for seat in session.scalars(select(Seat).filter_by(meeting_id=row.id)):
            seat.slot_id = when.id
        for hold in session.scalars(select(PlaceHold).filter_by(meeting_id=row.id)):
            hold.slot_id, hold.place_id = when.id, where.id


@pytest.mark.parametrize("status", ["locked", "live", "held"])
def test_a_locked_meeting_keeps_slot_table_and_state(small: Stage, status: str) -> None:
    small.build()
    _lock(small, "S2", "B2", slot=3, place="T2", status=status)
    schedule = small.build()
    assert _verdict(small, schedule).legal
    with small.database.read() as session:
        held = {one.meeting.id: one for one in held_meetings(session, schedule.id)}
    meeting = _meeting(small, "S2", "B2")
    assert meeting is not None
    assert (held[meeting.id].slot.position, held[meeting.id].place, meeting.status) == (3, "T2", status)


def test_a_meeting_locked_by_hand_stays_though_nobody_ranked_it(small: Stage) -> None:
    """The two never were a match; an organiser who books and locks them means it."""
    from app.services.booking import book

    small.build()
    with small.database.write() as session:
        one, other = (session.scalars(select(Organisation.id).filter_by(code=code)).one() for code in ("B1", "B2"))
        session.execute(delete(Meeting))
        meeting = book(session, small.actor, small.event.id, (one, other), "s02", "T1")
        meeting.status = "locked"
    schedule = small.build()
    kept = _meeting(small, "B1", "B2")
    assert kept is not None
    assert kept.status == "locked"
    assert _verdict(small, schedule).legal
    with small.database.read() as session:
        assert session.get_one(Slot, kept.slot_id).position == 1


def test_a_blocked_or_refused_pair_is_not_even_tried(small: Stage) -> None:
    small.build()
    assert _meeting(small, "S1", "B1") is not None
    _answer(small, "B1", "S1", "blocked")
    _answer(small, "S2", "B2", "no_thanks")
    schedule = small.build()
    assert schedule.problem is not None
    tried = {frozenset(meeting["participants"]) for meeting in schedule.problem["meetings"]}
    assert frozenset(("S1", "B1")) not in tried
    assert frozenset(("S2", "B2")) not in tried
    assert _meeting(small, "S1", "B1") is None
    assert _meeting(small, "S2", "B2") is None


def test_blocked_pairs_of_the_sample_never_meet(seen: Stage) -> None:
    with seen.database.read() as session:
        refused = {
            tuple(sorted((row.from_id, row.to_id)))
            for row in session.scalars(select(Preference))
            if row.answer in ("blocked", "no_thanks")
        }
        met = {(m.low_id, m.high_id) for m in session.scalars(select(Meeting))}
        musts = {
            tuple(sorted((row.from_id, row.to_id)))
            for row in session.scalars(select(Preference))
            if row.answer == "must_meet"
        }
    assert refused
    assert musts
    assert not refused & met
    assert musts <= met


def test_who_must_meet_meets_though_worth_less(small: Stage) -> None:
    """One slot is left to B1, and S2 is worth less to it than S1."""
    with small.database.write() as session:
        slots = session.scalars(select(Slot).order_by(Slot.position)).all()
        session.add_all(
            Unavailable(event_id=small.event.id, participation_id=_part(small, "B1"), slot_id=slot.id)
            for slot in slots[1:]
        )
    small.build()
    assert _meeting(small, "S1", "B1") is not None
    _answer(small, "B1", "S2", "must_meet")
    schedule = small.build()
    assert _meeting(small, "S2", "B1") is not None
    assert _meeting(small, "S1", "B1") is None
    assert schedule.missing_required == 0
    assert _verdict(small, schedule).legal


def test_what_must_be_and_cannot_is_told(small: Stage) -> None:
    """B1 must meet two and has one slot: one of them is missing, and the schedule says so."""
    with small.database.write() as session:
        slots = session.scalars(select(Slot).order_by(Slot.position)).all()
        session.add_all(
            Unavailable(event_id=small.event.id, participation_id=_part(small, "B1"), slot_id=slot.id)
            for slot in slots[1:]
        )
    _answer(small, "B1", "S1", "must_meet")
    _answer(small, "B1", "S2", "must_meet")
    schedule = small.build()
    assert (schedule.status, schedule.missing_required) == ("infeasible", 1)
    with small.database.read() as session:
        view = schedule_view(session, small.actor, schedule.id)
    assert view["missing_required"] == 1
    assert any("B1" not in out["reason"] and out["reason"] for out in view["unscheduled"])


def test_nobody_meets_while_away_and_no_closed_table_is_used(small: Stage) -> None:
    with small.database.write() as session:
        slots = session.scalars(select(Slot).order_by(Slot.position)).all()
        tables = session.scalars(select(Place).order_by(Place.position)).all()
        session.add_all(
            SlotClosed(event_id=small.event.id, slot_id=slot.id, place_id=tables[0].id) for slot in slots[:2]
        )
        session.add(Unavailable(event_id=small.event.id, participation_id=_part(small, "S1"), slot_id=slots[2].id))
    schedule = small.build()
    assert _verdict(small, schedule).legal
    assert all(finding.state != "wrong" for finding in examine(small.settings()))


def test_a_plan_of_one_event_leaves_the_other_alone(paris: Stage) -> None:
    from datetime import date

    from app.domain.fairs import EventShape
    from app.services.events import create_event

    day = date(2026, 3, 1)
    with paris.database.write() as session:
        shape = EventShape(code="next", name="Next", zone="Europe/Paris", starts_on=day, ends_on=day)
        other = create_event(session, paris.actor, shape)
        with pytest.raises(InvalidInputError, match="no finished match run"):
            scheduling.start_schedule(session, paris.actor, other)
    assert _current(paris).is_current


def test_only_an_organiser_builds(seen: Stage) -> None:
    with seen.database.read() as session:
        event = session.get_one(Event, seen.event.id)
        with pytest.raises(NotAllowedError):
            scheduling.start_schedule(session, Actor(seen.actor.tenant_id, "buyer"), event)


def test_a_buyer_sees_its_own_meetings_only(paris: Stage) -> None:
    schedule = _current(paris)
    with paris.database.read() as session:
        owner = session.scalars(select(Organisation).filter_by(code="FR-LIN")).one()
        with pytest.raises(NotFoundError):  # nobody was told of it yet
            schedule_view(session, Actor(paris.actor.tenant_id, "buyer", owner.id), schedule.id)
    with paris.database.write() as session:
        publish(session, paris.actor, paris.event, "https://fair.example")
    with paris.database.read() as session:
        whole = schedule_view(session, paris.actor, schedule.id)
        own = schedule_view(session, Actor(paris.actor.tenant_id, "buyer", owner.id), schedule.id)
    mine = [m for m in whole["meetings"] if str(owner.id) in {party["id"] for party in m["organisations"]}]
    assert own["meetings"] == mine
    assert 0 < len(mine) < len(whole["meetings"])
    assert all(str(owner.id) in {party["id"] for party in pair["pair"]} for pair in own["unscheduled"])


# doctor --------------------------------------------------------------------------------------------------------------
def test_the_doctor_finds_nothing_wrong_with_the_sample(seen: Stage) -> None:
    findings = examine(seen.settings())
    assert {finding.state for finding in findings} == {"ok"}
    assert {finding.check for finding in findings} >= {"seats", "cancelled", "availability", "closed", "blocks"}


def _plant_a_seat_too_few(stage: Stage) -> None:
    with stage.database.write() as session:
        session.delete(session.scalars(select(Seat).limit(1)).one())


def _plant_a_cancelled_meeting_that_holds(stage: Stage) -> None:
    with stage.database.write() as session:
        session.scalars(select(Meeting).limit(1)).one().status = "cancelled"


def _plant_somebody_away(stage: Stage) -> None:
    with stage.database.write() as session:
        seat, party = session.execute(
            select(Seat, Attendee.participation_id).join(Attendee, Attendee.id == Seat.attendee_id).limit(1)
        ).one()
        session.add(Unavailable(event_id=stage.event.id, participation_id=party, slot_id=seat.slot_id))


def _plant_a_closed_table(stage: Stage) -> None:
    with stage.database.write() as session:
        hold = session.scalars(select(PlaceHold).limit(1)).one()
        session.add(SlotClosed(event_id=stage.event.id, place_id=hold.place_id, slot_id=hold.slot_id))


def _plant_an_interpreter_at_rest(stage: Stage) -> None:
    with stage.database.write() as session:
        hold = session.scalars(select(InterpreterHold).limit(1)).one()
        session.add(SlotClosed(event_id=stage.event.id, interpreter_id=hold.interpreter_id, slot_id=hold.slot_id))


def _plant_a_blocked_pair(stage: Stage) -> None:
    from datetime import UTC, datetime

    with stage.database.write() as session:
        have = {(row.from_id, row.to_id) for row in session.scalars(select(Preference))}
        meeting = next(
            m
            for m in session.scalars(select(Meeting))
            if (m.low_id, m.high_id) not in have and (m.high_id, m.low_id) not in have
        )
        session.add(
            Preference(
                event_id=stage.event.id, from_id=meeting.high_id, to_id=meeting.low_id, answer="blocked",
                at=datetime.now(UTC),
            )
        )  # fmt: skip


@pytest.mark.parametrize(
    ("plant", "check"),
    [
        (_plant_a_seat_too_few, "seats"),
        (_plant_a_cancelled_meeting_that_holds, "cancelled"),
        (_plant_somebody_away, "availability"),
        (_plant_a_closed_table, "closed"),
        (_plant_an_interpreter_at_rest, "closed"),
        (_plant_a_blocked_pair, "blocks"),
    ],
)
def test_the_doctor_finds_what_was_planted(paris: Stage, plant: Any, check: str) -> None:
    plant(paris)
    found = _state(paris, check)
    assert found.state == "wrong"
    assert found.text.startswith("1 ")
    others = {finding.check for finding in examine(paris.settings()) if finding.state == "wrong"}
    assert others == {check}
