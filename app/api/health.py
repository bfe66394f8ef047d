"""For those who run the service: is the process up, can it work, what has it done."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse
from sqlalchemy.exc import SQLAlchemyError

from app.api.metrics import MEDIA_TYPE, Metrics
from app.api.schemas.common import Reply
from app.core.errors import NotReadyError
from app.db.engine import Database
from app.db.migrate import current, newest

router = APIRouter(tags=["operation"])


class Health(Reply):
    """The state of this process."""

    status: Literal["ok", "ready"]


@router.get("/healthz", summary="Is the process alive", response_model=Health)
async def healthz() -> Health:
    """Answers as long as the process can answer at all."""
    return Health(status="ok")


@router.get("/readyz", summary="Can it work", response_model=Health, responses={503: {}})
def readyz(request: Request) -> Health:
    """Ready if the database answers and is at the newest migration."""
    database: Database = request.app.state.database
    try:
        revision = current(database)
    except SQLAlchemyError as error:
        raise NotReadyError("The database does not answer.") from error
    if revision != newest():
        raise NotReadyError("The database is not at the newest migration; run `fairmatch db upgrade`.")
    return Health(status="ready")


@router.get("/metrics", summary="Counters", response_class=PlainTextResponse)
async def metrics(request: Request) -> PlainTextResponse:
    """Counters of this process, for Prometheus."""
    counters: Metrics = request.app.state.metrics
    return PlainTextResponse(counters.render(), media_type=MEDIA_TYPE)
