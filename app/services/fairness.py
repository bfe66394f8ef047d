"""The dial between value and evenness: plans with a rising floor under everybody's meetings, as a curve to choose from.

A point that is chosen is built as any schedule is, with its floor (`start_schedule(floor=…)`), so that it obeys locks
and answers as they are then.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.errors import InvalidInputError
from app.db.engine import Database
from app.db.models import Event, Job, Meeting
from app.domain.scheduling import Plan, fairness_curve, read_problem
from app.services.access import Actor
from app.services.jobs import Done, job, start_job
from app.services.problems import build_problem, current_schedule, last_match_run
from app.services.runs import Progress

KIND = "fairness"
_POINTS = 5


def start_curve(session: Session, actor: Actor, event: Event, *, seconds: float = 5.0, seed: int = 0) -> Job:
    """Record that the curve is to be computed from the last match run, each plan within `seconds`.

    Raises
    ------
    InvalidInputError
        There is no finished match run yet.
    """
    actor.must_be_organiser()
    if last_match_run(session, event.id) is None:
        raise InvalidInputError(f"The event {event.code!r} has no finished match run yet; run one first.")
    return start_job(session, actor, KIND, event, {"seconds": seconds, "seed": seed})


def last_curve(session: Session, event: Event) -> Job | None:
    """The newest curve of an event that is done."""
    return session.scalar(
        select(Job)
        .where(Job.event_id == event.id, Job.kind == KIND, Job.state == "done")
        .order_by(Job.id.desc())
        .limit(1)
    )


@job(KIND)
def _curve(database: Database, row: Job, report: Progress) -> Done:
    with database.read() as session:
        event = session.get_one(Event, UUID(str(row.event_id)))
        stage = build_problem(session, event, last_match_run(session, event.id))
        floors = _floors(session, event, len(stage.people))
    seconds, seed = row.parameters["seconds"], row.parameters["seed"]

    def seen(floor: int, _plan: Plan) -> None:
        number = floors.index(floor) + 1
        report(number / len(floors), f"plan {number} of {len(floors)}")

    points = fairness_curve(read_problem(stage.problem), floors=floors, time_limit=seconds, seed=seed, seen=seen)
    told: dict[str, Any] = {"points": [point.as_dict() for point in points], "seconds": seconds, "seed": seed}
    return Done(told)


def _floors(session: Session, event: Event, people: int) -> list[int]:
    """Up to five floors, from none to the mean number of meetings that one has now."""
    schedule = current_schedule(session, event.id)
    held = 0
    if schedule is not None:
        mine = (Meeting.schedule_id == schedule.id) & (Meeting.status != "cancelled")
        held = session.scalar(select(func.count()).where(mine)) or 0
    mean = max(2 * held // max(1, people), _POINTS - 1)
    return sorted({round(mean * n / (_POINTS - 1)) for n in range(_POINTS)})
