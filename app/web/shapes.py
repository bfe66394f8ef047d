"""Icons, as drawings inside the page: one stroke, one size, in the colour of the text beside them."""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources

from markupsafe import Markup


@cache
def _paths() -> dict[str, str]:
    """Name → path, in a square of 24 by 24."""
    file = resources.files("app.web").joinpath("icons.csv")
    return {row["name"]: row["path"] for row in csv.DictReader(file.read_text(encoding="utf-8").splitlines())}


def icon(name: str) -> Markup:
    """A drawing that says nothing to those who listen: the words beside it do."""
    return Markup(  # noqa: S704 - the paths are ours
        '<svg class="icon" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" focusable="false">'
        f'<path d="{_paths()[name]}"/></svg>'
    )
