"""Files that come in and go out: imports, exports, downloads, templates to fill in."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import quote
from uuid import UUID

from fastapi import BackgroundTasks, Depends, Path, Query, Request, Response
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from app.api import idempotency
from app.api.bodies import JsonBody
from app.api.deps import Caller, EventName, Lang, Queue, Reading, Writing, created_at
from app.api.problems import UnsupportedMediaTypeError
from app.api.schemas.common import Run
from app.api.schemas.jobs import JobItem
from app.core.errors import InvalidInputError, NotFoundError
from app.domain.lists import KINDS
from app.domain.transfers import MEDIA_TYPES, OTHER, ExportIn, column_mapping, media_type
from app.io.templates import template_csv, template_xlsx
from app.services.events import find_event
from app.services.files import find_file
from app.services.jobs import find_job
from app.services.transfers import start_export, start_import

router = idempotency.router("files")

_BINARY = {"schema": {"type": "string", "format": "binary"}}
_FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "the file",
        "content": {media: {"schema": {}} if "json" in media else _BINARY for media in (*MEDIA_TYPES.values(), OTHER)},
        "headers": {"Content-Disposition": {"description": "its name", "schema": {"type": "string"}}},
    }
}
_FORM = "multipart/form-data"
_PARTS = {"type": "object", "required": ["file"], "properties": {"file": {"type": "array", "minItems": 1,
          "items": _BINARY["schema"]}}}  # fmt: skip
_RAW = {"requestBody": {"required": True, "content": {OTHER: _BINARY, _FORM: {"schema": _PARTS}}}}
_MOST_FILES = 20


async def sent_files(
    request: Request,
    filename: Annotated[str | None, Query(max_length=255, description="its name: .xlsx, .csv, .tsv or .txt")] = None,
) -> list[tuple[str, bytes]]:
    """The body as it is under the name in the query, or the files of a form under their own names."""
    said = request.headers.get("content-type", OTHER).partition(";")[0].strip().lower()
    if said == _FORM:
        return await _parts(request)
    if said.startswith("multipart/") or said == "application/json":
        raise UnsupportedMediaTypeError(f"Send the file itself as the body, as {OTHER}, or a form; this says {said}.")
    return [(filename or "", await request.body())]


async def _parts(request: Request) -> list[tuple[str, bytes]]:
    await request.body()  # kept, for a call with an Idempotency-Key is known again by its body
    try:
        async with request.form(max_files=_MOST_FILES, max_fields=0) as form:
            parts = [part for part in form.getlist("file") if isinstance(part, UploadFile)]
            if not parts or len(parts) != len(form.multi_items()):
                raise InvalidInputError('A form has its files as parts called "file", and nothing else.', field="file")
            return [(part.filename or "file", await part.read()) for part in parts]
    except HTTPException as error:  # what starlette says of a form that is none
        raise InvalidInputError(f"This form cannot be read: {error.detail}", field="file") from error


@router.post(
    "/events/{event_id}/imports",
    summary="Import files",
    status_code=202,
    response_model=Run,
    responses={202: created_at("/api/v1/imports/{job_id}"), 400: {}, 413: {}, 415: {}},
    openapi_extra=_RAW,
)
def bring_in(
    event_id: EventName,
    actor: Caller,
    files: Annotated[list[tuple[str, bytes]], Depends(sent_files)],
    session: Writing,
    queue: Queue,
    after: BackgroundTasks,
    response: Response,
    kind: Annotated[str | None, Query(pattern=f"^({'|'.join(KINDS)})$", max_length=32)] = None,
    columns: Annotated[
        str | None, Query(max_length=4000, description='JSON: header → field, as in {"Why visit": "text"}')
    ] = None,
    encoding: Annotated[str | None, Query(max_length=32, description="of a text file, where it cannot be told")] = None,
    dry_run: Annotated[bool, Query(description="check everything, write nothing")] = False,
    good_rows: Annotated[bool, Query(description="write the good rows, leave the others")] = False,
) -> Any:
    """Bring lists in. Follow the job at `status_url`; its result tells what is wrong by cell.

    The file is the body, with its name as `filename`; or a form has one or more files as parts called `file`.

    All of it is written or nothing, unless `good_rows` says otherwise.
    """
    event = find_event(session, actor, event_id)
    if not all(name for name, _ in files):
        raise InvalidInputError("Say how the file is called, as in ?filename=exhibitors.xlsx.", field="filename")
    row = start_import(
        session, actor, event, files, kind=kind, columns=column_mapping(columns),
        encoding=encoding, dry_run=dry_run, good_rows=good_rows,
    )  # fmt: skip
    return _started("imports", row.id, queue, after, response)


@router.get("/imports/{job_id}", summary="Read an import", response_model=JobItem)
def read_import(job_id: UUID, actor: Caller, session: Reading) -> Any:
    """How far an import has come, and what came of it: of each table the columns, the rows, and problems by cell."""
    return _of_kind(find_job(session, actor, job_id), "import")


@router.post(
    "/events/{event_id}/exports",
    summary="Export files",
    status_code=202,
    response_model=Run,
    responses={202: created_at("/api/v1/exports/{job_id}")},
)
def write_out(
    event_id: EventName,
    actor: Caller,
    shape: Annotated[ExportIn, Depends(JsonBody(ExportIn, example={"what": "timetables", "format": "pdf"}))],
    session: Writing,
    queue: Queue,
    after: BackgroundTasks,
    response: Response,
) -> Any:
    """Write timetables, ranked pairs or lists. Follow the job at `status_url`; its result names the files to fetch."""
    row = start_export(session, actor, find_event(session, actor, event_id), shape)
    return _started("exports", row.id, queue, after, response)


@router.get("/exports/{job_id}", summary="Read an export", response_model=JobItem)
def read_export(job_id: UUID, actor: Caller, session: Reading) -> Any:
    """How far an export has come, and the files it made; they are kept for a week."""
    return _of_kind(find_job(session, actor, job_id), "export")


@router.get("/files/{file_id}", summary="Fetch a file", response_class=Response, responses=_FILE)
def fetch_file(file_id: UUID, actor: Caller, session: Reading) -> Response:
    """A file that was brought in or made here, as an attachment."""
    row = find_file(session, actor, file_id)
    return _attachment(row.name, row.content)


@router.get("/templates/{kind}.{form}", summary="Fetch a template", response_class=Response, responses=_FILE)
def template(
    kind: Annotated[str, Path(description="kind of list, or all")],
    form: Annotated[str, Path(description="xlsx or csv")],
    lang: Lang = "en",
    example: Annotated[bool, Query(description="with rows that show how it is filled in")] = False,
) -> Response:
    """A list to fill in, with the headers that an import knows and notes on each column."""
    lang = "zh" if lang == "zh-Hans" else lang
    chosen = next((known for known in KINDS if known == kind), None)
    if form == "xlsx" and (chosen or kind == "all"):
        return _attachment(f"{kind}.xlsx", template_xlsx([chosen] if chosen else KINDS, lang, example=example))
    if form == "csv" and chosen:
        return _attachment(f"{kind}.csv", template_csv(chosen, lang, example=example))
    raise NotFoundError(
        f"There is no template {kind}.{form}; there is all.xlsx, and .xlsx and .csv of {', '.join(KINDS)}."
    )


def _started(
    what: Literal["imports", "exports"], key: UUID, queue: Any, after: BackgroundTasks, response: Response
) -> dict[str, Any]:
    after.add_task(queue.job, key)  # runs once the answer is sent, so after the commit
    response.headers["Location"] = f"/api/v1/{what}/{key}"
    return {"id": key, "status_url": response.headers["Location"]}


def _of_kind(row: Any, kind: str) -> Any:
    if row.kind != kind:
        raise NotFoundError(f"There is no {kind} {row.id}.")
    return row


def _attachment(name: str, content: bytes) -> Response:
    """A file to be saved, its name in any script (RFC 6266)."""
    plain = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    said = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    return Response(content, headers={"Content-Disposition": said, "Content-Type": media_type(name)})
