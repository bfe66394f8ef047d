"""Our own style sheet, script and drawings, at addresses that name their content, so that browsers keep them."""

from __future__ import annotations

import gzip
import hashlib
from functools import cache
from importlib import resources

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.core.errors import NotFoundError

_KINDS = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
_FOREVER = "public, max-age=31536000, immutable"

router = APIRouter(include_in_schema=False)


@cache
def _files() -> dict[str, tuple[bytes, bytes, str]]:
    """Name → content, content packed, digest."""
    found = {}
    for file in resources.files("app.web").joinpath("static").iterdir():
        if file.name.rpartition(".")[2] in _KINDS:
            body = file.read_bytes()
            found[file.name] = (body, gzip.compress(body, 9, mtime=0), hashlib.sha256(body).hexdigest()[:12])
    return found


def asset(name: str) -> str:
    """The address of one of our files."""
    return f"/static/{_files()[name][2]}/{name}"


@router.get("/static/{digest}/{name}")
async def read(digest: str, name: str, request: Request) -> Response:
    found = _files().get(name)
    if found is None:
        raise NotFoundError(f"There is no file {name!r}.")
    plain, packed, current = found
    headers = {"Cache-Control": _FOREVER if digest == current else "no-cache", "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(
            packed, media_type=_KINDS[name.rpartition(".")[2]], headers=headers | {"Content-Encoding": "gzip"}
        )
    return Response(plain, media_type=_KINDS[name.rpartition(".")[2]], headers=headers)
