"""What a series learned: points per term and a calibration, from what came of the meetings of its editions.

A lesson is saved with the series after an edition and used by the match runs of the editions after it, which name it
among what they were made from, so that they can be repeated. See `scoring.training` for how it is learned.
"""

from __future__ import annotations

import io
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.crypto import content_hash
from app.core.errors import ConflictError, InvalidInputError
from app.db.models import Event, Match, Meeting, Outcome, Quotation, Schedule, Series, SeriesLesson
from app.domain.outcomes import came_to_something
from app.services.access import Actor
from app.services.audit import record
from app.services.problems import last_match_run
from scoring.evaluation import brier
from scoring.explaining import PRIOR_CALIBRATION
from scoring.training import EditionModel, time_splits

SCHEMA = 1
#: with fewer pairs, or fewer of either kind, nothing is learned
FEWEST_PAIRS, FEWEST_OF_A_KIND = 20, 5
#: with fewer pairs the curve of probabilities stays the stated one, for a curve bends to a few dozen
FEWEST_FOR_A_CURVE = 100


@dataclass(frozen=True)
class Lesson:
    """What a match run takes from a lesson; `told` is what it keeps among its inputs."""

    weights: dict[str, float]
    calibration: tuple[float, float]
    told: dict[str, Any]

    @property
    def key(self) -> str:
        """A hash that differs where anything learned does."""
        return str(self.told["hash"])


def lesson_for(session: Session, event: Event) -> Lesson | None:
    """The newest lesson of the editions of the series that began before this one; None where there is none to use."""
    if event.series_id is None:
        return None
    rows = session.scalars(
        select(SeriesLesson)
        .join(Event, Event.id == SeriesLesson.event_id)
        .where(
            SeriesLesson.series_id == event.series_id,
            SeriesLesson.tenant_id == event.tenant_id,
            Event.starts_on < event.starts_on,
        )
        .order_by(Event.starts_on.desc(), SeriesLesson.event_id, SeriesLesson.number.desc())
    )
    row = next((row for row in rows if row.summary.get("in_use")), None)
    return _lesson(session, row) if row is not None else None


def lesson_of_run(session: Session, lesson_id: str | None) -> Lesson | None:
    """The lesson that a run was started with."""
    return _lesson(session, session.get_one(SeriesLesson, UUID(lesson_id))) if lesson_id else None


def lessons_of(session: Session, actor: Actor, event: Event) -> list[SeriesLesson]:
    """The lessons that were learned from an edition, the oldest first."""
    actor.must_be_staff()
    return list(
        session.scalars(select(SeriesLesson).where(SeriesLesson.event_id == event.id).order_by(SeriesLesson.number))
    )


def learn(session: Session, actor: Actor, event: Event) -> SeriesLesson:
    """Learn from the outcomes of an edition and of those of its series before it.

    Raises
    ------
    InvalidInputError
        The event belongs to no series.
    ConflictError
        Too little is known; `pairs`, `came_to_something` and `needed` say how much.
    """
    actor.must_be_organiser()
    if event.series_id is None:
        raise InvalidInputError(
            f"The event {event.code!r} belongs to no series, so no later edition could learn from it."
        )
    session.scalars(select(Series.id).where(Series.id == event.series_id).with_for_update(key_share=True)).all()
    editions = session.scalars(
        select(Event)
        .where(
            Event.tenant_id == event.tenant_id, Event.series_id == event.series_id, Event.starts_on <= event.starts_on
        )
        .order_by(Event.starts_on, Event.code)
    ).all()
    rows = [row for edition in editions for row in _rows(session, edition)]
    _must_suffice(event, rows)
    model = EditionModel().fit(rows)
    summary = _summary(model, rows)
    last = session.scalar(
        select(func.max(SeriesLesson.number)).where(
            SeriesLesson.series_id == event.series_id, SeriesLesson.event_id == event.id
        )
    )
    lesson = SeriesLesson(
        tenant_id=event.tenant_id,
        series_id=event.series_id,
        event_id=event.id,
        number=(last or 0) + 1,
        model=_pack(model),
        summary=summary,
    )
    session.add(lesson)
    session.flush()
    record(
        session, actor, "series.learned", event_id=event.id, target_id=lesson.id,
        pairs=summary["pairs"], in_use=summary["in_use"],
    )  # fmt: skip
    return lesson


def _rows(session: Session, event: Event) -> list[dict[str, Any]]:
    """A row for each meeting of an edition of which it is known whether it came to something."""
    schedule = session.scalar(select(Schedule).where(Schedule.event_id == event.id, Schedule.is_current))
    run = last_match_run(session, event.id)
    run_id = schedule.match_run_id if schedule and schedule.match_run_id else run.id if run else None
    if schedule is None or run_id is None:
        return []
    verdicts = _verdicts(session, schedule)
    found = []
    for meeting in session.scalars(
        select(Meeting).where(Meeting.schedule_id == schedule.id, Meeting.id.in_(verdicts)).order_by(Meeting.id)
    ):
        both = (meeting.low_id, meeting.high_id)
        match = session.scalar(
            select(Match)
            .where(
                Match.run_id == run_id, Match.rank.is_not(None),
                Match.seeker_id.in_(both), Match.provider_id.in_(both),
            )
            .order_by((Match.request_id == meeting.request_id).desc(), Match.score.desc(), Match.request_id)
            .limit(1)
        )  # fmt: skip
        if match is not None:
            found.append(
                {
                    "terms": _values(match.explanation),
                    "outcome": verdicts[meeting.id],
                    "edition": f"{event.starts_on.isoformat()} {event.code}",
                }
            )
    return found


def _values(explanation: dict[str, Any]) -> dict[str, float]:
    """The value of each term, 0 to 1: its points over the most it could have had."""
    return {term["name"]: term["points"] / term["most"] for term in explanation["terms"] if term["most"] > 0}


def _verdicts(session: Session, schedule: Schedule) -> dict[UUID, bool]:
    """By meeting whether it came to something: one side's yes is enough, else one side's no."""
    offers: dict[UUID, int] = {
        row[0]: row[1]
        for row in session.execute(
            select(Quotation.outcome_id, func.count())
            .join(Outcome, Outcome.id == Quotation.outcome_id)
            .where(Outcome.schedule_id == schedule.id)
            .group_by(Quotation.outcome_id)
        )
    }
    found: dict[UUID, bool] = {}
    for row in session.scalars(select(Outcome).where(Outcome.schedule_id == schedule.id).order_by(Outcome.id)):
        value = float(row.order_value) if row.order_value is not None else None
        said = came_to_something(row.rating, value, row.next_step, row.sample_requested, offers.get(row.id, 0))
        if said is not None:
            found[row.meeting_id] = said or found.get(row.meeting_id, False)
    return found


def _must_suffice(event: Event, rows: list[dict[str, Any]]) -> None:
    yes = sum(row["outcome"] for row in rows)
    if len(rows) >= FEWEST_PAIRS and min(yes, len(rows) - yes) >= FEWEST_OF_A_KIND:
        return
    raise ConflictError(
        f"Nothing was learned from {event.name}: of {len(rows)} pairs it is known what came of their meeting, and "
        f"{yes} of them came to something; it takes {FEWEST_PAIRS} pairs, and {FEWEST_OF_A_KIND} of either kind.",
        conflict="too-little",
        pairs=len(rows),
        came_to_something=yes,
        needed={"pairs": FEWEST_PAIRS, "of_either_kind": FEWEST_OF_A_KIND},
    )


def _summary(model: EditionModel, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """What was learned, for people; `in_use` unless it did worse than the built-in points on editions held back."""
    plain = _built_in(model)
    if len(rows) < FEWEST_FOR_A_CURVE:
        model.calibration_ = PRIOR_CALIBRATION
    met = np.asarray([row["outcome"] for row in rows], dtype=float)
    held_back = [_judged(rows, earlier, own) for earlier, own in _splits(rows)]
    return {
        "schema": SCHEMA,
        "pairs": len(rows),
        "came_to_something": int(met.sum()),
        "editions": list(model.editions_),
        "weights_before": _rounded(plain.weights_),
        "weights_after": _rounded(model.weights_),
        "calibration_before": list(PRIOR_CALIBRATION),
        "calibration_after": [round(float(number), 6) for number in model.calibration_],
        "brier_before": round(float(brier(plain.predict_proba(rows)[:, 1], met)), 4),
        "brier_after": round(float(brier(model.predict_proba(rows)[:, 1], met)), 4),
        "held_back": held_back,
        "in_use": sum(one["brier_after"] - one["brier_before"] for one in held_back) <= 1e-9,
    }


def _splits(rows: list[dict[str, Any]]) -> list[tuple[list[int], list[int]]]:
    return time_splits(rows) if len({row["edition"] for row in rows}) > 1 else []


def _judged(rows: list[dict[str, Any]], earlier: list[int], own: list[int]) -> dict[str, Any]:
    """An edition, predicted by the editions before it and by the built-in points; the one curve for both."""
    before, test = [rows[i] for i in earlier], [rows[i] for i in own]
    met = np.asarray([row["outcome"] for row in test], dtype=float)
    judged = {"edition": test[0]["edition"], "pairs": len(test)}
    alike = len({row["outcome"] for row in before}) < 2
    model = EditionModel(strength=0.0 if alike else 200.0)
    if alike:
        plain = _built_in(model)
        score = round(float(brier(plain.predict_proba(test)[:, 1], met)), 4)
        return judged | {"brier_before": score, "brier_after": score}
    model.fit(before)
    model.calibration_ = PRIOR_CALIBRATION
    plain = _built_in(model)
    return judged | {
        "brier_before": round(float(brier(plain.predict_proba(test)[:, 1], met)), 4),
        "brier_after": round(float(brier(model.predict_proba(test)[:, 1], met)), 4),
    }


def _built_in(like: EditionModel) -> EditionModel:
    """A model that has learned nothing."""
    from scoring.terms.catalogue import weights

    plain = EditionModel(like.side, like.strength)
    plain.weights_, plain.calibration_ = dict(weights(like.side, None)), PRIOR_CALIBRATION
    plain.editions_, plain.n_pairs_ = (), 0
    return plain


def _rounded(weights: dict[str, float]) -> dict[str, float]:
    return {name: round(float(points), 3) for name, points in weights.items()}


def _pack(model: EditionModel) -> bytes:
    """What the model saves, as one archive: JSON and arrays, nothing that runs when it is read."""
    packed = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        model.save(folder)
        for path in sorted(Path(folder).iterdir()):
            archive.write(path, path.name)
    return packed.getvalue()


def _lesson(session: Session, row: SeriesLesson) -> Lesson:
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(io.BytesIO(row.model)) as archive:
        archive.extractall(folder)
        model = EditionModel.load(folder)
    event = session.get_one(Event, row.event_id)
    learned = repr((sorted(model.weights_.items()), model.calibration_))
    told = {
        "id": str(row.id),
        "event": event.code,
        "number": row.number,
        "pairs": row.summary["pairs"],
        "hash": content_hash(learned),
    }
    return Lesson(model.weights_, model.calibration_, told)
