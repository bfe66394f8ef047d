"""Is the installation in order? What the service stands on, before any data: settings, folders, room, zones, queue."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Connection, create_engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import SQLAlchemyError

from app.core.errors import AppError
from app.core.settings import Settings
from app.io.fonts import find_font

_MEGABYTE = 1_000_000
_SCARCE, _LITTLE = 200 * _MEGABYTE, 2000 * _MEGABYTE
_OLDEST_POSTGRESQL = 14
#: read by the command line, by compose.yaml, by the README's programs and by the tests, not by the settings
_BESIDE = frozenset(
    {"FAIRMATCH_TENANT", "FAIRMATCH_DB_PASSWORD", "FAIRMATCH_URL", "FAIRMATCH_BROWSER", "FAIRMATCH_TORTURE"}
)
_HERE = {"127.0.0.1", "localhost", "::1"}
#: places whose clocks a wrong table of zones would get wrong: summer time, and none
_CLOCKS = {"Europe/Paris": (1, 2), "Asia/Shanghai": (8, 8)}


@dataclass(frozen=True)
class Finding:
    """One check: `ok`, `note` (worth knowing) or `wrong` (to be mended)."""

    check: str
    state: Literal["ok", "note", "wrong"]
    text: str


def examine_installation(settings: Settings, environment: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    """Run every check that needs no database of ours."""
    yield Finding("python", "ok", f"Python {sys.version.split()[0]}.")
    yield _font(settings)
    yield zones(_CLOCKS)
    yield from _settings(settings, environment)
    for name, folder in _folders(settings):
        yield writable(name, folder)
        yield room(name, folder)
    yield _queue(settings)


def _font(settings: Settings) -> Finding:
    if settings.font and not settings.font.is_file():
        return Finding("font", "wrong", f"FAIRMATCH_FONT names {settings.font}, where there is no file.")
    try:
        path = settings.font or find_font().path
    except AppError as error:
        return Finding("font", "wrong", error.message)
    return Finding("font", "ok", f"PDFs are set in {path}.")


def zones(clocks: Mapping[str, tuple[int, int]]) -> Finding:
    """Whether the zones of fairs are known, with their hours from UTC in January and July."""
    for zone, hours in clocks.items():
        try:
            found = [datetime(2025, month, 1, tzinfo=ZoneInfo(zone)).utcoffset() for month in (1, 7)]
        except ZoneInfoNotFoundError:
            return Finding("zones", "wrong", f"The zone {zone} is not known here; install the package tzdata.")
        if found != [timedelta(hours=each) for each in hours]:
            return Finding("zones", "wrong", f"The clock of {zone} is wrong here; bring the package tzdata up to date.")
    return Finding("zones", "ok", "Zones and their summer time are known.")


def _settings(settings: Settings, environment: Mapping[str, str]) -> Iterator[Finding]:
    """Settings that do not go together, and variables that look like settings and are none."""
    notes = []
    names = {f"FAIRMATCH_{name.upper()}" for name in Settings.model_fields}
    for name in sorted(environment):
        if name.upper().startswith("FAIRMATCH_") and name.upper() not in names | _BESIDE:
            meant = get_close_matches(name.upper(), names, n=1)
            notes.append(f"{name} is no setting{f'; {meant[0]} is' if meant else ''}.")
    if not settings.is_sqlite and make_url(settings.jobs_database_url).get_backend_name() == "sqlite":
        notes.append("FAIRMATCH_JOBS_URL is a file: only processes of this machine share the work on this database.")
    if settings.database_password_file and settings.database_password_file.is_file():
        if settings.database_password_file.stat().st_mode & 0o022:
            notes.append(f"{settings.database_password_file} can be changed by others; let only its owner write it.")
        if make_url(environment.get("FAIRMATCH_DATABASE_URL", "sqlite://")).password:
            notes.append("FAIRMATCH_DATABASE_URL has a password, and FAIRMATCH_DATABASE_PASSWORD_FILE another.")
    if settings.mail.startswith("console:") and make_url(settings.public_url).host not in _HERE:
        notes.append(f"People reach the service at {settings.public_url}, but letters are only shown: FAIRMATCH_MAIL.")
    for note in notes:
        yield Finding("settings", "note", note)
    if not notes:
        yield Finding("settings", "ok", "The settings go together.")


def _folders(settings: Settings) -> Iterator[tuple[str, Path]]:
    file = _file(make_url(settings.database_url))
    if file:
        yield "the database", file.parent
    yield "exports", settings.out


def _file(url: URL) -> Path | None:
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


def _nearest(folder: Path) -> Path:
    """The folder, or the one that it would be made in."""
    folder = folder.absolute()
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder


def writable(name: str, folder: Path) -> Finding:
    """Whether files can be written into a folder, or the folder be made."""
    if not _nearest(folder).is_dir() or not os.access(_nearest(folder), os.W_OK | os.X_OK):
        return Finding("folders", "wrong", f"The folder for {name}, {folder}, cannot be written to.")
    return Finding("folders", "ok", f"The folder for {name} can be written to.")


def room(name: str, folder: Path, scarce: int = _SCARCE, little: int = _LITTLE) -> Finding:
    """Whether there is room for more: below `little` bytes worth knowing, below `scarce` to be mended."""
    free = shutil.disk_usage(_nearest(folder)).free
    text = f"{free // _MEGABYTE:,} MB are free for {name}."
    return Finding("room", "wrong" if free < scarce else "note" if free < little else "ok", text)


def _queue(settings: Settings) -> Finding:
    """Whether the database of the job queue can be reached; a file is made when it is first needed."""
    url = make_url(settings.jobs_database_url)
    file = _file(url)
    if file and not file.exists():
        found = writable("the job queue", file.parent)
        return Finding("queue", found.state, found.text)
    engine = create_engine(url if file else url.set(drivername="postgresql+psycopg"), hide_parameters=True)
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("SELECT 1")
    except SQLAlchemyError as error:
        return Finding("queue", "wrong", f"The database of the job queue cannot be reached: {reason(error)}.")
    finally:
        engine.dispose()
    return Finding("queue", "ok", "The database of the job queue answers.")


def server(connection: Connection) -> Finding:
    """Whether the database's own release is one that we run on."""
    if connection.dialect.name == "sqlite":
        release = connection.exec_driver_sql("SELECT sqlite_version()").scalar_one()
        return Finding("server", "ok", f"SQLite {release}.")
    release = str(connection.exec_driver_sql("SHOW server_version").scalar_one())
    if int(connection.exec_driver_sql("SHOW server_version_num").scalar_one()) < _OLDEST_POSTGRESQL * 10_000:
        return Finding("server", "wrong", f"PostgreSQL {release} is too old; {_OLDEST_POSTGRESQL} or newer is needed.")
    return Finding("server", "ok", f"PostgreSQL {release}.")


def reason(error: SQLAlchemyError) -> str:
    """The first line of what a database said."""
    return str(getattr(error, "orig", None) or error).strip().splitlines()[0].rstrip(".")
