"""Repairs of the Paris edition on its day: the fewest moves, the past untouched, all written in one go."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.core.clock import utc_now
from app.core.errors import ChangedMeanwhileError, ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from app.db.models import (
    Event,
    Interpreter,
    InterpreterHold,
    LeftOutPair,
    Letter,
    Match,
    Meeting,
    MeetingRequest,
    Organisation,
    Participation,
    Place,
    PlaceHold,
    Preference,
    Representative,
    Schedule,
    Seat,
    Slot,
    Unavailable,
    WebhookDelivery,
)
from app.db.models import Webhook as WebhookRow
from app.services.access import Actor
from app.services.live.disturbances import Disturbance
from app.services.live.repairs import Repaired, look, repair, standby
from app.services.problems import current_schedule
from app.services.publications import last_publication, publish
from app.services.recipients import recipients
from tests.services.stage import Stage


def _at(hour: int, minute: int) -> datetime:
    """A moment of the day on the event's wall clock."""
    return datetime(2025, 9, 15, hour, minute)  # noqa: DTZ001 - local times of an event have no offset


AT = _at(14, 10)  # the slots of 13:30 and 14:00 have begun
Seen = dict[UUID, tuple[Any, ...]]


def _organisation(stage: Stage, code: str) -> UUID:
    with stage.database.read() as session:
        return session.scalars(select(Organisation.id).filter_by(code=code)).one()


def _busiest(stage: Stage, after: int = 2) -> UUID:
    """The organisation with most meetings from a slot on."""
    with stage.database.read() as session:
        rows = session.execute(select(Meeting, Slot.position).join(Slot, Slot.id == Meeting.slot_id)).all()
        parts = Counter(p for m, position in rows if position >= after for p in (m.low_id, m.high_id))
        return session.get_one(Participation, min(parts, key=lambda key: (-parts[key], key))).organisation_id


def _do(stage: Stage, what: Disturbance, **options: Any) -> Repaired:
    with stage.database.write() as session:
        return repair(session, stage.actor, stage.event, what, **({"preview": False, "at": AT} | options))


def _seen(stage: Stage) -> Seen:
    """Each meeting with its state, slot, place, interpreter and people."""
    with stage.database.read() as session:
        place = dict(session.execute(select(PlaceHold.meeting_id, PlaceHold.place_id)).all())  # type: ignore[arg-type]
        helper = dict(session.execute(select(InterpreterHold.meeting_id, InterpreterHold.interpreter_id)).all())  # type: ignore[arg-type]
        seats: dict[UUID, set[UUID]] = {}
        for meeting_id, attendee_id in session.execute(select(Seat.meeting_id, Seat.attendee_id)):
            seats.setdefault(meeting_id, set()).add(attendee_id)
        return {
            m.id: (m.status, m.slot_id, place.get(m.id), helper.get(m.id), frozenset(seats.get(m.id, ())), m.sequence)
            for m in session.scalars(select(Meeting))
        }


def _sound(stage: Stage) -> None:
    """What holds of every schedule, whatever was done to it."""
    with stage.database.read() as session:
        schedule = current_schedule(session, stage.event.id)
        assert schedule is not None
        meetings = list(session.scalars(select(Meeting).filter_by(schedule_id=schedule.id)))
        position = {row.id: row for row in session.scalars(select(Slot))}
        seats = Counter(session.scalars(select(Seat.meeting_id).filter_by(schedule_id=schedule.id)))
        places = Counter(session.scalars(select(PlaceHold.meeting_id).filter_by(schedule_id=schedule.id)))
        away = {(row.participation_id, row.slot_id) for row in session.scalars(select(Unavailable))}
        slot_of = dict(session.execute(select(Seat.meeting_id, Seat.slot_id)).all())  # type: ignore[arg-type]
    for meeting in meetings:
        on = meeting.status != "cancelled"
        assert (seats[meeting.id], places[meeting.id]) == ((2, 1) if on else (0, 0)), meeting.status
        if on:
            assert slot_of[meeting.id] == meeting.slot_id
            begun = position[meeting.slot_id].position < 2
            assert begun or not {(p, meeting.slot_id) for p in (meeting.low_id, meeting.high_id)} & away
    pairs = Counter((m.low_id, m.high_id) for m in meetings if m.status != "cancelled")
    assert max(pairs.values()) == 1


def _call_off(session: Session, meeting: Meeting) -> None:
    for model in (Seat, PlaceHold, InterpreterHold):
        for row in session.scalars(select(model).where(model.meeting_id == meeting.id)):
            session.delete(row)
    meeting.status = "cancelled"


def _slots(stage: Stage) -> dict[UUID, int]:
    with stage.database.read() as session:
        return {row.id: row.position for row in session.scalars(select(Slot))}


def test_a_no_show_loses_what_is_left_and_standby_comes_in(paris: Stage) -> None:
    who, before = _busiest(paris), _seen(paris)
    found = _do(paris, Disturbance("no_show", who))
    after, position = _seen(paris), _slots(paris)
    assert found.applied
    assert found.cancelled
    assert {move.code for move in found.cancelled} == {"participant"}
    for move in found.cancelled:
        assert move.meeting_id is not None
        assert after[move.meeting_id][0] == "cancelled"
        assert after[move.meeting_id][5] == before[move.meeting_id][5] + 1
        assert "is not there" in move.reasons["en"]
        assert "不在场" in move.reasons["zh"]
    moved = {move.meeting_id for move in found.moved}
    for key, row in before.items():
        if position[row[1]] < 2:
            assert after[key] == row  # the past is never touched
        elif key not in moved and after[key][0] != "cancelled":
            assert after[key] == row
    assert set(after) - set(before) == set(found.added_ids.values())
    with paris.database.read() as session:
        gone = session.scalars(select(Meeting).filter_by(status="cancelled")).all()
        part = session.scalars(select(Participation).filter_by(organisation_id=who, event_id=paris.event.id)).one()
        assert {row.absent_id for row in gone} == {part.id}
        assert all(row.changed_at and row.note for row in gone)
        lost = session.scalars(select(LeftOutPair).where(LeftOutPair.code == "participant")).all()
        assert {(row.low_id, row.high_id) for row in lost} == {(row.low_id, row.high_id) for row in gone}
    _sound(paris)


def test_late_moves_what_it_can_and_only_what_it_must(paris: Stage) -> None:
    who, before = _busiest(paris), _seen(paris)
    found = _do(paris, Disturbance("late", who, slot="s06"), fill=False)
    position = _slots(paris)
    with paris.database.read() as session:
        part = session.scalars(select(Participation).filter_by(organisation_id=who, event_id=paris.event.id)).one()
        own = [m for m in session.scalars(select(Meeting)) if part.id in (m.low_id, m.high_id)]
    for meeting in own:
        assert position[meeting.slot_id] < 2 or position[meeting.slot_id] >= 5 or meeting.status == "cancelled"
    hit = {key for key, row in before.items() if key in {m.id for m in own} and 2 <= position[row[1]] < 5}
    assert {m.meeting_id for m in (*found.moved, *found.cancelled)} >= hit
    for move in found.moved:
        if move.meeting_id not in hit:
            assert move.code == "room"
    assert not found.added
    _sound(paris)


def test_by_the_clock_late_means_the_slots_that_begin_before(paris: Stage) -> None:
    who = _busiest(paris)
    by_slot = _do(paris, Disturbance("late", who, slot="s05"), preview=True)
    by_time = _do(paris, Disturbance("late", who, time=_at(15, 15)), preview=True)
    assert by_slot.state == by_time.state  # 15:15 comes after the slot of 15:00 has begun
    for wrong in (
        Disturbance("late", who),
        Disturbance("late", who, slot="s05", time=AT),
        Disturbance("late", who, slot="s99"),
    ):
        with pytest.raises(InvalidInputError):
            _do(paris, wrong)


def test_who_leaves_early_is_gone_from_then_on(paris: Stage) -> None:
    who = _busiest(paris, 6)
    _do(paris, Disturbance("leaves", who, slot="s07"))
    position = _slots(paris)
    with paris.database.read() as session:
        part = session.scalars(select(Participation).filter_by(organisation_id=who, event_id=paris.event.id)).one()
        on = session.scalars(select(Meeting).where(Meeting.status != "cancelled")).all()
    assert all(position[m.slot_id] < 6 for m in on if part.id in (m.low_id, m.high_id))
    _sound(paris)


def test_a_closed_table_is_empty_from_now_on(paris: Stage) -> None:
    _do(paris, Disturbance("place_closed", place="T03"))
    position = _slots(paris)
    with paris.database.read() as session:
        place = session.scalars(select(Place).filter_by(code="T03")).one()
        slots = session.scalars(select(PlaceHold.slot_id).where(PlaceHold.place_id == place.id)).all()
    assert {position[key] for key in slots} <= {0, 1}
    assert slots
    _sound(paris)
    some = _do(paris, Disturbance("place_closed", place="T04", slots=("s04", "s01")))
    assert all(
        move.before and move.before["slot"] == "s04" for move in (*some.moved, *some.cancelled) if move.code == "place"
    )
    with pytest.raises(InvalidInputError):
        _do(paris, Disturbance("place_closed", place="T99"))


def _by_hand(stage: Stage) -> tuple[UUID, str]:
    """A meeting that was booked by hand, of a pair that has no points, and its table."""
    with stage.database.write() as session:
        position = {row.id: row.position for row in session.scalars(select(Slot))}
        placed = select(Meeting, Place.code).join(PlaceHold, PlaceHold.meeting_id == Meeting.id).join(Place)
        rows = [(m, code) for m, code in session.execute(placed) if position[m.slot_id] >= 3]
        # of one whose people have no table of their own, so that it could be at another
        own = set(session.scalars(select(Participation.id).where(Participation.place_id.is_not(None))))
        meeting, code = next((m, code) for m, code in rows if not own & {m.low_id, m.high_id})
        meeting.value = 0.0
        pair = (LeftOutPair.low_id == meeting.low_id) & (LeftOutPair.high_id == meeting.high_id)
        session.execute(delete(LeftOutPair).where(pair))
        both = [meeting.low_id, meeting.high_id]
        session.execute(delete(Match).where(Match.provider_id.in_(both), Match.seeker_id.in_(both)))
        return meeting.id, code


def test_a_meeting_booked_by_hand_moves_to_a_free_table_though_it_has_no_points(paris: Stage) -> None:
    key, code = _by_hand(paris)
    before = _seen(paris)[key]
    with paris.database.write() as session:
        beside = select(Meeting).where(Meeting.slot_id == before[1], Meeting.id != key)
        _call_off(session, session.scalars(beside.order_by(Meeting.id).limit(1)).one())
    found = _do(paris, Disturbance("place_closed", place=code, slots=(f"s{_slots(paris)[before[1]] + 1:02}",)))
    after = _seen(paris)[key]
    assert after[0] != "cancelled"
    assert after[2] not in (None, before[2])
    assert key in {move.meeting_id for move in found.moved}
    _sound(paris)


def test_a_meeting_booked_by_hand_that_falls_out_waits_for_another_chance(paris: Stage) -> None:
    key, _ = _by_hand(paris)
    with paris.database.read() as session:
        meeting = session.get_one(Meeting, key)
        parties = frozenset((meeting.low_id, meeting.high_id))
        who = session.get_one(Participation, meeting.low_id).organisation_id
    _do(paris, Disturbance("no_show", who), fill=False)
    assert _seen(paris)[key][0] == "cancelled"
    with paris.database.write() as session:
        session.execute(delete(Unavailable).where(Unavailable.participation_id.in_(parties)))
    with paris.database.read() as session:
        waiting = {frozenset(one.parties): one for one in standby(session, paris.actor, paris.event, at=AT).standby}
    assert waiting[parties].value == 0
    assert waiting[parties].slots


def test_an_ill_interpreter_is_replaced_or_the_meeting_falls_out(paris: Stage) -> None:
    with paris.database.read() as session:
        counted = select(InterpreterHold.interpreter_id).group_by(InterpreterHold.interpreter_id)
        key = session.scalars(counted.order_by(func.count().desc()).limit(1)).one()
        name = session.get_one(Interpreter, key).name
    found = _do(paris, Disturbance("interpreter_ill", interpreter=name))
    assert found.moved or found.cancelled
    position = _slots(paris)
    with paris.database.read() as session:
        slots = session.scalars(select(InterpreterHold.slot_id).where(InterpreterHold.interpreter_id == key)).all()
    assert all(position[slot] < 2 for slot in slots)
    _sound(paris)


def test_what_is_locked_live_or_held_stays(paris: Stage) -> None:
    position = _slots(paris)
    with paris.database.write() as session:
        rows = {m.id: m for m in session.scalars(select(Meeting))}
        later = [m for m in rows.values() if position[m.slot_id] >= 3][:6]
        for meeting in later:
            meeting.status = "locked"
        kept = {m.id for m in later}
    before = _seen(paris)
    _do(paris, Disturbance("place_closed", place="T01"))
    _do(paris, Disturbance("late", _busiest(paris), slot="s04"))
    after = _seen(paris)
    with paris.database.read() as session:
        hit = select(Unavailable.participation_id, Unavailable.slot_id)
        away = {(one, slot) for one, slot in session.execute(hit)}
        closed = session.scalars(select(Place.id).filter_by(code="T01")).one()
    for key in kept:
        row = rows[key]
        lost = before[key][2] == closed or any((p, row.slot_id) in away for p in (row.low_id, row.high_id))
        assert lost or after[key][:5] == before[key][:5]
    assert any(after[key][:5] == before[key][:5] for key in kept)
    _sound(paris)


def test_a_meeting_marked_live_early_makes_its_slot_history(paris: Stage) -> None:
    position = _slots(paris)
    with paris.database.write() as session:
        first = next(m for m in session.scalars(select(Meeting)) if position[m.slot_id] == 2)
        first.status = "live"
    found = _do(paris, Disturbance("fill"), preview=True)
    assert list(found.day.slot_names()) == ["s04", "s05", "s06", "s07", "s08", "s09"]


def test_a_preview_changes_nothing_and_is_what_is_applied(paris: Stage) -> None:
    who, before = _busiest(paris), _seen(paris)
    seen = _do(paris, Disturbance("no_show", who), preview=True)
    assert not seen.applied
    assert _seen(paris) == before
    with paris.database.read() as session:
        away = session.scalars(select(Unavailable)).all()
    done = _do(paris, Disturbance("no_show", who), state=seen.state)
    assert [(m.name, m.before, m.after, m.code) for m in (*done.moved, *done.cancelled, *done.added)] == [
        (m.name, m.before, m.after, m.code) for m in (*seen.moved, *seen.cancelled, *seen.added)
    ]
    with paris.database.read() as session:
        assert len(session.scalars(select(Unavailable)).all()) > len(away)


def test_a_preview_only_reads_and_waits_for_nobody(paris: Stage) -> None:
    what = Disturbance("no_show", _busiest(paris))
    with paris.database.write() as writing:
        writing.get_one(Event, paris.event.id).name = "renamed"
        writing.flush()  # SQLite lets nobody else write now
        with paris.database.read() as session:
            event = session.get_one(Event, paris.event.id)
            seen = look(session, paris.actor, event, what, at=AT)
        assert event.name != "renamed"
    assert gc.isenabled()  # it is held only while a repair is worked out
    assert seen.state == _do(paris, what, preview=True).state
    assert _do(paris, what, state=seen.state).applied


def test_a_preview_of_another_state_is_not_applied(paris: Stage) -> None:
    who = _busiest(paris)
    seen = _do(paris, Disturbance("no_show", who), preview=True)
    with pytest.raises(ChangedMeanwhileError):  # the clock went on
        _do(paris, Disturbance("no_show", who), state=seen.state, at=_at(14, 31))
    _do(paris, Disturbance("place_closed", place="T02"))
    before = _seen(paris)
    with pytest.raises(ChangedMeanwhileError):
        _do(paris, Disturbance("no_show", who), state=seen.state)
    assert _seen(paris) == before


def test_two_repairs_at_once_follow_each_other(paris: Stage) -> None:
    who = [_busiest(paris), _busiest(paris, 6)]
    what = [Disturbance("no_show", who[0]), Disturbance("place_closed", place="T05")]
    seen = [_do(paris, one, preview=True) for one in what]

    def one(number: int) -> str:
        try:
            _do(paris, what[number], state=seen[number].state)
        except ChangedMeanwhileError:
            return "refused"
        return "done"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(one, range(2))) == ["done", "refused"]
    _sound(paris)


def test_standby_is_what_fills_a_freed_slot(paris: Stage) -> None:
    _do(paris, Disturbance("no_show", _busiest(paris)), fill=False)
    with paris.database.read() as session:
        all_of_them = standby(session, paris.actor, paris.event, at=AT).standby
        of_one = standby(session, paris.actor, paris.event, slot="s05", at=AT).standby
        with pytest.raises(NotFoundError):
            standby(session, paris.actor, paris.event, slot="s01", at=AT)
    assert [one.value for one in all_of_them] == sorted((one.value for one in all_of_them), reverse=True)
    assert {one.parties for one in of_one} == {one.parties for one in all_of_them if "s05" in one.slots}
    filled = _do(paris, Disturbance("fill"))
    assert {move.code for move in filled.added} <= {"standby"}
    assert {frozenset(move.parties) for move in filled.added} <= {frozenset(one.parties) for one in all_of_them}
    assert bool(filled.added) == bool(all_of_them)
    _sound(paris)


def test_fill_for_one_brings_in_its_pairs_only(paris: Stage) -> None:
    _do(paris, Disturbance("no_show", _busiest(paris)), fill=False)
    with paris.database.read() as session:
        waiting = standby(session, paris.actor, paris.event, at=AT).standby
        chosen = session.get_one(Participation, waiting[0].parties[0])
    found = _do(paris, Disturbance("fill", chosen.organisation_id))
    assert found.added
    assert all(chosen.id in move.parties for move in found.added)


def test_a_slot_that_a_request_holds_is_not_given_away(paris: Stage) -> None:
    _do(paris, Disturbance("no_show", _busiest(paris)), fill=False)
    with paris.database.read() as session:
        waiting = standby(session, paris.actor, paris.event, at=AT).standby
        best = waiting[0]
        other = next(p for p in session.scalars(select(Participation.id)) if p not in best.parties)
        names = {f"s{row.position + 1:02d}": row.id for row in session.scalars(select(Slot))}
    with paris.database.write() as session:
        for slot in best.slots:
            low, high = sorted((best.parties[0], other))
            session.add(
                MeetingRequest(
                    tenant_id=paris.actor.tenant_id, event_id=paris.event.id, from_id=best.parties[0], to_id=other,
                    low_id=low, high_id=high, slot_id=names[slot], expires_at=utc_now() + timedelta(hours=1),
                )
            )  # fmt: skip
            break
    with paris.database.read() as session:
        now = {one.parties: one.slots for one in standby(session, paris.actor, paris.event, at=AT).standby}
    assert now.get(best.parties, ()) == best.slots[1:]


def test_a_pair_that_must_meet_goes_before_one_of_more_value(paris: Stage) -> None:
    _do(paris, Disturbance("no_show", _busiest(paris)), fill=False)
    with paris.database.read() as session:
        last = standby(session, paris.actor, paris.event, at=AT).standby[-1]
    with paris.database.write() as session:
        mine = (Preference.from_id == last.parties[1]) & (Preference.to_id == last.parties[0])
        for row in session.scalars(select(Preference).where(mine)):
            session.delete(row)
        session.flush()
        session.add(
            Preference(
                event_id=paris.event.id, from_id=last.parties[1], to_id=last.parties[0], answer="must_meet",
                at=utc_now(),
            )
        )  # fmt: skip
    with paris.database.read() as session:
        assert standby(session, paris.actor, paris.event, at=AT).standby[0].parties == last.parties


def test_what_was_cancelled_by_hand_does_not_come_back(paris: Stage) -> None:
    position = _slots(paris)
    with paris.database.write() as session:
        off = next(m for m in session.scalars(select(Meeting)) if position[m.slot_id] == 4)
        _call_off(session, off)
        pair = frozenset((off.low_id, off.high_id))
    found = _do(paris, Disturbance("fill"))
    assert pair not in {frozenset(move.parties) for move in found.added}


def test_after_the_last_slot_nothing_is_left(paris: Stage) -> None:
    with pytest.raises(ConflictError, match="nothing is left"):
        _do(paris, Disturbance("fill"), at=_at(17, 45))


def test_only_organisers_repair_and_of_their_own_event(paris: Stage) -> None:
    who = _busiest(paris)
    for role in ("desk", "viewer", "enterprise"):
        with paris.database.write() as session, pytest.raises(NotAllowedError):
            repair(session, Actor(paris.actor.tenant_id, role, who), paris.event, Disturbance("no_show", who))
    with pytest.raises(NotFoundError):
        _do(paris, Disturbance("no_show", UUID(int=7)))
    with paris.database.write() as session:
        session.execute(select(Schedule)).scalars().one().is_current = False
    with pytest.raises(NotFoundError, match="no schedule"):
        _do(paris, Disturbance("no_show", who))


def test_each_changed_meeting_is_told_to_webhooks(paris: Stage) -> None:
    with paris.database.write() as session:
        hook = WebhookRow(
            tenant_id=paris.actor.tenant_id, url="https://example.org/hook", secret="x" * 32, kinds=["meeting.changed"]
        )
        session.add(hook)
    found = _do(paris, Disturbance("no_show", _busiest(paris)))
    with paris.database.read() as session:
        told = [row.payload["data"] for row in session.scalars(select(WebhookDelivery))]
    ids = {
        str(move.meeting_id or found.added_ids[move.name]) for move in (*found.moved, *found.cancelled, *found.added)
    }
    assert {one["meeting_id"] for one in told} == ids
    assert Counter(one["status"] for one in told)["cancelled"] == len(found.cancelled)


def test_a_published_timetable_is_published_anew_and_those_concerned_are_told(paris: Stage) -> None:
    who = _busiest(paris)
    with paris.database.write() as session:
        for number, person in enumerate(session.scalars(select(Representative))):
            person.email, person.consent = f"p{number}@example.org", True
        session.flush()
        first = publish(session, paris.actor, paris.event, "https://fair.example")
        session.flush()
        for letter in session.scalars(select(Letter)):
            session.delete(letter)
    found = _do(paris, Disturbance("no_show", who), site="https://fair.example")
    assert (first.number, found.publication) == (1, 2)
    with paris.database.read() as session:
        last = last_publication(session, paris.event.id)
        assert last is not None
        assert last.number == 2
        letters = session.scalars(select(Letter)).all()
        parts = {p for move in (*found.moved, *found.cancelled, *found.added) for p in move.parties}
        rows = select(Participation.organisation_id).where(Participation.id.in_(parts))
        readers = recipients(session, paris.event, session.scalars(rows).all())
    assert letters
    assert {letter.kind for letter in letters} == {"schedule-changed"}
    assert {letter.email for letter in letters} == {one.email for those in readers.values() for one in those}
    names = {"zh": paris.event.name_local or "", "fr": paris.event.name, "en": paris.event.name}
    assert "zh" in {letter.language for letter in letters}
    for letter in letters:
        assert names[letter.language] in letter.subject, "each reads the name of the edition as on their pages"
    unpublished = _do(paris, Disturbance("fill"), preview=True)
    assert unpublished.publication is None


def test_who_comes_after_all_gets_meetings_again_and_stays_away_when_they_had_said_so(paris: Stage) -> None:
    who = _busiest(paris)
    lost = _do(paris, Disturbance("late", who, slot="s07"), fill=False)
    with paris.database.read() as session:
        part = session.scalars(select(Participation).filter_by(organisation_id=who)).one()
        last = session.scalars(select(Slot).order_by(Slot.position.desc()).limit(1)).one()
    with paris.database.write() as session:
        session.add(Unavailable(event_id=paris.event.id, participation_id=part.id, slot_id=last.id))
    back = Disturbance("back", who)
    seen = _do(paris, back, preview=True)
    assert 0 < len(seen.added) <= len(lost.cancelled)
    assert all(part.id in move.parties for move in seen.added), "nobody else gets anything by it"
    assert not seen.cancelled
    done = _do(paris, back, state=seen.state)
    assert len(done.added) == len(seen.added)
    with paris.database.read() as session:
        away = session.scalars(select(Unavailable.slot_id).filter_by(participation_id=part.id)).all()
        assert last.id in away, "who comes earlier than they said still leaves when they said"
    assert _do(paris, back, preview=True).added == ()
    with pytest.raises(InvalidInputError):
        _do(paris, Disturbance("back"))
    _sound(paris)


def test_the_same_repair_comes_out_again(paris: Stage) -> None:
    say: Callable[[Repaired], Any] = lambda found: [(m.name, m.after) for m in (*found.moved, *found.added)]  # noqa: E731
    what = Disturbance("no_show", _busiest(paris))
    assert say(_do(paris, what, preview=True)) == say(_do(paris, what, preview=True))
