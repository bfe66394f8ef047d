"""Who takes part, as its organiser looks through it: found by name, kind and side, and by what is still missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, or_, select, union_all
from sqlalchemy.orm import Session

from app.core.errors import NotFoundError
from app.core.paging import MAX_LIMIT, Page, decode_cursor, decode_place, encode_cursor, encode_place
from app.db.models import (
    BuyerProfile,
    CapabilityProfile,
    Certificate,
    Event,
    Meeting,
    Organisation,
    Participation,
    RequestRevision,
    SourcingRequest,
)
from app.services.access import Actor
from app.services.lookups import revisions
from app.services.problems import current_schedule
from app.services.profiles import latest


@dataclass(frozen=True)
class Entry:
    """A participant in the list. `completeness` is that of its profile, None without one; `evidence` counts papers,
    `meetings` those that stand in the current schedule."""

    part: Participation
    organisation: Organisation
    completeness: int | None
    evidence: dict[str, int]
    requests: int
    delegation: Organisation | None
    meetings: int


def roster(
    session: Session,
    event: Event,
    *,
    kind: str | None = None,
    side: str | None = None,
    country: str | None = None,
    below: int | None = None,
    withdrawn: bool = False,
    q: str | None = None,
    sort: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Entry]:
    """Participants in the order in which they came, or another; a fixed number of queries.

    Parameters
    ----------
    side
        "supply" or "buy".
    below
        Only those whose profile is less complete than this, 0–100; who has none counts as 0.
    withdrawn
        Those who have withdrawn, instead of those who come.
    q
        Part of a name, or a code.
    sort
        One of `SORTS`: "name", "own-name" (in its own script where it has one), "kind", "complete" (the least first),
        or "meetings" (the most first).
    """
    part, firm = Participation, Organisation
    gone = part.withdrawn_at.is_not(None) if withdrawn else part.withdrawn_at.is_(None)
    held = _meetings(session, event)
    by, kind_of, down = SORTS.get(sort or "", (part.id, UUID, False))
    by = func.coalesce(held.c.meetings, 0) if sort == "meetings" else by
    query = select(part, by, func.coalesce(held.c.meetings, 0)).join(firm, firm.id == part.organisation_id)
    query = query.outerjoin(held, held.c.id == part.id).where(part.event_id == event.id, gone)
    if kind:
        query = query.where(part.kind == kind)
    if side:
        query = query.where(part.supplies if side == "supply" else part.buys)
    if country:
        query = query.where(firm.country == country)
    if q:
        word = q.strip().lower()
        names = [func.lower(name).contains(word, autoescape=True) for name in (firm.name, firm.name_local)]
        query = query.where(or_(*names, func.lower(firm.code) == word))
    if below is not None:
        query = query.where(_grade() < below)
    if cursor:
        query = query.where(_after(by, kind_of, cursor, down=down))
    order, limit = (by.desc() if down else by, part.id), max(1, min(limit, MAX_LIMIT))
    rows = session.execute(query.order_by(*order).limit(limit + 1)).all()
    shown = rows[:-1] if len(rows) > limit else rows
    following = None
    if len(rows) > limit:
        last, value = shown[-1][0], shown[-1][1]
        following = encode_cursor(last.id) if kind_of is UUID else encode_place(value, last.id)
    return Page(_entries(session, event, [row[0] for row in shown], {row[0].id: row[2] for row in shown}), following)


def _after(by: Any, kind: type[Any], cursor: str, *, down: bool) -> Any:
    """What comes after the row that a cursor names, in the order of `by` and then of the ids."""
    if kind is UUID:
        return by > decode_cursor(cursor)
    value, last = decode_place(cursor, kind)
    return or_(by < value if down else by > value, and_(by == value, Participation.id > last))


def _meetings(session: Session, event: Event) -> Any:
    """How many meetings of the current schedule each participation has."""
    schedule = current_schedule(session, event.id)
    mine = (Meeting.schedule_id == (schedule.id if schedule else None)) & (Meeting.status != "cancelled")
    sides = union_all(*(select(side.label("id")).where(mine) for side in (Meeting.low_id, Meeting.high_id))).subquery()
    return select(sides.c.id, func.count().label("meetings")).group_by(sides.c.id).subquery()


def _grade() -> Any:
    """How complete the profile of a participation's side is; a supplier's capabilities count before its buying."""

    def newest(model: Any) -> Any:
        mine = select(model.completeness).where(model.organisation_id == Participation.organisation_id)
        return mine.order_by(model.revision.desc()).limit(1).correlate(Participation).scalar_subquery()

    return func.coalesce(newest(CapabilityProfile), newest(BuyerProfile), 0)


#: order → what rows are sorted by, its type, and whether the highest comes first
SORTS: dict[str, tuple[Any, type[Any], bool]] = {
    "name": (func.lower(Organisation.name), str, False),
    "own-name": (func.lower(func.coalesce(Organisation.name_local, Organisation.name)), str, False),
    "kind": (Participation.kind, str, False),
    "complete": (_grade(), int, False),
    "meetings": (None, int, True),
}


def _entries(
    session: Session, event: Event, rows: list[Participation], meetings: dict[UUID, int]
) -> list[Entry]:  # fmt: skip
    bodies = {
        row[0]: row[1]
        for row in session.execute(
            select(Participation.id, Organisation)
            .join(Organisation, Organisation.id == Participation.organisation_id)
            .where(Participation.id.in_([row.delegation_id for row in rows if row.delegation_id]))
        )
    }
    ids = [row.organisation_id for row in rows]
    firms = {row.id: row for row in session.scalars(select(Organisation).where(Organisation.id.in_(ids)))}
    makes, buys = latest(session, CapabilityProfile, ids), latest(session, BuyerProfile, ids)
    papers: dict[UUID, dict[str, int]] = {}
    for owner, grade, count in session.execute(
        select(Certificate.capability_profile_id, Certificate.evidence, func.count())
        .where(Certificate.capability_profile_id.in_([row.id for row in makes.values()]))
        .group_by(Certificate.capability_profile_id, Certificate.evidence)
    ):
        papers.setdefault(owner, {})[grade] = count
    wants = {
        row[0]: row[1]
        for row in session.execute(
            select(SourcingRequest.organisation_id, func.count())
            .where(
                and_(SourcingRequest.event_id == event.id, SourcingRequest.withdrawn.is_(False)),
                SourcingRequest.organisation_id.in_(ids),
            )
            .group_by(SourcingRequest.organisation_id)
        )
    }
    entries = []
    for row in rows:
        key = row.organisation_id
        profile = makes.get(key) or buys.get(key)
        evidence = papers.get(makes[key].id, {}) if key in makes else {}
        entries.append(
            Entry(
                row, firms[key], profile.completeness if profile else None, evidence, wants.get(key, 0),
                bodies.get(row.delegation_id) if row.delegation_id else None, meetings[row.id],
            )
        )  # fmt: skip
    return entries


def body_of(session: Session, part: Participation) -> Organisation | None:
    """The organisation that a participant comes with, if it comes with one."""
    return session.scalar(
        select(Organisation)
        .join(Participation, Participation.organisation_id == Organisation.id)
        .where(Participation.id == part.delegation_id)
    )


def members_of(session: Session, body: Participation) -> list[Organisation]:
    """The organisations that come with a body, by name."""
    return list(
        session.scalars(
            select(Organisation)
            .join(Participation, Participation.organisation_id == Organisation.id)
            .where(Participation.delegation_id == body.id)
            .order_by(Organisation.name)
        )
    )


def participant(session: Session, actor: Actor, event: Event, code: str) -> tuple[Participation, Organisation]:
    """A participant of an event by the code of its organisation; raise NotFoundError if there is none."""
    row = session.execute(
        select(Participation, Organisation)
        .join(Organisation, Organisation.id == Participation.organisation_id)
        .where(Participation.event_id == event.id, Organisation.tenant_id == actor.tenant_id, Organisation.code == code)
    ).one_or_none()
    if row is None:
        raise NotFoundError(f"There is no participant {code!r} in {event.code}.")
    return row[0], row[1]


def requests_of(session: Session, event: Event, organisation_id: UUID) -> list[tuple[SourcingRequest, RequestRevision]]:
    """What a participant looks for at an event, with the newest revision of each; two queries."""
    rows = session.scalars(
        select(SourcingRequest)
        .where(SourcingRequest.event_id == event.id, SourcingRequest.organisation_id == organisation_id)
        .order_by(SourcingRequest.code)
    ).all()
    newest = revisions(session, [row.id for row in rows])
    return [(row, newest[row.id]) for row in rows if row.id in newest]


def revisions_of(session: Session, organisation_id: UUID, *, limit: int = 20) -> list[CapabilityProfile | BuyerProfile]:
    """The revisions of an organisation's profiles, the newest first."""
    found: list[CapabilityProfile | BuyerProfile] = []
    for model in (CapabilityProfile, BuyerProfile):
        mine = select(model).where(model.organisation_id == organisation_id)
        found += session.scalars(mine.order_by(model.revision.desc()).limit(limit))
    return sorted(found, key=lambda row: row.created_at, reverse=True)[:limit]
