"""Bad problem files: every fault is named with its JSON path, all of them at once."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain.scheduling import ScheduleFileError, read_problem
from app.domain.scheduling.reading import MOST_FAULTS_SHOWN
from tests.scheduling.build import Json, problem, random_problem


def faults(data: Any) -> dict[str, str]:
    with pytest.raises(ScheduleFileError) as caught:
        read_problem(data)
    return {fault["path"]: fault["message"] for fault in caught.value.details["problems"]}


def with_meeting(**changes: Any) -> Json:
    return problem(meetings=[{"id": "ax", "participants": ["a", "x"], **changes}])


SHAPE = [
    (problem(tables=3), "$.tables", "is not a known field"),
    (problem(objective={"breaks": 1}), "$.objective.breaks", "is not a known field"),
    (with_meeting(priority=1), "$.meetings[0].priority", "is not a known field"),
    (problem(format="fairmatch/problem@2"), "$.format", "fairmatch/problem@1"),
    (problem(places=-1), "$.places", "must be 0 or more"),
    (problem(places="many"), "$.places", "whole number"),
    (problem(places=[{"zone": "east"}]), "$.places[0].id", "is missing"),
    (problem(slots="s1"), "$.slots", "must be a list"),
    (problem(slots=[{"id": 1}]), "$.slots[0].id", "must be a string, found 1"),
    (problem(participants=[{"id": "a", "parallel": 0}]), "$.participants[0].parallel", "must be 1 or more"),
    (problem(participants=[{"id": "a", "max_meetings": 1.5}]), "$.participants[0].max_meetings", "whole number"),
    (with_meeting(value="5"), "$.meetings[0].value", "finite number"),
    (with_meeting(value=True), "$.meetings[0].value", "finite number"),
    (with_meeting(value=float("nan")), "$.meetings[0].value", "finite number"),
    (with_meeting(required="yes"), "$.meetings[0].required", "true or false"),
    (with_meeting(length=0), "$.meetings[0].length", "must be 1 or more"),
    (problem(meetings=[{"id": "m", "participants": ["a"]}]), "$.meetings[0].participants[1]", "is missing"),
    (problem(meetings=[{"id": "m", "participants": ["a", "b", "x"]}]), "$.meetings[0].participants", "two entries"),
    (problem(meetings=[3]), "$.meetings[0]", "must be an object"),
    (problem(objective={"break": -1}), "$.objective.break", "0 or more"),
    (problem(before=[["ax"]]), "$.before[0][1]", "is missing"),
]


@pytest.mark.parametrize(("data", "path", "message"), SHAPE)
def test_a_wrong_shape_is_named_with_its_path(data: Json, path: str, message: str) -> None:
    assert message in faults(data)[path]


IDS = [
    (problem(slots=[{"id": "s1"}, {"id": "s1"}]), "$.slots[1].id", "given twice, first at $.slots[0]"),
    (problem(places=[{"id": "T1"}, {"id": "T1"}]), "$.places[1].id", "given twice"),
    (problem(places=[{"id": "T1", "slots": ["s7"]}]), "$.places[0].slots[0]", 'no slot has the id "s7"'),
    (with_meeting(place="T3"), "$.meetings[0].place", 'no place has the id "T3"'),
    (with_meeting(slots=["s1", "s7"]), "$.meetings[0].slots[1]", "no slot"),
    (with_meeting(fixed_slot="s7"), "$.meetings[0].fixed_slot", "no slot"),
    (problem(meetings=[{"id": "m", "participants": ["a", "a"]}]), "$.meetings[0].participants", "cannot meet itself"),
    (problem(meetings=[{"id": "m", "participants": ["a", "z"]}]), "$.meetings[0].participants[1]", "no participant"),
    (problem(before=[["ax", "zz"]]), "$.before[0][1]", "no meeting"),
    (problem(before=[["ax", "ax"]]), "$.before[0]", "cannot come before itself"),
    (problem(groups=[{"id": "g", "participants": ["a", "z"]}]), "$.groups[0].participants[1]", "no participant"),
    (problem(interpreters=[{"id": "i", "languages": [], "unavailable": ["s7"]}]), "$.interpreters[0].unavailable[0]", "slot"),  # noqa: E501
    (problem(previous=[{"meeting": "zz", "slot": "s1"}]), "$.previous[0].meeting", "no meeting"),
    (problem(previous=[{"meeting": "ax", "slot": "s1"}] * 2), "$.previous[1].meeting", "given twice"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "path", "message"), IDS)
def test_ids_must_exist_and_be_given_once(data: Json, path: str, message: str) -> None:
    assert message in faults(data)[path]


def test_all_faults_are_listed_together() -> None:
    found = faults(problem(tables=1, slots=[{"id": 1}], places=-1))
    assert set(found) == {"$.tables", "$.slots[0].id", "$.places"}


def test_the_list_of_faults_has_a_limit_and_says_so() -> None:
    with pytest.raises(ScheduleFileError, match=r"and 30 more") as caught:
        read_problem(problem(slots=[{"id": 1}] * (MOST_FAULTS_SHOWN + 30)))
    assert caught.value.details["count"] == MOST_FAULTS_SHOWN + 30
    assert len(caught.value.details["problems"]) == MOST_FAULTS_SHOWN


@pytest.mark.parametrize("data", [None, [], 3, "text"])
def test_something_that_is_no_object_is_refused(data: Any) -> None:
    assert faults(data) == {"$": "must be a JSON object"}


def test_null_stands_for_the_default_in_every_optional_field() -> None:
    given = problem(
        zone_gap=None, groups=None, interpreters=None, before=None, objective=None, previous=None,
        one_meeting_per_organisation_pair=None,
    )  # fmt: skip
    given["meetings"][0] |= {"value": None, "required": None, "length": None, "slots": None, "fixed_slot": None}
    given["participants"][0] |= {"parallel": None, "unavailable": None, "min_meetings": None, "languages": None}
    assert read_problem(given) != read_problem(problem())
    given["meetings"][0]["value"] = 5
    assert read_problem(given) == read_problem(problem())


def test_a_count_of_places_stands_for_t1_to_tn() -> None:
    assert read_problem(problem(places=3)).place_ids == ("T1", "T2", "T3")


@pytest.mark.parametrize("seed", range(20))
def test_random_problems_are_read(seed: int) -> None:
    assert len(read_problem(random_problem(seed)).meetings) == 5
