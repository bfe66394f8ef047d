"""Concepts in free text: a trie of word stems per Latin language, and plain substrings for Chinese.

A text is cut into words once for all lists (`scoring.vocabulary.reading`), and what a word can begin in a list is
looked up once per distinct word: most words begin nothing and are passed over.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from scoring.vocabulary.across import ACROSS
from scoring.vocabulary.index import Entry
from scoring.vocabulary.index import codes as distinct
from scoring.vocabulary.inflect import stem, without_umlauts
from scoring.vocabulary.loading import bare, words_by_language
from scoring.vocabulary.reading import APART, SETTLED, Reading, Word, inside_latin, reading
from scoring.vocabulary.terms import Term
from scoring.vocabulary.text import is_han, plain, tokens

HEAD = 5  # letters a German head needs before it is looked for inside a compound
SHORT = 4  # letters of one that is marked (`-Garn`): its stem is another in a compound, or it is too short for all
_SHORTEST = 3  # letters of a single word: `CO` is cotton in a table of fibres, and a company in a text
_ABBREVIATION = 5  # letters up to which a word in capitals is looked for in capitals: REACH, not to reach
_END = ""  # key of the entries in a trie node
_END_WITH_COMMA = ","  # of those that have a comma of their own
_NEGATIONS = (
    "non no not without faux fake imitation artificial mock sans ne pas simili "
    "ohne kein keine nicht kunst senza finto finta"
)
NOT_IT = frozenset(_NEGATIONS.split())
NOT_IT_AFTER = frozenset({"free", "frei", "imitat", "imitation", "alternative"})
_NOT_IT_HAN = ("仿", "非", "无", "假", "人造")

# Adjectives that end as tables and fish do: synthetisch, elastisch, spezifisch. (But Esstisch, Kaffeetisch, Sofatisch.)
_ADJECTIVE = re.compile("(?:[^e]et|[^f]at|[^r]ot|[iup]t|[ae]kt|[aiu]st|ra(?:f|ph)|[zi]if)isch$")

Trie = dict[str, Any]


@dataclass(frozen=True)
class Match:
    """A stretch of text, `start` to `end` in the plain text, and the entries it may stand for.

    There are none where the text denies them (`faux silk`); the stretch is then closed to shorter words too.
    """

    start: int
    end: int
    entries: tuple[Entry, ...]


class _Begins(NamedTuple):
    """What a folded word can begin in a list, whatever the text."""

    nodes: tuple[tuple[str, Trie], ...]  # its node in the trie of each language that has one
    joins: tuple[str, ...]  # languages in which it may begin a word written apart (`t shirt`)
    head: tuple[int, tuple[Entry, ...]] | None  # where the longest known head of a German compound begins
    start: tuple[int, tuple[Entry, ...]] | None  # how long its longest known beginning is
    capitals: tuple[Entry, ...]


_NOTHING = _Begins((), (), None, None, ())
_REMEMBERED = 1 << 16  # distinct words and pairs a list keeps what it knows about
KEPT = 4  # letters at the beginning that no inflection takes from a word of `SETTLED` letters and more


class Finder:
    """Spots the words of a list in running text; words marked `=` are left to whole texts."""

    def __init__(self, terms: Mapping[str, Term]) -> None:
        self._tries: dict[str, Trie] = defaultdict(dict)
        self._heads: dict[str, list[Entry]] = defaultdict(list)
        self._short: dict[str, list[Entry]] = defaultdict(list)  # marked heads
        self._starts: dict[str, list[Entry]] = defaultdict(list)
        self.capitals: dict[str, list[Entry]] = defaultdict(list)  # abbreviations by folded word
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
        if han:
            han.update({stretch: [] for stretch in ACROSS if stretch not in han})
        self._han = _by_first_letters(han)
        self.languages = tuple(sorted(self._tries))
        self._first = {one: prefixes(self._tries[one]) for one in self.languages}
        self._openings = {
            one: prefixes(key for key, node in self._tries[one].items() if _END in node) for one in self.languages
        }
        self.heads_end = {key[1 - HEAD :] for key in self._heads}  # last letters of the known heads of German stems
        self.short_end = {key[-SHORT:] for key in self._short}  # and of the marked ones, as they are written
        self.starts_by = {key[:KEPT] for key in self._starts}  # first letters of their known beginnings
        self._begins: dict[str, _Begins] = {}
        self._joined: dict[str, tuple[tuple[str, list[Entry]], ...]] = {}
        self._by_language: dict[str | None, tuple[str, ...]] = {}
        self._dull: set[str] = set()  # words that begin nothing
        self._dull_pairs: set[str] = set()  # short words written as one that are no word
        self._last: tuple[str, list[Match]] = ("", [])

    def _add_latin(self, word: str, squeezed: str, entry: Entry) -> None:
        if squeezed.isdigit() or (len(squeezed) < _SHORTEST and len(entry.words) == 1):
            return
        if word.isupper() and len(squeezed) <= _ABBREVIATION and len(entry.words) == 1:
            self.capitals[squeezed].append(entry)
            return
        for path in {entry.words, (squeezed,)}:
            if len(path[0]) < _SHORTEST and len(path) == 1:
                continue
            node = self._tries[entry.language]
            for token in path:
                node = node.setdefault(stem(token, entry.language), {})
            node.setdefault(_END_WITH_COMMA if APART.search(word) else _END, []).append(entry)
        if entry.language == "de":
            key = stem(squeezed, "de")
            if len(squeezed) >= HEAD:
                self._heads[key].append(entry)
            if word.startswith("-"):
                self._short[squeezed].append(entry)
            if word.endswith("-"):
                self._starts[key].append(entry)

    def matches(self, text: str) -> list[Match]:
        """Matches that do not overlap, longest first, then in the order of the text; `text` must be `plain`."""
        if self._last[0] != text:
            self._last = (text, self.spotted(reading(text)))
        return self._last[1]

    def spotted(self, read: Reading) -> list[Match]:
        """`matches` of a text that has been read."""
        found = self._latin(read, self._spoken(read.language))
        if self._han and read.letters:
            found += self._chinese(read)
        if len(found) < 2:
            return found
        taken = bytearray(max(match.end for match in found))
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
        if not matches:
            return []
        found: dict[str, str] = {}
        for match, code in zip(matches, settled([match.entries for match in matches]), strict=True):
            if code is not None:
                found.setdefault(code, source[match.start : match.end])
        return list(found.items())

    def meanings(self, text: str) -> list[tuple[tuple[str, ...], str]]:
        """(codes, words found) of each match, longest first: every code that the words may stand for.

        Words in the very form of the text go before those that only share its stem: `rings` are no wrestling (Ringen).
        """
        source = plain(text)
        found = ((match.entries, source[match.start : match.end]) for match in self.matches(source))
        return [(meant(entries, words), words) for entries, words in found if entries]

    def begins(self, folded: str) -> bool:
        """Whether a match can begin with a word, other than one that is joined to the next."""
        begins = self._begins.get(folded) or self._look_up(folded)
        return bool(begins.nodes or begins.head or begins.start or begins.capitals)

    def may_begin(self, language: str) -> set[str]:
        """The stems with which words begin."""
        return set(self._tries.get(language, {}))

    def single(self, language: str) -> set[str]:
        """The stems that are a word by themselves."""
        return {key for key, node in self._tries.get(language, {}).items() if _END in node}

    def follow(self, language: str) -> set[tuple[str, str]]:
        """The stems of which one follows the other in a word of several."""
        return set(_following(self._tries.get(language, {})))

    def _spoken(self, language: str | None) -> tuple[str, ...]:
        """English and Chinese lists (abbreviations) apply to every text, others when the text may be in them."""
        spoken = self._by_language.get(language)
        if spoken is None:
            spoken = tuple(one for one in self.languages if language is None or one in (language, "en", "zh"))
            self._by_language[language] = spoken
        return spoken

    def _latin(self, read: Reading, languages: tuple[str, ...]) -> list[Match]:
        dull, pairs = self._dull, self._dull_pairs
        alive = [at for at, (one, pair) in enumerate(read.keys) if one not in dull or (pair and pair not in pairs)]
        found: list[Match] = []
        words = read.words
        for position in alive:
            word = words[position]
            begins = self._begins.get(word.folded) or self._look_up(word.folded)
            joined: tuple[tuple[str, list[Entry]], ...] = ()
            if word.both and (begins.joins or len(word.both) < SETTLED):
                known = self._joined.get(word.both)
                joined = self._written_apart(word.both, begins.joins) if known is None else known
            if (begins is _NOTHING and not joined) or word.han:
                continue
            spotted = self._spot(words, position, begins, joined, languages)
            for last, entries in spotted.items():
                meant = () if _denied(words, position, last) else tuple(entries)
                found.append(Match(word.start, words[last].end, meant))
            if not spotted and (begins.head or begins.start) and "de" in languages:
                found += () if _denied(words, position, position) else _compound(word, begins)
        return found

    def _spot(
        self,
        words: list[Word],
        position: int,
        begins: _Begins,
        joined: tuple[tuple[str, list[Entry]], ...],
        languages: tuple[str, ...],
    ) -> dict[int, list[Entry]]:
        """Entries that begin at `position`, by the number of their last word."""
        spotted: dict[int, list[Entry]] = {}
        if begins.capitals and words[position].raw.isupper():
            spotted[position] = list(begins.capitals)
        if not begins.nodes and not joined:
            return spotted
        nodes, pairs = dict(begins.nodes), dict(joined)
        for language in languages:
            if language == "en" and not words[position].raw.isascii():
                continue  # `für` is not fur
            node = nodes.get(language)
            if node is not None:
                _follow(words, position, language, node, spotted)
            pair = pairs.get(language)
            if pair:  # `t shirt` for `tshirt`
                before = spotted.setdefault(position + 1, [])
                before += [entry for entry in pair if entry not in before]
        return spotted

    def _look_up(self, folded: str) -> _Begins:
        """What a word can begin; remembered."""
        short, opening = len(folded) < SETTLED, folded[:KEPT]
        german = without_umlauts(folded[: 2 * KEPT])[:KEPT]
        nodes: list[tuple[str, Trie]] = []
        joins: list[str] = []
        for language in self.languages:
            begun = german if language == "de" else opening
            if begun in self._openings[language]:
                joins.append(language)
            if short or begun in self._first[language]:
                node = self._tries[language].get(stem(folded, language))
                if node is not None:
                    nodes.append((language, node))
        head, start = self._compound_parts(folded)
        begins = _Begins(tuple(nodes), tuple(joins), head, start, tuple(self.capitals.get(folded, ())))
        if not any(begins):
            begins = _NOTHING
            self._dull.add(folded)
        if len(self._begins) >= _REMEMBERED:
            self._begins.clear()
            self._dull.clear()
        self._begins[folded] = begins
        return begins

    def _written_apart(self, both: str, languages: tuple[str, ...]) -> tuple[tuple[str, list[Entry]], ...]:
        """Entries, by language, of two words written as one; remembered."""
        short = len(both) < SETTLED
        known: list[tuple[str, list[Entry]]] = []
        for language in self.languages if short else languages:
            if short or opening(both, language) in self._openings[language]:
                node = self._tries[language].get(stem(both, language))
                if node and _END in node:
                    known.append((language, node[_END]))
        found = tuple(known)
        if len(self._joined) >= _REMEMBERED:
            self._joined.clear()
            self._dull_pairs.clear()
        self._joined[both] = found
        if short and not found:
            self._dull_pairs.add(both)
        return found

    def _compound_parts(
        self, folded: str
    ) -> tuple[tuple[int, tuple[Entry, ...]] | None, tuple[int, tuple[Entry, ...]] | None]:
        """The longest known head at the end of a German compound, and a known beginning (`Baumwoll-`)."""
        head = start = None
        if len(folded) <= HEAD or not (self._heads or self._starts):
            return head, start
        stemmed = stem(folded, "de")
        size = len(stemmed)
        if stemmed[1 - HEAD :] in self.heads_end and not _ADJECTIVE.search(stemmed):
            cuts = (cut for cut in range(2, size - HEAD + 2) if stemmed[cut:] in self._heads)
            head = next(((cut, tuple(self._heads[stemmed[cut:]])) for cut in cuts), None)
        if head is None and folded[-SHORT:] in self.short_end:
            cuts = (cut for cut in range(3, len(folded) - SHORT + 1) if folded[cut:] in self._short)
            head = next(((cut, tuple(self._short[folded[cut:]])) for cut in cuts), None)
        if stemmed[:KEPT] in self.starts_by:
            keys = (stemmed[:cut] for cut in range(size - 3, 3, -1) if stemmed[:cut] in self._starts)
            entries = next((tuple(self._starts[key]) for key in keys), None)
            start = None if entries is None else (max(len(entry.words[0]) for entry in entries), entries)
        return head, start

    def _chinese(self, read: Reading) -> list[Match]:
        letters, places = read.letters, read.places
        found: list[Match] = []
        for position in range(len(letters) - 1):
            for word, entries in self._han.get(letters[position : position + 2], ()):
                if letters.startswith(word, position) and not inside_latin(letters, places, position):
                    denied = letters[max(0, position - 2) : position].endswith(_NOT_IT_HAN)
                    end = places[position + len(word) - 1] + 1
                    found.append(Match(places[position], end, () if denied else entries))
                    break
        return found


def _follow(words: list[Word], position: int, language: str, node: Trie, spotted: dict[int, list[Entry]]) -> None:
    """Every entry that begins at `position`, the first word being at `node`."""
    last = position
    apart = False
    while True:
        ends = [*node.get(_END_WITH_COMMA, ()), *(() if apart else node.get(_END, ()))]
        if ends:
            spotted.setdefault(last, []).extend(ends)
        last += 1
        if last >= len(words):
            return
        apart = apart or words[last].apart
        following = node.get(stem(words[last].folded, language))
        if not following:
            return
        node = following


def opening(word: str, language: str) -> str:
    """How the stem of any word begins that begins so and has `SETTLED` letters or more."""
    return (without_umlauts(word[: 2 * KEPT]) if language == "de" else word)[:KEPT]


def prefixes(words: Iterable[str]) -> frozenset[str]:
    """The first letters of words, one to `KEPT` of them."""
    return frozenset(first[:size] for first in {word[:KEPT] for word in words} for size in range(1, KEPT + 1))


def _compound(word: Word, begins: _Begins) -> list[Match]:
    """The known head and the known beginning of a German compound, as matches."""
    found: list[Match] = []
    if begins.head is not None:
        offset, entries = begins.head
        found.append(Match(max(word.start, word.end - len(word.folded) + offset), word.end, entries))
    if begins.start is not None:
        size, entries = begins.start
        found.append(Match(word.start, min(word.start + size, word.end), entries))
    return found


def _denied(words: list[Word], first: int, last: int) -> bool:
    before = first > 0 and words[first - 1].folded in NOT_IT
    return before or (last + 1 < len(words) and words[last + 1].folded in NOT_IT_AFTER)


def _by_first_letters(han: Mapping[str, list[Entry]]) -> dict[str, list[tuple[str, tuple[Entry, ...]]]]:
    """Chinese words by their first two characters, longest first."""
    filed: dict[str, list[tuple[str, tuple[Entry, ...]]]] = defaultdict(list)
    for word in sorted(han, key=lambda one: (-len(one), one)):
        filed[word[:2]].append((word, tuple(han[word])))
    return dict(filed)


def _following(trie: Trie) -> Iterator[tuple[str, str]]:
    for word, below in trie.items():
        if word not in (_END, _END_WITH_COMMA):
            yield from ((word, other) for other in below if other not in (_END, _END_WITH_COMMA))
            yield from _following(below)


def meant(entries: tuple[Entry, ...], words: str) -> tuple[str, ...]:
    """Every code that words of a text may stand for: see `Finder.meanings`."""
    form = tuple(tokens(words))
    return distinct([entry for entry in entries if entry.words == form] or entries)


def settled(matches: Sequence[tuple[Entry, ...]]) -> list[str | None]:
    """The code of each match of a text, by its entries; None where they are denied or stay open."""
    codes = [distinct(entries) for entries in matches]
    leading = _leading_language(matches) if any(len(one) > 1 for one in codes) else None
    return [
        one[0] if len(one) == 1 else _code_in(entries, leading) for one, entries in zip(codes, matches, strict=True)
    ]


def _leading_language(matches: Iterable[tuple[Entry, ...]]) -> str | None:
    """The language most of the plain matches are in: it settles words that mean two things in two languages."""
    votes: Counter[str] = Counter()
    for entries in matches:
        if len(distinct(entries)) == 1:
            votes.update({entry.language for entry in entries})
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
