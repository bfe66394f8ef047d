"""Lists of terms from CSV files or rows, checked before anything relies on them."""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path

from scoring.vocabulary.errors import VocabularyError
from scoring.vocabulary.terms import LANGUAGES, Term
from scoring.vocabulary.text import clean

MAPS = ("hs", "cpv")
LANGUAGE_TAG = re.compile("[a-z]{2,3}")
_FIXED = ("code", "parent", *MAPS)


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a UTF-8 CSV file (with or without BOM), by column name."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise VocabularyError(f"{path.name} is not UTF-8 (byte {error.start}): save it as CSV UTF-8.") from error
    return rows_of(text, path.name)


def rows_of(text: str, name: str) -> list[dict[str, str]]:
    """The rows of a CSV text; a row with more cells than the header is refused with its line number."""
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    rows: list[dict[str, str]] = []
    try:
        for row in reader:
            if None in row:
                raise VocabularyError(
                    f"{name}, line {reader.line_num}: {len(row[None])} cell(s) more than the header has columns; "
                    "put quotes around a cell that holds a comma."
                )
            rows.append({key: value or "" for key, value in row.items()})
    except csv.Error as error:
        raise VocabularyError(f"{name}, line {reader.line_num}: {error}; check the quotes.") from error
    return rows


def terms_of(rows: Iterable[Mapping[str, object]], name: str, *, shared_words: bool = False) -> dict[str, Term]:
    """Terms by code, in the order of the rows.

    `shared_words` lets one word belong to several codes, as official lists have it; such a word then stays unresolved
    with its candidates. Raises `VocabularyError` for whatever else makes a list unusable.
    """
    return joined_terms({name: rows}, name, shared_words=shared_words)


def joined_terms(
    files: Mapping[str, Iterable[Mapping[str, object]]], name: str, *, shared_words: bool = False
) -> dict[str, Term]:
    """`terms_of` for a list that is spread over several files (rows by file name): parents may cross files."""
    terms: dict[str, Term] = {}
    places: dict[str, str] = {}
    for file, rows in files.items():
        for number, row in enumerate(rows, start=1):
            where = f"{file}, row {number}"
            term = _term(row, name, where)
            if term.code in terms:
                first = f" (first in {places[term.code]})" if len(files) > 1 else ""
                raise VocabularyError(f"{where}: the code {term.code!r} is there twice{first}; codes must be unique.")
            terms[term.code] = term
            places[term.code] = where
    if not terms:
        raise VocabularyError(f"{name} has no rows: a list needs at least one term with 'code' and a label.")
    shown = {code: f"{code} ({where})" for code, where in places.items()} if len(files) > 1 else {}
    _check_tree(terms, name, shown)
    if not shared_words:
        _check_words(terms, name, shown)
    return terms


def _term(row: Mapping[str, object], name: str, where: str) -> Term:
    cells = {str(key).strip().lower(): _cell(value) for key, value in row.items()}
    _check_columns(cells, where)
    code = cells["code"]
    if not code:
        raise VocabularyError(f"{where}: 'code' is empty; every term needs one.")
    labels: dict[str, str] = {}
    aliases: dict[str, tuple[str, ...]] = {}
    for language in (column for column in cells if column not in _FIXED):
        words = [word.strip() for word in cells[language].split("|")]
        if words == [""]:
            continue
        if not words[0] or not clean(words[0]):
            raise VocabularyError(
                f"{where} ({code}): the {language} label is empty; it is the word before the first '|'."
            )
        labels[language] = words[0].lstrip("=-")
        aliases[language] = tuple(dict.fromkeys(word for word in words[1:] if word))
    if not labels:
        raise VocabularyError(
            f"{where} ({code}): no label in any language; fill at least one of {', '.join(LANGUAGES)}."
        )
    maps = {kind: tuple(re.split(r"[\s|;,]+", cells[kind])) for kind in MAPS if cells.get(kind)}
    return Term(name, code, cells.get("parent") or None, labels, aliases, maps)


def _cell(value: object) -> str:
    return "" if value is None or value != value else str(value).strip()


def _check_columns(cells: Mapping[str, str], where: str) -> None:
    if "code" not in cells:
        raise VocabularyError(f"{where}: no column 'code'; found {', '.join(cells)}.")
    for column in cells:
        if column not in _FIXED and not LANGUAGE_TAG.fullmatch(column):
            near = get_close_matches(column, [*_FIXED, *LANGUAGES], n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise VocabularyError(
                f"{where}: the column {column!r} is none of {', '.join(_FIXED)} and no language tag like 'en'{hint}"
            )


def _check_tree(terms: Mapping[str, Term], name: str, shown: Mapping[str, str]) -> None:
    for term in terms.values():
        if term.parent is not None and term.parent not in terms:
            near = get_close_matches(term.parent, terms, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise VocabularyError(
                f"{name}: the parent {term.parent!r} of {shown.get(term.code, repr(term.code))} "
                f"is not a code of the list{hint}"
            )
    for term in terms.values():
        path = [term.code]
        while (parent := terms[path[-1]].parent) is not None:
            path.append(parent)
            if parent == term.code:
                raise VocabularyError(
                    f"{name}: the parents run in a circle: {' → '.join(path)}; one of them must be a root."
                )
            if len(path) > len(terms):
                break  # a circle further up is reported at one of its own codes


def _check_words(terms: Mapping[str, Term], name: str, shown: Mapping[str, str]) -> None:
    """One word of one language names one term; the same letters may mean different things in two languages."""
    owners: dict[tuple[str, str], list[str]] = defaultdict(list)
    for term in terms.values():
        for language, words in words_by_language(term).items():
            for word in {clean(bare(word)) for word in words}:
                owners[language, word].append(term.code)
    clashes = [(word, language, codes) for (language, word), codes in owners.items() if len(codes) > 1]
    if clashes:
        listed = "; ".join(
            f"{word!r} ({language}) by {' and '.join(shown.get(code, code) for code in codes)}"
            for word, language, codes in clashes[:20]
        )
        more = f" and {len(clashes) - 20} more" if len(clashes) > 20 else ""
        raise VocabularyError(f"{name}: one word is used by two codes: {listed}{more}; keep each word at one code.")


def words_by_language(term: Term) -> dict[str, Sequence[str]]:
    """Label and aliases per language, marks included."""
    return {language: (label, *term.aliases.get(language, ())) for language, label in term.labels.items()}


def bare(word: str) -> str:
    """A word without its marks (`=` or `-` before, `-` after)."""
    return word.lstrip("=-").rstrip("-")
