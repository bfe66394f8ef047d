"""What can only be seen across cells: ids given twice, ranges upside down, a row that meets itself."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

from app.domain.lists.fields import Kind
from app.domain.lists.headers import Mapping
from app.domain.lists.problems import Problem, Severity
from app.domain.lists.records import Record
from app.domain.lists.tables import address, shown
from app.domain.lists.words import key

_ORDERED = (
    ("min_meetings", "max_meetings", "error"),
    ("price_from", "price_to", "error"),
    ("gsm_from", "gsm_to", "error"),
    ("gauge_from", "gauge_to", "error"),
    ("width_from", "width_to", "error"),
    ("valid_from", "valid_to", "error"),
    ("sample_by", "ship_by", "warning"),
    ("ship_by", "in_store_by", "warning"),
)
#: fields that together must not recur in a kind of list
_UNIQUE: dict[Kind, tuple[tuple[str, ...], ...]] = {
    "exhibitors": (("id",),),
    "clusters": (("id",),),
    "requests": (("id",),),
    "preferences": (("from", "to"),),
    "representatives": (("organisation_id", "organisation", "name"),),
    "cluster_facts": (("cluster_id", "cluster", "metric", "scope", "year", "source"),),
}

#: what tells two rows of one name apart, the most lasting first
_TELL_APART = ("name_local", "country", "city", "stand", "table", "contact_email")


def made_id(name: str) -> str:
    """Return a stable id made from a name: its letters and digits of any script, parted by hyphens, at most 64.

    The same name always gives the same id, however it is cased, spaced or accented; a long one ends in a hash of the
    whole.
    """
    wide = unicodedata.normalize("NFKD", name).casefold()
    bare = unicodedata.normalize("NFKC", "".join(sign for sign in wide if not unicodedata.combining(sign)))
    made = re.sub(r"[\W_]+", "-", bare).strip("-")
    if len(made) > 64:
        made = made[:55].rstrip("-") + "-" + hashlib.sha256(bare.encode()).hexdigest()[:8]
    return made


def check_records(kind: Kind, sheet: str, mapping: Mapping, records: Sequence[Record]) -> list[Problem]:
    """Return the problems that show only when cells or rows are compared."""
    problems: list[Problem] = []
    for record in records:
        problems.extend(_out_of_order(sheet, mapping, record))
        problems.extend(_with_itself(sheet, mapping, record))
    for names in _UNIQUE.get(kind, ()):
        problems.extend(_twice(sheet, mapping, records, names))
    if kind == "buyers":
        bare = [record for record in records if not record.of("request")]
        with_request = {_identity(record, ("id",)) for record in records} - {
            _identity(record, ("id",)) for record in bare
        }
        problems.extend(_twice(sheet, mapping, bare, ("id",)))
        problems.extend(_contradicting(sheet, mapping, records, with_request))
    return problems


def _problem(
    sheet: str, mapping: Mapping, record: Record, name: str, message: str, expected: str, severity: Severity = "error"
) -> Problem:
    columns = mapping.columns_of(name) or mapping.columns_of(name.removesuffix("_from").removesuffix("_to"))
    columns = columns or (mapping.columns_of("name") if name == "id" else ())
    place = address(record.row, columns[0].index) if columns else ""
    header = (columns[0].header or columns[0].letters) if columns else ""
    found = shown(record.values.get(name)) if not isinstance(record.values.get(name), list) else ""
    return Problem(sheet, place, record.row, header, name, found, message, expected, severity)


def _out_of_order(sheet: str, mapping: Mapping, record: Record) -> list[Problem]:
    problems = []
    for low, high, severity in _ORDERED:
        a, b = record.values.get(low), record.values.get(high)
        if a is None or b is None or a <= b:
            continue
        message = f"{low} ({shown(a)}) is above {high} ({shown(b)})"
        grade: Severity = "error" if severity == "error" else "warning"
        problems.append(_problem(sheet, mapping, record, high, message, f"{high} at or after {low}", grade))
    start, end = record.values.get("from"), record.values.get("to")
    if record.kind == "availability" and _upside_down(start, end):
        message = f"the time ends ({shown(end)}) before it begins ({shown(start)})"
        problems.append(_problem(sheet, mapping, record, "to", message, "a later end"))
    return problems


def _upside_down(start: Any, end: Any) -> bool:
    if isinstance(start, datetime) and isinstance(end, time):
        end = datetime.combine(start.date(), end)
    if isinstance(start, datetime) and isinstance(end, datetime):
        return end.replace(tzinfo=None) <= start.replace(tzinfo=None)
    return isinstance(start, time) and isinstance(end, time) and end <= start


def _with_itself(sheet: str, mapping: Mapping, record: Record) -> list[Problem]:
    if record.kind != "preferences" or not record.values.get("from"):
        return []
    if key(str(record.values["from"])) != key(str(record.values.get("to"))):
        return []
    return [_problem(sheet, mapping, record, "to", "both sides are the same organisation", "another organisation")]


def _identity(record: Record, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(key(shown(record.values.get(name))) for name in names)


def _twice(sheet: str, mapping: Mapping, records: Sequence[Record], names: tuple[str, ...]) -> list[Problem]:
    first: dict[tuple[str, ...], Record] = {}
    problems = []
    for record in records:
        identity = _identity(record, names)
        if not any(identity):
            continue
        earlier = first.setdefault(identity, record)
        if earlier is record:
            continue
        if names == ("id",) and record.made_id and record.values != earlier.values:
            problems.append(_namesake(sheet, mapping, earlier, record))
            continue
        given = [name for name in names if record.values.get(name) is not None]
        what, said = " and ".join(given), " / ".join(shown(record.values[name]) for name in given)
        if record.made_id:
            what, said = "entries", shown(record.values.get("name"))
        message = f"rows {earlier.row} and {record.row} have the same {what}, {said!r}"
        problems.append(_problem(sheet, mapping, record, given[-1], message, "one row each, or different ids"))
    return problems


def _namesake(sheet: str, mapping: Mapping, earlier: Record, record: Record) -> Problem:
    """Two rows of one name with different entries and no ids: both are kept, told apart by what differs."""
    mark = next(
        (shown(record.values[name]) for name in _TELL_APART if record.values.get(name) != earlier.values.get(name)),
        str(record.row),
    )
    record.values["id"] = made_id(f"{record.values['name']} {mark}")
    record.made_id = False  # it is this id, not the name, that tells the row from its namesake
    message = (
        f"rows {earlier.row} and {record.row} have the same name, {shown(record.values['name'])!r}; they are kept as "
        f"two organisations, the second with the id {record.values['id']!r}"
    )
    return _problem(sheet, mapping, record, "id", message, "a column with ids, or one row", "warning")


def _contradicting(
    sheet: str, mapping: Mapping, records: Sequence[Record], several: set[tuple[str, ...]]
) -> list[Problem]:
    """A buyer may have a row per request; what the rows say of the buyer itself must agree."""
    first: dict[tuple[str, ...], Record] = {}
    problems = []
    for record in records:
        identity = _identity(record, ("id",))
        earlier = first.setdefault(identity, record)
        if earlier is record or identity not in several:
            continue
        for name, value in record.of("organisation").items():
            old = earlier.values.get(name)
            if name != "id" and old is not None and old != value:
                message = f"row {earlier.row} says {shown(old)!r}, this row {shown(value)!r} of the same buyer"
                problems.append(_problem(sheet, mapping, record, name, message, "the same in both rows"))
    return problems
