"""JSON Schemas (draft 2020-12) of the three files, from the models that read them.

`docs/schemas/` holds them as files, and a test keeps the two equal.
"""

from __future__ import annotations

import json
from typing import Any

from app.domain.scheduling.events import EVENTS_FORMAT, EventsFile
from app.domain.scheduling.plan import PLAN_FORMAT, PlanFile
from app.domain.scheduling.problem import PROBLEM_FORMAT, Model, Problem


def _nullable(schema: dict[str, Any]) -> None:
    """Allows null in every optional field, where it stands for the default."""
    required = set(schema.get("required", ()))
    for name, field in schema.get("properties", {}).items():
        kinds = field.get("anyOf")
        if name not in required and not (kinds and {"type": "null"} in kinds):
            kept = {k: field.pop(k) for k in ("title", "default", "description") if k in field}
            inner = dict(field)
            field.clear()
            field.update(kept, anyOf=[inner, {"type": "null"}])


def _schema(model: type[Model], name: str) -> dict[str, Any]:
    schema = model.model_json_schema()
    for part in (schema, *schema.get("$defs", {}).values()):
        _nullable(part)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"urn:{name.replace('/', ':')}", **schema}


def problem_schema() -> dict[str, Any]:
    """The schema of `fairmatch/problem@1`; ids that must exist are beyond it."""
    return _schema(Problem, PROBLEM_FORMAT)


def plan_schema() -> dict[str, Any]:
    """The schema of `fairmatch/plan@1`."""
    return _schema(PlanFile, PLAN_FORMAT)


def events_schema() -> dict[str, Any]:
    """The schema of `fairmatch/events@1`."""
    return _schema(EventsFile, EVENTS_FORMAT)


def as_text(schema: dict[str, Any]) -> str:
    """A schema as its file has it."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
