"""What would let more meetings in: certain in each case, and shown in words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.scheduling import ScheduleFileError, read_problem, solve
from app.domain.scheduling.review import review
from tests.scheduling.build import Json, problem, random_problem
from tests.scheduling.test_command_line import run, saved

ONE_SLOT = [{"id": "s1"}]
TONGUES = [{"id": p, "languages": ["zh" if p in "ab" else "fr"]} for p in "abxy"]


def people(**changes: Json) -> list[Json]:
    return [{"id": p, **changes.get(p, {})} for p in "abxy"]


FREED = [
    ("Places +1 → meetings gained: at least 1, worth 2.", problem(places=1, slots=ONE_SLOT)),
    (
        "One more interpreter for zh–fr (s1, s2) → meetings gained: at least 2, worth 9.",
        problem(participants=TONGUES, slots=[{"id": "s1"}, {"id": "s2"}]),
    ),
    (
        "One more person for a → meetings gained: at least 1, worth 4.",
        problem(slots=ONE_SLOT, meetings=problem()["meetings"][:2]),
    ),
    (
        "The maximum of a raised by 1 → meetings gained: at least 1, worth 4.",
        problem(participants=people(a={"max_meetings": 1}), meetings=problem()["meetings"][:2]),
    ),
    (
        "y also available in s1 → meetings gained: at least 1, worth 4.",
        problem(participants=people(y={"unavailable": ["s1", "s2", "s3"]}), meetings=problem()["meetings"][1:2]),
    ),
    (
        "One more slot after the last → meetings gained: at least 1, worth 4.",
        problem(slots=ONE_SLOT, meetings=problem()["meetings"][:2]),
    ),
]


@pytest.mark.parametrize(("tip", "data"), FREED)
def test_a_change_that_lets_meetings_in_is_named_with_their_number(tip: str, data: Json) -> None:
    told = [said.words() for said in solve(read_problem(data), time_limit=2.0).advice]
    if "y also" in tip:
        assert any(line.startswith("y also available in s") and line.endswith(tip[-40:]) for line in told)
    else:
        assert tip in told


def test_no_tip_is_given_where_nothing_is_left_out_or_nothing_helps() -> None:
    assert solve(read_problem(problem()), time_limit=2.0).advice == ()
    blocked = problem(meetings=[{"id": "ax", "participants": ["a", "x"], "slots": []}])
    assert solve(read_problem(blocked), time_limit=2.0).advice == ()


@settings(max_examples=25, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6))
def test_more_places_let_in_what_the_advice_promises(seed: int) -> None:
    data = random_problem(seed, people=8, slots=4, meetings=16)
    data |= {"places": 1, "before": [], "objective": {"break": 0.5}, "previous": None}
    data["participants"] = [{**p, "place": None} for p in data["participants"]]
    data["meetings"] = [{**m, "place": None, "required": False} for m in data["meetings"]]
    plan = solve(read_problem(data), steps=5_000)
    for tip in (said for said in plan.advice if said.key == "tip.places"):
        better = solve(read_problem({**data, "places": 1 + int(str(tip.values["more"]))}), time_limit=3.0)
        assert (-better.shortfall, better.bound) >= (-plan.shortfall, plan.objective)
        if better.status == "optimal" and better.shortfall == plan.shortfall:
            assert better.objective > plan.objective


def test_a_plan_from_a_file_is_reviewed_and_one_that_breaks_a_rule_refused() -> None:
    data = problem(places=1, slots=ONE_SLOT)
    plan = solve(read_problem(data), time_limit=2.0)
    seen = review(data, plan.as_dict("zh"))
    assert [u.id for u in seen.reasons] == [u.id for u in plan.unscheduled]
    assert seen.advice == plan.advice
    assert [said.key for said in seen.checks] == ["check.density"]
    broken: dict[str, Any] = {"format": "fairmatch/plan@1", "meetings": [{"id": m, "slot": "s1"} for m in ("ax", "by")]}
    with pytest.raises(ScheduleFileError, match="2 meetings in s1 for 1 places"):
        review(data, broken)


def test_the_commands_say_it_in_the_language_asked_for(tmp_path: Path) -> None:
    path, out = saved(tmp_path, problem(places=1, slots=ONE_SLOT)), tmp_path / "plan.json"
    solved = run("solve", path, "-o", out, "--lang", "fr", "--time-limit", 2)
    assert "Places +1 → au moins 1 rendez-vous de plus, valant 2." in solved.stdout
    assert "fournisseur complet" in solved.stdout
    reasons = {u["reason"] for u in json.loads(out.read_text(encoding="utf-8"))["unscheduled"]}
    assert any("est complet" in reason for reason in reasons)
    advised = run("advise", path, out, "--lang", "zh")
    assert "增加 1 个桌位 → 至少多安排 1 场会谈，价值 2。" in advised.stdout
    told = json.loads(run("advise", path, out, "--json").stdout)
    assert set(told) == {"checks", "advice", "conflict", "unscheduled"}
