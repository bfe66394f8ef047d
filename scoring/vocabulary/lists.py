"""A loaded list of terms: its tree, its words, and the two ways to look something up in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import cached_property, lru_cache

from scoring.vocabulary.errors import UnknownCodeError
from scoring.vocabulary.finder import Finder
from scoring.vocabulary.resolver import Resolver
from scoring.vocabulary.terms import Resolution, Term

_REMEMBERED = 16384


class Vocabulary:
    """Terms by code, in the order of the list.

    Parameters
    ----------
    name
        What the list is called, as in `vocabulary("products")`.
    terms
        The terms by code; parents must be codes of the same list (`scoring.vocabulary.load` checks that).
    """

    def __init__(self, name: str, terms: Mapping[str, Term]) -> None:
        self.name = name
        self.terms: Mapping[str, Term] = dict(terms)
        self._children: dict[str | None, list[str]] = {}
        for term in self.terms.values():
            self._children.setdefault(term.parent, []).append(term.code)

    def __contains__(self, code: object) -> bool:
        return code in self.terms

    def __len__(self) -> int:
        return len(self.terms)

    def __iter__(self) -> Iterator[str]:
        return iter(self.terms)

    def __repr__(self) -> str:
        return f"Vocabulary({self.name!r}, {len(self.terms)} terms)"

    def __reduce__(self) -> tuple[type[Vocabulary], tuple[str, Mapping[str, Term]]]:
        return Vocabulary, (self.name, self.terms)

    @cached_property
    def finder(self) -> Finder:
        """What spots the terms in running text."""
        return Finder(self.terms)

    @cached_property
    def _resolver(self) -> Resolver:
        return Resolver(self.terms, self.finder)

    @cached_property
    def _lookup(self) -> Callable[[str, str | None], Resolution]:
        return lru_cache(maxsize=_REMEMBERED)(self._resolver.resolve)

    def resolve(self, text: str, language: str | None = None) -> Resolution:
        """The code of a whole text (a cell, an item of a list).

        Tried in turn: the code itself, a label, an alias (each but for case, accents, hyphens, spaces and plural), then
        likeness: other word order, a slip of the pen, a known head with further words. Words that mean two terms stay
        unresolved unless `language` settles it. Never raises; an unresolved text has `code` None and its candidates.
        """
        return self._lookup(text, language)

    def named(self, text: str) -> str | None:
        """The code a whole text is a word of, but for case, accents, spaces and plural: no likeness, None for two."""
        return self._resolver.named(text)

    def spellings(self) -> Iterator[str]:
        """Every code, label and alias, folded and without anything between its words."""
        return self._resolver.spellings()

    def resolve_all(self, texts: Iterable[str], language: str | None = None) -> list[Resolution]:
        """One resolution per text, in order; repeated texts are looked up once."""
        return [self.resolve(text, language) for text in texts]

    def find(self, text: str) -> list[tuple[str, str]]:
        """(code, words found) of each concept that a free text mentions, longest match first, each code once."""
        return self.finder.codes(text)

    def meanings(self, text: str) -> list[tuple[tuple[str, ...], str]]:
        """(codes, words found) of each stretch that `find` goes by, with every code the words may mean."""
        return self.finder.meanings(text)

    def ancestors(self, code: str) -> tuple[str, ...]:
        """The codes above `code`, nearest first."""
        above: list[str] = []
        parent = self._term(code).parent
        while parent is not None:
            above.append(parent)
            parent = self.terms[parent].parent
        return tuple(above)

    def children(self, code: str | None) -> tuple[str, ...]:
        """The codes directly below `code`; those without a parent for None."""
        if code is not None:
            self._term(code)
        return tuple(self._children.get(code, ()))

    def leaves(self) -> tuple[str, ...]:
        """The codes that have nothing below them."""
        return tuple(code for code in self.terms if code not in self._children)

    def label(self, code: str, lang: str = "en") -> str:
        """The label in `lang`, else in English, else in any language the term has."""
        labels = self._term(code).labels
        return labels.get(lang) or labels.get("en") or next(iter(labels.values()))

    def _term(self, code: str) -> Term:
        try:
            return self.terms[code]
        except KeyError:
            near = get_close_matches(str(code), self.terms, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise UnknownCodeError(f"{self.name} has no code {code!r}{hint}") from None
