"""Between words and the codes of the built-in vocabularies: one place that knows how they are looked up.

A word that no vocabulary knows becomes a code of its own (`~folded word`), so that two records using the same trade
word still meet; it is reported as unresolved all the same.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from scoring import vocabulary as built_in
from scoring.text.tokens import fold
from scoring.vocabulary.compounds import COMPOUND, Parts
from scoring.vocabulary.finder import settled
from scoring.vocabulary.naming import Names
from scoring.vocabulary.passages import Passages
from scoring.vocabulary.text import plain

_CONCEPTS = ("products", "processes", "materials", "certificates")
_HINTS = ("words", "products")  # everyday words, and what a word may mean besides
_TITLE = 80  # characters up to which a text is a title, and no sentence
_TELLING = 4  # letters of a word inside a phrase that is looked at by itself: `tea`, `per` and `aux` may be anything
_BETWEEN = re.compile(r"\s*(?:[,;/&|()、]|\b(?:and|und|et|e)\b|[和与])\s*", re.IGNORECASE)


@cache
def _vocabulary(name: str) -> built_in.Vocabulary | None:
    return built_in.vocabulary(name) if name in built_in.names() else None


@lru_cache(maxsize=100_000)
def code_of(name: str, word: str) -> str | None:
    """The code of one word in one vocabulary, None when it has none."""
    words = _vocabulary(name)
    return words.resolve(word).code if words is not None else None


@lru_cache(maxsize=65_536)
def resolve(name: str, words: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Codes of the words, each once, and the words that have none (they come as `~word` codes too)."""
    found: list[str] = []
    rest: list[str] = []
    for word in words:
        code = code_of(name, word)
        if code is None:
            rest.append(word)
            code = "~" + " ".join(fold(word).split())
        found.append(code)
    return tuple(dict.fromkeys(found)), tuple(rest)


@cache
def ancestors(name: str, code: str) -> tuple[str, ...]:
    """Ancestors of a code, nearest first."""
    words = _vocabulary(name)
    return tuple(words.ancestors(code)) if words is not None and code in words.terms else ()


@cache
def chain(name: str, code: str) -> tuple[str, ...]:
    """A code and its ancestors, nearest first."""
    return (code, *ancestors(name, code))


@cache
def label(name: str, code: str, lang: str) -> str:
    """A code in the reader's language; an unresolved word as it was written."""
    words = _vocabulary(name)
    if code.startswith("~") or words is None or code not in words.terms:
        return code.removeprefix("~")
    return words.label(code, lang)


def mentioned(text: str) -> tuple[tuple[str, str], ...]:
    """(vocabulary, code) of every concept a free text mentions, each once, in order of vocabulary and text."""
    return _said(text)[0]


def hinted(text: str) -> tuple[tuple[str, str], ...]:
    """(vocabulary, code) of what a text says without naming one concept for sure; it counts in the text term alone.

    These are the everyday words (`words`: for whom, which part, which form), every meaning of a word that means two
    things (`robes` are dresses in French and dressing gowns in English), what compounds are made of, and in a short
    text what a term joins by "and" and what the words of a phrase mean one by one.
    """
    return _said(text)[1]


@lru_cache(maxsize=32_768)
def titled(text: str) -> tuple[tuple[str, str], ...]:
    """(vocabulary, code) of what a short text is the name of, whole or between its commas and "and", each once.

    Words that are no sign of anything in a sentence (`=chemicals`, `=metals`) are a category where they stand alone.
    """
    if len(text) > _TITLE:
        return ()
    text = _parts().completed(text)
    names = [name.strip() for name in dict.fromkeys((text, *_BETWEEN.split(text)))]
    return tuple(dict.fromkeys(found for one in names if one for found in _names().of(one)))


@cache
def _names() -> Names:
    return Names({name: built_in.vocabulary(name) for name in _CONCEPTS})


@cache
def _parts() -> Parts:
    return Parts(
        {name: built_in.vocabulary(name) for name in (*_HINTS, "materials")}, letters="words", goods="products"
    )


@cache
def _passages() -> Passages:
    lists = dict.fromkeys((*_CONCEPTS, *_HINTS))
    found = {name: built_in.vocabulary(name).finder for name in lists}
    return Passages(found, long=COMPOUND, called="products", made=("processes", "materials"))


@lru_cache(maxsize=4096)
def _joined(words: str) -> tuple[str, ...]:
    """What the parts of `coats and jackets` mean by themselves; nothing where nothing is joined."""
    parts = [part for part in _BETWEEN.split(words) if part]
    if len(parts) < 2:
        return ()
    products = built_in.vocabulary("products")
    return tuple(code for part in parts for meant, _ in products.meanings(part) for code in meant)


@lru_cache(maxsize=4096)
def _inside(words: str) -> tuple[str, ...]:
    """What the words of a phrase mean one by one: `hair ornaments` are said of hair, and of ornaments."""
    parts = words.split()
    everyday = built_in.vocabulary("words")
    long = [part for part in parts if len(part) >= _TELLING] if len(parts) > 1 else []
    return tuple(code for part in long for meant, _ in everyday.meanings(part) for code in meant)


@lru_cache(maxsize=32_768)
def _said(text: str) -> tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]:
    """What a text mentions, and what it hints at."""
    source = _parts().completed(plain(text))
    said = _passages().read(source)
    spots = dict(zip(_passages().names, said.spots, strict=True))
    concepts = [
        (name, code)
        for name in _CONCEPTS
        if spots[name]
        for code in settled([spot.entries for spot in spots[name]])
        if code is not None
    ]
    hints = [
        (name, code)
        for name in _HINTS
        for spot in spots[name]
        if name == "words" or len(spot.meant) > 1
        for code in spot.meant
    ]
    title = len(source) <= _TITLE
    if title:
        hints += [("products", code) for spot in spots["products"] for code in _joined(spot.said)]
        hints += [("words", code) for spot in spots["words"] for code in _inside(spot.said)]
    hints += _parts().of_words(said.long, said.language, title=title)
    hints += _parts().of_label(source)
    return tuple(dict.fromkeys(concepts)), tuple(dict.fromkeys(hints))
