"""Commands for editions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli.console import JsonFlag, TenantOption, pick_tenant, session_of

event = typer.Typer(help="Editions of fairs.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(event, name="event")


@event.command("create")
def create_event(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="TOML file that describes the edition.")],
    tenant: TenantOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Create an edition from a TOML file: dates, slots, tables, interpreters, pairing rules."""
    from app.io.editions import read_edition
    from app.services import access, events

    state = session_of(context, as_json)
    shape = read_edition(file)
    with state.database.write() as session:
        actor = access.organiser_of(session, pick_tenant(session, tenant))
        row = events.create_event(session, actor, shape)
        made = {"id": row.id, "code": row.code}
    state.answer(made, lambda: state.out.print(f"Event {made['code']} made ({made['id']})."))


@event.command("list")
def list_events(context: typer.Context, tenant: TenantOption = None, as_json: JsonFlag = False) -> None:
    """List the editions of a tenant."""
    from app.services import access, events

    state = session_of(context, as_json)
    with state.database.read() as session:
        actor = access.organiser_of(session, pick_tenant(session, tenant))
        rows = events.list_events(session, actor, limit=200).items
    data = [{"id": r.id, "code": r.code, "name": r.name, "starts_on": r.starts_on, "zone": r.zone} for r in rows]

    def show() -> None:
        for row in data:
            state.out.print(f"{row['code']:24} {row['starts_on']}  {row['name']}", markup=False)

    state.answer(data, show)
