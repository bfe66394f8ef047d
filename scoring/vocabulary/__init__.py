"""Vocabularies: coded concepts with words in five languages, and the way from a text to a code.

>>> from scoring.vocabulary import vocabulary
>>> vocabulary("materials").resolve("柞蚕丝").code
'tussah-silk'
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path

from scoring.vocabulary.errors import UnknownCodeError, UnknownVocabularyError, VocabularyError
from scoring.vocabulary.iso import COUNTRY_ALIASES, CURRENCY_ALIASES
from scoring.vocabulary.lists import Vocabulary
from scoring.vocabulary.loading import joined_terms, read_rows, rows_of, terms_of
from scoring.vocabulary.terms import LANGUAGES, Resolution, Term

__all__ = [
    "COUNTRY_ALIASES",
    "CURRENCY_ALIASES",
    "FIELDS",
    "LANGUAGES",
    "Resolution",
    "Term",
    "UnknownCodeError",
    "UnknownVocabularyError",
    "Vocabulary",
    "VocabularyError",
    "load",
    "names",
    "vocabulary",
]

FIELDS: Mapping[str, str] = {
    "products": "products",
    "materials": "materials",
    "processes": "processes",
    "subcontracted": "processes",
    "certificates": "certificates",
    "compliance": "compliance",
    "business_models": "business_models",
    "cooperation": "cooperation",
    "kind": "kinds",
    "unit": "units",
    "markets": "markets",
    "channels": "channels",
    "incoterms": "incoterms",
    "transport": "transport",
    "customs_modes": "customs_modes",
    "payment_terms": "payment_terms",
}
"""Which list the words of a record's field belong to."""

_DATA = files("scoring.vocabulary") / "data"
_SHARED_WORDS = frozenset({"words"})  # everyday words have several meanings, and a text may mean each of them


@lru_cache(maxsize=1)
def _files() -> dict[str, list[str]]:
    """The CSV files of each built-in list in the order of their names: `NAME.csv`, then any `NAME.*.csv`."""
    found: dict[str, list[str]] = {}
    for file in sorted(entry.name for entry in _DATA.iterdir() if entry.name.endswith(".csv")):
        found.setdefault(file.partition(".")[0], []).append(file)
    return {name: sorted(own, key=lambda file: (file != f"{name}.csv", file)) for name, own in sorted(found.items())}


@lru_cache(maxsize=1)
def names() -> tuple[str, ...]:
    """The built-in lists, sorted."""
    return tuple(_files())


@cache
def vocabulary(name: str) -> Vocabulary:
    """A built-in list, loaded once. Raises `UnknownVocabularyError` for a name that `names()` does not have."""
    if name not in names():
        near = get_close_matches(name, names(), n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(names())}."
        raise UnknownVocabularyError(f"no built-in vocabulary {name!r}: {hint}")
    rows = {file: rows_of((_DATA / file).read_text(encoding="utf-8"), file) for file in _files()[name]}
    return Vocabulary(name, joined_terms(rows, name, shared_words=name in _SHARED_WORDS))


def load(
    path_or_rows: str | Path | Iterable[Mapping[str, object]], name: str, *, shared_words: bool = False
) -> Vocabulary:
    """A further list (an organiser's own index, CPV, HS …).

    Parameters
    ----------
    path_or_rows
        A UTF-8 CSV file with the columns `code,parent,hs,cpv,en,zh,fr,de,it`, or rows by column name. `code` and at
        least one language column are needed; further languages may be added by their tag.
    name
        What the list is called in messages and terms.
    shared_words
        Accept words that several codes share, as official lists have them; they stay unresolved, with candidates.

    Raises
    ------
    VocabularyError
        No UTF-8, no such column, a code twice, an unknown parent, a circle, an empty label, a word used by two codes.
    """
    if isinstance(path_or_rows, str | Path):
        path = Path(path_or_rows)
        if not path.is_file():
            raise VocabularyError(f"{path} is not a file: give the path of a CSV file or rows.")
        path_or_rows = read_rows(path)
    return Vocabulary(name, terms_of(path_or_rows, name, shared_words=shared_words))
