"""From the words of a profile to codes: what resolved and how, and what did not.

The document keeps its words; the codes lie beside it. A word that no list knows stays visible as unresolved and still
counts as text in the ranking.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.core.errors import InvalidInputError
from app.domain.vocabulary import FIELDS, vocabulary

#: fields that hold one word rather than a list
_SINGLE = frozenset({"unit"})


@dataclass(frozen=True)
class Resolved:
    """`found`: rows {field, text, code, how}; `unresolved`: words in the order they were said."""

    found: list[dict[str, Any]]
    unresolved: list[str]


def resolve(document: Mapping[str, Any]) -> Resolved:
    """Resolve every coded field of a profile or request document.

    Raises
    ------
    InvalidInputError
        The unit is none we know: a number without its unit means nothing, so this is not left open.
    """
    found: list[dict[str, Any]] = []
    unresolved: list[str] = []
    for field, name in FIELDS.items():
        said = document.get(field)
        if not said:
            continue
        words = [said] if field in _SINGLE else said
        for item in words:
            text = item["code"] if isinstance(item, Mapping) else str(item)
            result = vocabulary(name).resolve(text)
            if result.code is not None:
                found.append({"field": field, "text": text, "code": result.code, "how": result.how})
            elif field in _SINGLE:
                raise _unknown_unit(text)
            elif text not in unresolved:
                unresolved.append(text)
    return Resolved(found, unresolved)


def coded(document: Mapping[str, Any], resolved: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the document with codes in place of the words that resolved; the others stay as words."""
    code_of = {(row["field"], row["text"]): row["code"] for row in resolved}
    out: dict[str, Any] = {}
    for field, value in document.items():
        if field not in FIELDS:
            out[field] = value
        elif isinstance(value, list):
            out[field] = [_swap(field, item, code_of) for item in value]
        else:
            out[field] = code_of.get((field, value), value)
    return out


def _swap(field: str, item: Any, code_of: Mapping[tuple[str, str], str]) -> Any:
    if isinstance(item, Mapping):
        return {**item, "code": code_of.get((field, item["code"]), item["code"])}
    return code_of.get((field, item), item)


def _unknown_unit(text: str) -> InvalidInputError:
    units = vocabulary("units")
    some = ", ".join(f"{code} ({units.label(code)})" for code in sorted(units.terms))
    return InvalidInputError(f"{text!r} is no unit we know; use one of {some}.", field="unit", found=text)
