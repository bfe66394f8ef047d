"""The verifier is held against a planted violation of every rule, and against plans without any."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from app.domain.scheduling import ScheduleFileError, verify
from tests.scheduling.build import Json, problem


def plan(*meetings: tuple[str, str, str | None], **figures: Any) -> Json:
    listed = [{"id": m, "slot": s, "place": r} for m, s, r in meetings]
    return {"format": "fairmatch/plan@1", "meetings": listed, **figures}


def named(**changes: Any) -> list[Json]:
    return [{"id": "T1", "zone": "east"}, {"id": "T2", "zone": "west", **changes}]


def someone(name: str, **changes: Any) -> list[Json]:
    return [{"id": p, **(changes if p == name else {})} for p in ("a", "b", "x", "y")]


def meeting(name: str, **changes: Any) -> list[Json]:
    base = problem()["meetings"]
    return [{**m, **(changes if m["id"] == name else {})} for m in base]


TWO_TONGUES = [
    {"id": "a", "languages": ["zh"]},
    {"id": "b", "languages": ["zh"]},
    {"id": "x", "languages": ["fr"]},
    {"id": "y", "languages": ["fr"]},
]
INTERPRETER = [{"id": "i1", "languages": ["zh", "fr"]}, {"id": "i2", "languages": ["zh", "de"]}]
HOMES = [
    {"id": "a", "organisation": "o"},
    {"id": "b", "organisation": "o"},
    {"id": "x", "organisation": "q"},
    {"id": "y"},
]


def helped(*entries: tuple[str, str, str, str]) -> Json:
    listed = [{"id": m, "slot": s, "place": r, "interpreter": i} for m, s, r, i in entries]
    return {"format": "fairmatch/plan@1", "meetings": listed}


PLANTED = [
    ("unknown_id", problem(), plan(("zz", "s1", None))),
    ("unknown_id", problem(), plan(("ax", "s9", None))),
    ("unknown_id", problem(), plan(("ax", "s1", "T9"))),
    ("unknown_id", problem(), helped(("ax", "s1", "T1", "i9"))),
    ("unknown_id", problem(), plan(unscheduled=[{"id": "zz", "code": "x", "reason": "x"}])),
    ("meeting_twice", problem(), plan(("ax", "s1", None), ("ax", "s2", None))),
    (
        "meeting_twice",
        problem(),
        plan(("ax", "s1", None), unscheduled=[{"id": "ax", "code": "x", "reason": "x"}]),
    ),
    ("past_the_end", problem(meetings=meeting("ax", length=2)), plan(("ax", "s3", None))),
    ("slot_not_allowed", problem(meetings=meeting("ax", slots=["s2"])), plan(("ax", "s1", None))),
    ("slot_not_allowed", problem(meetings=meeting("ax", slots=[])), plan(("ax", "s1", None))),
    ("lock", problem(meetings=meeting("ax", fixed_slot="s2")), plan(("ax", "s1", None))),
    ("unavailable", problem(participants=someone("a", unavailable=["s1"])), plan(("ax", "s1", None))),
    (
        "unavailable",
        problem(participants=someone("a", unavailable=["s2"]), meetings=meeting("ax", length=2)),
        plan(("ax", "s1", None)),
    ),
    ("double_booked", problem(), plan(("ax", "s1", None), ("ay", "s1", None))),
    ("double_booked", problem(meetings=meeting("ax", length=2)), plan(("ax", "s1", None), ("ay", "s2", None))),
    ("maximum", problem(participants=someone("a", max_meetings=1)), plan(("ax", "s1", None), ("ay", "s2", None))),
    (
        "maximum",
        problem(groups=[{"id": "g", "participants": ["x"], "max_meetings": 1}]),
        plan(("ax", "s1", None), ("bx", "s2", None)),
    ),
    ("fixed_place", problem(meetings=meeting("ax", place="T2")), plan(("ax", "s1", "T1"))),
    ("fixed_place", problem(participants=someone("x", place="T2")), plan(("ax", "s1", "T1"))),
    ("no_place", problem(places=named()), plan(("ax", "s1", None))),
    ("place_twice", problem(), plan(("ax", "s1", "T1"), ("by", "s1", "T1"))),
    ("place_twice", problem(meetings=meeting("ax", length=2)), plan(("ax", "s1", "T1"), ("by", "s2", "T1"))),
    ("too_few_places", problem(places=1), plan(("ax", "s1", None), ("by", "s1", None))),
    ("place_closed", problem(places=named(slots=["s2"])), plan(("ax", "s1", "T2"))),
    ("walking_time", problem(places=named(), zone_gap=1), plan(("ax", "s1", "T1"), ("ay", "s2", "T2"))),
    ("no_interpreter", problem(participants=TWO_TONGUES, interpreters=INTERPRETER), plan(("ax", "s1", "T1"))),
    (
        "interpreter_language",
        problem(participants=TWO_TONGUES, interpreters=INTERPRETER),
        helped(("ax", "s1", "T1", "i2")),
    ),
    (
        "interpreter_away",
        problem(participants=TWO_TONGUES, interpreters=[{**INTERPRETER[0], "unavailable": ["s1"]}]),
        helped(("ax", "s1", "T1", "i1")),
    ),
    (
        "interpreter_twice",
        problem(participants=TWO_TONGUES, interpreters=INTERPRETER),
        helped(("ax", "s1", "T1", "i1"), ("by", "s1", "T2", "i1")),
    ),
    (
        "organisation_pair",
        problem(participants=HOMES, one_meeting_per_organisation_pair=True),
        plan(("ax", "s1", None), ("bx", "s2", None)),
    ),
    ("before", problem(before=[["ax", "by"]]), plan(("ax", "s2", None), ("by", "s2", None))),
    ("break_spread", problem(objective={"max_break_spread": 0}), plan(("ax", "s1", None), ("ay", "s3", None))),
    (  # the second slot of a long meeting counts for places, hours, interpreters, orders and walks as well
        "place_closed",
        problem(places=named(slots=["s1", "s3"]), meetings=meeting("ax", length=2)),
        plan(("ax", "s1", "T2")),
    ),
    (
        "too_few_places",
        problem(places=1, meetings=meeting("ax", length=2)),
        plan(("ax", "s1", None), ("by", "s2", None)),
    ),
    (
        "interpreter_away",
        problem(
            participants=TWO_TONGUES,
            interpreters=[{**INTERPRETER[0], "unavailable": ["s2"]}],
            meetings=meeting("ax", length=2),
        ),
        helped(("ax", "s1", "T1", "i1")),
    ),
    (
        "interpreter_twice",
        problem(participants=TWO_TONGUES, interpreters=INTERPRETER, meetings=meeting("ax", length=2)),
        helped(("ax", "s1", "T1", "i1"), ("by", "s2", "T2", "i1")),
    ),
    (
        "before",
        problem(before=[["ax", "by"]], meetings=meeting("ax", length=2)),
        plan(("ax", "s1", None), ("by", "s2", None)),
    ),
    (
        "walking_time",
        problem(places=named(), zone_gap=1, meetings=meeting("ax", length=2)),
        plan(("ax", "s1", "T1"), ("ay", "s3", "T2")),
    ),
    (
        "walking_time",
        problem(places=[{"id": "T1"}, {"id": "T2", "zone": "west"}], zone_gap=2),
        plan(("ax", "s1", "T1"), ("ay", "s3", "T2")),
    ),
    (
        "double_booked",
        problem(
            participants=someone("a", parallel=2),
            meetings=[*problem()["meetings"], {"id": "ab", "participants": ["a", "b"]}],
        ),
        plan(("ax", "s1", None), ("ay", "s1", None), ("ab", "s1", None)),
    ),
    (
        "maximum",
        problem(
            groups=[
                {"id": "kind", "participants": ["a", "b"], "max_meetings": 2},
                {"id": "package", "participants": ["a"], "max_meetings": 1},
            ]
        ),
        plan(("ax", "s1", None), ("ay", "s2", None)),
    ),
    ("false_figure", problem(groups=[{"id": "kind", "participants": ["a"], "min_meetings": 1}]), plan(shortfall=0)),
    (
        "break_spread",
        problem(
            slots=[{"id": f"s{k}"} for k in range(1, 6)],
            objective={"max_break_spread": 1},
            meetings=[*problem()["meetings"], {"id": "ab", "participants": ["a", "b"]}],
        ),
        plan(("ax", "s1", None), ("ay", "s3", None), ("ab", "s5", None)),
    ),
    ("false_figure", problem(), plan(("ax", "s1", None), value=6)),
    ("false_figure", problem(), plan(("ax", "s1", None), objective=4)),
    ("false_figure", problem(), plan(("ax", "s1", None), breaks=1)),
    ("false_figure", problem(meetings=meeting("by", required=True)), plan(missing_required=0)),
    ("false_figure", problem(participants=someone("a", min_meetings=2)), plan(("ax", "s1", None), shortfall=0)),
    ("false_figure", problem(), plan(("ax", "s1", None), bound=10, gap=0.1)),
    ("false_bound", problem(), plan(("ax", "s1", None), bound=4)),
    ("false_status", problem(), plan(("ax", "s1", None), status="infeasible")),
    ("false_status", problem(meetings=meeting("by", required=True)), plan(status="optimal")),
    ("false_status", problem(), plan(("ax", "s1", None), status="optimal", bound=14)),
]


@pytest.mark.parametrize(("rule", "given", "planted"), PLANTED)
def test_a_planted_violation_is_found_and_named(rule: str, given: Json, planted: Json) -> None:
    assert rule in {v.rule for v in verify(given, planted).violations}


LEGAL = [
    (problem(), plan()),
    (problem(), plan(("ax", "s1", "T1"), ("by", "s1", "T2"), ("ay", "s2", "T1"), ("bx", "s2", "T2"), value=14)),
    (problem(participants=someone("a", parallel=2)), plan(("ax", "s1", None), ("ay", "s1", None))),
    (problem(places=named(), zone_gap=1), plan(("ax", "s1", "T1"), ("ay", "s3", "T2"))),
    (
        problem(places=named(), zone_gap=1, participants=someone("a", parallel=2)),
        plan(("ax", "s1", "T1"), ("ay", "s2", "T2")),
    ),
    (problem(before=[["ax", "by"]]), plan(("by", "s1", None))),
    (problem(before=[["ax", "by"]]), plan(("ax", "s1", None), ("by", "s2", None))),
    (problem(participants=TWO_TONGUES, interpreters=INTERPRETER), helped(("ax", "s1", "T1", "i1"))),
    (
        problem(participants=HOMES, one_meeting_per_organisation_pair=True),
        plan(("ax", "s1", None), ("ay", "s2", None), ("by", "s1", None)),
    ),
    (problem(meetings=meeting("ax", length=2)), plan(("ax", "s2", None), ("ay", "s1", None))),
    (problem(objective={"max_break_spread": 1}), plan(("ax", "s1", None), ("ay", "s3", None), breaks=1)),
]


@pytest.mark.parametrize(("given", "plan_"), LEGAL)
def test_a_legal_plan_passes(given: Json, plan_: Json) -> None:
    assert verify(given, plan_).violations == ()


def test_it_counts_breaks_idle_slots_changes_and_moves_itself() -> None:
    slots = [{"id": f"s{k}"} for k in range(1, 6)]
    given = problem(
        slots=slots,
        objective={"break": 2, "idle": 3, "place_change": 5, "move": 7},
        previous=[{"meeting": "ax", "slot": "s1", "place": "T1"}, {"meeting": "by", "slot": "s1"}],
    )
    counts = verify(given, plan(("ax", "s1", "T2"), ("ay", "s4", "T1"))).counts
    assert (counts["breaks"], counts["idle"], counts["place_changes"], counts["moved"]) == (1, 2, 1, 2)
    assert counts["objective"] == 5 + 4 - 2 * 1 - 3 * 2 - 5 * 1 - 7 * 2


def test_a_required_meeting_left_out_is_counted_and_no_violation() -> None:
    verdict = verify(problem(meetings=meeting("ax", required=True)), plan(missing_required=1, status="unknown"))
    assert verdict.legal
    assert verdict.as_dict()["missing_required"] == 1


def test_files_of_the_wrong_shape_are_refused() -> None:
    with pytest.raises(ScheduleFileError, match=r"\$\.meetings\[0\]\.table is not a known field"):
        verify(problem(), {"format": "fairmatch/plan@1", "meetings": [{"id": "ax", "slot": "s1", "table": "T1"}]})


def test_every_rule_of_the_verifier_is_planted() -> None:
    source = Path(str(sys.modules[verify.__module__].__file__)).read_text(encoding="utf-8")
    assert set(re.findall(r'Violation\("(\w+)"', source)) == {rule for rule, _, _ in PLANTED}


def test_the_verifier_reads_the_models_of_the_files_and_nothing_of_the_engine() -> None:
    package = "app.domain.scheduling"
    folder = Path(str(sys.modules[verify.__module__].__file__)).parent
    seen, ahead = set[str](), ["verify"]
    while ahead:
        name = ahead.pop()
        seen.add(name)
        for node in ast.walk(ast.parse((folder / f"{name}.py").read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(package):
                assert node.module != package  # the package itself would bring everything
                ahead += {str(node.module).removeprefix(f"{package}.")} - seen
            if isinstance(node, ast.Import):
                assert not any(alias.name.startswith(package) for alias in node.names)
    assert seen == {"verify", "plan", "problem", "reading", "references", "words"}
