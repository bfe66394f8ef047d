"""`fairmatch repair`: a plan after what happened on the day, from files, without a database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.console import LangOption, session_of
from app.cli.files import AsJson, Out, PlanFile, ProblemFile, check_outputs, load, refuse, write
from app.core.errors import AppError

if TYPE_CHECKING:
    from app.domain.scheduling import Change, Repair
    from app.domain.scheduling.repair import Seat

EventsFile = Annotated[Path, typer.Argument(help="A fairmatch/events@1 file.", metavar="EVENTS.json")]
ProblemOut = Annotated[
    Path | None, typer.Option(help="Where the problem as it stands now is written.", metavar="PROBLEM.json")
]
Fill = Annotated[bool, typer.Option(help="Give freed slots to standby pairs at once, or only list the pairs.")]


def _place(seat: Seat | None) -> str:
    return "–" if seat is None else " ".join(part for part in (seat.slot, seat.place, seat.interpreter) if part)


def _line(change: Change, lang: str) -> str:
    return f"  {change.meeting}: {_place(change.before)} → {_place(change.after)}  {change.reason(lang)}"


def _summary(mended: Repair, output: Path, lang: str) -> str:
    from app.core.i18n import format_number, text

    lines = []
    for title, changes in (("moved", mended.moved), ("cancelled", mended.cancelled), ("added", mended.added)):
        lines += [text(f"repair.{title}", lang, count=len(changes)), *(_line(change, lang) for change in changes)]
    lines.append(text("repair.standby", lang, count=len(mended.standby)))
    lines += [f"  {s.meeting} ({format_number(s.value, lang)}): {', '.join(s.slots)}" for s in mended.standby[:10]]
    plan = mended.plan
    figures = {"objective": format_number(plan.objective, lang), "seconds": format_number(plan.seconds, lang, 3)}
    lines.append(text("repair.held", lang, meetings=len(plan.meetings), **figures))
    return "\n".join([*lines, text("repair.written", lang, file=output)])


def repair(
    context: typer.Context,
    problem: ProblemFile,
    plan: PlanFile,
    events: EventsFile,
    output: Out,
    problem_output: ProblemOut = None,
    fill: Fill = True,
    lang: LangOption = "en",
    as_json: AsJson = False,
) -> None:
    """Repair a plan after a no-show, a late arrival, a lost table …, with the fewest moves."""
    from app.domain.scheduling import read_events, read_problem
    from app.domain.scheduling import repair as mend

    as_json = session_of(context, as_json).json
    try:
        check_outputs([problem, plan, events], [output, problem_output])
        before = read_problem(load(problem))
        mended = mend(before, load(plan), read_events(load(events), before), fill=fill)
        write(output, mended.plan.as_dict(lang))
        if problem_output is not None:
            write(problem_output, mended.problem.model_dump(mode="json", by_alias=True))
    except AppError as error:
        raise refuse(error, as_json) from error
    if as_json:
        typer.echo(json.dumps({**mended.as_dict(lang), "output": str(output)}, ensure_ascii=False))
    else:
        typer.echo(_summary(mended, output, lang))


def register(app: typer.Typer) -> None:
    """Adds the command to the root application."""
    app.command("repair")(repair)
