"""Pictures of what the ranker says: the anatomy of a pair, how true its probabilities are, relevance against evenness.

Every function draws on an `Axes` and returns it; without one it makes a figure of its own that belongs to no window
system (`ax.figure.savefig("pair.png")`). Whoever shows such a picture shows the numbers beside it as a table too:
`Explanation.to_frame`, and the arrays the other two are given.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from textwrap import wrap
from typing import Any

import numpy as np

from scoring.errors import RankingError
from scoring.messages import field_name, number, sentence
from scoring.results import Explanation

INK, MUTED, FILL, ROOM, MARK = "#1b2733", "#66737f", "#2a6f97", "#dde5ea", "#c8553d"
LETTERS_A_LINE = {"zh": 42}  # Chinese characters are twice as wide as Latin letters
ALL_LETTERS_A_LINE = 84
MIDDLE = 1.96  # standard deviations on either side that hold 95 % of a normal distribution


def plot_pair(told: Explanation, lang: str = "en", names: tuple[str, str] | None = None, ax: Any = None) -> Any:
    """The anatomy of a score: what each term brought, of what it could have, and why.

    Parameters
    ----------
    told : Explanation
        Of `explain(…, lang=lang)`.
    lang : {"en", "zh", "fr", "de", "it"}
        Language of the terms' names; the reasons are in the language they were asked for.
    names : (supplier, demand) or None
        Shown instead of their ids.
    ax : matplotlib Axes or None

    Returns
    -------
    matplotlib Axes
    """
    terms = sorted(told.terms, key=lambda term: -term.max)
    ax = _axes(ax, (10.5, 1.1 + 0.62 * len(terms)))
    widest = max((term.max for term in terms), default=1.0)
    for row, term in enumerate(terms):
        ax.barh(row, term.max, color=ROOM, height=0.34)
        ax.barh(row, term.points, color=FILL, height=0.34)
        share = f"{number(term.points, lang, 1)} / {number(term.max, lang, 1)}"
        ax.text(max(term.max, term.points) + 0.01 * widest, row, share, va="center", color=INK, fontsize=8)
        reason = wrap(term.because, LETTERS_A_LINE.get(lang, ALL_LETTERS_A_LINE))[:2]
        ax.text(0.006 * widest, row + 0.24, "\n".join(reason), va="top", color=MUTED, fontsize=7.5)
    ax.set_yticks(range(len(terms)), [field_name(term.name, lang) for term in terms])
    ax.set_ylim(len(terms) - 0.2, -0.5)
    ax.set_xlim(0.0, widest * 1.12)
    ax.tick_params(axis="y", length=0, labelcolor=INK)
    supplier, demand = names or (told.supplier, told.demand)
    shown = {"supplier": supplier, "demand": demand, "score": number(told.score, lang, 1)}
    ax.set_title(sentence("plot.pair", lang, shown), loc="left", color=INK)
    ax.set_xlabel(sentence("plot.points", lang, {}), color=MUTED)
    return _quiet(ax)


def plot_reliability(predicted: Any, met: Any, bins: int = 10, lang: str = "en", ax: Any = None) -> Any:
    """How true probabilities are: of the pairs said to meet with probability p, which share did.

    Pairs are cut into `bins` groups of equal size by their predicted probability (Bröcker & Smith, "Increasing the
    reliability of reliability diagrams", Weather and Forecasting 22, 2007); each point has the 95 % interval of Wilson
    (1927) for its share. Points on the diagonal are what is hoped for.

    Parameters
    ----------
    predicted : array-like of shape (n,)
        Probabilities, 0 to 1.
    met : array-like of shape (n,)
        Whether each pair did.
    bins : int
        Groups, fewer if there are too few pairs.

    Raises
    ------
    RankingError
        Shapes that differ, no pairs, or probabilities outside 0 to 1.
    """
    said, happened = np.asarray(predicted, dtype=float), np.asarray(met).astype(bool)
    if said.shape != happened.shape or said.ndim != 1 or said.size == 0:
        raise RankingError(
            f"plot_reliability: predicted {said.shape} and met {happened.shape} must be two lists of one length"
        )
    if not ((said >= 0.0) & (said <= 1.0)).all():
        raise RankingError("plot_reliability: predicted holds numbers outside 0 to 1; pass probabilities, not scores")
    ax = _axes(ax, (5.4, 5.2))
    ax.plot([0, 1], [0, 1], color=MUTED, linewidth=1, linestyle="--", zorder=1)
    for group in np.array_split(np.argsort(said, kind="stable"), min(bins, said.size)):
        x, share = float(said[group].mean()), float(happened[group].mean())
        low, high = _wilson(share, group.size)
        ax.plot([x, x], [low, high], color=FILL, linewidth=1.4, zorder=2)
        ax.plot([x], [share], marker="o", color=FILL, markersize=6, zorder=3)
    ax.set_xlim(-0.02, 1.02)
    ax.set_ylim(-0.02, 1.02)
    ax.set_xlabel(sentence("plot.predicted", lang, {}), color=INK)
    ax.set_ylabel(sentence("plot.met", lang, {}), color=INK)
    ax.set_title(sentence("plot.reliability", lang, {"n": number(said.size, lang, 0)}), loc="left", color=INK)
    return _quiet(ax)


def plot_evenness(gini: Any, value: Any, dials: Sequence[float] | None = None, lang: str = "en", ax: Any = None) -> Any:
    """Relevance against evenness: what each setting of the exposure dial keeps of the value, and how even it is.

    Parameters
    ----------
    gini : array-like of shape (n,)
        Gini coefficient of exposure at each setting; 0 is perfectly even.
    value : array-like of shape (n,)
        Share of the value without the dial that is kept, 0 to 1.
    dials : sequence of n numbers or None
        Written beside the points.

    Raises
    ------
    RankingError
        Shapes that differ, or no point.
    """
    x, y = np.asarray(gini, dtype=float), np.asarray(value, dtype=float)
    if x.shape != y.shape or x.ndim != 1 or x.size == 0 or (dials is not None and len(dials) != x.size):
        raise RankingError(f"plot_evenness: gini {x.shape} and value {y.shape} must be two lists of one length")
    ax = _axes(ax, (6.4, 4.4))
    ax.plot(x, 100.0 * y, color=FILL, marker="o", markersize=5)
    for n, dial in enumerate(dials or ()):
        ax.annotate(number(dial, lang), (x[n], 100.0 * y[n]), (4, 6), textcoords="offset points", fontsize=8, color=INK)
    ax.set_xlabel(sentence("plot.gini", lang, {}), color=INK)
    ax.set_ylabel(sentence("plot.kept", lang, {}), color=INK)
    ax.set_title(sentence("plot.evenness", lang, {}), loc="left", color=INK)
    ax.invert_xaxis()  # more even to the right
    return _quiet(ax)


def _wilson(share: float, n: int) -> tuple[float, float]:
    """The 95 % interval of a share of n."""
    square = MIDDLE**2 / n
    middle = (share + square / 2) / (1 + square)
    half = MIDDLE * np.sqrt(share * (1 - share) / n + square / (4 * n)) / (1 + square)
    return float(middle - half), float(middle + half)


def _axes(ax: Any, size: tuple[float, float]) -> Any:
    if ax is not None:
        return ax
    from matplotlib.figure import Figure

    _fonts()
    return Figure(figsize=size, layout="constrained", dpi=150).subplots()


def _quiet(ax: Any) -> Any:
    """No frame but the axes, no grid, and glyphs of any of the five languages."""
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    for text in ax.findobj(lambda artist: hasattr(artist, "set_fontfamily")):
        text.set_fontfamily(_fonts())
    return ax


@cache
def _fonts() -> list[str]:
    """Families tried glyph by glyph: the first has Latin letters, the second Chinese, from a wheel that carries it."""
    import mplfonts
    from matplotlib import font_manager

    face = Path(mplfonts.__file__).parent / "fonts" / "NotoSansCJKsc-Regular.otf"
    font_manager.fontManager.addfont(face)
    return ["DejaVu Sans", font_manager.FontProperties(fname=str(face)).get_name()]
