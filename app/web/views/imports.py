"""Bring lists into an edition: send the files, see how they were understood, mend that, write them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.background import BackgroundTasks
from starlette.responses import Response

from app.core.errors import NotFoundError
from app.db.models import Job
from app.domain.access import RUNNERS
from app.domain.lists import KINDS, fields_of
from app.domain.lists.examples import list_name
from app.domain.transfers import ToldIn, media_type
from app.io.templates import template_csv, template_xlsx
from app.services import overview
from app.services.events import find_event
from app.services.jobs import find_job
from app.services.matching import start_run
from app.services.runs import ENDED
from app.services.transfers import start_again, start_import
from app.web.deps import Asked, Pages, Queue, Reading, Sent, Writing
from app.web.forms import Form
from app.web.page import Page
from app.web.views.progress import follow

router = Pages(roles=RUNNERS)
#: what a first edition needs, and what can follow
_FIRST = ("exhibitors", "buyers", "requests")


@router.page("/events/{code}/import")
def bring(code: str, page: Asked, session: Reading) -> Response:
    return _upload(page, session, code, Form(lang=page.lang))


@router.page("/events/{code}/import/templates/{kind}")
def template(code: str, kind: str, page: Asked, session: Reading) -> Response:
    """An empty list to fill in, in the reader's language; `all` is a workbook with a sheet of each."""
    find_event(session, page.actor, code)
    if kind not in ("all", *KINDS):
        raise NotFoundError(f"There is no list {kind!r}; there is {', '.join(KINDS)}, and all.")
    name = "fairmatch.xlsx" if kind == "all" else f"{kind}.csv"
    content = (
        template_xlsx(lang=page.lang) if kind == "all"
        else template_csv(next(one for one in KINDS if one == kind), page.lang)
    )  # fmt: skip
    named = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type(name), headers=named)


@router.deed("/events/{code}/import")
def look(code: str, page: Asked, session: Writing, form: Sent, queue: Queue) -> Response:
    """Read the files without writing anything; what was understood stands on the next page."""
    event = find_event(session, page.actor, code)
    files = form.files("file")
    if not files:
        form.fault("file", page.say("Choose at least one file."))
    if form.right:
        with form.attempt(session):
            job = start_import(session, page.actor, event, files, dry_run=True)
        if form.right:
            return _on_its_way(page, code, job, queue)
    return _upload(page, session, code, form)


@router.page("/events/{code}/import/{job_id}")
def shown(code: str, job_id: UUID, page: Asked, session: Reading) -> Response:
    """How the files were understood, or what came of them."""
    event = find_event(session, page.actor, code)
    job = _import_of(session, page, code, job_id)
    if job.state not in ENDED:
        return page.to(follow("job", job.id, f"/events/{code}/import/{job.id}"))
    result = job.result or {}
    tables = result.get("tables", [])
    return page.render(
        "imports/shown.html", event=event, job=job, result=result, tables=tables, errors=result.get("errors", 0),
        rows=sum(table["rows"] for table in tables), fields={kind: _fields(kind, page.lang) for kind in KINDS},
        kinds=[(kind, list_name(kind, page.lang)) for kind in KINDS],
        names={kind: list_name(kind, page.lang) for kind in KINDS}, told=overview.overview(session, event),
        good=_good(tables),
    )  # fmt: skip


@router.deed("/events/{code}/import/{job_id}/again")
def again(code: str, job_id: UUID, page: Asked, session: Writing, form: Sent, queue: Queue) -> Response:
    """Look once more, with columns as they were corrected."""
    before = _import_of(session, page, code, job_id)
    told = _corrected(before, form)
    return _on_its_way(page, code, start_again(session, page.actor, before, told=told), queue)


@router.deed("/events/{code}/import/{job_id}/write")
def write(code: str, job_id: UUID, page: Asked, session: Writing, form: Sent, queue: Queue) -> Response:
    """Write all of it, or the good rows."""
    before = _import_of(session, page, code, job_id)
    job = start_again(session, page.actor, before, dry_run=False, good_rows=form.yes("good_rows"))
    return _on_its_way(page, code, job, queue)


@router.deed("/events/{code}/rank")
def rank(code: str, page: Asked, session: Writing, queue: Queue) -> Response:
    event = find_event(session, page.actor, code)
    run = start_run(session, page.actor, event)
    response = page.to(follow("match-run", run.id, f"/events/{code}/ranking"))
    response.background = BackgroundTasks()
    response.background.add_task(queue.match, run.id)
    return response


def _on_its_way(page: Page, code: str, job: Job, queue: Queue) -> Response:
    response = page.to(follow("job", job.id, f"/events/{code}/import/{job.id}"))
    response.background = BackgroundTasks()
    response.background.add_task(queue.job, job.id)
    return response


def _upload(page: Page, session: Session, code: str, form: Form) -> Response:
    event = find_event(session, page.actor, code)
    told = overview.overview(session, event)
    earlier = [row for row in told.runs if isinstance(row, Job) and row.kind == "import"]
    lists = [(kind, list_name(kind, page.lang)) for kind in KINDS]
    return page.render(
        "imports/bring.html", form.status, form=form, event=event, told=told, earlier=earlier,
        first=[one for one in lists if one[0] in _FIRST], more=[one for one in lists if one[0] not in _FIRST],
    )  # fmt: skip


def _import_of(session: Session, page: Page, code: str, job_id: UUID) -> Job:
    event, job = find_event(session, page.actor, code), find_job(session, page.actor, job_id)
    if job.kind != "import" or job.event_id != event.id:
        raise NotFoundError(f"There is no import {job_id}.")
    return job


def _fields(kind: Any, lang: str) -> list[tuple[str, str]]:
    return [(name, field.header(lang)) for name, field in fields_of(kind).items()]


def _good(tables: list[dict[str, Any]]) -> int:
    """How many rows have no error."""
    bad = sum(len({p["row"] for p in table["problems"] if p["severity"] == "error"}) for table in tables)
    rows: int = sum(table["rows"] for table in tables)
    return max(0, rows - bad)


def _corrected(before: Job, form: Form) -> list[ToldIn]:
    """What was chosen otherwise than it was understood; in a list of another kind all else is found anew."""
    told = []
    known = {(one["file"], one["sheet"]): one for one in before.parameters.get("told", [])}
    for number, table in enumerate((before.result or {}).get("tables", [])):
        said = known.get((table["file"], table["sheet"]), {"kind": None, "columns": {}})
        kind = form.chosen(f"kind-{number}", KINDS, needed=False) or table["kind"]
        other = kind != table["kind"]
        columns = {} if other else dict(said["columns"])
        for place, column in enumerate(table["columns"]):
            chosen = form[f"field-{number}-{place}"] or None
            if chosen != column["field"] and (chosen is None or chosen in fields_of(kind)):
                columns[_named(table, column)] = chosen
        told.append(
            ToldIn(file=table["file"], sheet=table["sheet"], kind=kind if other else said["kind"], columns=columns)
        )
    for number, table in enumerate((before.result or {}).get("no_lists", [])):
        kind = form.chosen(f"list-{number}", KINDS, needed=False)
        if kind:
            told.append(ToldIn(file=table["file"], sheet=table["sheet"], kind=kind, columns={}))
    return told


def _named(table: dict[str, Any], column: dict[str, Any]) -> str:
    """A column by its header; by its letters where it has none, or shares it."""
    same = [one for one in table["columns"] if one["header"] == column["header"]]
    return str(column["header"] if column["header"] and len(same) == 1 else column["column"])
