"""Repair: legal whatever happens, nothing touched that has begun or is locked, and no more moved than need be."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.scheduling import Plan, Repair, ScheduleFileError, read_problem, repair, solve, verify
from tests.scheduling.build import Json, problem, random_problem


def events(*happened: Json, now: str | None = None) -> Json:
    return {"format": "fairmatch/events@1", "now": now, "events": list(happened)}


def some_events(rng: random.Random, data: Json) -> Json:
    slots = [s["id"] for s in data["slots"]]
    people = [p["id"] for p in data["participants"]]
    places = read_problem(data).place_ids
    walk_in = {
        "kind": "walk_in",
        "participant": {"id": "new", "languages": rng.choice([[], ["zh"]])},
        "meetings": [
            {"id": f"new{k}", "participants": ["new", who], "value": 3, "required": rng.random() < 0.3}
            for k, who in enumerate(rng.sample(people, 2))
        ],
    }
    some: list[Json] = [
        {"kind": "no_show", "participant": rng.choice(people)},
        {"kind": "late", "participant": rng.choice(people), "slot": rng.choice(slots)},
        {"kind": "leaves", "participant": rng.choice(people), "slot": rng.choice(slots)},
        {"kind": "place_lost", "place": rng.choice(places), "slots": rng.choice([None, slots[-2:]])},
        walk_in,
    ]
    staff = [i["id"] for i in data["interpreters"]]
    if staff:
        some.append({"kind": "interpreter_ill", "interpreter": rng.choice(staff)})
    return events(*rng.sample(some, rng.randint(1, 3)), now=rng.choice([None, None, *slots]))


def held(plan: Plan) -> dict[str, tuple[str, str | None, str | None]]:
    return {m.id: (m.slot, m.place, m.interpreter) for m in plan.meetings}


@settings(max_examples=80, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6))
def test_a_repair_is_legal_and_leaves_locks_and_what_has_begun_alone(seed: int) -> None:
    rng = random.Random(seed)
    data = random_problem(seed, people=7, slots=5, meetings=12)
    read = read_problem(data)
    plan = solve(read, steps=2_000, seed=seed)
    happened = some_events(rng, data)
    mended = repair(read, plan, happened)
    assert verify(mended.problem, mended.plan).legal
    before, after = held(plan), held(mended.plan)
    order = [s["id"] for s in data["slots"]]
    now = 0 if happened["now"] is None else order.index(happened["now"])
    locked = {m["id"] for m in data["meetings"] if m["fixed_slot"]}
    for name, seat in before.items():
        if order.index(seat[0]) < now:
            assert after[name] == seat
        elif name in locked and name in after:
            assert after[name][0] == seat[0]
    assert all(order.index(seat[0]) >= now for name, seat in after.items() if name not in before)
    told = {c.meeting: (c.before, c.after) for c in (*mended.moved, *mended.cancelled, *mended.added)}
    assert set(told) == {name for name in {*before, *after} if before.get(name) != after.get(name)}
    for change in (*mended.moved, *mended.cancelled, *mended.added):
        assert len({change.reason(lang) for lang in ("en", "zh", "fr")}) == 3


@settings(max_examples=25, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6))
def test_nothing_moves_where_nothing_happened(seed: int) -> None:
    data = random_problem(seed, people=7, slots=5, meetings=12)
    plan = solve(read_problem(data), steps=2_000)
    mended = repair(read_problem(data), plan, events())
    assert (mended.moved, mended.cancelled) == ((), ())
    assert held(plan).items() <= held(mended.plan).items()


def day(**changes: Any) -> tuple[Json, Plan]:
    """Three slots, two tables, everybody meets everybody of the other side."""
    data = problem(**changes)
    return data, solve(read_problem(data), time_limit=3.0)


def mend(data: Json, plan: Plan, *happened: Json, **options: Any) -> Repair:
    now = options.pop("now", None)
    return repair(read_problem(data), plan, events(*happened, now=now), **options)


def test_a_no_show_frees_the_slots_of_the_others() -> None:
    data, plan = day(slots=[{"id": "s1"}], places=2)
    assert set(held(plan)) in ({"ax", "by"}, {"ay", "bx"})
    data["objective"] = {}
    mended = mend(data, plan, {"kind": "no_show", "participant": "a"})
    gone = next(name for name in held(plan) if name.startswith("a"))
    assert [c.meeting for c in mended.cancelled] == [gone]
    assert mended.cancelled[0].code == "participant"
    assert mended.cancelled[0].reason() == "a is not there"
    assert not mended.moved


def test_who_is_not_there_for_a_while_is_said_with_what_else_stands_in_the_way() -> None:
    meetings = [{"id": "ax", "participants": ["a", "x"], "slots": ["s1", "s2"]}]
    data, plan = day(meetings=meetings, slots=[{"id": "s1"}, {"id": "s2"}, {"id": "s3"}])
    mended = mend(data, plan, {"kind": "late", "participant": "a", "slot": "s3"})
    reasons = mended.cancelled[0].reason().split("; ")
    assert reasons[0] == "a is not there"
    assert len(reasons) == 2


def test_standby_pairs_are_ranked_and_only_listed_if_asked() -> None:
    meetings = [
        {"id": "ax", "participants": ["a", "x"], "value": 9},
        {"id": "bx", "participants": ["b", "x"], "value": 2},
        {"id": "yx", "participants": ["y", "x"], "value": 4},
    ]
    data, plan = day(slots=[{"id": "s1"}], meetings=meetings)
    listed = mend(data, plan, {"kind": "no_show", "participant": "a"}, fill=False)
    assert [s.meeting for s in listed.standby] == ["yx", "bx"]
    assert listed.standby[0].slots == ("s1",)
    assert held(listed.plan) == {}
    filled = mend(data, plan, {"kind": "no_show", "participant": "a"})
    assert [(c.meeting, c.code) for c in filled.added] == [("yx", "standby")]


def test_a_late_arrival_is_met_later() -> None:
    data, plan = day(meetings=[{"id": "ax", "participants": ["a", "x"], "slots": ["s1", "s3"]}])
    assert held(plan)["ax"][0] == "s1"
    mended = mend(data, plan, {"kind": "late", "participant": "a", "slot": "s2"})
    assert held(mended.plan)["ax"][0] == "s3"
    assert [(c.meeting, c.code) for c in mended.moved] == [("ax", "participant")]


def test_who_leaves_early_is_met_earlier_and_another_moves_if_that_saves_it() -> None:
    meetings = [
        {"id": "ax", "participants": ["a", "x"], "value": 9},
        {"id": "bx", "participants": ["b", "x"], "value": 9},
    ]
    data = problem(slots=[{"id": "s1"}, {"id": "s2"}], meetings=meetings)
    plan = {
        "format": "fairmatch/plan@1",
        "meetings": [{"id": "bx", "slot": "s1", "place": "T1"}, {"id": "ax", "slot": "s2", "place": "T1"}],
    }
    mended = repair(read_problem(data), plan, events({"kind": "leaves", "participant": "a", "slot": "s2"}))
    assert {name: seat[0] for name, seat in held(mended.plan).items()} == {"ax": "s1", "bx": "s2"}
    assert {c.meeting: c.code for c in mended.moved} == {"ax": "participant", "bx": "room"}
    data["objective"] = {"move": 100}
    kept = repair(read_problem(data), plan, events({"kind": "leaves", "participant": "a", "slot": "s2"}))
    assert [c.meeting for c in kept.cancelled] == ["ax"]
    assert held(kept.plan)["bx"] == ("s1", "T1", None)


def test_a_lost_table_moves_its_meetings_to_another_in_the_same_slots() -> None:
    data, plan = day(places=3)
    lost = plan.meetings[0].place
    mended = mend(data, plan, {"kind": "place_lost", "place": lost})
    assert not mended.cancelled
    assert all(c.before and c.after and c.before.slot == c.after.slot for c in mended.moved)
    assert lost not in {place for _, place, _ in held(mended.plan).values()}
    assert {c.meeting for c in mended.moved} == {m.id for m in plan.meetings if m.place == lost}


def test_a_meeting_worth_nothing_takes_a_free_table_rather_than_being_cancelled() -> None:
    meetings = [{"id": "ax", "participants": ["a", "x"], "value": 0, "required": True}]
    data, plan = day(slots=[{"id": "s1"}, {"id": "s2"}], places=2, meetings=meetings)
    data["meetings"][0]["required"] = False
    lost = plan.meetings[0].place
    mended = mend(data, plan, {"kind": "place_lost", "place": lost})
    assert not mended.cancelled
    (change,) = mended.moved
    assert change.before
    assert change.after
    assert (change.after.slot, change.after.place != lost) == (change.before.slot, True)
    alone = {"kind": "place_lost", "place": "T2"}
    gone = mend(data, plan, {"kind": "place_lost", "place": "T1"}, alone)
    assert [c.meeting for c in gone.cancelled] == ["ax"]


def test_a_meeting_worth_nothing_that_was_not_held_is_not_added() -> None:
    meetings = [
        {"id": "ax", "participants": ["a", "x"], "value": 3},
        {"id": "by", "participants": ["b", "y"], "value": 0},
    ]
    data, plan = day(places=2, meetings=meetings)
    assert set(held(plan)) == {"ax"}
    assert not mend(data, plan, {"kind": "place_lost", "place": "T2"}).added


def test_an_ill_interpreter_is_replaced_by_another() -> None:
    meetings = [{"id": "ax", "participants": ["a", "x"]}]
    people = [{"id": "a", "languages": ["zh"]}, {"id": "x", "languages": ["fr"]}]
    staff = [{"id": name, "languages": ["zh", "fr"]} for name in ("i1", "i2")]
    data, plan = day(meetings=meetings, participants=people, interpreters=staff)
    ill = plan.meetings[0].interpreter
    mended = mend(data, plan, {"kind": "interpreter_ill", "interpreter": ill})
    (change,) = mended.moved
    assert change.code == "interpreter"
    assert change.before
    assert change.after
    assert change.after.interpreter not in (None, ill)
    assert change.after.slot == change.before.slot


def test_a_walk_in_gets_what_is_free() -> None:
    data, plan = day(places=3)
    walk_in = {
        "kind": "walk_in",
        "participant": {"id": "new"},
        "meetings": [{"id": "new-a", "participants": ["new", "a"], "value": 50}],
    }
    mended = mend(data, plan, walk_in)
    assert [(c.meeting, c.code) for c in mended.added] == [("new-a", "walk_in")]
    assert not mended.cancelled


def test_a_required_meeting_takes_the_place_of_another_that_is_not() -> None:
    data, plan = day(slots=[{"id": "s1"}], places=1)
    walk_in = {
        "kind": "walk_in",
        "participant": {"id": "new"},
        "meetings": [{"id": "must", "participants": ["new", "b"], "required": True}],
    }
    mended = mend(data, plan, walk_in)
    assert list(held(mended.plan)) == ["must"]
    assert [(c.meeting, c.code) for c in mended.cancelled] == [(plan.meetings[0].id, "room")]


def test_what_has_begun_stays_even_if_somebody_goes() -> None:
    data, plan = day(meetings=[{"id": "ax", "participants": ["a", "x"], "length": 2, "slots": ["s1"]}])
    mended = mend(data, plan, {"kind": "no_show", "participant": "a"}, now="s2")
    assert held(mended.plan) == held(plan)


@pytest.mark.parametrize(
    ("happened", "path"),
    [
        ({"kind": "no_show", "participant": "nobody"}, "$.events[0].participant"),
        ({"kind": "late", "participant": "a", "slot": "s9"}, "$.events[0].slot"),
        ({"kind": "place_lost", "place": "T9"}, "$.events[0].place"),
        ({"kind": "interpreter_ill", "interpreter": "i9"}, "$.events[0].interpreter"),
        ({"kind": "walk_in", "participant": {"id": "a"}, "meetings": []}, "$.events[0].participant.id"),
        ({"kind": "storm"}, "$.events[0].kind"),
        ({"participant": "a"}, "$.events[0].kind"),
        ({"kind": "late", "participant": "a"}, "$.events[0].slot"),
        ({"kind": "place_lost", "place": "T1", "slots": [3]}, "$.events[0].slots[0]"),
        ({"kind": "walk_in", "participant": {"id": "n"}, "meetings": [{"id": 3}]}, "$.events[0].meetings[0].id"),
    ],
)
def test_faults_are_named_with_their_path(happened: Json, path: str) -> None:
    data, plan = day()
    with pytest.raises(ScheduleFileError) as refused:
        mend(data, plan, happened)
    assert refused.value.details["problems"][0]["path"] == path


def test_every_fault_is_told_at_once_and_in_words() -> None:
    data, plan = day()
    happened = [
        {"kind": "sick", "participant": "a"},
        {"kind": "no_show", "participant": "nobody"},
        {"kind": "late", "participant": "a"},
        "a is ill",
        {"kind": "walk_in", "participant": {"id": "new", "hat": 1}, "meetings": []},
        {"kind": "no_show", "participant": "new"},
    ]
    with pytest.raises(ScheduleFileError) as refused:
        mend(data, plan, *happened, now="s9")  # type: ignore[arg-type]
    told = {one["path"]: one["message"] for one in refused.value.details["problems"]}
    assert told == {
        "$.events[0].kind": (
            "must be one of 'no_show', 'late', 'leaves', 'place_lost', 'interpreter_ill', 'walk_in', found \"sick\""
        ),
        "$.events[2].slot": "is missing",
        "$.events[3]": 'must be an object, found "a is ill"',
        "$.events[4].participant.hat": "is not a known field",
        "$.now": 'no slot has the id "s9"',
        "$.events[1].participant": 'no participant has the id "nobody"',
    }
