"""The root command: all groups under one roof, and errors as sentences with an exit code."""

from __future__ import annotations

import json
import sys
from contextlib import closing
from typing import Annotated

import typer

from app.cli import (
    access,
    data,
    database,
    demo,
    event,
    export,
    fairness,
    match,
    operate,
    outlook,
    repair,
    schedule,
    solve,
    users,
)
from app.cli.console import EXIT_INPUT, EXIT_NOT_READY, Session
from app.core.errors import AppError

_EXIT = {503: EXIT_NOT_READY, 500: 1}
#: what Typer makes of a KeyboardInterrupt
_INTERRUPTED = 130

app = typer.Typer(
    name="fairmatch",
    help="Supplier–buyer matchmaking for trade fairs.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.callback()
def _root(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
) -> None:
    state: Session = context.find_root().obj
    state.json = as_json


for group in (
    solve,
    repair,
    fairness,
    demo,
    operate,
    database,
    access,
    users,
    event,
    data,
    match,
    outlook,
    schedule,
    export,
):
    group.register(app)


def run() -> None:
    """Run the command line; errors that a user can mend are one sentence, never a traceback."""
    with closing(Session()) as state:
        try:
            app(obj=state, prog_name="fairmatch")
        except AppError as error:
            if state.json:
                problem = {"error": error.code, "message": error.message, **error.details}
                sys.stdout.write(json.dumps(problem, ensure_ascii=False, default=str) + "\n")
            else:
                state.err.print(error.message, style="red", markup=False, soft_wrap=True)
            sys.exit(_EXIT.get(error.status, EXIT_INPUT))
        except SystemExit as ended:
            if ended.code == _INTERRUPTED:
                goes_on = "What was begun goes on with the next command or `fairmatch serve`."
                state.err.print(f"Stopped. {goes_on if state.goes_on else 'What was not finished was not written.'}")
            raise
