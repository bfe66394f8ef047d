"""Commands for timetables: schedule build, show, diff, publish."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from app.cli.console import (
    EventOption,
    JsonFlag,
    LangOption,
    Session,
    TenantOption,
    organiser_and_event,
    pick_tenant,
    session_of,
)

schedule = typer.Typer(help="Meeting schedules.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(schedule, name="schedule")


@schedule.command()
def build(
    context: typer.Context,
    event: EventOption,
    seed: Annotated[int, typer.Option(help="Seed of the search.", min=0)] = 0,
    steps: Annotated[
        int | None, typer.Option(help="Length of the search in steps: the same plan on every machine.", min=1)
    ] = None,
    time_limit: Annotated[float | None, typer.Option(help="Length of the search in seconds.", min=0.1)] = None,
    break_weight: Annotated[float | None, typer.Option(help="Points taken off per break.", min=0)] = None,
    tenant: TenantOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Build a schedule from the last match run and make it the current one."""
    from app.cli.running import run_scheduling

    state = session_of(context, as_json)
    objective = {} if break_weight is None else {"break": break_weight}
    row = run_scheduling(state, event, tenant, seed=seed, steps=steps, time_limit=time_limit, objective=objective)
    show_schedule(state, str(row.id), tenant)


@schedule.command()
def show(
    context: typer.Context,
    event: EventOption,
    lang: LangOption = "en",
    tenant: TenantOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Show the current schedule: bound, gap, the timetable, and the reason for every pair left out."""
    from app.core.errors import NotFoundError
    from app.services.scheduling import newest_schedule

    state = session_of(context, as_json)
    with state.database.read() as session:
        found = organiser_and_event(session, tenant, event)[1]
        row = newest_schedule(session, found)
    if row is None:
        raise NotFoundError(f"The event {event!r} has no schedule yet; run: fairmatch schedule build --event {event}")
    show_schedule(state, str(row.id), tenant, lang)


def show_schedule(state: Session, schedule_id: str, tenant: str | None, lang: str = "en") -> None:
    """Print one schedule, as JSON or as a table."""
    from uuid import UUID

    from app.services import access
    from app.services.publishing.schedules import schedule_view

    with state.database.read() as session:
        actor = access.organiser_of(session, pick_tenant(session, tenant))
        view = schedule_view(session, actor, UUID(schedule_id), lang)
    state.answer(view, lambda: print_schedule(state, view, lang))


def print_schedule(state: Session, view: dict[str, Any], lang: str) -> None:
    """Print the facts, the grid of slots and places, and the pairs left out."""
    from app.core.i18n import format_number, format_share, known, text

    if view["value"] is None:
        state.out.print(f"The schedule is {view['status']}. {view['error'] or view['stage']}".strip())
        return
    figures = {name: format_number(view[name], lang, 1) for name in ("value", "bound")}
    figures |= {"gap": format_share(view["gap"], lang, 2), "status": known("plan", view["status"], lang)}
    counts = {"meetings": len(view["meetings"]), "left": len(view["unscheduled"])}
    state.out.print(escape(text("schedule.summary", lang, **counts, **figures)), style="bold", soft_wrap=True)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("time", "place", "meeting", "interpreter"):
        table.add_column(text(f"column.{heading}", lang))
    last = ""
    for meeting in view["meetings"]:
        time = f"{meeting['starts_at'][5:10]} {meeting['starts_at'][11:16]}"
        parties = " × ".join(party["name"] for party in meeting["organisations"])
        table.add_row(
            time if time != last else "", meeting["place"] or "", escape(parties), meeting["interpreter"] or ""
        )
        last = time
    state.out.print(table)
    if view["unscheduled"]:
        state.out.print(f"\n[bold]{text('sheet.left_out', lang)}[/]")
    for pair in view["unscheduled"]:
        names = " × ".join(party["name"] for party in pair["pair"])
        state.out.print(f"  {escape(names)}: {escape(pair['reason'])}", soft_wrap=True)
    if view["advice"]:
        state.out.print(f"\n[bold]{text('schedule.advice', lang)}[/]")
    for line in view["advice"]:
        state.out.print(f"  {escape(line)}", soft_wrap=True)


@schedule.command()
def diff(context: typer.Context, event: EventOption, tenant: TenantOption = None, as_json: JsonFlag = False) -> None:
    """Show what publishing the current schedule would change, and what stands in the way of it."""
    from app.services import publications
    from app.services.publishing.guards import faults

    state = session_of(context, as_json)
    with state.database.read() as session:
        found = organiser_and_event(session, tenant, event)[1]
        row = publications.schedule_to_show(session, found)
        plan, names = publications.draft(session, found, row.id), publications.Names(session, found)
        rows = [names.row(one) for one in plan.found]
        wrong = faults(session, found, row.id)
    changes = publications.changes_of(plan)
    for one in rows:
        one["organisations"] = [party.name for party in one["organisations"]]
    data = {"publication": plan.before.number if plan.before else None, "changes": changes, "items": rows}

    def show() -> None:
        for one in rows:
            line = f"{one['kind']:8} {' × '.join(one['organisations'])}: {_at(one['before'])} → {_at(one['after'])}"
            state.out.print(line, markup=False, soft_wrap=True)
        for problem in wrong:
            state.out.print(f"problem  {problem['detail']}", style="red", markup=False, soft_wrap=True)
        state.out.print(_counted(changes))

    state.answer({**data, "problems": wrong}, show)


@schedule.command()
def publish(context: typer.Context, event: EventOption, tenant: TenantOption = None, as_json: JsonFlag = False) -> None:
    """Publish the current schedule: freeze it as what everybody is told, and write to those for whom it changes."""
    from app.services import publications

    state = session_of(context, as_json)
    with state.database.write() as session:
        actor, found = organiser_and_event(session, tenant, event)
        row = publications.publish(session, actor, found, state.settings.public_url)
        data = {"id": str(row.id), "number": row.number, "changes": row.changes}
    state.answer(data, lambda: state.out.print(f"Publication {data['number']}. {_counted(row.changes)}"))


def _at(where: dict[str, Any] | None) -> str:
    if where is None:
        return "–"
    return " ".join(str(part) for part in (where["slot"], where["place"], where["interpreter"]) if part)


def _counted(changes: dict[str, Any]) -> str:
    said = ", ".join(f"{changes[kind]} {kind}" for kind in ("added", "removed", "moved", "changed"))
    return f"{changes['meetings']} meetings: {said}."
