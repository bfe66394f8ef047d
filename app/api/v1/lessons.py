"""What a series learned."""

from __future__ import annotations

from typing import Any

from fastapi import Response

from app.api import idempotency
from app.api.deps import Caller, EventName, Reading, Writing, created_at
from app.api.schemas.lessons import LessonList, LessonOut
from app.db.models import SeriesLesson
from app.services.events import find_event
from app.services.matching import learn, lessons_of

router = idempotency.router("lessons")


@router.post(
    "/events/{event_id}/lessons",
    summary="Learn from an edition",
    status_code=201,
    response_model=LessonOut,
    responses={201: created_at("/api/v1/events/{event_id}/lessons"), 409: {}},
)
def create(event_id: EventName, actor: Caller, session: Writing, response: Response) -> Any:
    """Learn from the outcomes of this edition and those of its series before it; later editions are matched with it.

    409 says that too little is known, and how much it takes.
    """
    event = find_event(session, actor, event_id)
    lesson = learn(session, actor, event)
    response.headers["Location"] = f"/api/v1/events/{event.id}/lessons"
    return _lesson(lesson)


@router.get("/events/{event_id}/lessons", summary="What was learned from an edition", response_model=LessonList)
def read(event_id: EventName, actor: Caller, session: Reading) -> Any:
    """The lessons of this edition; the newest one that is in use counts."""
    return {"items": [_lesson(row) for row in lessons_of(session, actor, find_event(session, actor, event_id))]}


def _lesson(row: SeriesLesson) -> dict[str, Any]:
    return {
        "id": row.id, "event_id": row.event_id, "number": row.number, "created_at": row.created_at, **row.summary
    }  # fmt: skip
