"""Commands for who runs the service: db upgrade, serve, worker, doctor."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.console import EXIT_FOUND, JsonFlag, Session, session_of


def register(app: typer.Typer) -> None:
    app.command()(serve)
    app.command()(worker)
    app.command()(doctor)


def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=0, max=65535)] = 8000,
    workers: Annotated[int, typer.Option(help="Server processes.", min=1, max=64)] = 1,
) -> None:
    """Serve the API (and run its jobs) until stopped."""
    import uvicorn

    import app.main  # noqa: F401 - takes a while, and the address is told when the service is about to answer
    from app.core.logging import config

    state = session_of(context)
    code = _setup_code(state)
    state.database.close()  # opening it checked that it can be reached and is up to date
    state.err.print(
        f"fairmatch listens on http://{host}:{port} (API: /api/v1/openapi.json). Stop with Ctrl-C.", soft_wrap=True
    )
    if code:
        state.err.print(f"Nobody has an account yet. To begin, open http://{host}:{port}/setup#{code}", soft_wrap=True)
    proxy = state.settings.trusted_proxy
    uvicorn.run(
        "app.main:create_app", factory=True, host=host, port=port, workers=workers, log_config=config(state.settings),
        access_log=False, server_header=False, proxy_headers=bool(proxy), forwarded_allow_ips=proxy,
    )  # fmt: skip


def _setup_code(state: Session) -> str:
    """What lets its reader make the first account, while there is none; server processes find it in the environment."""
    import os

    from app.core.crypto import SETUP, new_key
    from app.services.first_account import is_needed

    with state.database.read() as session:
        if not is_needed(session):
            return ""
    return os.environ.setdefault("FAIRMATCH_SETUP_CODE", state.settings.setup_code or new_key(SETUP))


def worker(context: typer.Context) -> None:
    """Run match runs and schedule builds for the service until stopped; start as many as there are processors."""
    import logging.config
    import signal
    import threading

    from app.core.logging import config
    from app.jobs.queue import JobQueue

    state = session_of(context)
    logging.config.dictConfig(config(state.settings))
    stop = threading.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda *_: stop.set())
    with JobQueue(state.settings, state.database):
        state.err.print("fairmatch works on match runs and schedules. Stop with Ctrl-C.", soft_wrap=True)
        stop.wait()


def doctor(context: typer.Context, as_json: JsonFlag = False) -> None:
    """Check the installation and the invariants of the data; exit 1 if something is wrong."""
    from app.services.doctor import examine

    state = session_of(context, as_json)
    findings = examine(state.settings)

    def show() -> None:
        for finding in findings:
            mark = {"ok": "[green]ok[/]   ", "note": "[yellow]note[/] ", "wrong": "[red]wrong[/]"}[finding.state]
            state.out.print(mark, finding.text, soft_wrap=True)

    state.answer([{"check": f.check, "state": f.state, "text": f.text} for f in findings], show)
    if any(finding.state == "wrong" for finding in findings):
        raise typer.Exit(EXIT_FOUND)
