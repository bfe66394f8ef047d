"""Imports and exports as background work: files come in and go out by way of stored files."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.errors import InvalidInputError, NotFoundError, TooLargeError
from app.core.i18n import language
from app.db.engine import Database, WriteSession
from app.db.models import Event, Job
from app.db.queries.scoped import fetch
from app.domain.lists import KINDS, Told
from app.domain.transfers import IMPORTED, ExportIn, ToldIn
from app.io.reports import write_report
from app.io.spreadsheets import Limits
from app.services import exports
from app.services.access import Actor
from app.services.badges import make_codes, write_badges
from app.services.exports_lists import write_lists
from app.services.files import find_file, keep, plain_name
from app.services.imports import Report, understand, write_in
from app.services.jobs import Done, actor_of, job, start_job
from app.services.reports import edition_report
from app.services.runs import Progress

#: problems that are told of one table; a file that is wrong in each row is not read row by row
MOST_PROBLEMS = 500
_STAMP = (1980, 1, 1, 0, 0, 0)  # the same files give the same archive


def start_import(
    session: Session,
    actor: Actor,
    event: Event,
    files: Sequence[tuple[str, bytes]],
    *,
    kind: str | None = None,
    columns: Mapping[str, str | None] | None = None,
    encoding: str | None = None,
    dry_run: bool = False,
    good_rows: bool = False,
) -> Job:
    """Keep files and record that they are to be imported, all together.

    Parameters
    ----------
    files
        Names with contents; lists that refer to each other, as buyers and their requests, come best at once.

    Raises
    ------
    InvalidInputError
        There is none, one is empty or neither a workbook nor a text file, or its kind is none that we know.
    TooLargeError
        One is larger than what is read.
    """
    actor.must_be_organiser()
    if not files:
        raise InvalidInputError("Send a file: as the body, or as parts of a form.")
    named = [(plain_name(name), content) for name, content in files]
    for name, content in named:
        _must_be_readable(name, content)
    if kind is not None and kind not in KINDS:
        raise InvalidInputError(f"{kind!r} is no kind of list; one of {', '.join(KINDS)}.", field="kind")
    kept = [keep(session, actor.tenant_id, event, name, content) for name, content in named]
    told = {"file_ids": [str(row.id) for row in kept], "file": ", ".join(row.name for row in kept)}
    options = {"kind": kind, "columns": dict(columns or {}), "encoding": encoding}
    how = {"dry_run": dry_run, "good_rows": good_rows}
    return start_job(session, actor, "import", event, {**told, **options, **how})


def start_again(
    session: Session,
    actor: Actor,
    before: Job,
    *,
    told: Sequence[ToldIn] = (),
    dry_run: bool = True,
    good_rows: bool = False,
) -> Job:
    """Record that the files of an import are to be read again, with what somebody has said of their tables since.

    What was said of a table before stays, unless `told` speaks of it.

    Raises
    ------
    NotFoundError
        It is no import, or its files have run out.
    """
    actor.must_be_organiser()
    _must_be_kept(session, actor, before)
    known = {(one["file"], one["sheet"]): one for one in before.parameters.get("told", [])}
    known |= {(one.file, one.sheet): one.model_dump() for one in told}
    event = fetch(session, Event, UUID(str(before.event_id)), actor.tenant_id)
    parameters = {name: value for name, value in before.parameters.items() if name != "by"}
    how = {"dry_run": dry_run, "good_rows": good_rows, "told": list(known.values())}
    return start_job(session, actor, "import", event, {**parameters, **how})


def _must_be_kept(session: Session, actor: Actor, before: Job) -> None:
    if before.kind != "import":
        raise NotFoundError(f"There is no import {before.id}.")
    for key in before.parameters["file_ids"]:
        find_file(session, actor, UUID(key))


def _must_be_readable(name: str, content: bytes) -> None:
    if not name.lower().endswith(IMPORTED):
        raise InvalidInputError(f"{name!r} does not end in one of {', '.join(IMPORTED)}.", field="filename")
    if not content:
        raise InvalidInputError(f"{name!r} is empty; send the file as the body.")
    if len(content) > Limits().file_bytes:
        raise TooLargeError(f"{name!r} is larger than {Limits().file_bytes:,} bytes; split it.")


def start_export(session: Session, actor: Actor, event: Event, shape: ExportIn) -> Job:
    """Record that files are to be written."""
    actor.must_be_organiser()
    unknown = [kind for kind in shape.kinds if kind not in KINDS]
    if unknown:
        raise InvalidInputError(f"{unknown[0]!r} is no kind of list; one of {', '.join(KINDS)}.", field="kinds")
    return start_job(session, actor, "export", event, shape.model_dump())


@job("import")
def _import(database: Database, row: Job, report: Progress) -> Done:
    """Read the files without a transaction, then write all of them in one."""
    asked = row.parameters
    actor = actor_of(row)
    with database.read() as session, TemporaryDirectory() as folder:
        paths = []
        for number, key in enumerate(asked["file_ids"]):
            file = find_file(session, actor, UUID(key))
            path = Path(folder) / str(number) / file.name  # two may have the same name
            path.parent.mkdir()
            path.write_bytes(file.content)
            paths.append(path)
        understood = understand(
            paths, kind=asked["kind"], columns=asked["columns"] or None, encoding=asked["encoding"], report=report,
            told={(one["file"], one["sheet"]): Told(one["kind"], one["columns"]) for one in asked.get("told", [])},
            samples=asked["dry_run"],
        )  # fmt: skip

    def write(session: WriteSession, row: Job) -> dict[str, Any]:
        event = session.get_one(Event, row.event_id)
        once = deepcopy(understood)  # a transaction may have to begin again
        out = write_in(session, actor, event, once, dry_run=asked["dry_run"], good_rows=asked["good_rows"])
        return _told(out) | {"file": asked["file"], "dry_run": asked["dry_run"]}

    return Done(write=write)


@job("export")
def _export(database: Database, row: Job, report: Progress) -> Done:
    """Write the files into a folder, then keep those that were asked for."""
    shape = ExportIn.model_validate({name: row.parameters[name] for name in ExportIn.model_fields})
    actor = actor_of(row)
    lost: list[str] = []
    if shape.what == "badges":  # before the files are written from what is there
        database.run(lambda session: make_codes(session, actor, session.get_one(Event, row.event_id)))
    with database.read() as session, TemporaryDirectory() as place:
        folder = Path(place)
        event = fetch(session, Event, UUID(str(row.event_id)), row.tenant_id)
        code = event.code
        if shape.what == "lists":
            _, lost = write_lists(
                session, actor, event, folder, kinds=shape.kinds or None, lang=shape.lang, report=report
            )
        elif shape.what == "badges":
            write_badges(session, event, folder, lang=shape.lang)
        elif shape.what == "report":
            write_report(edition_report(session, actor, event, shape.lang), folder, lang=language(shape.lang))
        else:
            write = exports.write_timetables if shape.what == "timetables" else exports.write_matches
            write(session, actor, event, folder, lang=shape.lang, report=report)
        made = _chosen(folder, f"{code}-{shape.what}", shape.format)

    def write_down(session: WriteSession, row: Job) -> dict[str, Any]:
        event = session.get_one(Event, row.event_id)
        kept = [keep(session, row.tenant_id, event, name, content) for name, content in made.items()]
        told = [{"id": str(f.id), "name": f.name, "media_type": f.media_type, "size": f.size} for f in kept]
        return {"files": [one | {"url": f"/api/v1/files/{one['id']}"} for one in told], "lost": lost}

    return Done(write=write_down)


def _chosen(folder: Path, name: str, form: str) -> dict[str, bytes]:
    """The files of a form, each named after the event; or all of them in one archive."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    if form == "zip":
        return {f"{name}.zip": _zipped(folder, paths)}
    found = [path for path in paths if path.suffix == f".{form}" and path.parent.name != "participants"]
    if not found:
        forms = sorted({path.suffix.removeprefix(".") for path in paths})
        raise InvalidInputError(f"There is no {form} of this; there is {', '.join(forms)}, and zip for all of them.")
    if len(found) == 1:
        return {f"{name}.{form}": found[0].read_bytes()}
    return {f"{name}-{path.stem}.{form}": path.read_bytes() for path in found}


def _zipped(folder: Path, paths: list[Path]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in paths:
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _STAMP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes())
    return out.getvalue()


def _told(out: Report) -> dict[str, Any]:
    """The report of an import, with as many problems of each table as anybody reads."""
    told = out.as_dict()
    for table in told["tables"]:
        table["more_problems"] = max(0, len(table["problems"]) - MOST_PROBLEMS)
        table["problems"] = table["problems"][:MOST_PROBLEMS]
    return told
