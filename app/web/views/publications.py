"""What publishing would change, publishing it, what was published; and the papers of a schedule."""

from __future__ import annotations

from typing import Any, get_args
from urllib.parse import quote
from uuid import UUID

from fastapi import BackgroundTasks
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.core.errors import NotFoundError
from app.db.models import Event
from app.domain.access import RUNNERS, STAFF
from app.domain.transfers import ExportIn, media_type
from app.services import publications
from app.services.events import find_event
from app.services.files import find_file
from app.services.jobs import find_job
from app.services.problems import current_schedule
from app.services.publishing.guards import faults
from app.services.transfers import start_export
from app.web.deps import Asked, Pages, Queue, Reading, Sent, Writing
from app.web.page import Page
from app.web.reasons import reason
from app.web.views.progress import follow
from app.web.views.schedules import schedule_of

router = Pages(roles=STAFF)
_MOST = 100
_FORMATS = get_args(ExportIn.model_fields["format"].annotation)


@router.page("/events/{code}/schedule/difference")
def difference(code: str, page: Asked, session: Reading) -> Response:
    """The current schedule, or the draft that is named, against what was published last."""
    return _shown(page, session, find_event(session, page.actor, code))


def _shown(page: Page, session: Session, event: Event, problems: list[dict[str, Any]] | None = None) -> Response:
    asked, named = page.request.query_params, schedule_of(page)
    current = current_schedule(session, event.id)
    if current is None and named is None:
        return page.to(f"/events/{event.code}/schedule")
    row = publications.schedule_to_show(session, event, named)
    plan, names = publications.draft(session, event, row.id), publications.Names(session, event)
    told = [names.row(one) for one in plan.found]
    kind, words = asked.get("kind", ""), asked.get("q", "").strip().lower()
    rows = [one for one in told if kind in ("", one["kind"]) and _about(one, words)]
    cursor = asked.get("cursor", "")
    first = int(cursor) if cursor.isdecimal() and len(cursor) < 7 else 0
    return page.render(
        "schedule/difference.html", 409 if problems else 200, event=event, schedule=row, plan=plan,
        changes=publications.changes_of(plan), rows=rows[first : first + _MOST], count=len(rows),
        next=str(first + _MOST) if first + _MOST < len(rows) else None, kind=kind,
        problems=faults(session, event, row.id) if problems is None else problems,
        history=publications.list_publications(session, event, limit=200).items[::-1],
        said=lambda problem: reason(page, _CODES.get(problem["code"], problem["code"])) or problem["detail"],
    )  # fmt: skip


#: what stands in the way of publishing, as what stands in the way of meeting
_CODES = {"seats": "participant", "double": "participant"}


def _about(row: dict[str, Any], words: str) -> bool:
    return not words or any(
        words in (text or "").lower()
        for party in row["organisations"]
        for text in (party.name, party.name_local, party.code)
    )


@router.deed("/events/{code}/schedule/publish", roles=RUNNERS)
def publish(code: str, page: Asked, session: Writing, form: Sent) -> Response:
    """Publish the current schedule; who is concerned is written to."""
    event = find_event(session, page.actor, code)
    with form.attempt(session):
        row = publications.publish(session, page.actor, event, page.settings.public_url)
    where = f"/events/{event.code}/schedule/difference"
    if form.refusal is not None:
        unchanged = form.refusal.details.get("conflict") == "unchanged"
        said = page.say("Nothing has changed since the last publication.") if unchanged else page.say(
            "Not published: something stands in the way, see below.")  # fmt: skip
        return page.to(where, said, bad=True)
    return page.to(where, page.say("Published as version {number}. Letters are on their way.", number=row.number))


@router.deed("/events/{code}/schedule/files", roles=RUNNERS)
def make_files(
    code: str, page: Asked, session: Writing, form: Sent, queue: Queue, after: BackgroundTasks
) -> Response:  # fmt: skip
    """Write timetables or badges in a form, in the reader's language."""
    event = find_event(session, page.actor, code)
    what = form.chosen("what", ("timetables", "badges"))
    shape = form.chosen("format", _FORMATS)
    if not what or not shape:
        return page.to(f"/events/{event.code}/schedule/difference", page.say("Choose one of those offered."), bad=True)
    row = start_export(session, page.actor, event, ExportIn.model_validate(
        {"what": what, "format": shape, "lang": page.lang}))  # fmt: skip
    after.add_task(queue.job, row.id)
    return page.to(follow("job", row.id, f"/events/{event.code}/schedule/files/{row.id}"))


@router.page("/events/{code}/schedule/files/{job_id}", roles=RUNNERS)
def files(code: str, job_id: UUID, page: Asked, session: Reading) -> Response:
    """The files that came of it."""
    event, row = find_event(session, page.actor, code), find_job(session, page.actor, job_id)
    if row.event_id != event.id or row.kind != "export":
        raise NotFoundError(f"There is no export {job_id} at {code!r}.")
    return page.render("schedule/files.html", event=event, made=(row.result or {}).get("files", []), state=row.state)


@router.page("/events/{code}/schedule/files/{job_id}/{file_id}", roles=RUNNERS)
def file(code: str, job_id: UUID, file_id: UUID, page: Asked, session: Reading) -> Response:
    """One of them, to be saved."""
    find_event(session, page.actor, code), find_job(session, page.actor, job_id)
    row = find_file(session, page.actor, file_id)
    plain = row.name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    said = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(row.name, safe='')}"
    headers = {"Content-Disposition": said, "Content-Type": media_type(row.name), "Cache-Control": "no-store"}
    return Response(row.content, headers=headers)
