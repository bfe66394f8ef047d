"""Who stands at the desk, and whom they look for: attendees with their organisation and their name."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, bindparam, func, or_, select, update
from sqlalchemy.orm import Session

from app.core.errors import NotAllowedError
from app.db.models import Attendee, Event, Organisation, Participation, Representative
from app.domain.access import AT_THE_DESK
from app.services.access import Actor

#: letters and digits that nobody mistakes for another, in capitals, which make a small QR code
_SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 14


@dataclass(frozen=True)
class Person:
    """An attendee: a named representative, or a numbered member of staff."""

    attendee: Attendee
    participation: Participation
    organisation: Organisation
    name: str | None


def must_be_at_the_desk(actor: Actor) -> None:
    """Organisers, co-organisers and the desk run the day."""
    if actor.role not in AT_THE_DESK:
        raise NotAllowedError(f"The role {actor.role} may not do that; it takes the desk or an organiser.")


def badge_codes(session: Session, event: Event) -> dict[UUID, str]:
    """What the QR code of each attendee's badge says, by attendee; codes that are missing are made.

    A code once made stays, also where two print badges at the same time, so a badge that was printed is good.
    """
    mine = select(Attendee.id).where(Attendee.event_id == event.id)
    missing = [{"key": key, "new": _new_code()} for key in session.scalars(mine.where(Attendee.code.is_(None)))]
    if missing:
        table = Attendee.__table__
        give = (
            update(table)  # type: ignore[arg-type]  # the table of a mapped class
            .where(table.c.id == bindparam("key"), table.c.code.is_(None))
            .values(code=bindparam("new"))
        )
        session.connection().execute(give, missing)
        session.expire_all()
    rows = session.execute(select(Attendee.id, Attendee.code).where(Attendee.event_id == event.id))
    return {key: code for key, code in rows if code}


def _new_code() -> str:
    return "".join(secrets.choice(_SIGNS) for _ in range(_LENGTH))


def people(event_id: UUID) -> Select[Attendee, Participation, Organisation, str]:
    """The attendees of an event, with whom they come from; for callers to narrow."""
    return (
        select(Attendee, Participation, Organisation, Representative.name)
        .join(Participation, Participation.id == Attendee.participation_id)
        .join(Organisation, Organisation.id == Participation.organisation_id)
        .outerjoin(Representative, Representative.id == Attendee.representative_id)
        .where(Attendee.event_id == event_id)
        .order_by(Organisation.code, Attendee.number)
    )


def by_code(session: Session, event: Event, code: str) -> list[Person]:
    """Whose badge it is."""
    return _found(session, people(event.id).where(Attendee.code == code.strip().upper()))


def by_id(session: Session, event: Event, attendee_id: UUID) -> list[Person]:
    return _found(session, people(event.id).where(Attendee.id == attendee_id))


def by_name(session: Session, event: Event, name: str, most: int = 20) -> list[Person]:
    """Attendees whose own name, or whose organisation's name or code, holds the words; an exact name goes first."""
    word = name.strip()
    columns = (Representative.name, Organisation.name, Organisation.name_local)
    exact = or_(*(column == word for column in (*columns, Organisation.code)))
    found = _found(session, people(event.id).where(exact).limit(most))
    if found:
        return found
    like = f"%{_escaped(word.lower())}%"
    anywhere = or_(*(func.lower(column).like(like, escape="\\") for column in columns))
    return _found(session, people(event.id).where(anywhere).limit(most))


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")


def _found(session: Session, query: Select[Attendee, Participation, Organisation, str]) -> list[Person]:
    return [Person(*row) for row in session.execute(query)]
