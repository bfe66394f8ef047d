"""Category cells of real lists whose entries were run together: `BagsBike & RunningCorporate Wear`.

Some systems join the entries of a multiple choice without a separator. A capital after a small letter proposes a
border; the column decides: an entry is what recurs between borders, and a border that no cell ever shows open is none
(`PrimaLoft insulation`). Entries known from one cell also part others where no capital helps (`UVBags`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

_BORDER = re.compile(
    r"(?<=[^\W\d_A-Z)])(?=[A-Z])|(?<=[)\]%0-9])(?=[A-Z][a-z])|(?<=[a-z0-9)])(?=[\u3400-\u9fff])|(?<=[\u3400-\u9fff])(?=[A-Z])"
)
#: (characters left over, pieces, borders without a capital), where the last piece begins, the entry it is
_Step = tuple[tuple[int, int, int], int, str | None]
_SHORTEST = 3
_NEVER_APART = 3
_SEPARATORS = re.compile(r"[;；|、\n]|,\s")


@dataclass(frozen=True)
class Index:
    """The entries of a column and in how many cells each stands."""

    entries: Mapping[str, int]

    def __contains__(self, entry: object) -> bool:
        return entry in self.entries


def borders(cell: str) -> list[int]:
    """Return the positions where a capital directly follows the end of a word."""
    return [match.start() for match in _BORDER.finditer(cell)]


def _fragments(cell: str) -> tuple[str, ...]:
    marks = [0, *borders(cell), len(cell)]
    return tuple(cell[a:b] for a, b in pairwise(marks) if cell[a:b])


def is_run_together(cells: Iterable[str]) -> bool:
    """Return whether a column looks run together: borders in many cells, no separators, entries that recur."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    bordered = [cell for cell in filled if borders(cell)]
    separated = sum(1 for cell in filled if _SEPARATORS.search(cell))
    if len(bordered) < max(3, len(filled) // 10) or separated > len(filled) // 20:
        return False
    counts = Counter(fragment for cell in filled for fragment in set(_fragments(cell)))
    recurring = sum(count for count in counts.values() if count > 1)
    return recurring >= 0.7 * sum(counts.values())


def learn_index(cells: Iterable[str]) -> Index:
    """Return the entries that a column's own cells show.

    Parameters
    ----------
    cells
        All cells of the column; blank ones are passed over.
    """
    filled = [cell.strip() for cell in cells if cell.strip()]
    sequences = [list(_fragments(cell)) for cell in filled]
    false_borders = _false_borders(sequences)
    counts: Counter[str] = Counter()
    alone: Counter[str] = Counter()
    for sequence in sequences:
        entries = _joined(sequence, false_borders)
        counts.update({entry.strip() for entry in entries})
        if len(entries) == 1:
            alone[entries[0].strip()] += 1
    return Index(_without_compounds(counts, alone))


def _false_borders(sequences: Sequence[Sequence[str]]) -> set[tuple[str, str]]:
    """Return the pairs of fragments that are one entry: never seen apart, often enough and in changing company."""
    single: Counter[str] = Counter(fragment for sequence in sequences for fragment in sequence)
    pairs: Counter[tuple[str, str]] = Counter()
    company: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for sequence in sequences:
        padded = ["", *sequence, ""]
        for before, left, right, after in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
            pairs[left, right] += 1
            company.setdefault((left, right), set()).add((before, after))
    false = set()
    for (left, right), count in pairs.items():
        never_apart = count == single[left] == single[right]
        proven = count >= _NEVER_APART and len(company[left, right]) >= 2
        if never_apart and (proven or len(left) < _SHORTEST or len(right) < _SHORTEST):
            false.add((left, right))
    return false


def _joined(sequence: Sequence[str], false_borders: set[tuple[str, str]]) -> list[str]:
    out: list[str] = []
    for position, fragment in enumerate(sequence):
        if out and (sequence[position - 1], fragment) in false_borders:
            out[-1] += fragment
        else:
            out.append(fragment)
    return out


def _without_compounds(counts: Counter[str], alone: Counter[str]) -> dict[str, int]:
    """Drop entries that are others run together without a border, as `UVBags` is `UV` and `Bags`."""
    entries = {entry for entry in counts if len(entry) >= 2}
    kept = Counter(counts)
    for entry in sorted(counts, key=len, reverse=True):
        if alone[entry] > 1:
            continue
        others = {other for other in entries if other != entry and (alone[other] or counts[other] > counts[entry])}
        parts, leftover = _cover(entry, others)
        if len(parts) > 1 and not leftover:
            for part in parts:
                kept[part] += counts[entry]
            del kept[entry]
    return dict(sorted(kept.items()))


def split_cell(cell: str, index: Index) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the entries of a cell in order, and what of it the index does not know.

    The cell is covered by known entries so that the least stays over, with the fewest entries; an unknown stretch is
    left over as it stands, cut where capitals propose it.
    """
    text = cell.strip()
    parts, leftover = _cover(text, index.entries)
    rest = tuple(fragment.strip() for stretch in leftover for fragment in _fragments(stretch) if fragment.strip())
    return tuple(dict.fromkeys(parts)), rest


def _cover(text: str, entries: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the best cover of a text: least left over, then fewest pieces; a border never lies beside a space."""
    known = [entry for entry in entries if entry and entry in text]
    bordered = {0, len(text), *borders(text)}
    best: list[_Step] = [((0, 0, 0), 0, None)]
    for end in range(1, len(text) + 1):
        (over, pieces, weak), _, entry = best[end - 1]
        fresh = int(entry is not None or end == 1)
        options: list[_Step] = [((over + 1, pieces + fresh, weak), end - 1, None)]
        for word in known:
            start = end - len(word)
            if start >= 0 and text.endswith(word, 0, end) and _may_cut(text, start) and _may_cut(text, end):
                (over, pieces, weak), _, _ = best[start]
                soft = int(start not in bordered) + int(end not in bordered)
                options.append(((over, pieces + 1, weak + soft), start, word))
        best.append(min(options, key=lambda option: option[0]))
    return _walk_back(text, best)


def _may_cut(text: str, position: int) -> bool:
    if position in (0, len(text)):
        return True
    return not (
        text[position - 1].isspace()
        or text[position].isspace()
        or text[position] in "/&-,)"
        or text[position - 1] in "/&-("
    )


def _walk_back(text: str, best: list[_Step]) -> tuple[list[str], list[str]]:
    parts: list[str] = []
    leftover: list[str] = []
    position, stop = len(text), len(text)
    while position > 0:
        _, start, word = best[position]
        if word is not None:
            if stop > position:
                leftover.append(text[position:stop])
            parts.append(word)
            stop = start
        position = start
    if stop > 0:
        leftover.append(text[:stop])
    return parts[::-1], leftover[::-1]
