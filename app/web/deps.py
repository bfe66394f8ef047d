"""What views ask for: the page, a session to read or to write with, what the form said."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator
from contextlib import suppress
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.exceptions import ValidationException
from fastapi.routing import APIRoute
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm.exc import StaleDataError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response

from app.core.errors import AppError, NotAllowedError, NotSignedInError, UnexpectedError
from app.db.engine import Database, ReadSession, WriteSession
from app.services import audit, sessions
from app.services.attempts import network_of
from app.services.handover import Handover
from app.services.sessions import Lifetime
from app.web import csrf, words
from app.web.forms import Form, read_form
from app.web.page import COOKIE, LANGUAGE, Page, Viewer

_READERS = 8
_WRITERS = 4
_HASHERS = 4
_log = logging.getLogger(__name__)
#: view → the roles that may see it; None for everybody, signed in or not
ROLES: dict[Callable[..., Any], frozenset[str] | None] = {}


Roles = Iterable[str] | None


class _Route(APIRoute):
    """A route whose unexpected failures look like a page too; what happened stands in the log."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()
        known = (AppError, DBAPIError, StaleDataError, HTTPException, ValidationException)

        async def handler(request: Request) -> Response:
            try:
                return await answer(request)
            except known:
                raise
            except Exception as error:
                _log.exception("a page failed", extra={"request": request.state.request_id})
                raise UnexpectedError("This is our fault, not yours; nothing was changed.") from error

        return handler


class Pages(APIRouter):
    """The pages of one area. `roles` may see them unless a page says otherwise; None is for everybody."""

    def __init__(self, roles: Iterable[str] | None) -> None:
        super().__init__(default_response_class=HTMLResponse, include_in_schema=False, route_class=_Route)
        self._roles = roles

    def page(self, path: str, *, roles: Roles = ()) -> Callable[[Any], Any]:
        """Show a page; `roles` if others may than may see the area."""
        return self._add(path, "GET", roles)

    def deed(self, path: str, *, roles: Roles = ()) -> Callable[[Any], Any]:
        """Take a form; `roles` as for pages."""
        return self._add(path, "POST", roles)

    def _add(self, path: str, method: str, roles: Roles) -> Callable[[Any], Any]:
        allowed = self._roles if roles == () else roles

        def register(view: Any) -> Any:
            ROLES[view] = None if allowed is None else frozenset(allowed)
            self.add_api_route(path, view, methods=[method], response_model=None)
            return view

        return register


def _viewer(request: Request, token: str) -> Viewer:
    database: Database = request.app.state.database
    limits = Lifetime.of(request.app.state.settings)
    with database.read() as session:
        actor, stale = sessions.authenticate(session, token, limits)
        row, account, roles = sessions.current(session, actor)
    if stale:
        sessions.note_use(database, actor)
    role = next(each for each in roles if each.id == row.membership_id)
    return Viewer(actor, account.name or account.email, account.email, account.language, role, roles)


async def page_for(request: Request) -> Page:
    """A page for whoever looks, signed in or not."""
    viewer, token = None, request.cookies.get(COOKIE)
    if token:
        with suppress(NotSignedInError):
            viewer = await run_in_threadpool(_viewer, request, token)
    request.state.page = Page(request, viewer, language_of(request, viewer))
    page: Page = request.state.page
    return page


async def page_of(request: Request) -> Page:
    """The page that is asked for; refuses forms of other sites, strangers and roles that may not."""
    csrf.must_be_own(request)
    page = await page_for(request)
    viewer = page.viewer
    host = request.client.host if request.client else "local"
    request.app.state.limiter.take(viewer.actor.id if viewer else network_of(host))
    roles = ROLES[request.scope["route"].endpoint]
    if roles is not None and viewer is None:
        raise NotSignedInError("Sign in to see this page.")
    if roles is not None and viewer is not None:
        request.state.tenant = str(viewer.actor.tenant_id)  # for the log
        if viewer.actor.role not in roles:
            raise NotAllowedError(f"This page is for {' or '.join(sorted(roles))}; your role is {viewer.actor.role}.")
    return page


def language_of(request: Request, viewer: Viewer | None) -> str:
    """What was chosen on a page; else that of the account, else the browser's."""
    chosen = request.cookies.get(LANGUAGE, "")
    if chosen in words.LANGUAGES:
        return chosen
    if viewer is not None and viewer.language.split("-")[0] in words.LANGUAGES:
        return viewer.language.split("-")[0]
    return words.spoken(request.headers.get("accept-language", ""))


def _read(request: Request, _page: Annotated[Page, Depends(page_of)]) -> Iterator[ReadSession]:
    database: Database = request.app.state.database
    with database.read() as session:
        yield session


def _write(request: Request, page: Annotated[Page, Depends(page_of)]) -> Iterator[WriteSession]:
    """One transaction for one form, with its entry in the audit trail; committed before the answer is sent."""
    database: Database = request.app.state.database
    with database.write() as session:
        yield session
        changed = session.info.get("kept", True)
        if page.viewer is not None and changed and not audit.recorded(session):
            audit.record(session, page.actor, f"POST {request.scope['route'].path}"[:64])


def _hashing(request: Request, _page: Annotated[Page, Depends(page_of)]) -> Iterator[Database]:
    yield request.app.state.database


def _queue(request: Request, _page: Annotated[Page, Depends(page_of)]) -> Handover:
    return Handover(request.app.state.jobs)


async def _form(request: Request, page: Annotated[Page, Depends(page_of)]) -> AsyncIterator[Form]:
    yield await read_form(request, page.lang)
    await request.close()  # and with it the files that were sent


Asked = Annotated[Page, Depends(page_of)]
Reading = Annotated[ReadSession, Depends(_read, scope="function", max_concurrency=_READERS)]
Writing = Annotated[WriteSession, Depends(_write, scope="function", max_concurrency=_WRITERS)]
Hashing = Annotated[Database, Depends(_hashing, scope="function", max_concurrency=_HASHERS)]
Sent = Annotated[Form, Depends(_form)]
#: hand a run over once the answer is sent, so after the commit: `after.add_task(queue.job, row.id)`
Queue = Annotated[Handover, Depends(_queue)]
