"""What a whole text is the name of in several lists at once: few texts are a word of any, and most are seen not to be
by their skeleton alone."""

from __future__ import annotations

from collections.abc import Mapping

from scoring.vocabulary.inflect import skeleton
from scoring.vocabulary.lists import Vocabulary
from scoring.vocabulary.text import squeeze


class Names:
    """Looks a text up in several lists; what it names is what `Vocabulary.named` of each of them names alone.

    Parameters
    ----------
    lists : the lists by name
    """

    def __init__(self, lists: Mapping[str, Vocabulary]) -> None:
        self._near: dict[str, list[tuple[str, Vocabulary]]] = {}
        for name, vocabulary in lists.items():
            for one in set(map(skeleton, vocabulary.spellings())):
                self._near.setdefault(one, []).append((name, vocabulary))

    def of(self, text: str) -> list[tuple[str, str]]:
        """(list, code) of a text, in the order of the lists."""
        near = self._near.get(skeleton(squeeze(text)), ())
        return [(name, code) for name, vocabulary in near if (code := vocabulary.named(text)) is not None]
