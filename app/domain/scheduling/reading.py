"""Reads a problem file that has been parsed from JSON: every fault is listed with its JSON path, or nothing is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from app.core.errors import InvalidInputError
from app.domain.scheduling.plan import PlanFile
from app.domain.scheduling.problem import Model, Problem
from app.domain.scheduling.references import faults

MOST_FAULTS_SHOWN = 50

_File = TypeVar("_File", bound=Model)
_WORDS = {
    "missing": "is missing",
    "extra_forbidden": "is not a known field",
    "string_type": "must be a string",
    "string_too_short": "must not be empty",
    "string_too_long": "is longer than 200 characters",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "bool_type": "must be true or false",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "too_short": "must have two entries",
    "too_long": "must have two entries",
}


class ScheduleFileError(InvalidInputError):
    """A problem or plan file that cannot be used; the details list each fault with its JSON path."""

    code = "invalid-schedule-file"
    title = "The file is not valid"

    def __init__(self, what: str, problems: list[tuple[str, str]]) -> None:
        shown = problems[:MOST_FAULTS_SHOWN]
        self.problems = problems
        lines = "".join(f"\n  {path} {message}" for path, message in shown)
        more = "" if len(shown) == len(problems) else f"\n  … and {len(problems) - len(shown)} more"
        noun = "fault" if len(problems) == 1 else "faults"
        super().__init__(
            f"The {what} has {len(problems)} {noun}:{lines}{more}",
            problems=[{"path": path, "message": message} for path, message in shown],
            count=len(problems),
        )


def path_of(location: tuple[int | str, ...]) -> str:
    """The JSON path of a pydantic location: `$.meetings[3].slots[0]`; the names of alternatives are no part of it."""
    path = "$"
    for depth, part in enumerate(location):
        if depth == 1 and location[0] == "places" and part in ("count", "list"):
            continue
        if depth == 2 and location[0] == "events":
            continue
        path += f"[{part}]" if isinstance(part, int) else f".{part}"
    return path


def _fault(error: Mapping[str, Any]) -> tuple[str, str]:
    """The path and the message of a validator's error; a kind that there is none of is a fault of `kind`."""
    path, kind = path_of(error["loc"]), error["type"]
    if kind == "union_tag_not_found":
        return (f"{path}.kind", "is missing") if isinstance(error["input"], Mapping) else (path, _message(error))
    if kind == "union_tag_invalid":
        one_of = error["ctx"]["expected_tags"]
        return f"{path}.kind", f"must be one of {one_of}, found {_shown(error['input']['kind'])}"
    return path, _message(error)


def _shown(found: object) -> str:
    return json.dumps(found, default=str, ensure_ascii=False)[:60]


def _message(error: Mapping[str, Any]) -> str:
    kind, context = error["type"], error.get("ctx") or {}
    if kind == "greater_than_equal":
        return f"must be {context['ge']} or more"
    if kind == "less_than_equal":
        return f"must be {context['le']} or less"
    if kind == "literal_error":
        return f"must be {context['expected']}, found {_shown(error['input'])}"
    words = _WORDS.get(kind) or error["msg"]
    if kind in ("missing", "extra_forbidden"):
        return words
    return f"{words}, found {_shown(error['input'])}"


def shape(model: type[_File], data: object, what: str) -> _File:
    if not isinstance(data, Mapping):
        raise ScheduleFileError(what, [("$", "must be a JSON object")])
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise ScheduleFileError(what, [_fault(e) for e in error.errors()]) from None


def read_problem(data: Mapping[str, Any]) -> Problem:
    """The problem in a parsed file.

    Parameters
    ----------
    data
        What `json.load` gave for a `fairmatch/problem@1` file.

    Raises
    ------
    ScheduleFileError
        For unknown fields, wrong types, ids that do not exist, ids given twice; all at once, each with its path.
    """
    problem = shape(Problem, data, "problem file")
    found = faults(problem)
    if found:
        raise ScheduleFileError("problem file", found)
    return problem


def read_plan(data: Mapping[str, Any]) -> PlanFile:
    """The plan in a parsed `fairmatch/plan@1` file, shape only; `verify` holds it against its problem.

    Raises
    ------
    ScheduleFileError
        For unknown fields and wrong types.
    """
    return shape(PlanFile, data, "plan file")
