"""Read a JSON body strictly: the right media type, real JSON, no NaN, no name twice, exact types, no unknown field.

The body is checked as JSON before it is checked as a shape, because the shapes are also read from files, where looser
rules hold: here a date is the text 2026-03-31 and nothing else.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from email.message import Message
from functools import cache
from typing import Any, Generic, NoReturn, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError
from starlette.concurrency import run_in_threadpool

from app.api.complaints import about_body, fault
from app.api.problems import MalformedError, UnsupportedMediaTypeError
from app.core.errors import InvalidInputError

Model = TypeVar("Model", bound=BaseModel)

#: how dates and times are written; the validator alone would take bare digits for seconds since 1970, and times with
#: an offset, although all times of an event are those of its own zone
WRITTEN = {
    "date": (r"\d{4}-\d{2}-\d{2}", "a date such as 2026-03-31"),
    "time": (r"\d{2}:\d{2}(:\d{2})?", "a local time such as 13:30, without an offset"),
    "date-time": (
        r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?",
        "a local time such as 2026-03-31T13:30, without an offset",
    ),
}
_SURROGATE = re.compile("[\ud800-\udfff]")


class JsonBody(Generic[Model]):
    """A dependency that reads the request's body as `model`.

    Parameters
    ----------
    optional
        Whether no body at all stands for an empty object.
    example
        A body that works, for the description of the interface.
    """

    def __init__(self, model: type[Model], *, optional: bool = False, example: Any = None) -> None:
        self.model = model
        self.optional = optional
        self.example = example

    async def __call__(self, request: Request) -> Model:
        raw = await request.body()
        if not raw and self.optional:
            return self.model.model_validate({})
        _must_be_json(request.headers.get("content-type"))
        return await run_in_threadpool(parse, self.model, raw)


def parse(model: type[Model], raw: bytes) -> Model:
    """Read `raw` as `model`.

    Raises
    ------
    MalformedError
        It is no JSON.
    InvalidInputError
        It is JSON, but not of this shape; `errors` lists each fault.
    """
    data = _loads(raw)
    faults = _unusable(data, clock_fields(model))
    try:
        found = model.model_validate_json(raw, strict=True)
        if not faults:
            return found
    except ValidationError as error:
        if error.errors()[0]["type"] == "json_invalid":
            raise MalformedError(f"The body is no JSON: {error.errors()[0]['ctx']['error']}.") from error
        said = {one["pointer"] for one in faults}
        more = about_body(error.errors(include_url=False), data, list(model.model_fields))
        faults += [one for one in more if one["pointer"] not in said]
    except TypeError:  # times with and without an offset cannot be compared; they are among the faults then
        if not faults:
            raise
    many = "1 field" if len(faults) == 1 else f"{len(faults)} fields"
    raise InvalidInputError(f"The body has {many} that cannot be used; see `errors`.", errors=faults[:100])


def _must_be_json(content_type: str | None) -> None:
    said = Message()
    said["content-type"] = content_type or "nothing/said"
    charset = (said.get_param("charset") or "utf-8") if content_type else None
    if said.get_content_type() != "application/json" or str(charset).lower() not in ("utf-8", "utf8"):
        raise UnsupportedMediaTypeError(
            f"Send the body as application/json in UTF-8; this one says {content_type or 'nothing of its kind'}."
        )


def _loads(raw: bytes) -> Any:
    try:
        return json.loads(raw.decode("utf-8"), parse_constant=_no_constant, object_pairs_hook=_no_name_twice)
    except UnicodeDecodeError as error:
        raise MalformedError(f"The body is not UTF-8: byte {error.start} cannot be read.") from error
    except json.JSONDecodeError as error:
        raise MalformedError(f"The body is no JSON: {error.msg}, line {error.lineno}, column {error.colno}.") from error
    except RecursionError as error:
        raise MalformedError("The body is nested too deeply.") from error
    except ValueError as error:  # a whole number of thousands of digits
        raise MalformedError("The body holds a number that is too long.") from error


def _no_constant(name: str) -> NoReturn:
    raise MalformedError(f"The body is no JSON: {name} is no number there; leave the field out or give a value.")


def _no_name_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise MalformedError(f"The body gives {twice[:100]!r} twice in one object; which one counts?")
    return found


def _unusable(data: Any, clocks: Mapping[str, str]) -> list[dict[str, Any]]:
    """Values that are JSON and still nothing anybody can store."""
    faults = []
    waiting: list[tuple[tuple[str, ...], str | None, Any]] = [((), None, data)]
    while waiting:
        path, clock, node = waiting.pop()
        if isinstance(node, dict):
            waiting.extend(((*path, name), clocks.get(name), value) for name, value in node.items())
            node = "".join(node)
        elif isinstance(node, list):
            waiting.extend(((*path, str(n)), clock, value) for n, value in enumerate(node))
        wrong = _wrong_with(node, clock)
        if wrong:
            faults.append(fault(path, wrong))
    return faults


@cache
def clock_fields(model: type[BaseModel]) -> Mapping[str, str]:
    """The names of the fields of `model`, however deep, that hold dates or times, with the format of each."""
    schema = model.model_json_schema()
    shapes = [schema, *schema.get("$defs", {}).values()]
    named = [item for shape in shapes for item in shape.get("properties", {}).items()]
    found = ((name, format_) for name, said in named for format_ in WRITTEN if f"'format': '{format_}'" in str(said))
    return dict(found)


def _wrong_with(value: Any, clock: str | None) -> str | None:
    if isinstance(value, str) and "\x00" in value:
        return "holds a null character, which no text may have"
    if isinstance(value, str) and _SURROGATE.search(value):
        return "holds half of a character (a lone surrogate)"
    if isinstance(value, float) and not math.isfinite(value):
        return "is too large for a number"
    if clock and isinstance(value, str) and not re.fullmatch(WRITTEN[clock][0], value, re.ASCII):
        return f"must be {WRITTEN[clock][1]}"
    return None
