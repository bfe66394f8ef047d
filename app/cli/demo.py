"""`fairmatch demo`: a sample edition from spreadsheets to timetables, in one command."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from app.cli.console import JsonFlag, LangOption, Session, reachable, session_of

#: enough for the best plan of the sample on every machine, and the same plan each time
_STEPS = 200_000


def register(app: typer.Typer) -> None:
    app.command()(demo)


def demo(
    context: typer.Context,
    edition: Annotated[str, typer.Option(help="paris, zhuzhou, qingshanhu or keqiao.")] = "paris",
    lang: LangOption = "en",
    as_json: JsonFlag = False,
) -> None:
    """Load a sample edition, rank it, schedule it, print what came out, and write the files.

    A second run finds the edition there, ranks and schedules it again, and gives the same plan.
    """
    from app.db import migrate
    from app.db.engine import Database
    from app.services import access, events, exports, matching, sampling

    state = session_of(context, as_json)
    with closing(Database(state.settings.database_url)) as database, reachable():
        migrate.upgrade(database)
    with state.database.write() as session:
        code = sampling.load(session, edition)
    from app.cli.running import run_matching, run_scheduling

    run = run_matching(state, code, sampling.TENANT)
    plan = run_scheduling(state, code, sampling.TENANT, seed=0, steps=_STEPS)
    with state.database.read() as session, state.progress("writing files") as report:
        actor = access.organiser_of(session, sampling.TENANT)
        event = events.find_event(session, actor, code)
        buyers = matching.best_of_buyers(matching.ranked_lists(session, actor, event, limit=5, lang=lang), 5)
        folder = state.settings.out / event.code
        files = exports.write_timetables(
            session, actor, event, folder, lang=lang, font=state.settings.font, report=report
        )
        files += exports.write_matches(session, actor, event, folder, lang=lang)
        asked = sampling.ask(session, actor, event, edition)
    _tell(state, run, plan, buyers, asked, files, folder, lang)


def _tell(
    state: Session, run: Any, plan: Any, buyers: list[dict[str, Any]], asked: list[Any], files: list[Path],
    folder: Path, lang: str,
) -> None:  # fmt: skip
    from app.cli.match import firm, print_ranking
    from app.cli.schedule import print_schedule
    from app.core.i18n import text
    from app.services import access, sampling
    from app.services.publishing.schedules import schedule_view

    with state.database.read() as session:
        view = schedule_view(session, access.organiser_of(session, sampling.TENANT), plan.id, lang)

    def show() -> None:
        for buyer in buyers:
            state.out.print(f"\n[bold]{escape(firm(buyer['buyer'], lang))}[/]")
            print_ranking(state, buyer, lang)
        for question, answer in asked:
            state.out.print("\n" + escape(text("demo.asked", lang, question=question, supplier=answer)))
        state.out.print()
        print_schedule(state, view, lang)
        done = text("demo.files", lang, pairs=run.pairs, day=run.as_of, files=len(files), folder=folder)
        state.out.print("\n" + escape(done), soft_wrap=True)
        for path in files:
            if path.parent == folder:
                state.out.print(f"  {path}", markup=False, soft_wrap=True)
        own = text("demo.participants", lang, folder=folder / "participants")
        state.out.print(f"  {escape(own)}", soft_wrap=True)

    state.answer(
        {"buyers": buyers, "asked": dict(asked), "schedule": view, "files": [str(path) for path in files]}, show
    )
