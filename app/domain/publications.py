"""What was published, what has become of it since, and what the next publication would change.

A calendar knows a meeting by its uid, which stays over all schedules of an event, and takes a change only if the
sequence has grown. Both are kept here: a pair that meets again, in whichever schedule, goes on under the same uid, and
a meeting that is off stays as cancelled, so that calendars that know it take it off.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Literal, Self
from uuid import UUID, uuid5

CANCELLED = "cancelled"
_SETTLED = ("live", "held", "no_show", CANCELLED)


@dataclass(frozen=True)
class Standing:
    """A meeting of a schedule as it stands: ids, times and state. `revision` counts the changes of its row."""

    id: UUID
    low_id: UUID
    high_id: UUID
    request_id: UUID | None
    slot_id: UUID
    length: int
    starts_at: datetime
    ends_at: datetime
    place_id: UUID | None
    helper_id: UUID | None
    status: str
    revision: int
    value: float

    @property
    def pair(self) -> tuple[UUID, UUID]:
        return self.low_id, self.high_id

    @property
    def is_off(self) -> bool:
        return self.status == CANCELLED

    def seen(self) -> tuple[object, ...]:
        """All that a calendar shows."""
        return (self.starts_at, self.ends_at, self.place_id, self.helper_id, self.is_off)


@dataclass(frozen=True)
class Entry(Standing):
    """A meeting as a publication, or a calendar, holds it."""

    uid: UUID
    sequence: int

    def as_dict(self) -> dict[str, Any]:
        """The entry as JSON holds it."""
        return {field.name: _plain(getattr(self, field.name)) for field in fields(self)}

    @classmethod
    def of(cls, data: dict[str, Any]) -> Self:
        """The entry that `as_dict` wrote."""
        ids = {name: UUID(data[name]) if data[name] else None for name in data if name.endswith("id")}
        times = {name: datetime.fromisoformat(data[name]) for name in ("starts_at", "ends_at")}
        return cls(**{**data, **ids, **times})


@dataclass(frozen=True)
class Difference:
    """One meeting that a publication would change; `before` is None for a new one."""

    kind: Literal["added", "removed", "moved", "changed"]
    before: Entry | None
    after: Entry

    @property
    def shown(self) -> Entry:
        return self.before if self.kind == "removed" and self.before else self.after


def align(
    event_id: UUID, before: Sequence[Entry], now: Iterable[Standing], known: Collection[UUID] = ()
) -> list[Entry]:
    """The meetings of a schedule under the names that calendars know, and as cancelled those it no longer has.

    Parameters
    ----------
    before
        What was published last.
    known
        Meetings that their parties know of although they were not published; one of these stays when it is off.
    """
    rows = list(now)
    old = {entry.id: entry for entry in before}
    there = {row.id for row in rows}
    found = [_follow(old[row.id], row) for row in rows if row.id in old]
    left = [entry for entry in before if entry.id not in there]
    taken = {entry.uid for entry in before}
    fresh = [row for row in rows if row.id not in old and (not row.is_off or row.id in known)]
    for row in sorted(fresh, key=lambda row: (row.is_off, row.starts_at, row.id)):
        match = _same_pair(left, row)
        if match is not None:
            left.remove(match)
            found.append(_follow(match, row))
        else:
            found.append(_name(event_id, taken, row))
    return _in_order([*found, *(_off(entry) for entry in left)])


def standing(
    event_id: UUID,
    before: Sequence[Entry],
    now: Iterable[Standing],
    agreed: Collection[UUID],
    *,
    on_the_day: bool,
) -> list[Entry]:
    """What the parties are to know at this moment.

    On the day everything is shown as it is. Before it, what the organiser moves waits for the next publication, but
    what is off, and what two parties agreed on themselves (`agreed`), stands at once.
    """
    rows = list(now)
    if on_the_day:
        return align(event_id, before, rows, agreed)
    by_id = {row.id: row for row in rows}
    kept = [_in_state(entry, by_id.get(entry.id)) for entry in before]
    there, taken = {entry.id for entry in before}, {entry.uid for entry in before}
    elsewhere = {entry.pair for entry in kept if not entry.is_off and entry.id not in by_id}
    for row in rows:
        if row.id in agreed and row.id not in there and row.pair not in elsewhere:
            match = _same_pair([entry for entry in kept if entry.is_off], row)
            if match is not None:
                kept.remove(match)
                kept.append(_follow(match, row))
            else:
                kept.append(_name(event_id, taken, row))
    return _in_order(kept)


def differences(before: Sequence[Entry], after: Sequence[Entry]) -> list[Difference]:
    """What changes from one publication to the next, in the order of time."""
    old = {entry.uid: entry for entry in before}
    found = [found for entry in after for found in _difference(old.get(entry.uid), entry)]
    return sorted(found, key=lambda one: (one.shown.starts_at, one.shown.uid))


def counts(found: Iterable[Difference]) -> dict[str, int]:
    """How many of each kind."""
    kinds = [one.kind for one in found]
    return {kind: kinds.count(kind) for kind in ("added", "removed", "moved", "changed")}


def _difference(before: Entry | None, after: Entry) -> Iterator[Difference]:
    was = before is not None and not before.is_off
    if not was and not after.is_off:
        yield Difference("added", None, after)
    elif was and after.is_off:
        yield Difference("removed", before, after)
    elif was and before is not None and before.seen() != after.seen():
        moved = (before.starts_at, before.ends_at) != (after.starts_at, after.ends_at)
        yield Difference("moved" if moved else "changed", before, after)


def _follow(entry: Entry, row: Standing) -> Entry:
    """The entry as the row now is; its sequence grows with what a calendar shows."""
    changed = int(entry.seen() != row.seen())
    more = max(changed, row.revision - entry.revision) if row.id == entry.id else changed + row.revision
    return _entry(row, entry.uid, entry.sequence + more)


def _in_state(entry: Entry, row: Standing | None) -> Entry:
    """The entry where it was published, with what has become of it."""
    if row is None or row.status not in _SETTLED:
        return entry
    if row.is_off and not entry.is_off:
        more = max(1, row.revision - entry.revision)
        return replace(entry, status=CANCELLED, sequence=entry.sequence + more, revision=row.revision)
    return replace(entry, status=row.status)


def _off(entry: Entry) -> Entry:
    return entry if entry.is_off else replace(entry, status=CANCELLED, sequence=entry.sequence + 1)


def _same_pair(entries: Iterable[Entry], row: Standing) -> Entry | None:
    """The entry that a row goes on with: of the same pair, rather one that is on, rather about the same request."""
    mine = [entry for entry in entries if entry.pair == row.pair]
    return min(
        mine, key=lambda one: (one.is_off, one.request_id != row.request_id, one.starts_at, one.uid), default=None
    )


def _name(event_id: UUID, taken: set[UUID], row: Standing) -> Entry:
    """A new entry, named after its pair; a pair that meets more than once is numbered. Its name is taken then."""
    number, name = 1, f"{row.low_id} {row.high_id}"
    while (uid := uuid5(event_id, name)) in taken:
        number += 1
        name = f"{row.low_id} {row.high_id} {number}"
    taken.add(uid)
    return _entry(row, uid, row.revision)


def _entry(row: Standing, uid: UUID, sequence: int) -> Entry:
    plain = {field.name: getattr(row, field.name) for field in fields(Standing)}
    return Entry(**plain, uid=uid, sequence=sequence)


def _in_order(entries: Iterable[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda entry: (entry.starts_at, entry.uid))


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    return value.isoformat() if isinstance(value, datetime) else value
