"""The two records of a vocabulary: a term with its words, and what became of a text that was looked up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

LANGUAGES = ("en", "zh", "fr", "de", "it")


@dataclass(frozen=True)
class Term:
    """One concept: a stable code, its place in the tree and its words.

    `labels` has one word per language, `aliases` further ones, `maps` the codes of official lists
    (`{"hs": ("6109",), "cpv": ("18331000",)}`). An alias beginning with `=` is used for whole texts only,
    one ending in `-` begins German compounds; see `docs/vocabulary.md`.
    """

    vocabulary: str
    code: str
    parent: str | None
    labels: Mapping[str, str]
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    maps: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Resolution:
    """What a text was resolved to, and how.

    `how` is "code", "exact" (a label), "alias", "fuzzy" or None (unresolved); `score` runs from 0 to 1;
    `language` is the language of the word that matched.
    """

    text: str
    code: str | None
    how: str | None
    score: float
    language: str | None
    nearest: Callable[[], tuple[tuple[str, float], ...]] | None = field(default=None, repr=False, compare=False)

    @property
    def candidates(self) -> tuple[tuple[str, float], ...]:
        """(code, score), best first, whenever the match is not plain and anything is near; looked for when asked, as
        that takes longer than all the rest."""
        return self.nearest() if self.nearest is not None else ()
