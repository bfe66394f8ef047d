"""The dial of a match run: other places in the lists, the same scores, and what that gave up, kept with the run."""

from __future__ import annotations

from collections import defaultdict
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.core.errors import InvalidInputError
from app.db.models import Match, MatchRun
from app.services import matching
from scoring.exposure import gini
from tests.services.stage import Stage

_PLACES = 10


def _run(stage: Stage, evenness: float) -> MatchRun:
    with stage.database.write() as session:
        run_id = matching.start_run(session, stage.actor, stage.event, evenness=evenness).id
    matching.execute(stage.database, run_id)
    return stage.run(MatchRun, run_id)


def _lists(stage: Stage, run: MatchRun) -> dict[UUID, list[Match]]:
    found = defaultdict(list)
    with stage.database.read() as session:
        for row in session.scalars(select(Match).filter_by(run_id=run.id).order_by(Match.rank)):
            if row.rank is not None:
                found[row.request_id].append(row)
    return found


def _figures(row: Match) -> tuple[Any, ...]:
    return row.score, row.probability, row.backward, row.mutual, row.explanation["terms"], row.explanation["gates"]


def _gini(lists: dict[UUID, list[Match]], suppliers: int) -> float:
    shown = [row.provider_id for rows in lists.values() for row in rows[:_PLACES]]
    counts = [shown.count(one) for one in set(shown)]
    return gini(counts + [0] * (suppliers - len(counts)))


def test_an_evened_run_moves_places_and_no_figure(paris: Stage) -> None:
    plain, even = _run(paris, 0.0), _run(paris, 1.0)
    assert (plain.evenness, plain.given_up, plain.parameters) == (0.0, None, {})
    before, after = _lists(paris, plain), _lists(paris, even)
    assert {key: {row.provider_id: _figures(row) for row in rows} for key, rows in before.items()} == {
        key: {row.provider_id: _figures(row) for row in rows} for key, rows in after.items()
    }
    assert all([row.rank for row in rows] == list(range(1, len(rows) + 1)) for rows in after.values())
    told = even.given_up
    assert told is not None
    assert (even.evenness, told["k"]) == (1.0, _PLACES)
    assert told["gini_by_score"] == pytest.approx(_gini(before, 15))
    assert told["gini"] == pytest.approx(_gini(after, 15))
    assert told["gini"] < told["gini_by_score"]
    worth = [sum(row.score for rows in lists.values() for row in rows[:_PLACES]) for lists in (after, before)]
    assert told["kept"] == pytest.approx(worth[0] / worth[1])
    assert told["kept"] < 1.0
    assert told["moved"] == sum(
        len({row.provider_id for row in rows[:_PLACES]} - {row.provider_id for row in before[key][:_PLACES]})
        for key, rows in after.items()
    )


def test_whoever_is_moved_is_told_the_place_by_score(paris: Stage) -> None:
    before, after = _lists(paris, _run(paris, 0.0)), _lists(paris, _run(paris, 1.0))
    moved = 0
    for key, rows in after.items():
        by_score = {row.provider_id: row.rank or 0 for row in before[key]}
        for row in rows:
            was = by_score[row.provider_id]
            notes = row.explanation["notes"]
            assert len(notes) == (was != row.rank)
            if notes:
                moved += 1
                where = "higher" if was > (row.rank or 0) else "lower"
                assert notes[0]["en"].startswith(f"By score alone number {was}; listed {where} ")
                assert set(notes[0]) == {"en", "zh", "fr", "de", "it"}
    assert moved


def test_a_dial_set_beyond_its_ends_is_refused(seen: Stage) -> None:
    with seen.database.write() as session, pytest.raises(InvalidInputError, match="expected 0"):
        matching.start_run(session, seen.actor, seen.event, evenness=1.5)
