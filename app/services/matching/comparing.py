"""Suppliers of one request side by side: scores, terms and what they say of themselves, the best of each row marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import InvalidInputError, NotFoundError
from app.core.i18n import format_country, format_date, format_language
from app.db.models import CapabilityProfile, Certificate, Event
from app.domain.vocabulary import FIELDS, vocabulary
from app.services.matching.why import Listed
from app.services.participants import Participant, participants
from app.services.profiles import latest

FEWEST, MOST = 2, 4
#: fields whose numbers are compared, and whether the highest or the lowest is best
_NUMBERS = {
    "moq": min, "capacity_per_month": max, "sample_days": min, "lead_time_days": min, "price_from": min,
    "price_to": min, "smart_level": max,
}  # fmt: skip
_LISTS = ("business_models", "cooperation", "compliance", "incoterms", "transport", "payment_terms")


@dataclass(frozen=True)
class Row:
    """One line: a field, the value of each supplier (a number, some words, or None), and which are the best."""

    name: str
    values: tuple[float | tuple[str, ...] | None, ...]
    best: frozenset[int] = frozenset()
    #: what is said beside each value
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class SideBySide:
    """The items of the list in the order asked for, and the rows in three groups: scores, terms, facts."""

    items: tuple[dict[str, Any], ...]
    people: tuple[Participant, ...]
    scores: tuple[Row, ...]
    terms: tuple[Row, ...]
    facts: tuple[Row, ...]


def side_by_side(session: Session, event: Event, listed: Listed, ids: Sequence[UUID], lang: str) -> SideBySide:
    """Two to four suppliers of a request's list side by side.

    Raises
    ------
    InvalidInputError
        Fewer or more are asked for.
    NotFoundError
        One of them is not on the list.
    """
    chosen = list(dict.fromkeys(ids))
    if not FEWEST <= len(chosen) <= MOST:
        raise InvalidInputError(f"Choose {FEWEST} to {MOST} suppliers to put side by side; these are {len(chosen)}.")
    on_list = {UUID(item["supplier"]["id"]): item for item in listed.found.items}
    for key in chosen:
        if key not in on_list:
            raise NotFoundError(f"The supplier {key} is not on the list of this request.")
    items = tuple(on_list[key] for key in chosen)
    people = {person.organisation.id: person for person in participants(session, event, chosen)}
    shown = tuple(people[key] for key in chosen)
    scores = tuple(_row(name, [item[name] for item in items], max) for name in ("score", "probability", "mutual"))
    return SideBySide(items, shown, scores, _terms(items), _facts(session, shown, listed, lang))


def _row(name: str, values: Sequence[float | None], best: Any, notes: tuple[str, ...] = ()) -> Row:
    """A row of numbers; the best are marked where they are not all the same."""
    known = [value for value in values if value is not None]
    top = best(known) if known and len(set(values)) > 1 else None
    marked = frozenset(at for at, value in enumerate(values) if top is not None and value == top)
    return Row(name, tuple(values), marked, notes)


def _terms(items: Sequence[Mapping[str, Any]]) -> tuple[Row, ...]:
    own = [{term["name"]: term for term in item["terms"]} for item in items]
    names = dict.fromkeys(term["name"] for item in items for term in item["terms"])
    rows = []
    for name in names:
        points = [terms[name]["points"] if name in terms else None for terms in own]
        because = tuple(terms[name]["because"] if name in terms else "" for terms in own)
        rows.append(_row(name, points, max, because))
    return tuple(rows)


def _facts(session: Session, people: Sequence[Participant], listed: Listed, lang: str) -> tuple[Row, ...]:
    ids = [person.organisation.id for person in people]
    profiles = latest(session, CapabilityProfile, ids)
    documents = [profiles[key].document if key in profiles else {} for key in ids]
    words = [_Words(profiles.get(key), lang) for key in ids]
    currencies = {document.get("currency") for document in documents}
    rows = [_countries(people, lang)]
    for name, best in _NUMBERS.items():
        alike = not name.startswith("price") or len(currencies) == 1
        notes = tuple(_unit(name, document, word) for document, word in zip(documents, words, strict=True))
        row = _row(name, [document.get(name) for document in documents], best, notes)
        rows.append(row if alike else Row(name, row.values, frozenset(), notes))
    rows += [_certificates(session, profiles, ids, lang), _languages(people, listed, lang)]
    rows += [Row(name, tuple(word.of(name) for word in words)) for name in _LISTS]
    return tuple(row for row in rows if any(value not in (None, ()) for value in row.values))


def _unit(name: str, document: Mapping[str, Any], words: _Words) -> str:
    """What a number counts."""
    if name in ("moq", "capacity_per_month"):
        return ", ".join(words.of("unit"))
    return str(document.get("currency") or "") if name.startswith("price") else ""


def _countries(people: Sequence[Participant], lang: str) -> Row:
    where = [
        (", ".join(filter(None, (one.organisation.city, format_country(one.organisation.country or "", lang)))),)
        for one in people
    ]
    return Row("country", tuple(where))


def _languages(people: Sequence[Participant], listed: Listed, lang: str) -> Row:
    said = tuple(tuple(format_language(tag, lang) for tag in person.languages) for person in people)
    wanted = set(listed.revision.document.get("languages", []))
    shared = [len(wanted & set(person.languages)) for person in people]
    return Row("languages", said, _row("", shared, max).best if wanted else frozenset())


def _certificates(session: Session, profiles: Mapping[UUID, CapabilityProfile], ids: Sequence[UUID], lang: str) -> Row:
    """Those of the newest revision with the day they end; the best holds most of what the request asks for."""
    known = vocabulary("certificates")
    owner = {profile.id: key for key, profile in profiles.items()}
    held: dict[UUID, list[str]] = {key: [] for key in ids}
    rows = session.scalars(
        select(Certificate).where(Certificate.capability_profile_id.in_(owner)).order_by(Certificate.position)
    )
    for row in rows:
        name = known.label(row.code, lang) if row.code and row.code in known.terms else row.text
        until = f" (→ {format_date(row.valid_to, lang, 'medium')})" if row.valid_to else ""
        held[owner[row.capability_profile_id]].append(name + until)
    return Row("certificates", tuple(tuple(held[key]) for key in ids))


class _Words:
    """The words of a profile, in the reader's language where the vocabulary knows them."""

    def __init__(self, profile: CapabilityProfile | None, lang: str) -> None:
        self._document: Mapping[str, Any] = profile.document if profile else {}
        self._codes = {(row["field"], row["text"]): row["code"] for row in (profile.resolved if profile else [])}
        self._lang = lang

    def of(self, field: str) -> tuple[str, ...]:
        said = self._document.get(field) or []
        words = [said] if isinstance(said, str) else said
        return tuple(dict.fromkeys(self._label(field, str(word)) for word in words))

    def _label(self, field: str, word: str) -> str:
        known, code = vocabulary(FIELDS[field]), self._codes.get((field, word), word)
        return known.label(code, self._lang) if code in known.terms else word
