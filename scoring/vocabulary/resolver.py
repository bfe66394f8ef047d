"""From a cell of a spreadsheet to a code: by code, label, alias, likeness; what stays open keeps its candidates."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

from rapidfuzz import fuzz, process

from scoring.vocabulary.finder import Finder, Match
from scoring.vocabulary.index import BAG, INFLECTED, LOOSE, STRICT, Entry, Index, choose, codes
from scoring.vocabulary.inflect import likely_typo, stem
from scoring.vocabulary.terms import LANGUAGES, Resolution, Term
from scoring.vocabulary.text import is_han, plain, tokens

CANDIDATES = 5
_PHRASE = 8  # a longer text is a sentence, and belongs to `find`
_HEAD_FIRST = frozenset({"fr", "it"})
_LIST = re.compile("[,;/|、，；\n]")
_SHARE = re.compile(r"\d+([.,]\d+)?\s*%\s*[^\W\d]+")
_FIGURE = re.compile("[0-9]+([a-z]{1,3}|[gkc]?m2)?|gsm|gg|cm|mm|percent|pct|microns?|dtex|denier")
_PEOPLE = (
    "men mens man women womens woman ladies lady kids kid children childrens child boys girls unisex adult adults s "
    "homme hommes femme femmes enfant enfants garcon fille mixte adulte herren damen kinder jungen madchen erwachsene "
    "uomo uomini donna donne bambino bambini bambina ragazzo ragazza adulti"
)
_FOR_WHOM = frozenset(_PEOPLE.split())
_FOR_WHOM_HAN = re.compile("^(男士|女士|儿童|成人|男女|男款|女款|男式|女式|童|男|女)|(的|系列|产品|类)")
_MADE_INTO = (
    "yarn yarns fabric fabrics fibre fibres fiber fibers cloth textile textiles material materials blend blends "
    "stoff stoffe gewebe garn garne faser fasern tissu tissus fil fils matiere "
    "tessuto tessuti stoffa filato filati fibra"
)
_CARRIERS = frozenset(_MADE_INTO.split())
_CARRIER_ENDS = re.compile("(?<=...)(stoffe?|garne?|gewebe|fasern?)$|(?<=.)(纱线|面料|布料|织物|纤维)$")
_BRACKETS = re.compile(r"[(\[（【「]([^()\[\]（）【】「」]*)[)\]）】」]")


class Resolver:
    """Looks texts up in one list; see `Vocabulary.resolve`."""

    def __init__(self, terms: Mapping[str, Term], finder: Finder) -> None:
        self._index = Index(terms)
        self._finder = finder
        self._codes = {"".join(tokens(code)): code for code in terms}
        self._by_code = {code.casefold(): code for code in terms}
        self._words = [" ".join(entry.words) for entry in self._index.entries]

    def resolve(self, text: str, language: str | None) -> Resolution:
        """The steps in order; the first that names exactly one code wins."""
        words = tuple(tokens(text))
        if not words:
            return Resolution(text, None, None, 0.0, None)
        code = self._by_code.get(plain(text).strip().casefold())
        if code is not None:
            return Resolution(text, code, "code", 1.0, None)
        plainly = self._plainly(text, words, language)
        if plainly is not None:
            return plainly
        nearest = cache(lambda: self._candidates(text, words))
        alike = self._alike(text, words, language)
        if alike is None:
            return Resolution(text, None, None, 0.0, None, nearest)
        entry, score = alike
        return Resolution(text, entry.code, "fuzzy", score, entry.language, nearest)

    def named(self, text: str) -> str | None:
        """The code of a label or alias, by the first step of `resolve` alone."""
        words = tuple(tokens(text))
        found = self._plainly(text, words, None) if words else None
        return None if found is None else found.code

    def spellings(self) -> Iterator[str]:
        """What `named` goes by: codes and words, folded and without anything between them."""
        yield from self._codes
        for entry in self._index.entries:
            yield "".join(entry.words)

    def _plainly(self, text: str, words: tuple[str, ...], language: str | None) -> Resolution | None:
        """A label or alias but for case, accents, spacing and inflection; or the code written otherwise."""
        for level, score in ((STRICT, 1.0), (LOOSE, 1.0), (INFLECTED, 0.98)):
            if level == INFLECTED and (code := self._codes.get("".join(words))) is not None:
                return Resolution(text, code, "code", 1.0, None)
            entry = choose(self._index.at(level, text, words), language, LANGUAGES)
            if entry is not None:
                return Resolution(text, entry.code, "exact" if entry.is_label else "alias", score, entry.language)
        return None

    def _alike(self, text: str, words: tuple[str, ...], language: str | None) -> tuple[Entry, float] | None:
        reduced = _without_figures_and_people(tuple(tokens(_SHARE.sub(" ", text))) or words)
        for tried, score in ((words, 0.95), (reduced, 0.92)):
            if not tried:
                continue
            for level in (BAG,) if tried is words else (LOOSE, INFLECTED, BAG):
                entry = choose(self._index.at(level, "", tried), language, LANGUAGES)
                if entry is not None:
                    return entry, score
        return (
            self._in_brackets(text, language)
            or self._misspelt(reduced or words, language)
            or self._headed(_SHARE.sub(" ", text), language)
            or self._abbreviated(text, language)
            or self._carried(reduced, language)
        )

    def _carried(self, words: tuple[str, ...], language: str | None) -> tuple[Entry, float] | None:
        """`recycled PET yarn` in a list of fibres: the fibre; not in a list that has yarns among its terms."""
        kept = []
        for word in words:
            carrier = word if word in _CARRIERS else next(iter(_CARRIER_ENDS.findall(word)), ("", ""))
            carrier = "".join(carrier)
            if carrier and self._plainly(carrier, (carrier,), language) is not None:
                return None
            kept.append(word.removesuffix(carrier))
        remaining = tuple(word for word in kept if word)
        if not remaining or remaining == words:
            return None
        for level in (LOOSE, INFLECTED, BAG):
            entry = choose(self._index.at(level, "", remaining), language, LANGUAGES)
            if entry is not None:
                return entry, 0.85
        return None

    def _in_brackets(self, text: str, language: str | None) -> tuple[Entry, float] | None:
        """`Down jackets (羽绒服)`: the text without its brackets and what is in them, when they do not disagree."""
        inner = _BRACKETS.findall(text)
        if not inner:
            return None
        found = []
        for part in (_BRACKETS.sub(" ", text), *inner):
            words = tuple(tokens(part))
            plainly = self._plainly(part, words, language) if words else None
            if plainly is not None and plainly.code is not None:
                found.append(Entry(plainly.code, plainly.language or "", False, words))
        return (found[0], 0.93) if len(codes(found)) == 1 else None

    def _misspelt(self, words: tuple[str, ...], language: str | None) -> tuple[Entry, float] | None:
        """The one term whose words all agree with `words` but for slips of the pen."""
        if any(map(is_han, words)):
            return None
        near = process.extract(" ".join(words), self._words, scorer=fuzz.ratio, score_cutoff=78, limit=40)
        best: list[tuple[float, Entry]] = []
        for _, ratio, position in near:
            entry = self._index.entries[position]
            if _slips(words, entry):
                best.append((ratio, entry))
        if not best:
            return None
        top = max(ratio for ratio, _ in best)
        entry_ = choose([entry for ratio, entry in best if ratio > top - 3], language, LANGUAGES)
        return None if entry_ is None else (entry_, round(0.9 * top / 100, 4))

    def _headed(self, text: str, language: str | None) -> tuple[Entry, float] | None:
        """A phrase whose head is a known word: `women's cashmere cardigans`, `pull en laine`, `男士羽绒服`."""
        words = tokens(text)
        if len(words) > _PHRASE or _LIST.search(text):
            return None
        source = plain(text).strip(" .,;:!?。")
        whole = sum(map(len, words))
        for match in self._finder.matches(source):
            heads = [entry for entry in match.entries if _is_head(match, source, entry)]
            entry = choose(heads, language, LANGUAGES)
            if entry is None:
                continue
            size = len("".join(tokens(source[match.start : match.end])))
            inside = match.start > 0 and source[match.start - 1].isalpha() and not is_han(source)
            if size >= (0.46 if inside else 0.4) * whole and (size >= 5 or (is_han(source) and size >= 2)):
                return entry, round(0.6 + 0.3 * size / whole, 4)
        return None

    def _abbreviated(self, text: str, language: str | None) -> tuple[Entry, float] | None:
        """`FOB Shanghai`, `GRS (CU 2025)`: the only abbreviation of the list that the text has in capitals."""
        source = plain(text)
        matches = self._finder.matches(source)
        if len(codes(entry for match in matches for entry in match.entries)) != 1:
            return None
        words = source[matches[0].start : matches[0].end]
        entry = choose(matches[0].entries, language, LANGUAGES)
        plainly = entry is not None and 3 <= len(words) <= 6 and words.isupper() and not is_han(words)
        return (entry, 0.75) if entry is not None and plainly else None

    def _candidates(self, text: str, words: tuple[str, ...]) -> tuple[tuple[str, float], ...]:
        """The nearest terms: those the text mentions, ambiguous ones, and the most alike by spelling."""
        scores: dict[str, float] = {}
        for level in (STRICT, LOOSE, INFLECTED, BAG):
            for code in codes(self._index.at(level, text, words)):
                scores.setdefault(code, 0.9)
        for match in self._finder.matches(plain(text)):
            for code in codes(match.entries):
                scores.setdefault(code, 0.8)
        for scorer in (fuzz.ratio, fuzz.token_set_ratio):
            for _, ratio, position in process.extract(" ".join(words), self._words, scorer=scorer, limit=15):
                code = self._index.entries[position].code
                scores[code] = max(scores.get(code, 0.0), round(0.75 * ratio / 100, 4))
        ranked = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))
        return tuple((code, score) for code, score in ranked[:CANDIDATES] if score > 0)


def _without_figures_and_people(words: tuple[str, ...]) -> tuple[str, ...]:
    kept = []
    for word in words:
        if is_han(word):
            word = _FOR_WHOM_HAN.sub("", word)
            word += "子" if len(word) == 1 else ""  # 女裤 are 裤子
        if word and word not in _FOR_WHOM and not _FIGURE.fullmatch(word):
            kept.append(word)
    return tuple(kept)


def _slips(words: tuple[str, ...], entry: Entry) -> bool:
    if len(words) != len(entry.words):
        return False
    pairs = list(zip(words, entry.words, strict=True))
    lang = entry.language
    return all(likely_typo(found, wanted) or stem(found, lang) == stem(wanted, lang) for found, wanted in pairs)


def _is_head(match: Match, source: str, entry: Entry) -> bool:
    return match.start == 0 if entry.language in _HEAD_FIRST else match.end == len(source)
