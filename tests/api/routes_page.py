"""Writes the table of all routes: `python -m tests.api.routes_page > docs/routes.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from app.api.permissions import MATRIX, OPEN
from app.api.v1 import PREFIX
from app.domain.access import PARTIES, ROLES, RUNNERS, STAFF
from tests.api.conftest import make_app

_TOGETHER = (
    (ROLES, "all"),
    ((*STAFF, *PARTIES), "all"),
    (STAFF, "staff"),
    (RUNNERS, "organisers"),
)


def lines() -> Iterator[str]:
    """The page, line by line."""
    yield "# All routes"
    yield ""
    yield "Made from the interface itself by `python -m tests.api.routes_page > docs/routes.md`; paths are below"
    yield "`/api/v1`. *organisers* are organiser and co-organiser, *staff* are these, desk and viewer. A key without"
    yield "scopes may do all that its role may."
    yield ""
    yield "| route | who | scope | what |"
    yield "| --- | --- | --- | --- |"
    document = make_app("sqlite://").openapi()
    for path, operations in document["paths"].items():
        if not path.startswith(PREFIX):
            continue
        for method, operation in operations.items():
            name = f"{method.upper()} {path.removeprefix(PREFIX)}"
            who, scope = (_who(name), MATRIX[name].scope) if name in MATRIX else ("anybody", "–")
            assert name in MATRIX or name in OPEN, name
            yield f"| `{name}` | {who} | {scope} | {operation['summary']} |"


def _who(name: str) -> str:
    left = set(MATRIX[name].roles)
    told = []
    for roles, word in _TOGETHER:
        if set(roles) <= left:
            told.append(word)
            left -= set(roles)
    return ", ".join([*told, *(role for role in ROLES if role in left)])


if __name__ == "__main__":
    sys.stdout.write("\n".join(lines()) + "\n")
