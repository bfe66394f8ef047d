"""The words of a list filed under their keys, from the strictest spelling to the loosest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import attrgetter

from scoring.vocabulary.inflect import FUNCTION_WORDS, stem
from scoring.vocabulary.loading import bare, words_by_language
from scoring.vocabulary.terms import Term
from scoring.vocabulary.text import clean, tokens

Key = str | tuple[str, ...]
STRICT, LOOSE, INFLECTED, BAG = 0, 1, 2, 3


@dataclass(frozen=True)
class Entry:
    """One word of one term: `is_label` or an alias, in `language`; `words` are its folded words."""

    code: str
    language: str
    is_label: bool
    words: tuple[str, ...]


class Index:
    """Entries by spelling level; the two loose levels are kept per language."""

    def __init__(self, terms: Mapping[str, Term]) -> None:
        self.entries: list[Entry] = []
        self._files: dict[tuple[int, str, Key], list[Entry]] = defaultdict(list)
        languages: set[str] = set()
        for term in terms.values():
            for language, words in words_by_language(term).items():
                languages.add(language)
                for position, word in enumerate(words):
                    self._add(Entry(term.code, language, position == 0, tuple(tokens(bare(word)))), bare(word))
        self.languages = tuple(sorted(languages))

    def _add(self, entry: Entry, word: str) -> None:
        self.entries.append(entry)
        self._files[STRICT, "", clean(word)].append(entry)
        self._files[LOOSE, "", "".join(entry.words)].append(entry)
        for level in (INFLECTED, BAG):
            key = key_at(level, entry.words, entry.language)
            if key:
                self._files[level, entry.language, key].append(entry)

    def at(self, level: int, text: str, words: tuple[str, ...]) -> list[Entry]:
        """All entries that agree with `text` (folded to `words`) at one level."""
        if level == STRICT:
            return self._files.get((STRICT, "", clean(text)), [])
        if level == LOOSE:
            return self._files.get((LOOSE, "", "".join(words)), [])
        found: list[Entry] = []
        for language in self.languages:
            found += self._files.get((level, language, key_at(level, words, language)), [])
        return found


def key_at(level: int, words: Iterable[str], language: str) -> Key:
    """Stems in order without spaces (`INFLECTED`), or sorted and without function words (`BAG`)."""
    if level == INFLECTED:
        return "".join(stem(word, language).removesuffix("的") for word in words)
    return tuple(sorted({stem(word, language) for word in words if word not in FUNCTION_WORDS}))


def choose(entries: Iterable[Entry], language: str | None, order: tuple[str, ...]) -> Entry | None:
    """The one entry meant: `language` (when given) before others, labels before aliases; None when two codes remain."""
    found = list(entries)
    for narrowed in (
        [entry for entry in found if entry.language == language],
        [entry for entry in found if entry.is_label],
        found,
    ):
        if len({entry.code for entry in narrowed}) == 1:
            return min(narrowed, key=lambda entry: (not entry.is_label, _rank(entry.language, order)))
    return None


def _rank(language: str, order: tuple[str, ...]) -> int:
    return order.index(language) if language in order else len(order)


def codes(entries: Iterable[Entry]) -> tuple[str, ...]:
    """Distinct codes, sorted."""
    if isinstance(entries, tuple) and len(entries) == 1:
        return (entries[0].code,)
    return tuple(sorted(set(map(attrgetter("code"), entries))))
