"""The composition root: settings, database, queue and interface become one application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from app.api import health, v1
from app.api.auth import KeysSeen
from app.api.guard import Guard
from app.api.limits import Limiter
from app.api.metrics import Metrics
from app.api.openapi import describe
from app.api.problems import install
from app.api.progress import Watch
from app.core.settings import Settings, load_settings
from app.db.engine import Database
from app.web import site

_MEGABYTE = 1_000_000
_DESCRIPTION = """Suppliers and buyers of a trade fair, matched and scheduled.

Every request carries a key: `Authorization: Bearer KEY`. Lists are `{"items": […], "next": cursor or null}`. Errors are
problem documents (RFC 9457). Whatever belongs to another organiser does not exist for you: 404."""


def create_app(settings: Settings | None = None) -> FastAPI:
    """Build the application; settings come from the environment unless given."""
    settings = settings or load_settings()
    app = FastAPI(
        title="fairmatch",
        summary="Supplier–buyer matchmaking for trade fairs",
        description=_DESCRIPTION,
        version=version("fairmatch"),
        openapi_url=f"{v1.PREFIX}/openapi.json",
        docs_url=None,  # their pages load scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False},
        lifespan=_lifespan,
    )
    app.state.settings = settings
    app.state.metrics = Metrics()
    app.state.keys_seen = KeysSeen()
    app.state.readiness = health.Readiness()
    app.state.limiter = Limiter(settings.rate_per_minute)
    app.include_router(health.router)
    app.include_router(v1.router)
    app.include_router(v1.open_router)
    app.add_middleware(Guard, max_body=settings.max_body_mb * _MEGABYTE, metrics=app.state.metrics)
    install(app)
    describe(app)
    site.install(app)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Open what the service holds, and close it again; in threads, for the queue refuses to start on an event loop."""
    stack = ExitStack()
    try:
        await run_in_threadpool(_open, app, stack)
        yield
    finally:
        if hasattr(app.state, "watch"):
            app.state.watch.close()
        await run_in_threadpool(stack.close)


def _open(app: FastAPI, stack: ExitStack) -> None:
    settings: Settings = app.state.settings
    database = Database(settings.database_url)
    stack.callback(database.close)
    app.state.database, app.state.jobs = database, None
    app.state.watch = Watch(database)
    if settings.workers_in_process:
        from app.jobs.queue import JobQueue  # here: a service without workers does without its engine

        app.state.jobs = stack.enter_context(JobQueue(settings, database))
