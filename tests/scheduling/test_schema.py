"""The published JSON Schemas are those of the models, and hold for real files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from app.domain.scheduling import ScheduleFileError, read_problem, solve
from app.domain.scheduling.schema import as_text, events_schema, plan_schema, problem_schema
from tests.scheduling.build import problem, random_problem
from tests.scheduling.test_reading import SHAPE

SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"


def valid(schema: dict[str, Any], data: Any) -> bool:
    return Draft202012Validator(schema).is_valid(data)


def test_the_files_in_the_docs_are_those_of_the_models() -> None:
    assert (SCHEMAS / "problem.schema.json").read_text(encoding="utf-8") == as_text(problem_schema())
    assert (SCHEMAS / "plan.schema.json").read_text(encoding="utf-8") == as_text(plan_schema())
    assert (SCHEMAS / "events.schema.json").read_text(encoding="utf-8") == as_text(events_schema())


@pytest.mark.parametrize("seed", range(10))
def test_problems_and_their_plans_keep_to_the_schemas(seed: int) -> None:
    schema = json.loads((SCHEMAS / "problem.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    data = random_problem(seed)
    assert valid(schema, data)
    plan = solve(read_problem(data), time_limit=1.0)
    written = json.loads(json.dumps(plan.as_dict()))
    assert valid(json.loads((SCHEMAS / "plan.schema.json").read_text(encoding="utf-8")), written)


@pytest.mark.parametrize("data", [bad for bad, _, _ in SHAPE if "nan" not in str(bad)])
def test_what_the_reader_refuses_for_its_shape_the_schema_refuses_too(data: Any) -> None:
    with pytest.raises(ScheduleFileError):
        read_problem(data)
    assert not valid(problem_schema(), data)


def test_null_is_allowed_where_it_stands_for_the_default() -> None:
    assert valid(problem_schema(), problem(objective=None, before=None, zone_gap=None))
    assert not valid(problem_schema(), problem(slots=None))


def test_events_keep_to_their_schema() -> None:
    happened = {
        "format": "fairmatch/events@1",
        "now": None,
        "events": [
            {"kind": "late", "participant": "a", "slot": "s2"},
            {"kind": "walk_in", "participant": {"id": "new"}, "meetings": []},
        ],
    }
    assert valid(events_schema(), happened)
    assert not valid(events_schema(), {**happened, "events": [{"kind": "late", "participant": "a"}]})
    assert not valid(events_schema(), {**happened, "events": [{"kind": "storm"}]})
