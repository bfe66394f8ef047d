"""Who may try again: limits on guessing passwords, counted in the database, so that they hold over all processes.

An attempt is written down before the password is looked at, so a hundred at once are not a hundred free guesses, and
taken back if it was right. It is counted for the account as tried from one network, so that nobody can lock out
somebody else, and for the network as a whole.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.core.clock import utc_now
from app.core.crypto import content_hash
from app.core.errors import TooManyError
from app.core.ids import new_id
from app.db.engine import Database
from app.db.models import PasswordReset, SignIn, SignInAttempt
from app.db.queries.locks import hold_name
from app.services.runs import rows

_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)
#: most attempts within a time: for one account from one network, and for one network altogether
_OF_ACCOUNT = ((_MINUTE, 6), (_HOUR, 12))
_OF_NETWORK = ((_MINUTE, 60), (_HOUR, 600))
_IPV6_SITE = 64
_KEPT = timedelta(days=30)


def network_of(host: str) -> str:
    """What counts as one network: an IPv4 address, or the /64 that one IPv6 customer has at the least."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, _IPV6_SITE), strict=False))
    return str(address)


def begin(session: Session, what: str, email: str, host: str) -> list[UUID]:
    """Write an attempt down, and return what takes it back.

    Parameters
    ----------
    what
        What is tried, as in "sign-in"; each is counted for itself.

    Raises
    ------
    TooManyError
        There were too many; nothing is written.
    """
    network = network_of(host)
    made = []
    for who, limits in (
        (content_hash(what, network), _OF_NETWORK),
        (content_hash(what, network, email), _OF_ACCOUNT),
    ):
        hold_name(session, who)
        _check(session, who, limits)
        made.append(SignInAttempt(id=new_id(), who=who, at=utc_now()))
    session.add_all(made)
    session.flush()
    return [row.id for row in made]


def take_back(session: Session, attempts: Iterable[UUID]) -> None:
    """It was no guess."""
    session.execute(delete(SignInAttempt).where(SignInAttempt.id.in_(list(attempts))))


def forget(database: Database) -> int:
    """Throw away attempts that count no longer, and sessions and resets that ended a month ago."""

    def work(session: Session) -> int:
        now = utc_now()
        old = (
            delete(SignInAttempt).where(SignInAttempt.at < now - _HOUR),
            delete(SignIn).where(SignIn.expires_at < now - _KEPT),
            delete(PasswordReset).where(PasswordReset.expires_at < now - _KEPT),
        )
        return sum(rows(session.execute(statement)) for statement in old)

    return database.run(work)


def _check(session: Session, who: str, limits: Iterable[tuple[timedelta, int]]) -> None:
    now = utc_now()
    for span, most in limits:
        count, first = session.execute(
            select(func.count(), func.min(SignInAttempt.at)).where(
                SignInAttempt.who == who, SignInAttempt.at > now - span
            )
        ).one()
        if count >= most:
            wait = max(1, int((first + span - now).total_seconds()) + 1)
            raise TooManyError("Too many attempts; wait a while before you try again.", retry_after=wait)
