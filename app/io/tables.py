"""The tables that leave the house: named columns and typed cells, the same for workbooks, CSV and JSON."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

from app.core.clock import in_zone
from app.core.i18n import format_datetime, format_number, known, text
from app.domain.matchlists import Called, MatchRow
from app.domain.timetables import Party, PlannedMeeting, Timetable
from app.io.labels import kind_label, zone_label

Cell = str | int | float | date | time | None


@dataclass(frozen=True)
class Column:
    """One column: `key` names its label `column.KEY`; `width` is in characters; `kind` says how its cells are shown."""

    key: str
    width: int
    kind: str = "text"  # text, wrapped, number, points, share, figure, date, time

    def label(self, lang: str) -> str:
        return text(f"column.{self.key}", lang)


@dataclass(frozen=True)
class Table:
    """A title, columns with their labels, rows of as many cells."""

    title: str
    columns: tuple[Column, ...]
    labels: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def _table(title: str, columns: tuple[Column, ...], rows: Iterable[tuple[Cell, ...]], lang: str) -> Table:
    return Table(text(f"sheet.{title}", lang), columns, tuple(column.label(lang) for column in columns), tuple(rows))


_WHEN = (Column("date", 12, "date"), Column("start", 8, "time"), Column("end", 8, "time"))
_SIDE_A = (Column("party_a", 30), Column("local_a", 24), Column("kind_a", 18), Column("country_a", 10))
_SIDE_B = (Column("party_b", 30), Column("local_b", 24), Column("kind_b", 18), Column("country_b", 10))
_TIMETABLE = (
    *_WHEN,
    Column("place", 9),
    *_SIDE_A,
    *_SIDE_B,
    Column("interpreter", 18),
    Column("status", 12),
    Column("purpose", 30, "wrapped"),
    Column("score", 9, "points"),
    Column("reasons", 50, "wrapped"),
    Column("zone", 16),
    Column("meeting", 38),
)
_AGENDAS = (
    Column("participant", 30),
    Column("local_name", 24),
    Column("kind", 18),
    Column("country", 10),
    *_WHEN,
    Column("place", 9),
    Column("meets", 30),
    Column("interpreter", 18),
    Column("status", 12),
    Column("purpose", 30, "wrapped"),
)
_LEFT_OUT = (*_SIDE_A, *_SIDE_B, Column("score", 9, "points"), Column("code", 24), Column("reason", 70, "wrapped"))
_FACTS = (Column("fact", 34), Column("value", 60))
_MATCHES = (
    Column("seeker", 28),
    Column("request", 28),
    Column("rank", 7, "number"),
    Column("provider", 30),
    Column("local_name", 24),
    Column("kind", 18),
    Column("country", 10),
    Column("members", 30, "wrapped"),
    Column("score", 9, "points"),
    Column("probability", 11, "share"),
    Column("mutual", 11, "points"),
    Column("strongest", 60, "wrapped"),
    Column("gates_passed", 30, "wrapped"),
    Column("gates_open", 30, "wrapped"),
    Column("unknown", 30, "wrapped"),
    Column("lifts", 50, "wrapped"),
    Column("notes", 40, "wrapped"),
)
_REASONS = (
    Column("seeker", 28),
    Column("request", 28),
    Column("rank", 7, "number"),
    Column("provider", 30),
    Column("term", 24),
    Column("points", 10, "points"),
    Column("because", 80, "wrapped"),
)


def _who(party: Party, lang: str) -> tuple[str, str | None, str, str | None]:
    return party.name, party.name_local, kind_label(party.kind, lang), party.country


def _when(start: datetime, end: datetime, zone: str) -> tuple[date, time, time]:
    first, last = in_zone(start, zone), in_zone(end, zone)
    return first.date(), first.time().replace(tzinfo=None), last.time().replace(tzinfo=None)


def timetable_table(timetable: Timetable, lang: str) -> Table:
    """One row a meeting, in the event's local time."""
    zone = timetable.event.zone

    def row(meeting: PlannedMeeting) -> tuple[Cell, ...]:
        first, second = meeting.parties
        return (
            *_when(meeting.starts_at, meeting.ends_at, zone),
            meeting.place,
            *_who(first, lang),
            *_who(second, lang),
            meeting.interpreter,
            known("status", meeting.status, lang),
            meeting.purpose,
            meeting.score,
            "\n".join(meeting.reasons),
            zone,
            meeting.id,
        )

    return _table("timetable", _TIMETABLE, map(row, timetable.in_order()), lang)


def agendas_table(timetable: Timetable, lang: str) -> Table:
    """Each participant's meetings one below the other; someone without a meeting has one row without a time."""
    rows: list[tuple[Cell, ...]] = []
    for agenda in timetable.agendas():
        for meeting in agenda.meetings:
            when = _when(meeting.starts_at, meeting.ends_at, timetable.event.zone)
            status = known("status", meeting.status, lang)
            meets = meeting.counterpart.names(lang)[0]
            meets_at = (meeting.place, meets, meeting.interpreter, status, meeting.purpose)
            rows.append((*_who(agenda.party, lang), *when, *meets_at))
        if not agenda.meetings:
            rows.append((*_who(agenda.party, lang), *[None] * 8))
    return _table("agendas", _AGENDAS, rows, lang)


def left_out_table(timetable: Timetable, lang: str) -> Table:
    """One row for each pair that does not meet, with its reason."""
    rows = (
        (*_who(first, lang), *_who(second, lang), left.score, known("code", left.code, lang), left.reason)
        for left in timetable.left_out
        for first, second in [left.parties]
    )
    return _table("left_out", _LEFT_OUT, rows, lang)


def facts_table(timetable: Timetable, lang: str) -> Table:
    """The event and what its schedule proves, as name and value."""
    event, facts = timetable.event, timetable.facts
    held = [meeting for meeting in timetable.meetings if not meeting.is_cancelled]
    meeting_people = {party.id for meeting in held for party in meeting.parties}
    everybody = timetable.everybody()
    dates = event.starts_on.isoformat()
    if event.ends_on != event.starts_on:
        dates += f" – {event.ends_on.isoformat()}"
    rows: list[tuple[str, Cell]] = [
        ("event", event.name),
        ("code", event.code),
        ("place", event.place),
        ("dates", dates),
        ("zone", zone_label(event, lang)),
        ("as_of", format_datetime(timetable.as_of, event.zone, lang)),
        ("meetings", len(held)),
        ("cancelled", len(timetable.meetings) - len(held)),
        ("participants", len(everybody)),
        ("without", sum(party.meets_as not in meeting_people for party in everybody)),
        ("slots", len(timetable.slots)),
        ("places", len(timetable.places)),
        ("left_out", len(timetable.left_out)),
        ("status", known("plan", facts.status, lang)),
        ("value", facts.value),
        ("bound", facts.bound),
        ("gap", facts.gap),
        ("seed", facts.seed),
        ("steps", facts.steps),
    ]
    shown = [(text(f"fact.{key}", lang), value) for key, value in rows]
    shown[5:5] = [(known("role", body.role, lang), body.name) for body in event.bodies]
    return _table("facts", _FACTS, shown, lang)


def matches_table(rows: Iterable[MatchRow], lang: str, called: Called) -> Table:
    """One row a ranked pair, with its strongest reasons; terms, gates and fields as readers call them."""

    def names(codes: Iterable[str]) -> str:
        return "\n".join(dict.fromkeys(map(called, codes)))  # a range has two fields and one name

    def cells(row: MatchRow) -> tuple[Cell, ...]:
        strongest = [
            text(
                "match.reason",
                lang,
                name=called(term.name),
                points=format_number(term.points, lang, 1),
                why=term.because,
            )
            for term in row.strongest()
        ]
        return (
            row.seeker.name,
            row.request,
            row.rank,
            *_who(row.provider, lang),
            "\n".join(row.members),
            row.score,
            row.probability,
            row.mutual,
            "\n".join(strongest),
            names(gate.name for gate in row.gates_in("passed")),
            names(gate.name for gate in row.gates_in("unknown")),
            names(row.unknown),
            "\n".join(row.lifts),
            "\n".join(row.notes),
        )

    return _table("matches", _MATCHES, map(cells, rows), lang)


def reasons_table(rows: Iterable[MatchRow], lang: str, called: Called) -> Table:
    """One row for each term of each ranked pair; the points of a pair add up to its score."""
    cells = (
        (row.seeker.name, row.request, row.rank, row.provider.name, called(term.name), term.points, term.because)
        for row in rows
        for term in row.terms
    )
    return _table("reasons", _REASONS, cells, lang)
