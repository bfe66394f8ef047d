"""Commands for tenants and keys."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.console import JsonFlag, TenantOption, every, pick_tenant, session_of

tenant = typer.Typer(help="Tenants: the bodies that run fairs here.", no_args_is_help=True)
key = typer.Typer(help="API keys.", no_args_is_help=True)
Owner = Annotated[str | None, typer.Option("--organisation", help="Code or id; for enterprises and buyers.")]


def register(app: typer.Typer) -> None:
    app.add_typer(tenant, name="tenant")
    app.add_typer(key, name="key")


@tenant.command("create")
def create_tenant(
    context: typer.Context,
    slug: Annotated[str, typer.Argument(help="Short name, in lower case.")],
    name: Annotated[str, typer.Option(help="Full name.")],
    as_json: JsonFlag = False,
) -> None:
    """Make a tenant."""
    from app.services import access

    state = session_of(context, as_json)
    row = state.database.run(lambda session: access.create_tenant(session, slug, name))
    state.answer({"id": row.id, "slug": slug}, lambda: state.out.print(f"Tenant {slug} made."))


@key.command("create")
def create_key(
    context: typer.Context,
    role: Annotated[str, typer.Option(help="organiser, co-organiser, desk, viewer, enterprise or buyer.")],
    tenant: TenantOption = None,
    organisation: Owner = None,
    label: Annotated[str, typer.Option(help="What the key is for.")] = "",
    scope: Annotated[list[str] | None, typer.Option(help="Narrow it, as in ranking:read; may be repeated.")] = None,
    days: Annotated[int | None, typer.Option(help="After how many days it ends.", min=1, max=3650)] = None,
    as_json: JsonFlag = False,
) -> None:
    """Make a key and print it, once."""
    from app.services import access, keys
    from app.services.participants import find_organisation

    state = session_of(context, as_json)
    with state.database.write() as session:
        actor = access.organiser_of(session, pick_tenant(session, tenant))
        owner = find_organisation(session, actor, organisation).id if organisation else None
        _, made = keys.make_key(
            session, actor, role=role, organisation_id=owner, label=label, scopes=scope or (), days=days
        )
    state.answer({"key": made}, lambda: state.out.print(made, markup=False, soft_wrap=True))


@key.command("list")
def list_keys(context: typer.Context, tenant: TenantOption = None, as_json: JsonFlag = False) -> None:
    """List keys, without the keys themselves."""
    from app.services import access, keys

    state = session_of(context, as_json)
    with state.database.read() as session:
        actor = access.organiser_of(session, pick_tenant(session, tenant))
        rows = every(lambda cursor: keys.list_keys(session, actor, cursor=cursor, limit=200))
    fields = ("id", "role", "organisation_id", "label", "scopes", "created_at", "expires_at", "revoked_at")
    told = [{name: getattr(row, name) for name in fields} for row in rows]

    def show() -> None:
        for row in told:
            ended = "revoked" if row["revoked_at"] else f"until {row['expires_at'] or 'revoked'}"
            state.out.print(f"{row['id']}  {row['role']:<12}  {ended}  {row['label']}", markup=False, soft_wrap=True)

    state.answer(told, show)


@key.command("revoke")
def revoke_key(
    context: typer.Context,
    secret: Annotated[str, typer.Argument(help="The key itself.")],
    tenant: TenantOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Make a key useless at once."""
    from app.services import access

    state = session_of(context, as_json)
    with state.database.write() as session:
        access.revoke_key(session, access.organiser_of(session, pick_tenant(session, tenant)), secret)
    state.answer({"revoked": True}, lambda: state.out.print("The key is revoked."))
