"""Sample editions, written for this project: every enterprise, buyer and person in them is invented.

Each folder holds tables as people have them and goes through the normal import; `event.toml` describes the edition.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from app.core.errors import NotFoundError

#: folder → what it shows; the first is the one that `fairmatch demo` loads
EDITIONS = {
    "paris": "half a day of matching inside a fair: 15 knitwear enterprises and 12 European buyers",
    "zhuzhou": "a club of clusters, professional markets, brand owners and agents: Chinese only, paired by kind",
    "qingshanhu": "smart factories for home and abroad: automation in profile and score, two sales channels",
    "keqiao": "fabrics by the metre, dyeing and printing, and services as participants of their own kind",
    "clusters": "a conference without a buyer side: industrial clusters, their specialities and dated public figures",
}


def editions() -> tuple[str, ...]:
    """Return the names of the sample editions, the demonstration first."""
    return tuple(EDITIONS)


def folder(edition: str) -> Path:
    """Return the folder of a sample edition.

    Raises
    ------
    NotFoundError
        If there is no such edition; the message names those there are.
    """
    if edition not in EDITIONS:
        raise NotFoundError(f"there is no sample edition {edition!r}; there are {', '.join(EDITIONS)}")
    return Path(str(files(__name__).joinpath(edition)))


def lists(edition: str) -> list[Path]:
    """Return the spreadsheets of a sample edition that the import takes, by name."""
    found = [path for path in sorted(folder(edition).iterdir()) if path.suffix in (".csv", ".xlsx")]
    return [path for path in found if path.name != "asked.csv"]
