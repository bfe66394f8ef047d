"""Changes come from our own pages only: what the browser says of a request's origin decides.

Browsers send `Sec-Fetch-Site` (all since 2023) or at least `Origin` with every form; neither can be set by a page. With
`SameSite=Lax` on the cookie there are two locks, and no token has to be kept in forms.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import Request

from app.core.errors import NotAllowedError

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def must_be_own(request: Request) -> None:
    """Raise NotAllowedError for a change that does not come from a page of this service."""
    if request.method in SAFE:
        return
    fetched = request.headers.get("sec-fetch-site")
    if fetched is not None:
        own = fetched == "same-origin"
    else:
        origin = request.headers.get("origin")
        own = origin is not None and urlsplit(origin).netloc == request.headers.get("host")
    if not own:
        raise NotAllowedError("This form was sent from another site, so nothing was changed. Open the page here again.")
