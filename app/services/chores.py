"""What the service does by itself, again and again. Every process with a queue does it all; two at once do no harm."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.core.clock import utc_now
from app.core.settings import Settings
from app.db.engine import Database
from app.db.models import IdempotencyKey, StoredFile
from app.services import attempts, erasure, runs, sealing, sending
from app.services.meeting_requests import expire_requests, remind_of_requests
from app.services.outcomes_wanted import ask_for_outcomes
from app.services.reminders import remind

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Chore:
    """Something to do every so many seconds; returns how much there was to do."""

    name: str
    seconds: float
    work: Callable[[Database, Settings], int]


def purge(database: Database, _settings: Settings) -> int:
    """Throw away what was kept for a while: answers of repeatable calls, files that have run out."""

    def work(session: Session) -> int:
        now = utc_now()
        old = delete(IdempotencyKey).where(IdempotencyKey.created_at < now - _DAY)
        gone = delete(StoredFile).where(StoredFile.expires_at < now)
        return sum(runs.rows(session.execute(statement)) for statement in (old, gone))

    return database.run(work)


CHORES: list[Chore] = [
    Chore("letters", 5, sending.send_letters),
    Chore("webhooks", 5, sending.call_webhooks),
    Chore("seal", 10, lambda database, _settings: sealing.seal(database)),
    Chore(
        "requests past their deadline", 30, lambda database, settings: expire_requests(database, settings.public_url)
    ),
    Chore("reminders of requests", 300, lambda database, settings: remind_of_requests(database, settings.public_url)),
    Chore("reminders of the day", 600, lambda database, settings: remind(database, settings.public_url)),
    Chore("outcomes wanted", 600, lambda database, settings: ask_for_outcomes(database, settings.public_url)),
    Chore("purge", 600, purge),
    Chore("retention", 3600, lambda database, _settings: erasure.apply_retention(database)),
    Chore("attempts", 600, lambda database, _settings: attempts.forget(database)),
]
