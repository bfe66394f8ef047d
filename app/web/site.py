"""The console as a part of the application: its pages, its files, and errors that look like pages."""

from __future__ import annotations

import inspect
import json
import logging
import pkgutil
from collections.abc import Awaitable, Callable
from contextlib import suppress
from importlib import import_module
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from starlette.responses import RedirectResponse, Response

from app.web import static, views
from app.web.deps import language_of, page_for
from app.web.forms import read_form
from app.web.page import COOKIE, HEADERS, Page

_ELSEWHERE = ("/api/", "/static/", "/healthz", "/readyz", "/metrics")
_log = logging.getLogger(__name__)


def install(app: FastAPI) -> None:
    """Add every page, and show errors of pages as pages; call it after the interface's own errors are installed."""
    app.include_router(static.router)
    for name in sorted(module.name for module in pkgutil.iter_modules(views.__path__)):
        app.include_router(import_module(f"{views.__name__}.{name}").router)
    for kind, handler in list(app.exception_handlers.items()):
        app.add_exception_handler(kind, _as_page(handler))


def _as_page(handler: Any) -> Callable[[Request, Any], Awaitable[Response]]:
    """A handler that shows the problem document of another one as a page, where a page was asked for."""

    async def show(request: Request, error: Any) -> Response:
        told = handler(request, error)
        response: Response = await told if inspect.isawaitable(told) else told
        if not _wants_page(request) or not 400 <= response.status_code < 600:
            return response
        problem: dict[str, Any] = json.loads(bytes(response.body))
        if response.status_code == 401:
            return await _kept(request) or _to_sign_in(request)
        page: Page | None = getattr(request.state, "page", None)
        if page is None:
            with suppress(Exception):  # a database that is away must not hide the error itself
                page = await page_for(request)
        page = page or Page(request, None, language_of(request, None))
        shown = page.render("error.html", response.status_code, problem=problem)
        for header in ("retry-after", "allow"):
            if header in response.headers:
                shown.headers[header] = response.headers[header]
        return shown

    return show


def _wants_page(request: Request) -> bool:
    return not request.url.path.startswith(_ELSEWHERE) and "text/html" in request.headers.get("accept", "")


async def _kept(request: Request) -> Response | None:
    """What somebody sent whose session has ended, kept on a page from which it can be sent again.

    None where nobody was signed in, and for what a page cannot keep: files and passwords.
    """
    page: Page | None = getattr(request.state, "page", None)
    if request.method != "POST" or COOKIE not in request.cookies or page is None:
        return None
    form = await read_form(request, page.lang)
    await request.close()  # and with it the files that were sent
    if form.has_files or any("password" in name for name in form):
        return None
    response = page.render("sign_in/again.html", 401, form=form)
    response.delete_cookie(COOKIE, path="/")
    return response


def _to_sign_in(request: Request) -> Response:
    """To the page where one signs in, and back to where one was; what a form said is not sent along."""
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    after = f"?next={quote(here)}" if request.method == "GET" and here != "/" else ""
    response = RedirectResponse(f"/sign-in{after}", 303, headers=HEADERS)
    if COOKIE in request.cookies:
        response.delete_cookie(COOKIE, path="/")
    return response
