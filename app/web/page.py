"""What a view works with: who looks, in which language, and the ways to answer."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import Request
from markupsafe import Markup
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.services.access import Actor
from app.services.sessions import Role
from app.web import words
from app.web.templates import environment

COOKIE = "fairmatch"
NOTICE = "fairmatch_notice"
LANGUAGE = "fairmatch_language"
THEME = "fairmatch_theme"
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Vary": "Cookie, Accept-Language, Accept-Encoding",
}
_SMALL = 1_000
_NOTICE_LIMIT = 2_000


@dataclass(frozen=True)
class Viewer:
    """Who is signed in: on whose behalf services act, and the names to show."""

    actor: Actor
    name: str
    email: str
    language: str
    role: Role
    roles: list[Role]


@dataclass
class Page:
    """One request for a page."""

    request: Request
    viewer: Viewer | None
    lang: str
    _headers: dict[str, str] = field(default_factory=dict)

    @property
    def actor(self) -> Actor:
        """On whose behalf services act; only for pages that need somebody signed in."""
        assert self.viewer is not None, "a page without roles asked for its viewer"
        return self.viewer.actor

    @property
    def settings(self) -> Any:
        return self.request.app.state.settings

    def say(self, text: str, **values: Any) -> Markup:
        return words.say(text, self.lang, **values)

    def name_of(self, row: Any) -> str:
        """What the reader calls an organisation or an edition."""
        return words.name_of(row, self.lang)

    def render(self, template: str, status: int = 200, /, **facts: Any) -> Response:
        """The page made of a template; every template gets `page` and `lang` besides its facts."""
        told = self.notice()
        html = environment().get_template(template).render(page=self, lang=self.lang, notice=told, **facts)
        response = self._packed(html, status)
        if told:
            response.delete_cookie(NOTICE, path="/")
        return response

    def _packed(self, html: str, status: int) -> Response:
        body, headers = html.encode("utf-8"), {**HEADERS, **self._headers}
        # no secret of ours stands in a page beside what a stranger wrote, so that packing gives nothing away
        if len(body) > _SMALL and "gzip" in self.request.headers.get("accept-encoding", ""):
            body = gzip.compress(body, 5, mtime=0)
            headers["Content-Encoding"] = "gzip"
        return HTMLResponse(body, status, headers=headers)

    def to(self, address: str, done: str | Markup = "", *, bad: bool = False, undo: Undo | None = None) -> Response:
        """Send the browser on to another page (303), which shows `done` once; `undo` is a button beside it."""
        response = RedirectResponse(address, 303, headers=HEADERS)
        if done:
            text = words.plain(done)[:_NOTICE_LIMIT]  # the page it is shown on escapes it again
            told = {"text": text, "bad": bad, "undo": undo.told if undo else None}
            packed = base64.urlsafe_b64encode(json.dumps(told).encode()).decode()
            response.set_cookie(NOTICE, packed, max_age=60, path="/", httponly=True, samesite="strict")
        return response

    def notice(self) -> dict[str, Any] | None:
        """What the page before wanted to be told here."""
        try:
            told = json.loads(base64.urlsafe_b64decode(self.request.cookies.get(NOTICE, "").encode()))
        except (ValueError, RecursionError):
            return None
        if not isinstance(told, dict) or not isinstance(told.get("text"), str):
            return None
        undo = told.get("undo")
        usable = isinstance(undo, dict) and str(undo.get("action", "")).startswith("/") and undo["action"][1:2] != "/"
        return {"text": told["text"], "bad": bool(told.get("bad")), "undo": undo if usable else None}

    def here(self, **changed: Any) -> str:
        """The address of this page with other parameters; None leaves one out."""
        query = {**dict(self.request.query_params), **changed}
        left = {name: value for name, value in query.items() if value not in (None, "")}
        return quote(self.request.url.path) + (f"?{urlencode(left)}" if left else "")

    @property
    def back(self) -> str:
        """This page's own address, to come back to."""
        query = self.request.url.query
        return self.request.url.path + (f"?{query}" if query else "")

    @property
    def theme(self) -> str:
        chosen = self.request.cookies.get(THEME, "")
        return chosen if chosen in ("light", "dark") else ""


@dataclass(frozen=True)
class Undo:
    """A form that takes back what was just done."""

    action: str
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def told(self) -> dict[str, Any]:
        return {"action": self.action, "fields": dict(self.fields)}


def own_address(address: str | None, otherwise: str = "/") -> str:
    """An address of this service, for going on after a form; whatever points elsewhere becomes `otherwise`."""
    usable = address and address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()
    return address if address and usable else otherwise
