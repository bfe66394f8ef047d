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
        lines = "".join(f"\n  {path} {message}" for path, message in shown)
        more = "" if len(shown) == len(problems) else f"\n  … and {len(problems) - len(shown)} more"
        noun = "fault" if len(problems) == 1 else "faults"
        super().__init__(
            f"The {what} has {len(problems)} {noun}:{lines}{more}",
            problems=[{"path": path, "message": message} for path, message in shown],
            count=len(problems),
        )


def path_of(location: tuple[int | str, ...]) -> str:
    """The JSON path of a pydantic location: `$.meetings[3].slots[0]`."""
    path = "$"
    for depth, part in enumerate(location):
        if depth == 1 and location[0] == "places" and part in ("count", "list"):
            continue
        path += f"[{part}]" if isinstance(part, int) else f".{part}"
    return path


def _message(error: Mapping[str, Any]) -> str:
    kind, context = error["type"], error.get("ctx") or {}
    if kind == "greater_than_equal":
        return f"must be {context['ge']} or more"
    if kind == "less_than_equal":
        return f"must be {context['le']} or less"
    if kind == "literal_error":
        return f"must be {context['expected']}, found {json.dumps(error['input'], default=str)[:60]}"
    words = _WORDS.get(kind) or error["msg"]
    if kind in ("missing", "extra_forbidden"):
        return words
    return f"{words}, found {json.dumps(error['input'], default=str)[:60]}"


def shape(model: type[_File], data: object, what: str) -> _File:
    if not isinstance(data, Mapping):
        raise ScheduleFileError(what, [("$", "must be a JSON object")])
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise ScheduleFileError(what, [(path_of(e["loc"]), _message(e)) for e in error.errors()]) from None


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
