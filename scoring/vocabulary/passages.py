"""The few passages of a text that any of several lists may have something to say about.

Most words of a text begin nothing, continue nothing and deny nothing in any list: they part it into passages that have
nothing to do with each other. A passage (`silk scarves`) comes again in many texts, and is looked into once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from operator import itemgetter
from typing import NamedTuple

from scoring.vocabulary.finder import HEAD, KEPT, NOT_IT, NOT_IT_AFTER, SHORT, Finder, Match, meant, opening, prefixes
from scoring.vocabulary.index import Entry
from scoring.vocabulary.inflect import core, stem, stemmed, without_umlauts
from scoring.vocabulary.language import LITTLE_WORDS, likely_language
from scoring.vocabulary.reading import SETTLED, Reading, reading
from scoring.vocabulary.text import fold, is_han, words_in

_WORDS, _PAIRS, _PASSAGES = 1 << 16, 1 << 16, 1 << 14  # that are remembered
_BEGINS, _SINGLE, _LEADS, _FOLLOWS = 1, 2, 4, 8  # what a stem does in some list


class Spot(NamedTuple):
    """A match in a text: `start - end`, where it starts, its entries, every code that its words may mean, the words."""

    reach: int
    start: int
    entries: tuple[Entry, ...]
    meant: tuple[str, ...]
    said: str


class _Word(NamedTuple):
    """What is known of a word as it is written, whatever the text."""

    folded: str
    begins: bool  # some list has words that begin with it
    leads: int  # 1: another may follow it in a match; 2: it denies whatever follows
    follows: int  # 1: it may follow another in a match; 2: it denies whatever went before
    joins: bool  # it may begin a long word written apart
    little: bool  # it tells of the language


class _Stems:
    """The stems of one language in the words of all lists: those they begin with, that are one by themselves, and that
    follow each other in one."""

    def __init__(self, language: str, finders: Iterable[Finder]) -> None:
        self.kinds: dict[str, int] = {}
        self.pairs: set[tuple[str, str]] = set()
        single: set[str] = set()
        for finder in finders:
            single |= finder.single(language)
            self.pairs |= finder.follow(language)
            self._mark(finder.may_begin(language), _BEGINS)
        self._mark(single, _SINGLE)
        self._mark({one for one, _ in self.pairs}, _LEADS)
        self._mark({other for _, other in self.pairs}, _FOLLOWS)
        self.openings = prefixes(single)

    def _mark(self, stems: Iterable[str], kind: int) -> None:
        for one in stems:
            self.kinds[one] = self.kinds.get(one, 0) | kind


Spots = tuple[tuple[Spot, ...], ...]  # by list; the longest first, then in the order of the text
_IN_ORDER = itemgetter(0, 1)


class Said(NamedTuple):
    """What a text says: spots by list, its language as far as it shows, and its words, folded, that have `long` letters
    and more."""

    spots: Spots
    language: str | None
    long: list[str]


class Passages:
    """Looks for the words of several lists at once; what it finds is what each of them finds alone.

    Parameters
    ----------
    lists : finders by name
    long : letters from which on words are told
    called, made : a list of things, and lists in which the end of a thing's name in one word says nothing: `Bettwäsche`
        is not washed, a `Hundeleine` is no linen
    """

    def __init__(self, lists: Mapping[str, Finder], long: int, called: str = "", made: Iterable[str] = ()) -> None:
        self.names = tuple(lists)
        self._called, self._made = called, frozenset(made)
        self._finders = tuple(lists.values())
        self._long = long
        self._nothing: Spots = ((),) * len(lists)
        languages = sorted({"de"}.union(*(finder.languages for finder in self._finders)))
        self._lists = {one: _Stems(one, self._finders) for one in languages}
        self._cores = frozenset(core(one) for own in self._lists.values() for one in own.kinds)
        self._openings = frozenset[str]().union(*(own.openings for own in self._lists.values()))
        self._heads_end = frozenset[str]().union(*(finder.heads_end for finder in self._finders))
        self._short_end = frozenset[str]().union(*(finder.short_end for finder in self._finders))
        self._starts_by = frozenset[str]().union(*(finder.starts_by for finder in self._finders))
        self._capitals = frozenset(word for finder in self._finders for word in finder.capitals)
        self._words: dict[str, _Word] = {}
        self._pairs: dict[str, bool] = {}
        self._links: dict[tuple[str, str], bool] = {}
        self._known: dict[tuple[str, str | None], Spots] = {}

    def read(self, source: str) -> Said:
        """Find everything in a `plain` text."""
        if not source.isascii() and is_han(source):  # no spaces, no words: looked into as a whole
            whole = reading(source)
            long = [word.folded for word in whole.words if len(word.folded) >= self._long and not word.han]
            return Said(self._spots(source, whole), whole.language, long)
        cut, little, long = self._cut(source)
        language = likely_language(little) if len(little) > 1 else None
        found = [(start, self._spots_of(passage, language)) for start, passage in cut]
        found = [one for one in found if one[1] is not self._nothing]
        if not found:
            return Said(self._nothing, language, long)
        return Said(found[0][1] if len(found) == 1 else self._together(found), language, long)

    def _cut(self, source: str) -> tuple[list[tuple[int, str]], list[str], list[str]]:
        """Passages with their beginnings, little words, and long ones."""
        known, least, are_joined = self._words, self._long, self._joined
        cut: list[tuple[int, str]] = []
        little: list[str] = []
        long: list[str] = []
        first = last = -1  # of the passage that goes on
        worth = False  # it has a word that begins something
        before, led, opened = "", 0, False  # the word before, and what it leads to
        began, ended = -1, -2
        for found in words_in(source):
            raw = found[0]
            start, end = found.span()
            folded, begins, leads, follows, joins, tells = known.get(raw) or self._learn(raw)
            joined = (
                start - ended <= 1 and (opened or len(before) + len(folded) < SETTLED) and are_joined(before + folded)
            )
            if not (joined or (first >= 0 and led + follows > 1 and self._linked(before, folded))):
                if worth:
                    cut.append((first, source[first:last]))
                first, worth = (start if begins or leads > 1 else -1), False
            elif first < 0:
                first = began
            last = end
            worth = worth or begins or joined
            if tells:
                little.append(folded)
            if len(folded) >= least:
                long.append(folded)
            before, led, opened, began, ended = folded, leads, joins, start, end
        if worth:
            cut.append((first, source[first:last]))
        return cut, little, long

    def _learn(self, raw: str) -> _Word:
        if len(self._words) >= _WORDS:
            self._words.clear()
        folded = fold(raw)
        kinds = self._kinds(folded) if self._may_have(folded) else 0
        begins = kinds & _BEGINS or folded in self._capitals or self._may_be_compound(folded)
        word = self._words[raw] = _Word(
            folded=folded,
            begins=bool(begins) and any(finder.begins(folded) for finder in self._finders),
            leads=2 if folded in NOT_IT else bool(kinds & _LEADS),
            follows=2 if folded in NOT_IT_AFTER else bool(kinds & _FOLLOWS),
            joins=folded[:KEPT] in self._openings or opening(folded, "de") in self._openings,
            little=folded in LITTLE_WORDS,
        )
        return word

    def _may_be_compound(self, folded: str) -> bool:
        """Whether a word may have a known German head, or a known beginning; none of the others has."""
        if len(folded) <= HEAD:
            return False
        german = stemmed(folded, "de")
        return (
            german[1 - HEAD :] in self._heads_end
            or german[:KEPT] in self._starts_by
            or folded[-SHORT:] in self._short_end
        )

    def _may_have(self, folded: str) -> bool:
        """Whether a list may have a form of a word: what most words fail without a stem being made."""
        own = core(folded)
        return own in self._cores or without_umlauts(own) in self._cores

    def _kinds(self, folded: str) -> int:
        """What the stems of a word do in the lists."""
        kinds = 0
        for language, own in self._lists.items():
            kinds |= own.kinds.get(stemmed(folded, language), 0)
        return kinds

    def _joined(self, both: str) -> bool:
        """Whether two words written as one are a word of some list."""
        known = self._pairs.get(both)
        if known is None:
            if len(self._pairs) >= _PAIRS:
                self._pairs.clear()
            known = self._pairs[both] = self._may_have(both) and bool(self._kinds(both) & _SINGLE)
        return known

    def _linked(self, one: str, other: str) -> bool:
        """Whether two words side by side may belong to one match, or one of them denies the other."""
        known = self._links.get((one, other))
        if known is None:
            if len(self._links) >= _PAIRS:
                self._links.clear()
            known = self._links[one, other] = (
                one in NOT_IT
                or other in NOT_IT_AFTER
                or any(
                    (stem(one, language), stem(other, language)) in own.pairs for language, own in self._lists.items()
                )
            )
        return known

    def _spots_of(self, passage: str, language: str | None) -> Spots:
        key = (passage, language)
        spots = self._known.get(key)
        if spots is None:
            if len(self._known) >= _PASSAGES:
                self._known.clear()
            spots = self._known[key] = self._spots(passage, replace(reading(passage), language=language))
        return spots

    def _spots(self, source: str, read: Reading) -> Spots:
        matches = {name: f.spotted(read) for name, f in zip(self.names, self._finders, strict=True)}
        if things := matches.get(self._called):
            for name in self._made:
                matches[name] = [one for one in matches[name] if not _ends_one(source, one, things)]
        spots = tuple(tuple(_spot(source, match) for match in found) for found in matches.values())
        return spots if any(spots) else self._nothing

    def _together(self, found: list[tuple[int, Spots]]) -> Spots:
        """The spots of several passages as those of one text."""
        whole: list[tuple[Spot, ...]] = []
        for number in range(len(self._finders)):
            own = [(start, spots[number]) for start, spots in found if spots[number]]
            if len(own) < 2:
                whole.append(own[0][1] if own else ())
                continue
            placed = [(spot.reach, start + spot.start, spot) for start, spots in own for spot in spots]
            whole.append(tuple(spot for _, _, spot in sorted(placed, key=_IN_ORDER)))
        return tuple(whole)


def _ends_one(source: str, match: Match, things: Iterable[Match]) -> bool:
    """Whether a match is but the end of a word that begins the name of a thing."""
    begin, end = match.start, match.end
    if begin == 0 or not source[begin - 1].isalpha() or is_han(source[begin]):
        return False
    return any(one.start < begin and end <= one.end for one in things)


def _spot(source: str, match: Match) -> Spot:
    words = source[match.start : match.end]
    codes = meant(match.entries, words) if match.entries else ()
    return Spot(match.start - match.end, match.start, match.entries, codes, words)
