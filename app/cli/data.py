"""Commands that bring files in: import, and the templates to fill in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from app.cli.console import (
    EXIT_INPUT,
    EventOption,
    JsonFlag,
    LangOption,
    Session,
    TenantOption,
    organiser_and_event,
    session_of,
)


def register(app: typer.Typer) -> None:
    app.command("import")(import_files)
    app.command("template")(template)


def import_files(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(help="XLSX or CSV files.")],
    event: EventOption,
    kind: Annotated[str | None, typer.Option(help="What the lists are, where their headers do not say it.")] = None,
    column: Annotated[
        list[str] | None, typer.Option("--map", help="HEADER=FIELD, or HEADER= to keep a column as it is; repeatable.")
    ] = None,
    encoding: Annotated[
        str | None, typer.Option(help="Encoding of text files, where it cannot be told from them.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything, write nothing.")] = False,
    good_rows: Annotated[bool, typer.Option("--good-rows", help="Write the good rows, leave the others.")] = False,
    tenant: TenantOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Import lists of exhibitors, buyers, requests and the rest: all of it, or nothing."""
    from app.services.imports import bring_in

    state = session_of(context, as_json)
    with state.progress("import") as report, state.database.write() as session:
        actor, row = organiser_and_event(session, tenant, event)
        out = bring_in(
            session, actor, row, files, kind=_kind(kind), columns=_columns(column or []), encoding=encoding,
            dry_run=dry_run, good_rows=good_rows, report=report,
        )  # fmt: skip
    state.answer(out.as_dict(), lambda: _print(state, out, dry_run))
    if out.errors and not out.written:
        raise typer.Exit(EXIT_INPUT)


def template(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="File to write: .xlsx with a sheet per kind, or .csv for one kind.")],
    kind: Annotated[str | None, typer.Option(help="Kind of list; needed for CSV.")] = None,
    lang: LangOption = "en",
    as_json: JsonFlag = False,
) -> None:
    """Write a template to fill in, in one of five languages."""
    from app.core.errors import InvalidInputError
    from app.io.atomic import write_bytes
    from app.io.templates import template_csv, template_xlsx

    state = session_of(context, as_json)
    chosen = _kind(kind)
    if file.suffix.lower() == ".csv":
        if chosen is None:
            raise InvalidInputError("A CSV template holds one kind of list; say which with --kind, or write an .xlsx.")
        write_bytes(file, template_csv(chosen, lang))
    elif file.suffix.lower() == ".xlsx":
        write_bytes(file, template_xlsx([chosen], lang) if chosen else template_xlsx(lang=lang))
    else:
        raise InvalidInputError(f"{file.name!r}: a template is an .xlsx or a .csv file.")
    state.answer({"file": str(file)}, lambda: state.out.print(str(file), markup=False, soft_wrap=True))


def _columns(given: list[str]) -> dict[str, str | None]:
    from app.core.errors import InvalidInputError

    columns: dict[str, str | None] = {}
    for one in given:
        header, equals, field = one.rpartition("=")
        if not equals or not header:
            raise InvalidInputError(f"--map takes HEADER=FIELD, as in --map 'Why visit=text'; found {one!r}.")
        columns[header] = field or None
    return columns


def _kind(name: str | None) -> Any:
    from app.core.errors import InvalidInputError
    from app.domain.lists import KINDS

    if name is not None and name not in KINDS:
        raise InvalidInputError(f"{name!r} is no kind of list; one of {', '.join(KINDS)}.")
    return name


def _print(state: Session, out: Any, dry_run: bool) -> None:
    from app.domain.lists import summary

    for table in out.tables:
        how = ", ".join(f"{value}" for value in table.reading.values())
        state.out.print(
            f"[bold]{escape(table.file)}[/] {escape(table.sheet)} ({escape(how)}): {table.kind}", soft_wrap=True
        )
        kept = [c.header for c in table.mapping.unmapped]
        state.out.print(f"  {table.rows} rows read, {table.written} written", soft_wrap=True)
        if kept:
            state.out.print(f"  columns kept as they are: {escape(', '.join(kept))}", soft_wrap=True)
        if table.unresolved:
            words = ", ".join(list(table.unresolved)[:20])
            state.out.print(f"  words without a code (they count as text): {escape(words)}", soft_wrap=True)
    for note in out.passed_over:
        state.out.print(f"passed over: {escape(note)}", soft_wrap=True)
    if out.problems:
        state.err.print(summary(out.problems), markup=False, soft_wrap=True)
    if not out.written:
        why = "this was a dry run" if dry_run else "mend the errors, or import the good rows with --good-rows"
        state.err.print(f"Nothing was written: {why}.")
