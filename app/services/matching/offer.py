"""The suppliers of an event, read and learned once, until something of them changes.

Whether something has changed is asked in three steps, each dearer than the one before. The trail: every change leaves
an entry in the transaction of the change, so no new entry means no change. The versions: rows count their changes, so
equal counts and sums of versions mean the same rows. The content: what the engine would learn, read anew; only where
that is different it is learned again. A change that left no entry is seen after `UNCHECKED` seconds at the latest.

At a large event learning takes a minute or more. There whoever asks is answered from what was learned before, while a
thread of its own looks into the change; only the very first call waits.
"""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from threading import Lock, Thread
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from app.core.crypto import content_hash
from app.core.kept import Kept
from app.db.engine import ReadSession
from app.db.models import (
    AuditEntry,
    CapabilityProfile,
    Event,
    Organisation,
    Participation,
    Representative,
    SeriesLesson,
)
from app.services.matching.fitting import fitted
from app.services.matching.lessons import lesson_for
from app.services.participants import Participant, those_who_meet
from app.services.profiles import latest
from app.services.records import supplier_record
from scoring import SupplierRanker

#: seconds
UNCHECKED = 5.0
#: from so many suppliers on nobody waits for what has changed
LARGE = 2000
#: entries are made before they are committed: so many seconds may lie between
_LONGEST_TRANSACTION = 3600


@dataclass(frozen=True)
class Offer:
    """Everybody at an event by organisation, the suppliers by code, their records, and the ranker that learned them.

    The rows are copies that belong to no session and hold what matching reads.
    """

    people: dict[UUID, Participant]
    suppliers: dict[str, Participant]
    records: dict[str, dict[str, Any]]
    ranker: SupplierRanker | None
    content: str
    #: the profiles of delegations' members by organisation
    capabilities: dict[UUID, CapabilityProfile] = field(default_factory=dict)
    #: a ranker learns the words of requests as they come: one call at a time
    alone: Lock = field(default_factory=Lock, compare=False)


@dataclass(frozen=True)
class _Seen:
    offer: Offer
    as_of: date
    since: UUID
    entries: int
    versions: tuple[Any, ...]
    checked: float

    def stands(self, session: Session, event: Event, as_of: date) -> bool:
        return (
            self.as_of == as_of
            and time.monotonic() - self.checked < UNCHECKED
            and _entries(session, event, self.since) == self.entries
        )


_log = logging.getLogger(__name__)
_Where = tuple[str, UUID]  # a database and an event
_seen: Kept[_Where, _Seen] = Kept(8)
_locks: defaultdict[_Where, Lock] = defaultdict(Lock)


def offer_of(session: Session, event: Event, as_of: date) -> Offer:
    """The suppliers of an event as they stand; `ranker` is None where there are none."""
    where = (str(session.get_bind().engine.url), event.id)
    seen = _seen.get(where)
    if seen is not None and seen.stands(session, event, as_of):
        return seen.offer
    if seen is not None and seen.as_of == as_of and len(seen.offer.records) >= LARGE:
        _look_behind(session.get_bind().engine, where, as_of, seen)
        return seen.offer
    with _locks[where]:
        newer = _seen.get(where)
        if newer is not None and newer is not seen and newer.as_of == as_of:
            return newer.offer  # read while this call waited for it
        found = _look(session, event, as_of, seen)
        _seen.put(where, found)
        return found.offer


def _look_behind(engine: Engine, where: _Where, as_of: date, seen: _Seen) -> None:
    """Look for changes in a thread of its own, unless one is at it."""
    lock = _locks[where]
    if not lock.acquire(blocking=False):
        return

    def work() -> None:
        try:
            with ReadSession(engine.execution_options(sqlite_begin="BEGIN"), expire_on_commit=False) as session:
                event = session.get(Event, where[1])
                if event is not None:
                    _seen.put(where, _look(session, event, as_of, seen))
        except Exception:  # noqa: BLE001 - the next call looks again
            _log.exception("what has changed at the event %s could not be learned", where[1])
        finally:
            lock.release()

    Thread(target=work, name=f"offer {where[1]}", daemon=True).start()


def _look(session: Session, event: Event, as_of: date, seen: _Seen | None) -> _Seen:
    checked = time.monotonic()
    since = UUID(int=int((time.time() - _LONGEST_TRANSACTION) * 1000) << 80)
    entries, versions = _entries(session, event, since), _versions(session, event)
    if seen is not None and seen.as_of == as_of and seen.versions == versions:
        return _Seen(seen.offer, as_of, since, entries, versions, checked)
    return _Seen(_read(session, event, as_of, seen), as_of, since, entries, versions, checked)


def _entries(session: Session, event: Event, since: UUID) -> int:
    """Entries of the trail after an id that may concern the event: its own, and those of the tenant as a whole."""
    later = select(func.count()).where(AuditEntry.tenant_id == event.tenant_id, AuditEntry.id > since)
    own = later.where(AuditEntry.event_id == event.id).scalar_subquery()
    common = later.where(AuditEntry.event_id.is_(None)).scalar_subquery()
    return int(session.scalar(select(own + common)) or 0)


def _versions(session: Session, event: Event) -> tuple[Any, ...]:
    """Counts and sums of versions of all rows an offer is read from; profiles are only ever added to."""
    found: list[Any] = []
    for model, condition in (
        (Participation, Participation.event_id == event.id),
        (Organisation, Organisation.tenant_id == event.tenant_id),
        (Representative, Representative.tenant_id == event.tenant_id),
    ):
        found += session.execute(select(func.count(), func.sum(model.version)).where(condition)).one()
    for added_only in (CapabilityProfile, SeriesLesson):
        found.append(session.scalar(select(func.count()).select_from(added_only)))
    return tuple(map(str, found))


def _read(session: Session, event: Event, as_of: date, seen: _Seen | None) -> Offer:
    people = [_copy(one) for one in those_who_meet(session, event)]
    suppliers = {one.organisation.code: one for one in people if one.participation.supplies}
    profiles = latest(session, CapabilityProfile, [part.id for one in suppliers.values() for part in one.organisations])
    records = {code: supplier_record(one, profiles) for code, one in suppliers.items()}
    lesson = lesson_for(session, event)
    content = content_hash(str(as_of), lesson.key if lesson else "", *map(repr, records.values()))
    known = seen.offer.ranker if seen is not None and seen.offer.content == content else None
    ranker = known or (fitted(list(records.values()), as_of, lesson) if records else None)
    everybody = {part.id: one for one in people for part in one.organisations}
    members = {part.id for one in suppliers.values() for part in one.organisations[1:]}
    kept = {
        key: CapabilityProfile(document=row.document, resolved=row.resolved)
        for key, row in profiles.items()
        if key in members
    }
    return Offer(everybody, suppliers, records, ranker, content, kept)


def _copy(one: Participant) -> Participant:
    part, owner = one.participation, one.organisation
    return Participant(
        Participation(id=part.id, event_id=part.event_id, kind=part.kind, supplies=part.supplies, buys=part.buys),
        Organisation(
            id=owner.id, code=owner.code, name=owner.name, name_local=owner.name_local, country=owner.country,
            kind=owner.kind,
        ),
        (),
        one.languages,
        tuple(map(_copy, one.members)),
    )  # fmt: skip
