"""Files that were written out, to be taken away."""

from __future__ import annotations

from urllib.parse import quote
from uuid import UUID

from starlette.responses import Response

from app.core.errors import NotFoundError
from app.domain.access import RUNNERS
from app.services.events import find_event
from app.services.files import find_file
from app.services.jobs import find_job
from app.services.runs import ENDED
from app.web.deps import Asked, Pages, Reading
from app.web.views.progress import follow

router = Pages(roles=RUNNERS)


@router.page("/events/{code}/exports/{job_id}")
def show(code: str, job_id: UUID, page: Asked, session: Reading) -> Response:
    event, job = find_event(session, page.actor, code), find_job(session, page.actor, job_id)
    if job.kind != "export" or job.event_id != event.id:
        raise NotFoundError(f"There is no export {job_id}.")
    if job.state not in ENDED:
        return page.to(follow("job", job.id, f"/events/{code}/exports/{job.id}"))
    return page.render("participants/exported.html", event=event, job=job, result=job.result or {})


@router.page("/events/{code}/files/{file_id}")
def fetch(code: str, file_id: UUID, page: Asked, session: Reading) -> Response:
    event, row = find_event(session, page.actor, code), find_file(session, page.actor, file_id)
    if row.event_id != event.id:
        raise NotFoundError(f"There is no file {file_id}.")
    named = f"attachment; filename*=UTF-8''{quote(row.name, safe='')}"
    return Response(row.content, media_type=row.media_type, headers={"Content-Disposition": named})
