"""Commands for people who sign in."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.access import Owner
from app.cli.console import JsonFlag, TenantOption, every, pick_tenant, session_of

if TYPE_CHECKING:
    from app.services.accounts import Member

user = typer.Typer(help="People who sign in.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(user, name="user")


@user.command("create")
def create(
    context: typer.Context,
    email: Annotated[str, typer.Argument(help="E-mail address.")],
    role: Annotated[str, typer.Option(help="organiser, co-organiser, desk, viewer, enterprise or buyer.")],
    tenant: TenantOption = None,
    organisation: Owner = None,
    name: Annotated[str, typer.Option(help="Name of the person.")] = "",
    language: Annotated[str, typer.Option(help="Language of letters: en, zh or fr.")] = "en",
    password_stdin: Annotated[bool, typer.Option(help="Read a password from standard input.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Give somebody a role: print a link that sets a password, once, or take a password from standard input."""
    from app.services import access, accounts, invitations
    from app.services.participants import find_organisation

    state = session_of(context, as_json)
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    with state.database.write() as session:
        actor = access.organiser_of(session, pick_tenant(session, tenant))
        owner = find_organisation(session, actor, organisation).id if organisation else None
        if password is not None:
            member = accounts.create_member(
                session, actor, email, role, owner, name=name, language=language, password=password
            )
            told: dict[str, Any] = {"id": member.id, "account": member.account_id, "email": email, "role": role}
            line = f"{email} can sign in as {role}."
        else:
            row, token = invitations.invite(session, actor, email, role, owner, language=language)
            line = invitations.link_of(state.settings, token)
            told = {"invitation": row.id, "email": row.email, "role": role, "token": token, "link": line}
    state.answer(told, lambda: state.out.print(line, markup=False, soft_wrap=True))


@user.command("list")
def list_all(context: typer.Context, tenant: TenantOption = None, as_json: JsonFlag = False) -> None:
    """List people and their roles."""
    from app.services import access, accounts

    state = session_of(context, as_json)
    with state.database.read() as session:
        actor = access.organiser_of(session, pick_tenant(session, tenant))
        members = every(lambda cursor: accounts.list_members(session, actor, cursor=cursor, limit=200))

    def show() -> None:
        for row in members:
            firm = f" of {row.organisation.name}" if row.organisation else ""
            ended = "  (ended)" if row.ended_at else ""
            state.out.print(f"{row.account.email}  {row.role}{firm}{ended}", markup=False, soft_wrap=True)

    state.answer([_told(row) for row in members], show)


@user.command("revoke")
def revoke(
    context: typer.Context,
    email: Annotated[str, typer.Argument(help="E-mail address.")],
    tenant: TenantOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Take all roles with the tenant away from somebody, at once."""
    from app.services import access, accounts

    state = session_of(context, as_json)
    with state.database.write() as session:
        actor = access.organiser_of(session, pick_tenant(session, tenant))
        count = accounts.end_all(session, actor, email)
    state.answer({"ended": count}, lambda: state.out.print(f"{email}: {count} role(s) taken away."))


def _told(row: Member) -> dict[str, Any]:
    return {
        "id": row.id, "email": row.account.email, "name": row.account.name, "role": row.role,
        "organisation": row.organisation.code if row.organisation else None, "ended_at": row.ended_at,
    }  # fmt: skip
