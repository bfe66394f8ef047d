"""Commands for the database as a whole: db upgrade, backup, restore, copy."""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.console import JsonFlag, Session, reachable, session_of
from app.cli.files import check_outputs

if TYPE_CHECKING:
    from app.services.backup import Manifest

db = typer.Typer(help="The database.", no_args_is_help=True)

ForceFlag = Annotated[bool, typer.Option("--force", help="Replace what is there.")]


def register(app: typer.Typer) -> None:
    app.add_typer(db, name="db")


@db.command()
def upgrade(context: typer.Context, as_json: JsonFlag = False) -> None:
    """Create the database, or bring it to the newest revision."""
    from app.db import migrate
    from app.db.engine import Database

    state = session_of(context, as_json)
    with closing(Database(state.settings.database_url)) as database, reachable():
        before = migrate.current(database)
        migrate.upgrade(database)
        after = migrate.current(database)
    text = f"The database is at revision {after}." if before == after else f"Upgraded from {before} to {after}."
    state.answer({"before": before, "after": after}, lambda: state.out.print(text))


@db.command()
def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="File to write; it holds everything, so keep it safe.")],
    as_json: JsonFlag = False,
) -> None:
    """Write everything to one file, as of this moment; the service may go on."""
    from app.services import backup as backups

    state = session_of(context, as_json)
    check_outputs(_files(state), [file])
    with reachable(), state.progress("Backup") as progress:
        manifest = backups.save(state.database, file, progress)
    _tell(state, manifest, f"Wrote {manifest.rows:,} rows to {file}.")


@db.command()
def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="File that `db backup` wrote.")],
    force: ForceFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Fill the database from a backup of either kind of database: all of it, or nothing."""
    from app.db.engine import Database
    from app.services import backup as backups

    state = session_of(context, as_json)
    with closing(Database(state.settings.database_url)) as database, reachable(), state.progress("Restore") as progress:
        manifest = backups.restore(database, file, progress, force=force)
    _tell(state, manifest, f"Restored {manifest.rows:,} rows from {file}.")


@db.command()
def copy(
    context: typer.Context,
    to: Annotated[str, typer.Option("--to", help="Address of the other database, as in FAIRMATCH_DATABASE_URL.")],
    force: ForceFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Carry everything to another database, from SQLite to PostgreSQL or back."""
    from app.core.settings import check_address
    from app.db.engine import Database
    from app.services import backup as backups

    state = session_of(context, as_json)
    check_address(to, "--to")
    with closing(Database(to)) as target, reachable(), state.progress("Copy") as progress:
        manifest = backups.copy(state.database, target, progress, force=force)
    _tell(state, manifest, f"Copied {manifest.rows:,} rows.")


def _files(state: Session) -> list[Path]:
    """The files of databases in files, with those that SQLite keeps beside them."""
    from sqlalchemy.engine import make_url

    urls = [make_url(url) for url in (state.settings.database_url, state.settings.jobs_database_url)]
    names = [url.database for url in urls if url.get_backend_name() == "sqlite" and url.database]
    return [Path(f"{name}{beside}") for name in names for beside in ("", "-wal", "-shm")]


def _tell(state: Session, manifest: Manifest, text: str) -> None:
    def show() -> None:
        state.out.print(text, soft_wrap=True)
        state.out.print(f"SHA-256 over all rows: {manifest.sha256}", soft_wrap=True)

    state.answer(asdict(manifest), show)
