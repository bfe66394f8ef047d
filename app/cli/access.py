"""Commands for tenants and keys."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.console import JsonFlag, TenantOption, pick_tenant, session_of

tenant = typer.Typer(help="Tenants: the bodies that run fairs here.", no_args_is_help=True)
key = typer.Typer(help="API keys.", no_args_is_help=True)


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
    role: Annotated[str, typer.Option(help="organiser, enterprise or buyer.")],
    tenant: TenantOption = None,
    organisation: Annotated[str | None, typer.Option(help="Code or id; for enterprises and buyers.")] = None,
    label: Annotated[str, typer.Option(help="What the key is for.")] = "",
    as_json: JsonFlag = False,
) -> None:
    """Make a key and print it, once."""
    from app.services import access
    from app.services.participants import find_organisation

    state = session_of(context, as_json)
    with state.database.write() as session:
        actor = access.organiser_of(session, pick_tenant(session, tenant))
        owner = find_organisation(session, actor, organisation).id if organisation else None
        made = access.create_key(session, actor, role, owner, label)
    state.answer({"key": made}, lambda: state.out.print(made, markup=False, soft_wrap=True))


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
