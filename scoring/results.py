"""What the ranker hands back: plain, frozen records, and tables on request."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Ranking:
    """The best of each asker: `.ids` and `.scores` of shape (n_askers, k), best first, ties by id.

    Short rows are padded with None and NaN.
    """

    askers: tuple[str, ...]
    ids: np.ndarray
    scores: np.ndarray

    def __iter__(self) -> Iterator[tuple[str, list[tuple[str, float]]]]:
        """(asker id, [(id, score), …]) without the padding."""
        for asker, ids, scores in zip(self.askers, self.ids, self.scores, strict=True):
            yield asker, [(str(i), float(s)) for i, s in zip(ids, scores, strict=True) if i is not None]

    def to_frame(self) -> Any:
        """A DataFrame of asker, rank, id, score (needs pandas)."""
        import pandas as pd

        rows = [(asker, rank, i, s) for asker, found in self for rank, (i, s) in enumerate(found, start=1)]
        return pd.DataFrame(rows, columns=["asker", "rank", "id", "score"])


@dataclass(frozen=True)
class MutualRanking:
    """Pairs of (demand id, supplier id), per demand best first, with both directions' scores and the mutual one."""

    pairs: tuple[tuple[str, str], ...]
    forward: np.ndarray
    backward: np.ndarray
    mutual: np.ndarray

    def to_frame(self) -> Any:
        """A DataFrame of demand, supplier, forward, backward, mutual (needs pandas)."""
        import pandas as pd

        table = {"forward": self.forward, "backward": self.backward, "mutual": self.mutual}
        return pd.DataFrame({"demand": [p[0] for p in self.pairs], "supplier": [p[1] for p in self.pairs], **table})


@dataclass(frozen=True, slots=True)
class TermPoints:
    """One term of a score: its points, the points it could have had, and why."""

    name: str
    points: float
    because: str
    max: float


@dataclass(frozen=True, slots=True)
class GateResult:
    """One gate of a pair; `state` is passed, unknown or failed."""

    name: str
    state: str
    wanted: str
    found: str


@dataclass(frozen=True, slots=True)
class Lift:
    """A change the supplier can make, the score it would bring, and the rank (None: another gate still fails).

    `effort` is state (a field left open), paperwork or production. `fields` is what the supplier's record would then
    say, ready to be laid over it: `fit` with such a record gives this score.
    """

    change: str
    score: float
    rank: int | None
    effort: str = "state"
    fields: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Explanation:
    """Why a pair has its score: the points of `terms` add up to `score`.

    `rank` is the place among the records that fail no gate, None for one that does. `unknowns` are the fields the
    other side would have to state; `unresolved` the words no vocabulary knows, compared as text. `notes` say what
    has no points: that the two have met before.
    """

    demand: str
    supplier: str
    score: float
    rank: int | None
    probability: float
    terms: tuple[TermPoints, ...]
    gates: tuple[GateResult, ...]
    unknowns: tuple[str, ...]
    unresolved: tuple[str, ...]
    lifts: tuple[Lift, ...]
    moved: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain dicts, tuples, strings and numbers, ready for JSON."""
        return asdict(self)

    def to_frame(self) -> Any:
        """A DataFrame of the terms: name, points, max, because (needs pandas); the points add up to `score`."""
        import pandas as pd

        rows = [(term.name, term.points, term.max, term.because) for term in self.terms]
        return pd.DataFrame(rows, columns=["name", "points", "max", "because"])


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A supplier that would have ranked well and fails a gate; the first failed one is spelled out."""

    supplier: str
    name: str
    score: float
    gate: str
    wanted: str
    found: str
    failed: tuple[str, ...]
