"""The columns each kind of list may have: one declarative table, with headers and trade aliases in five languages."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, get_args

Kind = Literal[
    "exhibitors",
    "buyers",
    "requests",
    "certificates",
    "clusters",
    "cluster_facts",
    "representatives",
    "availability",
    "preferences",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
LANGUAGES = ("en", "zh", "fr", "de", "it")


@dataclass(frozen=True)
class Field:
    """One column of a kind of list.

    `part` says what the value belongs to (organisation, participation, profile, request …), `type` how its cells are
    read (with `argument` after a colon: a vocabulary, or the stem of a range), `required` is "yes", "any" (one of those
    so marked) or empty. `headers` has per language the header of the template, then its aliases.
    """

    kind: Kind
    name: str
    part: str
    type: str
    argument: str
    required: str
    example: str
    headers: Mapping[str, tuple[str, ...]]

    def header(self, lang: str = "en") -> str:
        """The header that templates show in this language."""
        return self.headers[lang][0]


def rows_of(name: str) -> list[dict[str, str]]:
    """Return the rows of one of the tables in `data`."""
    text = files("app.domain.lists").joinpath("data", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _words(cell: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in cell.split("|") if word.strip())


@cache
def fields_of(kind: Kind) -> Mapping[str, Field]:
    """The fields of a kind of list by name, in the order of its template."""
    found = {}
    for row in rows_of("columns.csv"):
        if kind not in row["kinds"].split():
            continue
        kind_of_cell, _, argument = row["type"].partition(":")
        part = "request" if kind == "requests" and row["part"] == "profile" else row["part"]
        headers = {lang: _words(row[lang]) for lang in LANGUAGES}
        name, required, example = row["field"], row["required"], row["example"]
        found[name] = Field(kind, name, part, kind_of_cell, argument, required, example, headers)
    return found


@cache
def choices(name: str) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """A short list of words, such as the grades of evidence: code → language → label and aliases."""
    rows = [row for row in rows_of("choices.csv") if row["set"] == name]
    if not rows:
        raise KeyError(name)
    return {row["code"]: {lang: _words(row[lang]) for lang in LANGUAGES} for row in rows}
