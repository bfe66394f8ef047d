"""Badges for everybody who comes, each with the code that the desk scans."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.clock import utc_now
from app.core.errors import NotFoundError
from app.db.models import Attendee, Event, Organisation, Participation, Representative
from app.domain.badges import Badge
from app.io import pdf
from app.io.atomic import write_bytes
from app.io.pdf import typeface_for
from app.services.access import Actor
from app.services.audit import record
from app.services.live.people import badge_codes
from app.services.schedules import event_info


def make_codes(session: Session, actor: Actor, event: Event) -> None:
    """Give every attendee without a code one, before badges are written."""
    actor.must_be_organiser()
    codes = badge_codes(session, event)
    record(session, actor, "badges.made", event_id=event.id, count=len(codes))


def write_badges(
    session: Session, event: Event, folder: Path, *, lang: str = "en", font: Path | None = None
) -> list[Path]:
    """Write `badges.pdf`, in the order of organisations; attendees without a name carry their organisation's.

    Raises
    ------
    NotFoundError
        Nobody takes part, or somebody's code has not been made.
    """
    info, found = event_info(session, event, lang), badges_of(session, event)
    if not found:
        raise NotFoundError(f"Nobody takes part in {event.code!r} yet, so there are no badges.")
    typeface = typeface_for([info, *found], lang, font)
    path = folder / "badges.pdf"
    write_bytes(path, pdf.badges_pdf(info, found, utc_now(), lang=lang, typeface=typeface))
    return [path]


def badges_of(session: Session, event: Event) -> list[Badge]:
    """What stands on each badge; one query."""
    rows = session.execute(
        select(Attendee, Organisation, Representative)
        .join(Participation, Participation.id == Attendee.participation_id)
        .join(Organisation, Organisation.id == Participation.organisation_id)
        .outerjoin(Representative, Representative.id == Attendee.representative_id)
        .where(Attendee.event_id == event.id, Participation.withdrawn_at.is_(None), Attendee.code.is_not(None))
        .order_by(Organisation.name, Attendee.number)
    )
    return [
        Badge(
            name=person.name if person else firm.name,
            organisation=firm.name,
            code=str(attendee.code),
            role=(person.role or "") if person else "",
            languages=tuple(person.languages) if person else (),
            country=firm.country,
        )
        for attendee, firm, person in rows
    ]
