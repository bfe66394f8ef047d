"""Scenario 2: edition 2 of the club does not propose pairs that already closed, and learns from edition 1."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from app.core.errors import ConflictError
from app.db.models import Event, Match, MatchRun, Meeting, Organisation, Participation, SeriesLesson
from app.domain.editions import EventCopy
from app.domain.outcomes import OutcomeShape, QuotationShape
from app.io.reports import report_html
from app.samples import folder
from app.services import copying, matching, outcomes
from app.services.access import Actor
from app.services.imports import bring_in
from app.services.matching import lessons
from app.services.problems import current_schedule
from app.services.reports import edition_report
from tests.databases import Server
from tests.services.stage import Stage, staged


def _pair(session: Any, meeting: Meeting) -> frozenset[str]:
    rows = select(Organisation.code).join(Participation, Participation.organisation_id == Organisation.id)
    return frozenset(session.scalars(rows.where(Participation.id.in_((meeting.low_id, meeting.high_id)))))


def _tell(session: Any, actor: Actor, meeting: Meeting, shape: OutcomeShape, side: int = 0) -> None:
    found = outcomes.met(session, actor, meeting.id)
    who, before = outcomes.give(session, actor, found, shape, found.sides[side].organisation.id)
    outcomes.save(session, actor, found, who, before, shape)


@pytest.fixture(scope="module")
def editions(server: Server) -> Iterator[tuple[Stage, Stage, dict[str, set[frozenset[str]]]]]:
    """Edition 1 held and told of, edition 2 made from it with the same lists."""
    with staged(server, "zhuzhou scheduled", "zhuzhou-1") as first:
        database = first.database
        pairs: dict[str, set[frozenset[str]]] = {"ordered": set(), "sampled": set(), "nothing": set()}
        with database.write() as session:
            schedule = current_schedule(session, first.event.id)
            assert schedule is not None
            rows = session.scalars(select(Meeting).filter_by(schedule_id=schedule.id)).all()
            meetings = sorted(rows, key=lambda m: (-m.value, m.low_id, m.high_id))
            for number, meeting in enumerate(meetings):
                meeting.status = "held"
                session.flush()
                if number < 3:
                    shape = OutcomeShape(rating=5, order_value=80_000.0, next_step="order", reportable=True)
                    pairs["ordered"].add(_pair(session, meeting))
                elif number < len(meetings) // 2:
                    offer = QuotationShape(quantity=3000.0, unit_price=42.0, currency="CNY")
                    shape = OutcomeShape(rating=4, sample_requested=True, quotations=[offer])
                    pairs["sampled"].add(_pair(session, meeting))
                else:
                    shape = OutcomeShape(rating=2)
                    pairs["nothing"].add(_pair(session, meeting))
                _tell(session, first.actor, meeting, shape)
        with database.write() as session:
            shape = EventCopy(code="zhuzhou-2", name="Zhuzhou Three Plus One, edition 2", starts_on=date(2026, 5, 6))
            source = session.get_one(Event, first.event.id)
            second_event = copying.copy_event(session, first.actor, source, shape)
            tables = [path for path in sorted(folder("zhuzhou").glob("*.csv")) if path.name != "asked.csv"]
            assert bring_in(session, first.actor, second_event, tables).written
        yield first, Stage(database, "zhuzhou-2"), pairs


def _listed(stage: Stage, run: MatchRun) -> dict[str, list[tuple[str, str, float]]]:
    """Ranked suppliers by request, with buyer and score."""
    with stage.database.read() as session:
        codes = {
            row[0]: row[1] for row in session.execute(select(Participation.id, Organisation.code).join(Organisation))
        }
        rows = session.scalars(
            select(Match).where(Match.run_id == run.id, Match.rank.is_not(None)).order_by(Match.request_id, Match.rank)
        )
        found: dict[str, list[tuple[str, str, float]]] = {}
        for row in rows:
            found.setdefault(str(row.request_id), []).append(
                (codes[row.seeker_id], codes[row.provider_id], round(row.score, 6))
            )
    return found


def _proposed(lists: dict[str, list[tuple[str, str, float]]]) -> set[frozenset[str]]:
    return {frozenset((buyer, supplier)) for one in lists.values() for buyer, supplier, _ in one}


def test_pairs_that_closed_are_not_proposed_again_and_it_says_why(
    editions: tuple[Stage, Stage, dict[str, set[frozenset[str]]]],
) -> None:
    first, second, pairs = editions
    assert len(pairs["ordered"]) == 3
    run = second.match()
    assert run.state == "done", run.error
    proposed = _proposed(_listed(second, run))
    assert not pairs["ordered"] & proposed
    assert pairs["sampled"] & proposed, "a pair that met without an order may meet again"
    with second.database.read() as session:
        failed = session.scalars(select(Match).where(Match.run_id == run.id, Match.failed.is_not(None))).all()
    assert {row.failed["gate"] for row in failed if row.failed} >= {"partners"}
    again = first.match()  # what came of it is of no account in the edition itself
    assert pairs["ordered"] <= _proposed(_listed(first, again))


def test_edition_two_learns_and_its_run_says_so_and_can_be_repeated(
    editions: tuple[Stage, Stage, dict[str, set[frozenset[str]]]],
) -> None:
    first, second, pairs = editions
    plain = second.match()
    assert plain.lesson is None
    with first.database.write() as session:
        lesson = matching.learn(session, first.actor, first.event)
        known = lesson.summary
    assert known["pairs"] == sum(map(len, pairs.values()))
    assert known["came_to_something"] == len(pairs["ordered"]) + len(pairs["sampled"])
    assert known["weights_after"] != known["weights_before"]
    assert sum(known["weights_after"].values()) == pytest.approx(100.0, abs=0.05)
    assert known["brier_after"] <= known["brier_before"]
    assert known["in_use"]
    with_it = second.match()
    assert with_it.lesson is not None
    assert (with_it.lesson["id"], with_it.lesson["event"]) == (str(lesson.id), "zhuzhou-1")
    assert with_it.model_hash != plain.model_hash
    assert _listed(second, with_it) != _listed(second, plain)
    assert not pairs["ordered"] & _proposed(_listed(second, with_it))
    repeated = second.match()
    assert (repeated.model_hash, _listed(second, repeated)) == (with_it.model_hash, _listed(second, with_it))
    assert first.match().lesson is None, "an edition does not learn from itself"


def test_nothing_is_learned_from_too_little(
    editions: tuple[Stage, Stage, dict[str, set[frozenset[str]]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, pairs = editions
    known = sum(map(len, pairs.values()))
    monkeypatch.setattr(lessons, "FEWEST_PAIRS", known + 1)
    with first.database.write() as session:
        before = session.scalars(select(SeriesLesson.id)).all()
        with pytest.raises(ConflictError, match=f"it takes {known + 1} pairs") as refused:
            matching.learn(session, first.actor, first.event)
        assert session.scalars(select(SeriesLesson.id)).all() == before
    assert refused.value.details["pairs"] == known
    monkeypatch.setattr(lessons, "FEWEST_PAIRS", known)
    with second.database.write() as session:  # nothing of its own yet, but of the edition before
        lesson = matching.learn(session, second.actor, session.get_one(Event, second.event.id))
        assert lesson.summary["editions"] == [f"2025-11-06 {first.code}"]
        session.delete(lesson)


def test_a_lesson_is_a_file_of_numbers(editions: tuple[Stage, Stage, dict[str, set[frozenset[str]]]]) -> None:
    first, _, _ = editions
    with first.database.write() as session:
        row = matching.learn(session, first.actor, first.event)
        assert row.number == len(matching.lessons_of(session, first.actor, first.event))
        with zipfile.ZipFile(io.BytesIO(row.model)) as archive:
            assert sorted(archive.namelist()) == ["arrays.npz", "model.json"]
        session.delete(row)


def test_the_report_shows_the_change_between_editions(
    editions: tuple[Stage, Stage, dict[str, set[frozenset[str]]]],
) -> None:
    first, second, pairs = editions
    second.match()
    second.build()
    with second.database.read() as session:
        report = edition_report(session, second.actor, second.event, "zh")
    before = report.before
    assert before is not None
    assert (before.event.code, before.before) == (first.code, None)
    assert before.meetings.held == sum(map(len, pairs.values())) == before.outcomes
    assert (before.samples, before.quotations) == (len(pairs["sampled"]), len(pairs["sampled"]))
    assert before.follow_ups == 3
    (ordered,) = before.amounts
    assert (ordered.what, ordered.currency, ordered.amount) == ("ordered", "CNY", 240_000.0)
    assert (report.meetings.held, report.outcomes, report.amounts) == (0, 0, ())
    assert report.meetings.planned > 0
    assert report.load is not None
    assert report.load.least <= report.load.median <= report.load.most
    assert report.tables.used == report.meetings.planned <= report.tables.offered
    assert report.participants == before.participants == 14
    assert any("一" <= letter <= "鿿" for one in report.demand for letter in one.product)
    page = report_html(report, lang="zh")
    assert before.event.name in page or first.code in page
