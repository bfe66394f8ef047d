"""How the words two texts share are shown to people: as they are written, and in Chinese in whole stretches."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise

from scoring.text.tokens import CJK_STOP, accented, is_unspaced, runs, spelled
from scoring.vocabulary import vocabulary

LONGEST = 16  # characters of a stretch that is shown
SURE = 0.4  # a learned word of weaker association is shown only where there is nothing else
_LABELLED = ("products", "words", "materials", "processes", "certificates")
_LONGEST_LABEL = 8


class Written:
    """The words of a text as it writes them, by what they are counted as.

    Parameters
    ----------
    text : of a request, or of a supplier where its own words are to be shown
    learned : feature → (word of the text, word of another language, weight), as `Lexicon.told` gives it
    whole : whether a single piece of a Chinese word stands for the label it is in; not where another text may have no
        more than the piece
    """

    def __init__(
        self, text: str, learned: Mapping[str, tuple[str, str, float]] | None = None, *, whole: bool = False
    ) -> None:
        self._learned = learned or {}
        self._whole_labels = whole
        self._unspaced = [run for run in runs(text) if is_unspaced(run)]
        marked = accented(text)
        self._words: dict[str, str] = {}
        for feature, run in spelled(text):
            if not is_unspaced(run):
                self._words.setdefault(feature, marked.get(run, run))
        self._marked = marked

    def shown(
        self, features: Sequence[str], alone: bool = True, other: Callable[[], Written] | None = None
    ) -> dict[str, str]:
        """What to show for each of the features.

        Weakly associated words and pieces of Chinese words are shown only where features are all there is to be shown
        (`alone`), and nothing better is among them. `other` is the text they are shared with: a word of another
        language is shown as that writes it.
        """
        stretches = dict(self._stretches(frozenset(features)))
        out: dict[str, str] = {}
        weak: dict[str, str] = {}
        theirs: Written | None = None
        for feature in features:
            if feature in stretches:
                out[feature] = stretches[feature]
            elif feature in self._words:
                out[feature] = self._words[feature]
            elif feature in self._learned:
                word, learned, weight = self._learned[feature]
                if theirs is None and other is not None:
                    theirs = other()
                found = theirs.as_written(feature, learned) if theirs else learned
                said = f"{self._whole(word)} → {found}"
                (out if weight >= SURE and (found in _labels() or not is_unspaced(found)) else weak)[feature] = said
            else:
                (weak if is_unspaced(feature) else out)[feature] = feature
        return out or (weak if alone else {})

    def as_written(self, feature: str, otherwise: str) -> str:
        """How the text writes a feature."""
        return self._whole(feature) if is_unspaced(feature) else self._words.get(feature, otherwise)

    def _stretches(self, shared: Collection[str]) -> Iterator[tuple[str, str]]:
        """Each shared pair of characters with the stretch of shared pairs it stands in."""
        for run in self._unspaced:
            kept = [place for place, letter in enumerate(run) if letter not in CJK_STOP]
            if len(kept) == 1 and run[kept[0]] in shared:
                yield run[kept[0]], run[kept[0]]
            pairs = [(run[a] + run[b], a, b) for a, b in pairwise(kept)]
            begin = 0
            while begin < len(pairs):
                end = begin
                while end < len(pairs) and pairs[end][0] in shared:
                    end += 1
                if end > begin:
                    told = _bounded(run, pairs[begin][1], pairs[end - 1][2] + 1)
                    if self._whole_labels and len(told) == len(pairs[begin][0]):
                        told = self._whole(told)
                    yield from ((pair, told) for pair, _, _ in pairs[begin:end])
                begin = end + 1

    def _whole(self, word: str) -> str:
        """The shortest label of the built-in lists around a piece of a Chinese word, as far as the text has one."""
        if not is_unspaced(word):
            return self._marked.get(word, word)
        for run in self._unspaced:
            at = run.find(word)
            if at < 0:
                continue
            for size in range(len(word), _LONGEST_LABEL + 1):
                for start in range(max(at + len(word) - size, 0), at + 1):
                    if run[start : start + size] in _labels():
                        return run[start : start + size]
        return word


def _bounded(run: str, start: int, end: int) -> str:
    """A stretch of a run, with a function word at either edge that is part of a label there: 有 of 有机棉."""
    reach = range(2, _LONGEST_LABEL + 1)
    if start and any(run[start - 1 : start - 1 + size] in _labels() for size in reach):
        start -= 1
    if end < len(run) and any(run[max(end + 1 - size, 0) : end + 1] in _labels() for size in reach):
        end += 1
    return run[start:end] if end - start <= LONGEST else run[start : start + LONGEST] + "…"


@cache
def _labels() -> frozenset[str]:
    """Chinese labels of the built-in lists."""
    terms = (term for name in _LABELLED for term in vocabulary(name).terms.values())
    names = (part.strip(" =-") for term in terms for part in str(term.labels.get("zh", "")).split("|"))
    return frozenset(name for name in names if 2 <= len(name) <= _LONGEST_LABEL)
