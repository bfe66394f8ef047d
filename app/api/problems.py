"""One way to say what went wrong: RFC 9457 problem documents, whatever raised the error.

`type` is stable and meant for machines, `detail` for the person who has to act, `errors` lists each fault with its
place, `instance` names the request as our log does. Nothing of the server's inside is ever shown.
"""

from __future__ import annotations

import json
import logging
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute, iter_route_contexts
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import compile_path

from app.api.complaints import about_address
from app.api.idempotency import Repeated
from app.core.errors import (
    AppError,
    ChangedMeanwhileError,
    ConflictError,
    InvalidInputError,
    NotReadyError,
    UnexpectedError,
)
from app.db.engine import cannot_work

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 2
_OWN = ("type", "title", "status", "detail", "instance")
_log = logging.getLogger(__name__)


class MalformedError(AppError):
    """The body is not the JSON it says it is."""

    code = "malformed"
    status = 400
    title = "The body cannot be read"


class UnsupportedMediaTypeError(AppError):
    code = "unsupported-media-type"
    status = 415
    title = "This kind of body is not taken here"


def problem(error: AppError, request_id: str) -> Response:
    """Return the response that tells a client about `error`."""
    details = {name: value for name, value in error.details.items() if name not in _OWN}
    document: dict[str, Any] = {
        "type": error.type_uri,
        "title": error.title,
        "status": error.status,
        "detail": error.message,
        "instance": f"urn:uuid:{request_id}",
        **details,
    }
    if error.status == 422 and "errors" not in details:
        document["errors"] = _single(error)
    return _response(document, _headers(error))


def install(app: FastAPI) -> None:
    """Make every error of the app a problem document."""

    def answer(request: Request, error: AppError) -> Response:
        return problem(error, _id(request))

    app.add_exception_handler(AppError, lambda request, error: answer(request, _as(AppError, error)))
    app.add_exception_handler(HTTPException, lambda request, error: _http(request, _as(HTTPException, error)))
    app.add_exception_handler(
        RequestValidationError,
        lambda request, error: answer(request, _invalid(_as(RequestValidationError, error))),
    )
    app.add_exception_handler(Repeated, lambda _request, error: _as(Repeated, error).response)
    app.add_exception_handler(StaleDataError, lambda request, _error: answer(request, _stale()))
    app.add_exception_handler(DBAPIError, lambda request, error: answer(request, _database(error)))
    app.add_exception_handler(PoolTimeoutError, lambda request, error: answer(request, _database(error)))


def _as(kind: type[Any], error: Exception) -> Any:
    assert isinstance(error, kind)
    return error


def _id(request: Request) -> str:
    return str(request.state.request_id)


def _invalid(error: RequestValidationError) -> InvalidInputError:
    faults = about_address(error.errors())
    headers = [str(fault["field"]).title() for fault in faults if fault["in"] == "header"]
    if headers and len(headers) == len(faults):
        return InvalidInputError(f"The header {', '.join(headers)} cannot be used; see `errors`.", errors=faults)
    return InvalidInputError("Something in the address cannot be used; see `errors`.", errors=faults)


def _database(error: Exception) -> AppError:
    """A database that is away, full or read-only is a matter of waiting; one that refuses is a clash."""
    if isinstance(error, IntegrityError):
        _log.info("the database refused a row: %s", type(error.orig).__name__)
        return ConflictError("Not saved: this clashes with what is there already, or names the same thing twice.")
    if cannot_work(error):
        _log.warning("the database cannot work just now", exc_info=error)
        return NotReadyError("The database does not answer just now, or takes no changes; try again in a moment.")
    _log.error("the database failed", exc_info=error)
    return unexpected()


def _stale() -> AppError:
    return ChangedMeanwhileError("Somebody has changed this at the same moment; read it again and change that.")


def unexpected() -> AppError:
    return UnexpectedError("This is our fault, not yours. Quote `instance` when you report it; our log has it too.")


def _http(request: Request, error: HTTPException) -> Response:
    """Errors of the framework itself: no such route, no such method."""
    status = HTTPStatus(error.status_code)
    detail = {
        404: f"There is nothing at {request.url.path}.",
        405: f"{request.method} is not possible at {request.url.path}; see the Allow header for what is.",
    }.get(status, status.description or status.phrase)
    code = {404: "not-found"}.get(status, status.phrase.lower().replace(" ", "-"))
    document = {
        "type": f"/problems/{code}",
        "title": status.phrase,
        "status": int(status),
        "detail": detail,
        "instance": f"urn:uuid:{_id(request)}",
    }
    headers = dict(error.headers or {})
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(_methods(request))
    return _response(document, headers)


def _methods(request: Request) -> list[str]:
    """All methods of an address; the framework names those of one of its routes."""
    found: set[str] = set()
    for context in iter_route_contexts(request.app.routes):
        route = context.original_route
        pattern = compile_path(str(context.path_format))[0]
        if isinstance(route, APIRoute) and route.methods and pattern.match(request.url.path):
            found |= route.methods
    return sorted(found)


def _single(error: AppError) -> list[dict[str, Any]]:
    """A fault that a service found, in the same form as those found on the way in."""
    field = error.details.get("field")
    if field is None:
        return []
    fault = {"field": field, "pointer": f"#/{str(field).replace('.', '/')}", "message": error.message}
    return [fault | ({"found": error.details["found"]} if "found" in error.details else {})]


def _headers(error: AppError) -> dict[str, str]:
    if error.status in (429, 503):
        return {"Retry-After": str(error.details.get("retry_after", RETRY_SECONDS))}
    if error.status == 401:
        return {"WWW-Authenticate": 'Bearer realm="fairmatch"'}
    return {}


def _response(document: dict[str, Any], headers: dict[str, str]) -> Response:
    body = json.dumps(document, ensure_ascii=False, default=str).encode("utf-8", "replace")
    return Response(body, document["status"], headers=headers, media_type=MEDIA_TYPE)
