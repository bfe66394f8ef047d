"""What a word is made of, when no list has it whole: German compounds, and Chinese labels.

`Kinderhandtaschenhenkel` is taken apart into known words only: all of it has to be covered (but for the letters that
German puts between parts), so that nothing is read into a word by chance; in a title most of it will do. In a short
Chinese text the single characters that trade words are made of count too (`女鞋`): women, shoes; in a sentence they
would mean anything. What two compounds share and only the last one says (`Stroh- und Filzhüte`) is given to each.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache

from scoring.vocabulary.inflect import stem
from scoring.vocabulary.lists import Vocabulary
from scoring.vocabulary.loading import bare, words_by_language
from scoring.vocabulary.reading import reading
from scoring.vocabulary.text import fold, is_han, plain, tokens

Code = tuple[str, str]  # (list, code)
_SHORTEST, _LONGEST_PART = 3, 24  # letters of a part
COMPOUND = 7  # letters a compound has at least
_PARTS = 4
# Of a compound that is not known all through: letters of its end, of its beginning, the share of both.
_KNOWN, _BEGUN, _MOST = 4, 5, 0.6
_ENDING = (
    "innen",
    "isch",
    "ische",
    "ischer",
    "isches",
    "ischen",
    "ischem",
)  # of no thing: Teilnehmerinnen, militärisch
_BETWEEN = ("", "s", "n", "en", "es", "er", "e")  # Fugenelemente
# `Stroh- und Filzhüte`, `Damen-, Herren- und Kindermode`: all but the last have lost what they share.
_JOINTS = ("- und ", "- oder ", "- & ", "- / ", "- u. ", "- bzw. ")
_CUT_OFF = re.compile(r"([^\W\d_]{2,})-(?=[ ,])")
_SHARED_HEAD = re.compile(
    r"(?P<first>(?:[^\W\d_]{2,}-, ?)*[^\W\d_]{2,}- (?:und|oder|u\.|bzw\.|[&/]) )(?P<last>[^\W\d_]{7,})"
)
_LABEL = 14  # characters up to which a Chinese text is a label and no sentence


class Parts:
    """The words of several lists as parts of longer words.

    Parameters
    ----------
    lists : the lists by name; their German words are parts of compounds
    letters : name of the list whose Chinese words of one character count in labels
    goods : name of the list whose words are taken apart in titles though they are known whole
    """

    def __init__(self, lists: Mapping[str, Vocabulary], letters: str, goods: str) -> None:
        self._german: dict[str, set[Code]] = defaultdict(set)
        self._whole: set[str] = set()  # words that need no taking apart, in any language
        self._letters: dict[str, set[Code]] = defaultdict(set)
        self._lists = lists
        self._letters_of = letters
        self._goods = goods
        for name, vocabulary in lists.items():
            for term in vocabulary.terms.values():
                for language, words in words_by_language(term).items():
                    for word in words:
                        self._add(name, term.code, language, word)
        self.inside = lru_cache(maxsize=65536)(self._inside)
        self.around = lru_cache(maxsize=65536)(self._around)
        self.head = lru_cache(maxsize=4096)(self._head)

    def _add(self, name: str, code: str, language: str, word: str) -> None:
        folded = tokens(bare(word))
        if len(folded) != 1:
            return
        if is_han(folded[0]):
            if name == self._letters_of and len(folded[0]) == 1:
                self._letters[folded[0]].add((name, code))
            return
        self._whole.add(folded[0])
        if language == "de" and len(folded[0]) >= _SHORTEST and not word.startswith("="):
            for form in {folded[0], stem(folded[0], "de")}:
                self._german[form].add((name, code))

    def codes(self, text: str) -> list[Code]:
        """(list, code) of what the long words of a text are made of, each once, in the order of the text."""
        source = plain(text)
        read = reading(source)
        long = [word.folded for word in read.words if len(word.folded) >= COMPOUND and not word.han]
        return list(dict.fromkeys([*self.of_words(long, read.language), *self.of_label(source)]))

    def of_words(self, long: Iterable[str], language: str | None, *, title: bool = False) -> list[Code]:
        """What the long words of a text are made of, in the order of the text; in a title, as far as it is known."""
        if language not in (None, "de"):
            return []
        return [code for word in long for code in self.inside(word) or (self.around(word) if title else ())]

    def of_label(self, source: str) -> list[Code]:
        """What the characters of a Chinese label stand for; `source` must be `plain`."""
        if source.isascii():
            return []
        letters = reading(source).letters
        return self._characters(source) if letters and len(letters) <= _LABEL else []

    def _characters(self, source: str) -> list[Code]:
        """Characters that no longer word of their list covers."""
        covered: set[str] = set()
        rest = source
        for _, words in self._lists[self._letters_of].meanings(source):
            rest = rest.replace(words, " ")
            covered.add(words)
        return [code for letter in rest for code in sorted(self._letters.get(letter, ()))]

    def completed(self, source: str) -> str:
        """A text in which the first of two German compounds has its head again: `Bad- und Küchentextilien`."""
        if "- " in source and any(one in source for one in _JOINTS):  # most have none, and the search is slow
            return _SHARED_HEAD.sub(self._with_head, source)
        return source

    def _with_head(self, found: re.Match[str]) -> str:
        head = self.head(fold(found["last"]))
        if not head:
            return found[0]
        return _CUT_OFF.sub(lambda one: one[1] + found["last"][-head:].lower(), found["first"]) + found["last"]

    def _head(self, folded: str) -> int:
        """How many letters the last part of a German compound has; 0 where its parts are not known."""
        cuts = self._cut(folded)
        if cuts:
            return len(cuts[-1])
        ends = range(_SHORTEST, len(folded) - _KNOWN + 1)
        return next((len(folded) - cut for cut in ends if folded[cut:] in self._german), 0)

    def _inside(self, folded: str) -> tuple[Code, ...]:
        """Codes of the parts of a German compound; none for a word that is known whole or not all of it known."""
        if folded in self._whole or stem(folded, "de") in self._german or not folded.isalpha():
            return ()
        cuts = self._cut(folded)
        return tuple(code for part in cuts for code in sorted(self._meant(part)))

    def _around(self, folded: str) -> tuple[Code, ...]:
        """Codes of the known beginning and end of a German compound that are most of it (`Elastankrimpgarn`).

        And of all parts of one that is the name of goods: `Skischuhe` are sports shoes, and said of skis.
        A title is short, and what is asked for in it; in running text such parts would be found in words by chance.
        """
        if not folded.isalpha() or folded.endswith(_ENDING):
            return ()
        known = self._meant(folded)
        if known or folded in self._whole:
            cuts = self._cut(folded) if known and {name for name, _ in known} == {self._goods} else ()
            return tuple(code for part in cuts for code in sorted(self._meant(part)))
        size = len(folded)
        ends = next((cut for cut in range(_KNOWN, size - _KNOWN + 1) if self._meant(folded[cut:])), None)
        if ends is None:
            return ()
        begins = (cut for cut in range(ends, _BEGUN - 1, -1) if folded[:cut] in self._whole)
        begun = next((cut for cut in begins if folded[:cut] in self._german), None)
        if begun is None or begun + size - ends < _MOST * size:
            return ()
        return tuple(code for part in (folded[:begun], folded[ends:]) for code in sorted(self._meant(part)))

    def _meant(self, part: str) -> set[Code]:
        return self._german.get(part) or self._german.get(stem(part, "de")) or set()

    def _cut(self, folded: str) -> tuple[str, ...]:
        """The fewest known parts that make up the whole word, the shortest of them as long as can be; else nothing."""
        size = len(folded)
        best: list[tuple[int, int, tuple[str, ...]] | None] = [(0, 0, ()), *[None] * size]
        for end in range(_SHORTEST, size + 1):
            for start in range(max(0, end - _LONGEST_PART), end - _SHORTEST + 1):
                before = best[start] if end - start < size else None
                part = self._part(folded[start:end], end == size) if before and before[0] < _PARTS else ""
                if before and part:
                    shortest = min(len(part), -before[1]) if before[0] else len(part)
                    found = (before[0] + 1, -shortest, (*before[2], part))
                    best[end] = found if best[end] is None else min(found, best[end] or found)
        whole = best[size]
        return whole[2] if whole and whole[0] > 1 and max(map(len, whole[2])) > _SHORTEST else ()

    def _part(self, letters: str, last: bool) -> str:
        """The known word in `letters`, without what joins it to the next."""
        if last:
            return letters if self._meant(letters) else ""
        for joint in _BETWEEN:
            word = letters.removesuffix(joint) if joint else letters
            if (not joint or letters.endswith(joint)) and len(word) >= _SHORTEST and word in self._german:
                return word
        return ""
