"""An edition looked at as a whole – unmet demand, evenness of the lists, what would lift a supplier: worked out by a
job, kept for its match run.

A new match run makes what was kept stale. It is worked out once for readers of every language.
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
from app.services.explanations import in_one, language
from app.services.jobs import Done, actor_of, job, start_job
from app.services.matching import evenness_curve, supplier_lifts_kept, unmet_demand_kept
from app.services.problems import last_match_run
from app.services.runs import Progress

Kind = Literal["unmet", "evenness", "lifts"]


def newest(session: Session, event: Event, kind: Kind, of: UUID | None = None) -> Job | None:
    """The newest work of a kind for the last match run, done or under way; None where there is none.

    `of` is the organisation that is looked at, for lifts.
    """
    run = last_match_run(session, event.id)
    if run is None:
        return None
    return session.scalar(
        select(Job)
        .where(Job.event_id == event.id, Job.kind == kind, Job.state.in_(("queued", "running", "done")))
        .where(Job.parameters["run"].as_string() == str(run.id), Job.parameters["of"].as_string() == _named(of))
        .order_by(Job.id.desc())
        .limit(1)
    )


def found_in(work: Job | None, lang: str) -> dict[str, Any]:
    """What a work that is done has found, in one language; nothing where there is none."""
    return in_one(work.result or {}, language(lang)) if work else {}


def start(session: Session, actor: Actor, event: Event, kind: Kind, of: UUID | None = None) -> Job:
    """Record that it is to be worked out for the last match run; what is under way is not begun twice.

    Raises
    ------
    InvalidInputError
        There is no finished match run yet.
    NotAllowedError, NotFoundError
        The caller is no organiser, or for lifts does not act for that organisation.
    """
    if of is None:
        actor.must_be_staff()
    else:
        actor.must_act_for(of)
    run = last_match_run(session, event.id)
    if run is None:
        raise InvalidInputError(f"The event {event.code!r} has no finished match run yet; run one first.")
    work = newest(session, event, kind, of)
    if work is not None and work.state != "done":
        return work
    return start_job(session, actor, kind, event, {"run": str(run.id), "of": _named(of)})


def _named(of: UUID | None) -> str:
    return str(of or "")


def _looked(database: Database, row: Job, look: Callable[[Session, Actor, Event], dict[str, Any]]) -> Done:
    with database.read() as session:
        return Done(look(session, actor_of(row), session.get_one(Event, UUID(str(row.event_id)))))


@job("unmet")
def _unmet(database: Database, row: Job, report: Progress) -> Done:
    return _looked(database, row, lambda *of: unmet_demand_kept(*of, report=report))


@job("evenness")
def _evenness(database: Database, row: Job, report: Progress) -> Done:
    return _looked(database, row, lambda *of: evenness_curve(*of, report=report))


@job("lifts")
def _lifts(database: Database, row: Job, report: Progress) -> Done:
    owner = UUID(row.parameters["of"])
    return _looked(database, row, lambda *of: supplier_lifts_kept(*of, organisation_id=owner, report=report))
