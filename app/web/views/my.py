"""The first page of a portal: what waits, what comes next, how far one has come."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.core.clock import utc_now
from app.domain.access import PARTIES
from app.domain.profiles import BUYER_WEIGHTS, CAPABILITY_WEIGHTS, missing
from app.services import lookups, meeting_requests, outcomes, timetables
from app.services.participants import list_requests
from app.web.deps import Asked, Pages, Reading
from app.web.portal import Portal, portal_of
from app.web.views.my_sourcing import title_of

router = Pages(roles=PARTIES)
_SHOWN = 5


@router.page("/my")
def home(page: Asked, session: Reading) -> Response:
    portal = portal_of(page, session)
    buys = page.actor.role == "buyer"
    row = (lookups.buyer_profile if buys else lookups.capabilities)(session, portal.own)
    lacking = missing(row.document if row else {}, BUYER_WEIGHTS if buys else CAPABILITY_WEIGHTS)
    facts: dict[str, Any] = {"profile": row, "missing": lacking[:3]}
    if portal.part is not None:
        facts |= _waiting(portal, session)
        facts |= _coming(portal, session)
        facts["todo"] = [one for one in outcomes.own_meetings(session, portal.row) if one.row is None]
        facts["wishes"] = _wishes(portal, session) if buys else []
    return portal.render("home.html", "home", **facts)


def _waiting(portal: Portal, session: Session) -> dict[str, Any]:
    found = {}
    for box in ("in", "out"):
        rows = meeting_requests.list_requests(
            session, portal.event, organisation_id=portal.own, box=box, state="pending", limit=50
        )
        found[box] = rows
    soonest = sorted(found["in"].items, key=lambda row: row.expires_at)[:_SHOWN]
    return {
        "asked": meeting_requests.shown(session, portal.event, soonest),
        "asked_count": len(found["in"].items),
        "asked_more": found["in"].next is not None,
        "asking_count": len(found["out"].items),
    }


def _coming(portal: Portal, session: Session) -> dict[str, Any]:
    own = timetables.own_timetable(session, portal.event, portal.row)
    there = own.publication is not None or bool(own.entries)
    rows = timetables.shown(session, own, portal.page.lang) if there else []
    now = utc_now()
    live = [row for row in rows if row["status"] != "cancelled"]
    ahead = sorted((row for row in live if row["ends_at"] > now), key=lambda row: row["starts_at"])
    return {"published": there, "meetings": len(live), "ahead": ahead[:_SHOWN]}


def _wishes(portal: Portal, session: Session) -> list[tuple[Any, Any, str]]:
    found = list_requests(session, portal.page.actor, portal.event.id, limit=_SHOWN)
    newest = lookups.revisions(session, [row.id for row in found.items])
    return [(row, newest[row.id], title_of(newest[row.id].document)) for row in found.items if not row.withdrawn]
