"""Concepts in free text: a trie of word stems per Latin language, and plain substrings for Chinese."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from scoring.vocabulary.index import Entry
from scoring.vocabulary.index import codes as distinct
from scoring.vocabulary.inflect import stem
from scoring.vocabulary.language import likely_language
from scoring.vocabulary.loading import bare, words_by_language
from scoring.vocabulary.terms import Term
from scoring.vocabulary.text import fold, is_han, plain, spans, tokens

HEAD = 5  # letters a German head needs before it is looked for inside a compound
_SHORTEST = 3  # letters of a single word: `CO` is cotton in a table of fibres, and a company in a text
_ABBREVIATION = 5  # letters up to which a word in capitals is looked for in capitals: REACH, not to reach
_APART = re.compile(r"[,;:!?()\[\]|•\n]|\.\s")
_BETWEEN = " -/·.'"
_END = ""  # key of the entries in a trie node
_END_WITH_COMMA = ","  # of those that have a comma of their own
_NEGATIONS = (
    "non no not without faux fake imitation artificial mock sans ne pas simili "
    "ohne kein keine nicht kunst senza finto finta"
)
_NOT_IT = frozenset(_NEGATIONS.split())
_NOT_IT_AFTER = frozenset({"free", "frei", "imitat", "imitation", "alternative"})
_NOT_IT_HAN = ("仿", "非", "无", "假", "人造")

Trie = dict[str, Any]


@dataclass(frozen=True)
class Match:
    """A stretch of text, `start` to `end` in the plain text, and the entries it may stand for.

    There are none where the text denies them (`faux silk`); the stretch is then closed to shorter words too.
    """

    start: int
    end: int
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class _Word:
    start: int
    end: int
    raw: str
    folded: str
    apart: bool  # a comma, a full stop or the like stands between it and the word before


class Finder:
    """Spots the words of a list in running text; words marked `=` are left to whole texts."""

    def __init__(self, terms: Mapping[str, Term]) -> None:
        self._tries: dict[str, Trie] = defaultdict(dict)
        self._heads: dict[str, list[Entry]] = defaultdict(list)
        self._starts: dict[str, list[Entry]] = defaultdict(list)
        self._capitals: dict[str, list[Entry]] = defaultdict(list)  # abbreviations by folded word
        han: dict[str, list[Entry]] = defaultdict(list)
        for term in terms.values():
            for language, words in words_by_language(term).items():
                for position, word in enumerate(words):
                    if not word.startswith("="):
                        entry = Entry(term.code, language, position == 0, tuple(tokens(bare(word))))
                        squeezed = "".join(entry.words)
                        if not is_han(squeezed):
                            self._add_latin(word, squeezed, entry)
                        elif len(squeezed) > 1:  # 丝 alone is in too many other words
                            han[squeezed].append(entry)
        self._han = _by_first_letter(han)
        self.languages = tuple(sorted(self._tries))

    def _add_latin(self, word: str, squeezed: str, entry: Entry) -> None:
        if squeezed.isdigit() or (len(squeezed) < _SHORTEST and len(entry.words) == 1):
            return
        if word.isupper() and len(squeezed) <= _ABBREVIATION and len(entry.words) == 1:
            self._capitals[squeezed].append(entry)
            return
        for path in {entry.words, (squeezed,)}:
            if len(path[0]) < _SHORTEST and len(path) == 1:
                continue
            node = self._tries[entry.language]
            for token in path:
                node = node.setdefault(stem(token, entry.language), {})
            node.setdefault(_END_WITH_COMMA if _APART.search(word) else _END, []).append(entry)
        if entry.language == "de":
            key = stem(squeezed, "de")
            if len(squeezed) >= HEAD:
                self._heads[key].append(entry)
            if word.endswith("-"):
                self._starts[key].append(entry)

    def matches(self, text: str) -> list[Match]:
        """Matches that do not overlap, longest first, then in the order of the text; `text` must be `plain`."""
        words = _words(text)
        language = likely_language(word.folded for word in words)
        found = self._latin(words, self._spoken(language))
        if self._han and is_han(text):
            found += self._chinese(text)
        taken = bytearray(len(text))
        kept: list[Match] = []
        for match in sorted(found, key=lambda one: (one.start - one.end, one.start)):
            if not any(taken[match.start : match.end]):
                taken[match.start : match.end] = b"\1" * (match.end - match.start)
                kept.append(match)
        return kept

    def codes(self, text: str) -> list[tuple[str, str]]:
        """(code, words found) of each concept, longest match first, each code once."""
        source = plain(text)
        matches = self.matches(source)
        leading = _leading_language(matches)
        found: dict[str, str] = {}
        for match in matches:
            code = _code_in(match.entries, leading)
            if code is not None:
                found.setdefault(code, source[match.start : match.end])
        return list(found.items())

    def meanings(self, text: str) -> list[tuple[tuple[str, ...], str]]:
        """(codes, words found) of each match, longest first: every code that the words may stand for."""
        source = plain(text)
        return [
            (distinct(match.entries), source[match.start : match.end])
            for match in self.matches(source)
            if match.entries
        ]

    def _spoken(self, language: str | None) -> tuple[str, ...]:
        """English and Chinese lists (abbreviations) apply to every text, others when the text may be in them."""
        if language is None:
            return self.languages
        return tuple(one for one in self.languages if one in (language, "en", "zh"))

    def _latin(self, words: list[_Word], languages: tuple[str, ...]) -> list[Match]:
        found: list[Match] = []
        for position, word in enumerate(words):
            if is_han(word.raw):
                continue
            spotted: dict[int, list[Entry]] = defaultdict(list)
            if word.raw.isupper() and word.folded in self._capitals:
                spotted[position] += self._capitals[word.folded]
            for language in languages:
                if language == "en" and not word.raw.isascii():
                    continue  # `für` is not fur
                self._walk(words, position, language, spotted)
            for last, entries in spotted.items():
                meant = () if _denied(words, position, last) else tuple(entries)
                found.append(Match(word.start, words[last].end, meant))
            if "de" in languages and not spotted and not _denied(words, position, position):
                found += self._compound(word)
        return found

    def _walk(self, words: list[_Word], position: int, language: str, spotted: dict[int, list[Entry]]) -> None:
        trie = self._tries[language]
        node = trie
        last = position
        apart = False
        while node and last < len(words):
            node = node.get(stem(words[last].folded, language), {})
            ends = [*node.get(_END_WITH_COMMA, ()), *(() if apart else node.get(_END, ()))]
            if ends:
                spotted[last] += ends
            last += 1
            apart = apart or (last < len(words) and words[last].apart)
        if position + 1 < len(words):  # `t shirt` for `tshirt`
            pair = trie.get(stem(words[position].folded + words[position + 1].folded, language))
            if pair and _END in pair and words[position + 1].start - words[position].end <= 1:
                spotted[position + 1] += [entry for entry in pair[_END] if entry not in spotted[position + 1]]

    def _compound(self, word: _Word) -> list[Match]:
        """The longest known head at the end of a German compound, and a known beginning (`Baumwoll-`)."""
        found: list[Match] = []
        heads, starts = _inside(stem(word.folded, "de"))
        for key, offset in heads:
            if key in self._heads:
                start = max(word.start, word.end - len(word.folded) + offset)
                found.append(Match(start, word.end, tuple(self._heads[key])))
                break
        for key in starts:
            if key in self._starts:
                size = max(len(entry.words[0]) for entry in self._starts[key])
                found.append(Match(word.start, min(word.start + size, word.end), tuple(self._starts[key])))
                break
        return found

    def _chinese(self, text: str) -> list[Match]:
        letters, places = _compact(text)
        found: list[Match] = []
        for position, letter in enumerate(letters):
            for word, entries in self._han.get(letter, ()):
                if letters.startswith(word, position) and not _inside_latin(letters, places, position):
                    denied = letters[max(0, position - 2) : position].endswith(_NOT_IT_HAN)
                    end = places[position + len(word) - 1] + 1
                    found.append(Match(places[position], end, () if denied else entries))
                    break
        return found


def _compact(text: str) -> tuple[str, list[int]]:
    """`text` in lower case without spaces, hyphens and strokes beside Latin letters, and where each letter stood."""
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        if letter in _BETWEEN and any(map(_is_latin, (text[place - 1 : place], text[place + 1 : place + 2]))):
            continue
        letters.append(letter.lower()[0])
        places.append(place)
    return "".join(letters), places


def _is_latin(letter: str) -> bool:
    return letter.isascii() and letter.isalnum()


def _inside_latin(letters: str, places: list[int], position: int) -> bool:
    """Whether a match from here would begin in the middle of a Latin word."""
    if position == 0 or places[position - 1] != places[position] - 1:
        return False
    return _is_latin(letters[position]) and _is_latin(letters[position - 1])


def _denied(words: list[_Word], first: int, last: int) -> bool:
    before = first > 0 and words[first - 1].folded in _NOT_IT
    return before or (last + 1 < len(words) and words[last + 1].folded in _NOT_IT_AFTER)


def _words(text: str) -> list[_Word]:
    words: list[_Word] = []
    before = 0
    for start, end in spans(text):
        raw = text[start:end]
        words.append(_Word(start, end, raw, fold(raw), _APART.search(text, before, start) is not None))
        before = end
    return words


def _by_first_letter(han: Mapping[str, list[Entry]]) -> dict[str, list[tuple[str, tuple[Entry, ...]]]]:
    """Chinese words by their first character, longest first."""
    filed: dict[str, list[tuple[str, tuple[Entry, ...]]]] = defaultdict(list)
    for word in sorted(han, key=lambda one: (-len(one), one)):
        filed[word[0]].append((word, tuple(han[word])))
    return filed


@lru_cache(maxsize=65536)
def _inside(stemmed: str) -> tuple[tuple[tuple[str, int], ...], tuple[str, ...]]:
    """Possible heads (key, offset), longest first, and possible beginnings of a compound."""
    size = len(stemmed)
    heads = tuple((stemmed[cut:], cut) for cut in range(2, size - HEAD + 2))
    starts = tuple(stemmed[:cut] for cut in range(size - 3, 3, -1))
    return heads, starts


def _leading_language(matches: Iterable[Match]) -> str | None:
    """The language most of the plain matches are in: it settles words that mean two things in two languages."""
    votes: Counter[str] = Counter()
    for match in matches:
        if len(distinct(match.entries)) == 1:
            votes.update({entry.language for entry in match.entries})
    ranked = votes.most_common(2)
    if not ranked or (len(ranked) == 2 and ranked[0][1] == ranked[1][1]):
        return None
    return ranked[0][0]


def _code_in(entries: tuple[Entry, ...], language: str | None) -> str | None:
    for narrowed in (
        entries,
        [entry for entry in entries if entry.language == language],
        [entry for entry in entries if entry.is_label],
    ):
        codes = distinct(narrowed)
        if len(codes) == 1:
            return codes[0]
    return None
