"""An enterprise's side of the ranking: which requests suit it and why, and what would lift it."""

from __future__ import annotations

from uuid import UUID

from starlette.responses import Response

from app.core.errors import InvalidInputError, NotFoundError
from app.services import matching
from app.services import portal as standing
from app.web.deps import Asked, Pages, Reading
from app.web.portal import portal_of

router = Pages(roles=("enterprise",))
_SHOWN = 20


@router.page("/my/buyers")
def buyers(page: Asked, session: Reading) -> Response:
    """The requests that suit this enterprise best, with the reasons of both sides."""
    portal = portal_of(page, session)
    if portal.part is None:
        return portal.none_yet("buyers")
    items, why = [], ""
    try:
        items = matching.requests_for(session, page.actor, portal.event, portal.own, limit=_SHOWN, lang=page.lang)
    except NotFoundError as error:
        why = error.message
    codes = [item["request"]["code"] for item in items]
    own = matching.supplier_reasons(session, page.actor, portal.event, portal.own, codes, lang=page.lang)
    known = standing.others(session, portal.part, {UUID(str(item["buyer"]["id"])) for item in items})
    return portal.render("buyers.html", "buyers", items=items, own=own, known=known, why=why, tab="buyers")


@router.page("/my/lifts")
def lifts(page: Asked, session: Reading) -> Response:
    """The smallest changes that would bring this enterprise most, over all requests of the edition."""
    portal = portal_of(page, session)
    if portal.part is None:
        return portal.none_yet("buyers")
    found, why = None, ""
    try:
        found = matching.supplier_lifts(session, page.actor, portal.event, portal.own, lang=page.lang)
    except (NotFoundError, InvalidInputError) as error:
        why = error.message
    return portal.render("lifts.html", "buyers", found=found, why=why, tab="lifts")
