"""Write an event's files: timetables and ranked pairs, for everybody and for each participant."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import NotFoundError
from app.db.models import Event, Match, MatchRun, RequestRevision, SourcingRequest
from app.domain.matchlists import MatchGate, MatchRow, MatchTerm
from app.domain.timetables import Agenda, Party
from app.io import calendar, csvfiles, jsonfiles, pdf, workbooks
from app.io.atomic import write_bytes
from app.io.pdf.typeface import Typeface
from app.services.access import Actor
from app.services.explanations import in_language, language
from app.services.participants import participants, parties_of
from app.services.problems import current_schedule, last_match_run
from app.services.runs import Progress, silent
from app.services.schedules import timetable


def write_timetables(
    session: Session,
    actor: Actor,
    event: Event,
    folder: Path,
    *,
    lang: str = "en",
    font: Path | None = None,
    report: Progress = silent,
) -> list[Path]:
    """Write the current schedule as XLSX, CSV, JSON, ICS and PDF, and a calendar and a PDF for each participant.

    Raises
    ------
    NotFoundError
        The event has no schedule.
    """
    schedule = current_schedule(session, event.id)
    if schedule is None:
        raise NotFoundError(f"The event {event.code!r} has no schedule yet; build one first.")
    lang = language(lang)
    plan = timetable(session, actor, schedule.id, lang)
    agendas = plan.agendas()
    typeface = pdf.typeface_for(plan, lang, font)
    whole: list[tuple[str, Callable[[Path], None]]] = [
        ("timetable.xlsx", lambda path: workbooks.write_timetable(plan, path, lang=lang)),
        ("timetable.csv", lambda path: csvfiles.write_timetable(plan, path, lang=lang)),
        ("left-out.csv", lambda path: csvfiles.write_left_out(plan, path, lang=lang)),
        ("timetable.json", lambda path: jsonfiles.write_timetable(plan, path)),
        ("timetable.ics", lambda path: calendar.write_timetable(plan, path, lang=lang)),
        ("timetable.pdf", lambda path: write_bytes(path, pdf.timetable_pdf(plan, lang=lang, typeface=typeface))),
        ("tables.pdf", lambda path: write_bytes(path, pdf.cards_pdf(plan, lang=lang, typeface=typeface))),
        ("doors.pdf", lambda path: write_bytes(path, pdf.doors_pdf(plan, lang=lang, typeface=typeface))),
        ("personal.pdf", lambda path: write_bytes(path, pdf.personal_pdf(agendas, lang=lang, typeface=typeface))),
    ]
    own: list[tuple[str, Callable[[Path], None]]] = []
    names = file_names([agenda.party.id for agenda in agendas])
    for agenda in agendas:
        name = f"participants/{names[agenda.party.id]}"
        own.append((f"{name}.ics", partial(calendar.write_personal, agenda, lang=lang)))
        own.append((f"{name}.pdf", partial(_personal_page, agenda, lang, typeface)))
    written: list[Path] = []
    for name, write in [*whole, *own]:
        report(len(written) / (len(whole) + len(own)), name)
        write(folder / name)
        written.append(folder / name)
    return written


def _personal_page(agenda: Agenda, lang: str, typeface: Typeface, path: Path) -> None:
    write_bytes(path, pdf.personal_pdf([agenda], lang=lang, typeface=typeface))


def write_matches(
    session: Session,
    actor: Actor,  # noqa: ARG001 - the event was found for this actor
    event: Event,
    folder: Path,
    *,
    lang: str = "en",
    font: Path | None = None,  # noqa: ARG001 - both exports are called alike
    report: Progress = silent,
) -> list[Path]:
    """Write the ranked pairs of the last match run as XLSX, CSV and JSON."""
    from app.services.matching import field_name  # the engine takes seconds to load, and timetables do without it

    run = last_match_run(session, event.id)
    if run is None:
        raise NotFoundError(f"The event {event.code!r} has no finished match run yet; run one first.")
    report(0.1, "reading")
    lang = language(lang)
    rows, called = match_rows(session, event, run, lang), partial(field_name, lang=lang)
    stamp = datetime.combine(run.as_of, time(), UTC)
    workbooks.write_matches(rows, folder / "matches.xlsx", called=called, lang=lang, title=event.name, as_of=stamp)
    report(0.6, "matches.csv")
    csvfiles.write_matches(rows, folder / "matches.csv", called=called, lang=lang)
    jsonfiles.write_matches(rows, folder / "matches.json")
    return [folder / name for name in ("matches.xlsx", "matches.csv", "matches.json")]


def match_rows(session: Session, event: Event, run: MatchRun, lang: str) -> list[MatchRow]:
    """Ranked pairs of a run, request by request."""
    parties = parties_of(participants(session, event, withdrawn=True))
    rows = session.execute(
        select(Match, SourcingRequest.code, RequestRevision.document)
        .join(SourcingRequest, SourcingRequest.id == Match.request_id)
        .join(RequestRevision, RequestRevision.id == Match.revision_id)
        .where(Match.run_id == run.id, Match.rank.is_not(None))
        .order_by(SourcingRequest.code, Match.rank)
    )
    return [_row(match, code, document, parties, lang) for match, code, document in rows]


def _row(match: Match, code: str, document: dict[str, Any], parties: dict[Any, Party], lang: str) -> MatchRow:
    shown = in_language(match.explanation, lang)
    title = document.get("title")
    return MatchRow(
        rank=match.rank or 0,
        seeker=parties[match.seeker_id],
        request=f"{code} {title}" if title else code,
        provider=parties[match.provider_id],
        score=match.score,
        probability=match.probability,
        mutual=match.mutual,
        terms=tuple(MatchTerm(term["name"], term["points"], term["because"]) for term in shown["terms"]),
        gates=tuple(MatchGate(gate["name"], gate["state"]) for gate in shown["gates"]),
        unknown=tuple(shown["unknown"]),
        lifts=tuple(lift["change"] for lift in shown["lifts"]),
        members=tuple(member["name"] for member in shown["members"]),
        notes=tuple(shown["notes"]),
    )


def file_names(codes: Sequence[str]) -> dict[str, str]:
    """A file name for each code that every system takes; two codes never share one, whatever the case of letters."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for code in codes:
        stem = "".join(sign if sign.isalnum() or sign in "-_." else "_" for sign in code).strip(".") or "_"
        name, number = stem, 2
        while name.casefold() in taken:
            name, number = f"{stem}-{number}", number + 1
        taken.add(name.casefold())
        names[code] = name
    return names
