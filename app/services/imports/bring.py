"""The way of an import: files are read first, then everything is written in one transaction, or nothing is.

A dry run goes the same way and is rolled back at the end, so it shows what the real one would.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from app.core.errors import InvalidInputError
from app.db.models import Event, ImportedFile
from app.domain.lists import KINDS, Kind, Parsed, Table, Told, fields_of, read_lists, shown
from app.io.spreadsheets import Limits, read_tables
from app.services.access import Actor
from app.services.audit import record
from app.services.imports.report import Report, TableReport
from app.services.imports.writer import Writer
from app.services.runs import Progress, silent

#: an order in which everything that a row refers to is there before it
_ORDER: tuple[Kind, ...] = (
    "clusters", "cluster_facts", "exhibitors", "buyers", "representatives", "certificates", "requests",
    "availability", "preferences",
)  # fmt: skip


#: rows that samples are taken from
_SAMPLED = 12
#: addresses and numbers that somebody can be reached at
_REACHES = re.compile(r"@|\d[\d /().-]{7,}")


class _RolledBackError(Exception):
    """Ends a transaction whose work must not stay."""


def bring_in(
    session: Session,
    actor: Actor,
    event: Event,
    files: Sequence[Path],
    *,
    kind: Kind | None = None,
    columns: Mapping[str, str | None] | None = None,
    dry_run: bool = False,
    good_rows: bool = False,
    encoding: str | None = None,
    limits: Limits | None = None,
    report: Progress = silent,
) -> Report:
    """Import files into an event.

    Parameters
    ----------
    kind
        What the tables are, where their headers do not say it.
    columns
        Header (or column letters) → field, for headers that mislead; None keeps a column as an extra.
    encoding
        Of text files, where it cannot be told from them.
    dry_run
        Check everything, write nothing.
    good_rows
        Write the rows without errors and leave the others; otherwise one error keeps everything out.

    Returns
    -------
    Report
        `written` says whether anything stayed; with errors and without `good_rows` nothing does.

    Raises
    ------
    InvalidInputError
        A file cannot be read as lists at all.
    """
    understood = understand(files, kind=kind, columns=columns, encoding=encoding, limits=limits, report=report)
    return write_in(session, actor, event, understood, dry_run=dry_run, good_rows=good_rows, report=report)


@dataclass
class Understood:
    """Files as they were read and understood, before anything is written."""

    files: list[tuple[str, str]]
    parsed: list[tuple[TableReport, Parsed]]
    out: Report


def understand(
    files: Sequence[Path],
    *,
    kind: Kind | None = None,
    columns: Mapping[str, str | None] | None = None,
    told: Mapping[tuple[str, str], Told] | None = None,
    samples: bool = False,
    encoding: str | None = None,
    limits: Limits | None = None,
    report: Progress = silent,
) -> Understood:
    """Read files and see what is in them; the database is not needed for it, and nobody waits for it meanwhile.

    Parameters
    ----------
    told
        By file and sheet, what holds for one table alone.
    samples
        Whether to note what stands in the first cells of each column, for somebody to see if it was understood; a file
        that is no list is no error then, as that somebody may say that it is one.
    """
    found = Understood([], [], Report())
    for number, path in enumerate(files):
        report(0.4 * number / len(files), f"reading {path.name}")
        tables = read_tables(path, limits=limits or Limits(), encoding=encoding)
        of_file = {sheet: said for (file, sheet), said in (told or {}).items() if file == path.name}
        found.parsed += _understand(path, tables, kind, columns, of_file, found.out, lenient=samples)
        if samples:
            _sample(tables, found.parsed)
        found.files.append((path.name, _digest(path)))
    found.parsed.sort(key=lambda pair: _ORDER.index(pair[1].kind))
    return found


def write_in(
    session: Session,
    actor: Actor,
    event: Event,
    understood: Understood,
    *,
    dry_run: bool = False,
    good_rows: bool = False,
    report: Progress = silent,
) -> Report:
    """Write what was understood into an event: all of it, the good rows, or in a dry run nothing. Use it once only."""
    actor.must_be_organiser()
    out, parsed = understood.out, understood.parsed
    while _write_once(session, actor, event, parsed, out, dry_run=dry_run, good_rows=good_rows, report=report):
        pass
    if out.written:
        rows = [_file_row(event, name, digest, out) for name, digest in understood.files]
        session.add_all(rows)
        session.flush()
        record(session, actor, "lists.imported", event_id=event.id, files=[str(row.id) for row in rows])
    return out


def _write_once(
    session: Session,
    actor: Actor,
    event: Event,
    parsed: list[tuple[TableReport, Parsed]],
    out: Report,
    *,
    dry_run: bool,
    good_rows: bool,
    report: Progress,
) -> bool:
    """Write every good row, or take it all back; say whether to begin again without rows that turned out bad.

    Some faults show only against the database. Where the good rows are wanted, nothing of a bad one may stay, nor of
    rows that refer to it: so the whole is taken back and written again without it.
    """
    before = [list(table.problems) for table, _ in parsed]
    known = len(out.errors)
    try:
        with session.begin_nested():
            writer = Writer(session, actor, event)
            for number, (table, lists) in enumerate(parsed):
                table.unresolved.clear()
                stage = f"{table.kind}: {table.rows} rows"
                writer.write(table, lists, _share(report, number, len(parsed), stage))
            writer.finish()
            if dry_run or (out.errors if not good_rows else len(out.errors) > known):
                raise _RolledBackError
    except _RolledBackError:
        again = good_rows and len(out.errors) > known
        for (table, _), earlier in zip(parsed, before, strict=True):
            table.written = 0
            if again:  # warnings will be found once more
                found = table.problems[len(earlier) :]
                table.problems[:] = [*earlier, *(problem for problem in found if problem.severity == "error")]
        return again
    out.written = True
    return False


def _share(report: Progress, number: int, tables: int, stage: str) -> Callable[[float], None]:
    """Hear what share of one table is written, and tell what share of the whole that makes."""
    return lambda done: report(0.4 + 0.5 * (number + done) / tables, stage)


def _understand(
    path: Path,
    tables: list[Table],
    kind: Kind | None,
    columns: Mapping[str, str | None] | None,
    told: Mapping[str, Told],
    out: Report,
    *,
    lenient: bool,
) -> list[tuple[TableReport, Parsed]]:
    if kind is not None and kind not in KINDS:
        raise InvalidInputError(f"{kind!r} is no kind of list; one of {', '.join(KINDS)}.")
    lists = read_lists(tables, kind, columns, told, lenient=lenient)
    out.no_lists += [{"file": path.name, "sheet": sheet, "why": why} for sheet, why in lists.no_lists]
    out.passed_over += [f"{path.name}: {note}" for note in lists.passed_over]
    reading = {table.name: table.reading for table in tables}
    found = []
    for one in lists.lists:
        table = TableReport(
            path.name, one.table, one.kind, reading.get(one.table, {}), one.mapping, len(one.records), one.problems
        )
        out.tables.append(table)
        found.append((table, one))
    return found


def _sample(tables: list[Table], parsed: list[tuple[TableReport, Parsed]]) -> None:
    """Note the first cells of each column; those that speak of people are left out, as samples outlive the file."""
    by_name = {table.name: table for table in tables}
    for report, lists in parsed:
        table = by_name.get(report.sheet)
        if report.samples or table is None:
            continue
        rows = {record.row for record in lists.records[:_SAMPLED]}
        first = [row.cells for row in table.rows if row.number in rows]
        for column in report.mapping.columns:
            field = fields_of(lists.kind).get(column.field or "")
            if field is None or field.part != "representative":
                texts = dict.fromkeys(shown(cells[column.index]) for cells in first if column.index < len(cells))
                report.samples[column.index] = [text[:60] for text in texts if text and not _REACHES.search(text)][:3]


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _file_row(event: Event, name: str, sha256: str, out: Report) -> ImportedFile:
    tables = [table.as_dict() | {"problems": len(table.problems)} for table in out.tables if table.file == name]
    return ImportedFile(
        tenant_id=event.tenant_id, event_id=event.id, name=name, sha256=sha256, summary={"tables": tables}
    )
