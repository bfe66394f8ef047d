"""Commands that write files: timetables and matches as XLSX, CSV, JSON, ICS and PDF."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli.console import EventOption, JsonFlag, LangOption, Session, TenantOption, organiser_and_event, session_of

export = typer.Typer(help="Write files: XLSX, CSV, JSON, ICS, PDF.", no_args_is_help=True)
OutOption = Annotated[Path | None, typer.Option("--out", "-o", help="Folder to write to; var/out/EVENT by default.")]


def register(app: typer.Typer) -> None:
    app.add_typer(export, name="export")
    app.command("report")(report)


@export.command()
def timetables(
    context: typer.Context,
    event: EventOption,
    out: OutOption = None,
    lang: LangOption = "en",
    tenant: TenantOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Write the current schedule in every form, and a calendar and a page for each participant."""
    _export(context, event, out, lang, tenant, as_json, "timetables")


@export.command()
def matches(
    context: typer.Context,
    event: EventOption,
    out: OutOption = None,
    lang: LangOption = "en",
    tenant: TenantOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Write the ranked pairs of the last match run with their reasons."""
    _export(context, event, out, lang, tenant, as_json, "matches")


def report(
    context: typer.Context,
    event: Annotated[str, typer.Argument(help="Code or id of the event.")],
    out: OutOption = None,
    lang: LangOption = "en",
    tenant: TenantOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Write the report of an edition as a page, a PDF, a workbook and JSON, beside the edition before."""
    from app.io.reports import write_report
    from app.services.reports import edition_report

    state = session_of(context, as_json)
    with state.database.read() as session:
        actor, row = organiser_and_event(session, tenant, event)
        found, folder = edition_report(session, actor, row, lang), out or state.settings.out / row.code
    _tell(state, write_report(found, folder, lang=lang, font=state.settings.font))


@export.command()
def badges(
    context: typer.Context,
    event: EventOption,
    out: OutOption = None,
    lang: LangOption = "en",
    tenant: TenantOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Write a badge for everybody who comes, with the QR code that the desk scans, as a PDF."""
    from app.services.badges import make_codes, write_badges

    state = session_of(context, as_json)
    with state.database.write() as session:
        actor, row = organiser_and_event(session, tenant, event)
        make_codes(session, actor, row)
        folder = out or state.settings.out / row.code
        written = write_badges(session, row, folder, lang=lang, font=state.settings.font)
    _tell(state, written)


@export.command()
def lists(
    context: typer.Context,
    event: EventOption,
    kind: Annotated[list[str] | None, typer.Option(help="Only this kind of list; repeatable.")] = None,
    out: OutOption = None,
    lang: LangOption = "en",
    tenant: TenantOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Write participants with their profiles, requests and the rest in the form in which they are imported."""
    from app.services.exports_lists import write_lists

    state = session_of(context, as_json)
    with state.database.read() as session, state.progress("writing lists") as report:
        actor, row = organiser_and_event(session, tenant, event)
        folder = out or state.settings.out / row.code
        written, lost = write_lists(session, actor, row, folder, kinds=kind, lang=lang, report=report)
    _tell(state, written, {"lost": lost}, [f"would not come back the same: {note}" for note in lost])


def _export(
    context: typer.Context, event: str, out: Path | None, lang: str, tenant: str | None, as_json: bool, what: str
) -> None:
    from app.services import exports

    state = session_of(context, as_json)
    with state.database.read() as session, state.progress(f"writing {what}") as report:
        actor, row = organiser_and_event(session, tenant, event)
        folder = out or state.settings.out / row.code
        write = exports.write_timetables if what == "timetables" else exports.write_matches
        written = write(session, actor, row, folder, lang=lang, font=state.settings.font, report=report)
    _tell(state, written)


def _tell(
    state: Session, written: Iterable[Path], more: Mapping[str, Any] | None = None, notes: Sequence[str] = ()
) -> None:
    """Say which files were written, one a line, and what is to be said of them."""
    files = [str(path) for path in written]
    lines = "\n".join([*files, *notes])
    state.answer({"files": files, **(more or {})}, lambda: state.out.print(lines, markup=False, soft_wrap=True))
