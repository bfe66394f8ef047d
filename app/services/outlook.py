"""An edition looked at as a whole – unmet demand, evenness of the lists: worked out by a job, kept for its match run.

A new match run makes what was kept stale. In one language each, as whoever asked reads it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import InvalidInputError
from app.db.engine import Database
from app.db.models import Event, Job
from app.services.access import Actor
from app.services.jobs import Done, actor_of, job, start_job
from app.services.matching import evenness_curve, unmet_demand
from app.services.problems import last_match_run
from app.services.runs import Progress

Kind = Literal["unmet", "evenness"]


def newest(session: Session, event: Event, kind: Kind, lang: str) -> Job | None:
    """The newest work of a kind for the last match run, done or under way; None where there is none."""
    run = last_match_run(session, event.id)
    if run is None:
        return None
    return session.scalar(
        select(Job)
        .where(Job.event_id == event.id, Job.kind == kind, Job.state.in_(("queued", "running", "done")))
        .where(Job.parameters["run"].as_string() == str(run.id), Job.parameters["lang"].as_string() == lang)
        .order_by(Job.id.desc())
        .limit(1)
    )


def start(session: Session, actor: Actor, event: Event, kind: Kind, lang: str) -> Job:
    """Record that it is to be worked out for the last match run.

    Raises
    ------
    InvalidInputError
        There is no finished match run yet.
    """
    actor.must_be_staff()
    run = last_match_run(session, event.id)
    if run is None:
        raise InvalidInputError(f"The event {event.code!r} has no finished match run yet; run one first.")
    return start_job(session, actor, kind, event, {"run": str(run.id), "lang": lang})


def _looked(database: Database, row: Job, look: Callable[[Session, Actor, Event], dict[str, Any]]) -> Done:
    with database.read() as session:
        return Done(look(session, actor_of(row), session.get_one(Event, UUID(str(row.event_id)))))


@job("unmet")
def _unmet(database: Database, row: Job, report: Progress) -> Done:
    lang = row.parameters["lang"]
    return _looked(database, row, lambda *of: unmet_demand(*of, lang=lang, report=report))


@job("evenness")
def _evenness(database: Database, row: Job, report: Progress) -> Done:
    return _looked(database, row, lambda *of: evenness_curve(*of, report=report))
