"""For those who run the service: is the process up, can it work, what has it done."""

from __future__ import annotations

import threading
import time
from typing import Literal

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from app.api.metrics import MEDIA_TYPE, Metrics, Stored
from app.api.schemas.common import Reply
from app.core.errors import AppError, NotReadyError
from app.db.engine import Database
from app.db.migrate import current, newest
from app.services import outbox, runs

router = APIRouter(tags=["operation"])


class Health(Reply):
    """The state of this process."""

    status: Literal["ok", "ready"]


class Readiness:
    """Whether the service can work, asked of the database once in a while at most: anybody may ask us."""

    def __init__(self, fresh_seconds: float = 1.0) -> None:
        self._fresh_seconds = fresh_seconds
        self._lock = threading.Lock()
        self._until = 0.0
        self._error: AppError | None = None

    def check(self, database: Database) -> None:
        """Raise NotReadyError with the reason unless the database is there, up to date, and takes changes."""
        with self._lock:
            if time.monotonic() >= self._until:
                self._error = _find(database)
                self._until = time.monotonic() + self._fresh_seconds
            if self._error:
                raise self._error


def _find(database: Database) -> AppError | None:
    try:
        if current(database) != newest():
            return NotReadyError("The database is not at the newest migration; run `fairmatch db upgrade`.")
        database.probe()
    except NotReadyError as error:
        return error
    except SQLAlchemyError as error:
        return NotReadyError(_why(getattr(error.__cause__, "sqlite_errorname", "")))
    return None


def _why(code: str) -> str:
    """What an operator has to look at, from SQLite's own code."""
    if "READONLY" in code:
        return "The database takes no changes: its file or folder is read-only."
    if "FULL" in code or "IOERR" in code:
        return "The database takes no changes: the disk is full, or fails."
    return "The database does not answer."


@router.get("/healthz", summary="Is the process alive", response_model=Health)
async def healthz() -> Health:
    """Answers as long as the process can answer at all."""
    return Health(status="ok")


@router.get("/readyz", summary="Can it work", response_model=Health, responses={503: {}})
def readyz(request: Request) -> Health:
    """Ready if the database answers, is at the newest migration, and takes changes."""
    readiness: Readiness = request.app.state.readiness
    readiness.check(request.app.state.database)
    return Health(status="ready")


@router.get("/metrics", summary="Counters", response_class=PlainTextResponse)
async def metrics(request: Request) -> PlainTextResponse:
    """Counters of this process and the runs of all, for Prometheus."""
    database: Database = request.app.state.database
    counters: Metrics = request.app.state.metrics
    stored = await run_in_threadpool(_stored, database)
    return PlainTextResponse(counters.render(database.engine.pool, stored), media_type=MEDIA_TYPE)


def _stored(database: Database) -> Stored | None:
    try:
        with database.read() as session:
            return Stored(runs.by_state(session), outbox.by_state(session))
    except SQLAlchemyError:
        return None
