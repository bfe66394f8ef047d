"""The first account of an installation, made by whoever reads the terminal that started the service."""

from __future__ import annotations

import re
import secrets
import unicodedata

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import ConflictError, NotAllowedError
from app.core.passwords import check_password, hash_password
from app.core.settings import Settings
from app.db.engine import Database
from app.db.models import Account, Tenant
from app.services import accounts, sessions
from app.services.access import Actor, create_tenant, find_tenant
from app.services.audit import record


def is_needed(session: Session) -> bool:
    """Whether nobody has an account yet."""
    return session.scalar(select(Account.id).limit(1)) is None


def must_know(settings: Settings, code: str) -> None:
    """Raise NotAllowedError for whoever does not have the code that the service showed when it started."""
    if not settings.setup_code or not secrets.compare_digest(settings.setup_code.encode(), code.encode()):
        raise NotAllowedError("This is not the code that `fairmatch serve` has shown; copy the whole link from there.")


def houses(session: Session) -> list[Tenant]:
    """Organisers that have data here already, as after `fairmatch demo`."""
    return list(session.scalars(select(Tenant).order_by(Tenant.name, Tenant.slug)))


def make_first_account(
    database: Database,
    settings: Settings,
    *,
    code: str,
    house: str | None,
    new_house: str,
    name: str,
    email: str,
    password: str,
    language: str,
) -> sessions.Opened:
    """Make the organiser's account, with a house of its own unless `house` is the slug of one, and sign it in.

    Raises
    ------
    NotAllowedError
        The code is another one.
    ConflictError
        Somebody has an account already.
    InvalidInputError
        The password is too easy.
    """
    must_know(settings, code)
    check_password(password, email)
    hashed = hash_password(password)

    def work(session: Session) -> sessions.Opened | None:
        if not is_needed(session):
            raise ConflictError("There is an account already; sign in with it, or ask its owner to invite you.")
        tenant = find_tenant(session, house) if house else create_tenant(session, _slug(session, new_house), new_house)
        account = accounts.create_account(session, email, name, language, hashed)
        member = accounts.give_role(session, account, tenant.id, "organiser", None)
        record(session, Actor(tenant.id, kind="account", id=account.id), "membership.given", target_id=member.id)
        return sessions.open_for(session, account, sessions.Lifetime.of(settings))

    opened = database.run(work)
    assert opened is not None, "an account that was just given a role has one"
    return opened


def _slug(session: Session, name: str) -> str:
    """A short name that no other house has, from letters that addresses can have."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:48] or "house"
    taken = set(session.scalars(select(Tenant.slug)))
    return next(each for each in (slug, *(f"{slug}-{n}" for n in range(2, 10_000))) if each not in taken)
