"""Calendars read back: the same instants, one identity for ever, nobody else's meetings."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from app.core.clock import from_wall, in_zone
from app.core.i18n import LANGUAGES, text
from app.domain.timetables import Party, Timetable
from app.io import calendar


def _events(content: bytes) -> list:
    return list(Calendar.from_ical(content).walk("VEVENT"))


@pytest.mark.parametrize("zone", ["Europe/Paris", "Asia/Shanghai"])
@pytest.mark.parametrize("day", [date(2025, 3, 30), date(2025, 10, 26), date(2025, 9, 15), date(2024, 2, 29)])
def test_instants_survive_on_days_when_clocks_change(timetable: Timetable, zone: str, day: date) -> None:
    starts = [from_wall(day, time(hour), zone) for hour in (0, 1, 4, 9, 23)]
    meetings = tuple(
        replace(timetable.meetings[0], id=f"m{n}", starts_at=start, ends_at=start + timedelta(minutes=30))
        for n, start in enumerate(starts)
    )
    changed = replace(timetable, event=replace(timetable.event, zone=zone), meetings=meetings)
    events = _events(calendar.event_calendar(changed))
    assert [event.start for event in events] == starts
    assert all(event.end - event.start == timedelta(minutes=30) for event in events)
    assert [in_zone(event.start, zone).hour for event in events] == [0, 1, 4, 9, 23]
    assert "09:00–09:30" in events[3]["description"]


def test_the_hour_that_comes_twice_is_two_hours(timetable: Timetable) -> None:
    day = date(2025, 10, 26)
    first, second = (from_wall(day, time(2, 30, fold=fold), "Europe/Paris") for fold in (0, 1))
    meetings = (
        replace(timetable.meetings[0], id="a", starts_at=first, ends_at=first + timedelta(minutes=30)),
        replace(timetable.meetings[0], id="b", starts_at=second, ends_at=second + timedelta(minutes=30)),
    )
    events = _events(calendar.event_calendar(replace(timetable, meetings=meetings)))
    assert [event.start for event in events] == [first, second]
    assert ["UTC+02:00" in events[0]["description"], "UTC+01:00" in events[1]["description"]] == [True, True]


def test_identity_sequence_and_status(timetable: Timetable) -> None:
    content = calendar.event_calendar(timetable)
    events = {event["uid"]: event for event in _events(content)}
    assert len(events) == 4
    cancelled = events[f"{timetable.meetings[3].id}@fairmatch"]
    assert (cancelled["status"], int(cancelled["sequence"]), cancelled["transp"]) == ("CANCELLED", 1, "TRANSPARENT")
    moved = events[f"{timetable.meetings[2].id}@fairmatch"]
    assert (moved["status"], int(moved["sequence"])) == ("CONFIRMED", 2)
    assert {event["dtstamp"].dt for event in events.values()} == {timetable.as_of}
    later = replace(timetable, meetings=tuple(replace(m, place="T10", sequence=9) for m in timetable.meetings))
    assert {event["uid"] for event in _events(calendar.event_calendar(later))} == set(events)


def test_a_personal_view_never_shows_who_else_meets_whom(timetable: Timetable) -> None:
    content = calendar.personal_calendar(timetable.agenda("b1"), lang="fr").decode().replace("\r\n ", "")
    assert "Rendez-vous avec Nanchang Éclat Textile" in content
    assert "Größenwahn" not in content
    assert "Unbooked" not in content
    assert "71.25" not in content
    assert "GOTS" not in content
    assert "lundi 15 septembre 2025\\, 13:30–14:00\\, Europe/Paris (UTC+02:00)" in content
    assert "Interprète : Li Wei 李伟" in content
    assert content.count("BEGIN:VEVENT") == 2


def test_cancelled_meetings_can_be_taken_back(timetable: Timetable) -> None:
    content = calendar.personal_calendar(timetable.agenda("b2"), cancelled_only=True)
    parsed = Calendar.from_ical(content)
    assert parsed["method"] == "CANCEL"
    (event,) = parsed.walk("VEVENT")
    assert event["status"] == "CANCELLED"
    assert event["organizer"] == "mailto:fair@example.org"


def test_the_head_names_the_event(timetable: Timetable) -> None:
    parsed = Calendar.from_ical(calendar.event_calendar(timetable, lang="zh"))
    assert parsed["x-wr-calname"] == "会谈：Nanchang Qingshanhu in Paris: matching event"
    assert (parsed["method"], parsed["version"], parsed["x-wr-timezone"]) == ("PUBLISH", "2.0", "Europe/Paris")


def test_lines_are_short_and_equal_timetables_give_equal_bytes(timetable: Timetable, tmp_path: Path) -> None:
    for name in ("a", "b"):
        calendar.write_timetable(timetable, tmp_path / f"{name}.ics", lang="zh")
        calendar.write_personal(timetable.agenda("s1"), tmp_path / f"p{name}.ics", lang="zh")
    content = (tmp_path / "a.ics").read_bytes()
    assert content == (tmp_path / "b.ics").read_bytes()
    assert (tmp_path / "pa.ics").read_bytes() == (tmp_path / "pb.ics").read_bytes()
    assert max(map(len, content.split(b"\r\n"))) <= 75
    content.decode("utf-8")


@given(st.text(st.characters(), max_size=60), st.text(st.characters(), max_size=60))
def test_no_text_can_break_out_of_its_property(name: str, purpose: str) -> None:
    now = datetime(2025, 9, 15, 11, 30, tzinfo=UTC)
    hostile = Party("x", f"{name}\r\nBEGIN:VALARM\nSTATUS:CANCELLED", name, name, name)
    made = _tiny(hostile, purpose, now)
    (event,) = _events(calendar.event_calendar(made))
    assert event["status"] == "CONFIRMED"
    assert event.start == now
    assert not event.walk("VALARM")


def _tiny(party: Party, purpose: str, start: datetime) -> Timetable:
    from app.domain.timetables import EventInfo, PlannedMeeting

    day = start.date()
    event = EventInfo("e", party.name, "Europe/Paris", party.name, day, day, contact="a@example.org")
    meeting = PlannedMeeting("m", 0, start, start + timedelta(minutes=30), party.name, (party, party), purpose=purpose)
    return Timetable(event, (), (), (meeting,), start)


def test_a_feed_takes_off_what_is_cancelled_and_what_is_gone(timetable: Timetable) -> None:
    fewer = replace(timetable, meetings=tuple(m for m in timetable.meetings if not m.id.endswith("3")))
    content = calendar.personal_feed(fewer, "b2", before=timetable)
    parsed = Calendar.from_ical(content)
    assert "method" not in parsed
    events = {str(event["uid"])[-11]: event for event in parsed.walk("VEVENT")}
    assert {name: str(event["status"]) for name, event in events.items()} == {"3": "CANCELLED", "4": "CANCELLED"}
    assert {name: int(event["sequence"]) for name, event in events.items()} == {"3": 3, "4": 1}
    assert {event["last-modified"].dt for event in events.values()} == {timetable.as_of}
    assert "Éclat" in content.decode()  # the counterpart of b2's own cancelled meeting
    assert "Maison Été" not in content.decode()
    assert len(_events(calendar.personal_feed(fewer, "b2"))) == 1
    assert calendar.personal_feed(fewer, "b2", before=timetable) == content
    with pytest.raises(KeyError):
        calendar.personal_feed(timetable, "nobody")


@pytest.mark.parametrize("zone", ["Europe/Paris", "Asia/Shanghai"])
@pytest.mark.parametrize("day", [date(2025, 3, 30), date(2025, 10, 26)])
def test_a_feed_gives_the_instants_of_the_event_on_days_when_clocks_change(
    timetable: Timetable, zone: str, day: date
) -> None:
    starts = [from_wall(day, time(hour), zone) for hour in (1, 3, 9, 14)]
    meetings = tuple(
        replace(timetable.meetings[0], id=f"m{n}", starts_at=start, ends_at=start + timedelta(minutes=30))
        for n, start in enumerate(starts)
    )
    feed = calendar.personal_feed(
        replace(timetable, event=replace(timetable.event, zone=zone), meetings=meetings), "b1"
    )
    assert [(event.start, event.end) for event in _events(feed)] == [
        (start, start + timedelta(minutes=30)) for start in starts
    ]
    assert b"TZID" not in feed


@pytest.mark.parametrize(
    "name",
    [
        "A\r\nEND:VEVENT\r\nBEGIN:VEVENT",
        "A;CN=x:mailto:y@z",
        "A\\nBEGIN:VALARM",
        "<script>alert(1)</script>",
        '"\u2028X',
    ],
)
def test_a_hostile_name_stays_a_name_in_a_feed(timetable: Timetable, name: str) -> None:
    hostile = replace(_supplier(timetable), name=name)
    meeting = replace(timetable.meetings[0], parties=(hostile, timetable.meetings[0].parties[1]), purpose=name)
    event = replace(timetable.event, name=name, place=name)
    (entry,) = _events(calendar.personal_feed(replace(timetable, meetings=(meeting,), event=event), "b1"))
    assert entry["summary"] == f"Meeting with {' '.join(name.split())}"
    assert not entry.subcomponents


def _supplier(timetable: Timetable) -> Party:
    return timetable.meetings[0].parties[0]


@pytest.mark.parametrize(("lang", "name"), [("en", "China"), ("fr", "Chine"), ("zh", "中国"), ("de", "China")])
def test_an_entry_names_the_country_of_the_other_side(timetable: Timetable, lang: str, name: str) -> None:
    agenda = next(one for one in timetable.agendas() if any(m.counterpart.country == "CN" for m in one.held))
    said = str(Calendar.from_ical(calendar.personal_calendar(agenda, lang=lang)).walk("VEVENT")[0]["description"])
    assert f" · {name}" in said
    assert " · CN" not in said


def test_no_two_facts_of_a_sheet_are_called_alike() -> None:
    for lang in LANGUAGES:
        assert text("role.venue", lang) != text("fact.place", lang), lang
