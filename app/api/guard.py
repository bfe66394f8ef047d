"""The outermost layer of the service: an id for each request, safe headers, a limit for bodies, and the last net.

It stands outside everything else, so what it promises holds for errors too.
"""

from __future__ import annotations

import logging
import time
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.metrics import Metrics
from app.api.problems import problem, unexpected
from app.core.errors import TooLargeError
from app.core.ids import new_id
from app.core.logging import REQUEST

#: set unless the answer sets its own: pages of the console bring a policy that lets their own files load
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
_log = logging.getLogger(__name__)
_access = logging.getLogger("app.access")


class Guard:
    """ASGI middleware; see the module."""

    def __init__(self, app: ASGIApp, *, max_body: int, metrics: Metrics) -> None:
        self._app = app
        self._max_body = max_body
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(scope, receive, send, self._max_body)
        REQUEST.set(exchange.id)
        started = time.perf_counter()
        self._metrics.in_progress += 1
        try:
            await self._answer(exchange)
        finally:
            self._metrics.in_progress -= 1
            route = getattr(scope.get("route"), "path", "none")
            seconds = time.perf_counter() - started
            self._metrics.add(scope["method"], route, exchange.status, seconds)
            exchange.log(route, seconds)

    async def _answer(self, exchange: _Exchange) -> None:
        if exchange.announced > self._max_body:
            await exchange.refuse(exchange.too_large())
            return
        try:
            await self._app(exchange.scope, exchange.receive, exchange.send)
        except Exception as error:
            _log.exception("a request failed", extra={"request": exchange.id})
            if exchange.status:
                raise  # the answer is on its way; the server has to break it off
            await exchange.refuse(error if isinstance(error, TooLargeError) else unexpected())


class _Exchange:
    """One request and its answer."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, max_body: int) -> None:
        self.id = str(new_id())
        self.scope = scope
        self.status = 0
        self.announced = _announced(scope)
        self._receive, self._send = receive, send
        self._max_body, self._received = max_body, 0
        scope.setdefault("state", {})["request_id"] = self.id

    async def receive(self) -> Message:
        message = await self._receive()
        self._received += len(message.get("body", b""))
        if self._received > self._max_body:
            raise self.too_large()
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["X-Request-Id"] = self.id
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await self._send(message)

    def log(self, route: str, seconds: float) -> None:
        """One line for one request: the route's pattern and never its address, nothing of header, query or body."""
        told = {"method": self.scope["method"], "route": route, "status": self.status, "ms": round(seconds * 1000, 1)}
        level = logging.WARNING if self.status >= 500 or not self.status else logging.INFO
        _access.log(level, "answered", extra=told | {"tenant": self.scope["state"].get("tenant")})

    def too_large(self) -> TooLargeError:
        return TooLargeError(f"The body is larger than the {self._max_body:,} bytes that are taken here.")

    async def refuse(self, error: Any) -> None:
        response = problem(error, self.id)
        response.headers["Connection"] = "close"  # what is left of the body is not read
        await response(self.scope, self._receive, self.send)


def _announced(scope: Scope) -> int:
    try:
        return int(Headers(scope=scope).get("content-length", "0"))
    except ValueError:
        return 0
