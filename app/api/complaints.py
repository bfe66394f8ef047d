"""From the validator's errors to sentences a person can act on: which field, what is wrong with it, what was found."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from app.core.text import shorten

_LONGEST = 120
#: fields whose content is not said back
_SECRET = ("password", "present", "new", "token", "Authorization")
#: faults that only say "this is not the other alternative"; dropped where a better one names the same place
_WRONG_KIND = ("string_type", "model_type", "dict_type", "list_type", "model_attributes_type")

_SAID = {
    "missing": "is missing",
    "string_type": "must be text",
    "string_too_short": "must have at least {min_length} character(s)",
    "string_too_long": "must have at most {max_length} characters",
    "string_pattern_mismatch": "must look like {pattern}",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "finite_number": "must be a finite number",
    "greater_than": "must be above {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be below {lt}",
    "less_than_equal": "must be at most {le}",
    "date_type": "must be a date such as 2026-03-31",
    "date_parsing": "must be a date such as 2026-03-31",
    "date_from_datetime_parsing": "must be a date such as 2026-03-31",
    "time_type": "must be a time such as 13:30",
    "time_parsing": "must be a time such as 13:30",
    "datetime_type": "must be a local date and time such as 2026-03-31T13:30",
    "datetime_parsing": "must be a local date and time such as 2026-03-31T13:30",
    "datetime_from_date_parsing": "must be a local date and time such as 2026-03-31T13:30",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "too_short": "must have at least {min_length} item(s)",
    "too_long": "must have at most {max_length} items",
    "literal_error": "must be one of {expected}",
    "enum": "must be one of {expected}",
    "uuid_type": "must be an id such as 0199c0de-0000-7000-8000-000000000000",
    "uuid_parsing": "must be an id such as 0199c0de-0000-7000-8000-000000000000",
}
#: what a pattern of the interface wants, for people; each with an example
_WANTED = {
    r"^[a-z]{2,3}$": "must be the code of a language in two or three small letters, such as zh",
    r"^[A-Z]{2}$": "must be the code of a country in two capital letters, such as CN",
    r"^[A-Z]{3}$": "must be a code of three capital letters, such as EUR (currency) or FOB (Incoterm)",
    r"^([A-Z]{3}|人民币|元|¥|￥)$": "must be the code of a currency in three capital letters of ISO 4217, such as EUR",
    r"^[A-Z0-9]{2,3}$": "must be a unit code of UN/ECE Recommendation 20, such as H87 (pieces) or MTR (metres)",
    r"^[a-z_]+(,[a-z_]+)*$": "must be names of fields with commas between them, such as id,name",
    r"^[a-z]+:(read|write)$": "must be a scope, such as ranking:read",
    r"^[\x21-\x7e]+$": "must be plain letters, digits and signs without spaces, such as 0199c0de-7000",
    r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$": (
        "must be an id, or a code of at most 64 letters, digits and . _ -, such as paris-2025"
    ),
    r"^[^@\s<>,;:\"]{1,64}@[^@\s<>,;:\"]+\.[^@\s<>,;:\".]+$": "must be an e-mail address, such as li@example.com",
    r"^\+?[0-9][0-9 ()./-]{3,62}$": "must be a telephone number, such as +86 10 1234 5678",
}
#: a pattern that is a list of words
_ONE_OF = re.compile(r"\^\(([\w|-]+)\)\$")


def about_body(errors: Iterable[Mapping[str, Any]], data: Any, fields: Sequence[str]) -> list[dict[str, Any]]:
    """Turn a validator's errors about the body `data` into faults `{"field", "pointer", "message", "found"}`.

    `fields` are the names that the body may have, to suggest one where another was written.
    """
    placed = [(_place(error, data), error) for error in errors]
    return [
        _inside(place, error, fields)
        for n, (place, error) in enumerate(placed)
        if not _superseded(n, place, error, placed)
    ]


def about_address(errors: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Turn the framework's errors about path, query and headers into faults `{"field", "in", "message", "found"}`."""
    return [_outside(error) for error in errors]


def _place(error: Mapping[str, Any], data: Any) -> tuple[str | int, ...]:
    """The path in the body; without the names of union members that the validator puts between."""
    path: list[str | int] = []
    node, loc = data, error["loc"]
    for n, step in enumerate(loc):
        if _holds(node, step):
            node = node[step]
        elif not (error["type"] == "missing" and n == len(loc) - 1):
            continue
        path.append(step)
    return tuple(path)


def _holds(node: Any, step: str | int) -> bool:
    if isinstance(node, list):
        return isinstance(step, int) and step < len(node)
    return isinstance(node, dict) and step in node


def _superseded(n: int, place: tuple[str | int, ...], error: Mapping[str, Any], placed: list[Any]) -> bool:
    """Whether another fault says it better: of two alternatives only the one that was meant is worth talking about."""
    if error["type"] not in _WRONG_KIND:
        return False
    for m, (other, rival) in enumerate(placed):
        deeper = len(other) > len(place) and other[: len(place)] == place
        same = other == place and (rival["type"] not in _WRONG_KIND or m < n)
        if m != n and (deeper or same):
            return True
    return False


def fault(place: Iterable[str | int], message: str) -> dict[str, Any]:
    """A fault of a body, with its place as a name and as a JSON pointer (RFC 6901) in a fragment."""
    steps = [_printable(str(step)) for step in place]
    pointer = "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in steps)
    return {"field": ".".join(steps), "pointer": f"#{pointer}", "message": message}


def _printable(step: str) -> str:
    return shorten("".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in step), _LONGEST)


def _inside(place: tuple[str | int, ...], error: Mapping[str, Any], fields: Sequence[str]) -> dict[str, Any]:
    message = _message(error)
    if error["type"] == "extra_forbidden":
        near = get_close_matches(str(place[-1]), fields, 1) if len(place) == 1 else []
        message = f"is no field here{f'; did you mean {near[0]}?' if near else ''}"
    return _with_found(fault(place, message), error)


def _outside(error: Mapping[str, Any]) -> dict[str, Any]:
    where, *rest = error["loc"]
    name = ".".join(str(step) for step in rest)
    return _with_found({"field": name, "in": str(where), "message": _message(error)}, error)


def _message(error: Mapping[str, Any]) -> str:
    pattern = _SAID.get(error["type"])
    if pattern is None:
        return str(error["msg"]).removeprefix("Value error, ").removeprefix("Input ")
    context = error.get("ctx") or {}
    if error["type"] == "string_pattern_mismatch":
        return _wanted(context["pattern"]) or pattern.format_map(context)
    return pattern.format_map(context)


def _wanted(pattern: str) -> str | None:
    words = _ONE_OF.fullmatch(pattern)
    return f"must be one of {', '.join(words[1].split('|'))}" if words else _WANTED.get(pattern)


def _with_found(told: dict[str, Any], error: Mapping[str, Any]) -> dict[str, Any]:
    secret = told["field"] in _SECRET
    if error["type"] != "missing" and not secret and (told["field"] or not isinstance(error["input"], (dict, list))):
        told["found"] = _shown(error["input"])
    return told


def _shown(found: Any) -> Any:
    """What was found, short enough to print."""
    if found is None or isinstance(found, bool):
        return found
    if isinstance(found, (int, float)) and abs(found) < 1e15:
        return found
    text = found if isinstance(found, str) else json.dumps(found, ensure_ascii=False, default=str)
    return shorten(text, _LONGEST)
