"""The pictures show the numbers they are given, in every language, on a machine without any Chinese font."""

from __future__ import annotations

import io

import numpy as np
import pytest

from scoring.errors import RankingError
from scoring.messages import LANGUAGES
from scoring.plots import plot_evenness, plot_pair, plot_reliability
from tests.scoring.examples import DEMAND


def drawn(ax):
    """The picture as PNG; a glyph that no font has is a warning, and warnings are errors."""
    page = io.BytesIO()
    ax.figure.savefig(page, format="png")
    assert page.getvalue().startswith(b"\x89PNG")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_anatomy_has_a_bar_for_each_term(ranker, lang):
    told = ranker.explain(DEMAND, "S2", lang=lang)
    ax = plot_pair(told, lang, names=("江西湖畔针织", "Société Générale d’Habillement"))
    widths = sorted(round(bar.get_width(), 9) for bar in ax.patches)
    assert widths == sorted(round(x, 9) for term in told.terms for x in (term.points, term.max))
    texts = {text.get_text().replace("\n", " ") for text in ax.texts}
    assert all(any(text[:20] in term.because for text in texts) for term in told.terms)
    drawn(ax)


def test_terms_come_with_the_weightiest_first(ranker):
    told = ranker.explain(DEMAND, "S1")
    ax = plot_pair(told)
    most = [bar.get_width() for bar in ax.patches[::2]]
    assert most == sorted(most, reverse=True)
    assert ax.yaxis_inverted()


def test_reliability_groups_equal_numbers_of_pairs():
    said = np.repeat([0.1, 0.4, 0.9], 100)
    met = np.concatenate([np.arange(100) < n for n in (10, 50, 90)])
    ax = plot_reliability(said, met, bins=3)
    points = [(line.get_xdata()[0], line.get_ydata()[0]) for line in ax.lines if line.get_marker() == "o"]
    assert points == [pytest.approx((0.1, 0.1)), pytest.approx((0.4, 0.5)), pytest.approx((0.9, 0.9))]
    spans = [line.get_ydata() for line in ax.lines if line.get_marker() != "o"][1:]
    # Wilson's interval of 10 of 100, from any table of it
    assert list(spans[0]) == pytest.approx([0.0552, 0.1744], abs=2e-4)
    drawn(ax)


def test_evenness_is_written_beside_its_dial():
    ax = plot_evenness([0.6, 0.4], [1.0, 0.97], dials=[0, 0.5], lang="fr")
    assert ax.lines[0].get_ydata().tolist() == [100.0, 97.0]
    assert [text.get_text() for text in ax.texts] == ["0", "0,5"]
    assert ax.xaxis_inverted()
    drawn(ax)


def test_it_draws_where_it_is_told_to(ranker):
    from matplotlib.figure import Figure

    one, two = Figure().subplots(1, 2)
    assert plot_pair(ranker.explain(DEMAND, "S1"), ax=one) is one
    assert plot_evenness([0.5], [1.0], ax=two) is two


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: plot_reliability([0.5], [True, False]), "two lists of one length"),
        (lambda: plot_reliability([], []), "two lists of one length"),
        (lambda: plot_reliability([50.0], [True]), "pass probabilities, not scores"),
        (lambda: plot_evenness([0.5, 0.4], [1.0]), "two lists of one length"),
    ],
)
def test_what_cannot_be_drawn_is_refused(call, message):
    with pytest.raises(RankingError, match=message):
        call()
