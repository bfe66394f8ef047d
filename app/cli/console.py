"""What every command shares: the settings, the database, the tenant, and how answers and errors are printed.

Answers go to stdout, as a table for people or as JSON; progress and errors go to stderr.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
from rich.console import Console

if TYPE_CHECKING:
    from app.core.paging import Page
    from app.core.settings import Settings
    from app.db.engine import Database
    from app.db.models import Event
    from app.services.access import Actor

Row = TypeVar("Row")
#: exit codes: 0 done, 1 a check found something, 2 bad input, 3 infeasible, 4 unknown, 5 the service is not ready
EXIT_FOUND, EXIT_INPUT, EXIT_NOT_READY = 1, 2, 5

JsonFlag = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
TenantOption = Annotated[
    str | None,
    typer.Option(
        "--tenant", envvar="FAIRMATCH_TENANT", help="Whose data; needed only where there are several tenants."
    ),
]
EventOption = Annotated[str, typer.Option("--event", "-e", help="Code or id of the event.")]


def _language(tag: str) -> str:
    """The language of a tag such as `de` or `de_DE`; one that we do not write is wrong usage, as in the API."""
    from app.core.i18n import LANGUAGES

    primary = tag.replace("_", "-").split("-")[0].lower()
    if primary not in LANGUAGES:
        raise typer.BadParameter(f"{tag!r} is not one of {', '.join(LANGUAGES)}.")
    return primary


LangOption = Annotated[
    str, typer.Option("--lang", callback=_language, help="Language of the answer: en, zh, fr, de or it.")
]


class Session:
    """One run of the command line."""

    def __init__(self) -> None:
        self.json = False
        #: whether what was begun is a row that a worker takes up when this command is interrupted
        self.goes_on = False
        self.out = Console(highlight=False)
        self.err = Console(stderr=True, highlight=False)

    @cached_property
    def settings(self) -> Settings:
        from app.core.settings import load_settings

        return load_settings()

    @cached_property
    def database(self) -> Database:
        """The database, refused with the command that mends it when it is not at the newest revision."""
        from app.core.errors import NotReadyError
        from app.db import migrate
        from app.db.engine import Database

        database = Database(self.settings.database_url)
        with reachable():
            at = migrate.current(database)
        if at != migrate.newest():
            database.close()
            state = "holds no fairmatch tables" if at is None else f"is at revision {at}"
            raise NotReadyError(f"The database {state}; run: fairmatch db upgrade")
        return database

    def close(self) -> None:
        """Let go of the database, if a command has opened it."""
        if "database" in vars(self):
            self.database.close()

    def answer(self, data: Any, show: Callable[[], None]) -> None:
        """Print `data` as JSON, or call `show` to print it for people."""
        if self.json:
            sys.stdout.write(json.dumps(data, ensure_ascii=False, default=str) + "\n")
        else:
            show()

    @contextmanager
    def progress(self, title: str) -> Iterator[Callable[[float, str], None]]:
        """A progress bar on stderr; a plain line now and then where that is no terminal."""
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        with Progress(
            TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[stage]}"), TimeElapsedColumn(),
            console=self.err, transient=True, disable=not self.err.is_terminal,
        ) as bar:  # fmt: skip
            task = bar.add_task(title, total=1.0, stage="")
            yield lambda share, stage: bar.update(task, completed=share, stage=stage)


@contextmanager
def reachable() -> Iterator[None]:
    """Turn "no connection" and "no database" into sentences."""
    from sqlalchemy.exc import DatabaseError, OperationalError

    from app.core.errors import NotReadyError

    try:
        yield
    except OperationalError as error:
        raise NotReadyError(f"The database cannot be reached: {error.orig}") from error
    except DatabaseError as error:
        if type(error) is not DatabaseError:  # its subclasses are about a statement
            raise
        message = f"The database cannot be used: {error.orig}. Does FAIRMATCH_DATABASE_URL name the right one?"
        raise NotReadyError(message) from error


def session_of(context: typer.Context, as_json: bool = False) -> Session:
    """The shared state of this run, with `--json` wherever it stood."""
    state = context.find_root().ensure_object(Session)
    state.json = state.json or as_json
    return state


def pick_tenant(session: Any, given: str | None) -> str:
    """The tenant that was named, or the only one there is."""
    from sqlalchemy import select

    from app.core.errors import InvalidInputError
    from app.db.models import Tenant

    if given:
        return given
    slugs = list(session.scalars(select(Tenant.slug).order_by(Tenant.slug)))
    if len(slugs) != 1:
        choice = f"one of {', '.join(slugs)}" if slugs else "make one first: fairmatch tenant create SLUG --name NAME"
        raise InvalidInputError(f"Say whose data with --tenant: {choice}.")
    return str(slugs[0])


def every(page: Callable[[str | None], Page[Row]]) -> list[Row]:
    """All items of a list that comes in pages."""
    found = page(None)
    items = list(found.items)
    while found.next:
        found = page(found.next)
        items += found.items
    return items


def organiser_and_event(session: Any, tenant: str | None, event: str) -> tuple[Actor, Event]:
    """The organiser of the tenant that was named, and its event of that code or id."""
    from app.services import access, events

    actor = access.organiser_of(session, pick_tenant(session, tenant))
    return actor, events.find_event(session, actor, event)
