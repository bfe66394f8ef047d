"""The ranked suppliers of a buyer's request: with reasons, by filters, on a shortlist, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.core.errors import InvalidInputError, NotFoundError
from app.domain.profiles import REQUEST_WEIGHTS, missing
from app.services import lookups, matching
from app.services.matching import RankedList
from app.services.portal import Other, others
from app.web.deps import Asked, Pages, Reading
from app.web.forms import Form
from app.web.portal import Portal, portal_of
from app.web.views.my_sourcing import shape_of, title_of

router = Pages(roles=("buyer",))
_DEPTH = 100
_AT_ONCE = 15
_COMPARED = 4


@dataclass(frozen=True)
class _List:
    """A request with its ranked suppliers and how its buyer stands to each; `live` where it was ranked just now."""

    row: Any
    newest: Any
    found: RankedList
    known: dict[UUID, Other]
    live: bool
    why: str = ""

    def other(self, item: Mapping[str, Any]) -> Other | None:
        return self.known.get(UUID(str(item["supplier"]["id"])))


@router.page("/my/sourcing/{request_id}")
def show(request_id: UUID, page: Asked, session: Reading) -> Response:
    portal = portal_of(page, session)
    at = _read(portal, session, request_id)
    query = page.request.query_params
    form = Form.filled({name: query.get(name, "") for name in ("country", "gates", "certificates", "least", "mine")},
                       page.lang)  # fmt: skip
    items = [item for item in at.found.items if _wanted(at, item, form)]
    start = min(max(0, form_number(query.get("from"))), max(0, len(items) - 1))
    countries = sorted({other.organisation.country for other in at.known.values() if other.organisation.country})
    return portal.render(
        "suppliers.html", "sourcing", at=at, title=title_of(at.newest.document), form=form, countries=countries,
        items=items[start : start + _AT_ONCE], count=len(items), start=start, at_once=_AT_ONCE,
        wanted=sum(other.answer in ("must_meet", "want") for other in at.known.values()),
        missing=missing(at.newest.document, REQUEST_WEIGHTS),
    )  # fmt: skip


@router.page("/my/sourcing/{request_id}/compare")
def compare(request_id: UUID, page: Asked, session: Reading) -> Response:
    """Two to four suppliers side by side: every term, condition and unknown."""
    portal = portal_of(page, session)
    at = _read(portal, session, request_id)
    chosen = page.request.query_params.getlist("with")
    items = [item for item in at.found.items if str(item["supplier"]["id"]) in chosen][:_COMPARED]
    names = list(dict.fromkeys(term["name"] for item in items for term in item["terms"]))
    gates = list(dict.fromkeys(gate["name"] for item in items for gate in item["gates"]))
    terms = [{term["name"]: term for term in item["terms"]} for item in items]
    states = [{gate["name"]: gate["state"] for gate in item["gates"]} for item in items]
    return portal.render(
        "compare.html", "sourcing", at=at, title=title_of(at.newest.document), items=items, names=names, gates=gates,
        terms=terms, states=states, chosen=len(chosen),
    )  # fmt: skip


def form_number(text: str | None) -> int:
    """A number out of an address, 0 for whatever is none."""
    return int(text) if text and text.isdecimal() and len(text) < 6 else 0


def _read(portal: Portal, session: Session, request_id: UUID) -> _List:
    page = portal.page
    row = lookups.request(session, page.actor, request_id)
    if row.event_id != portal.event.id:
        raise NotFoundError(f"There is no sourcing request {request_id} in {portal.event.name}.")
    newest = lookups.revisions(session, [row.id])[row.id]
    found, live, why = RankedList([], [], ""), False, ""
    if not row.withdrawn:
        try:
            found, live = _ranked(portal, session, row.id, newest.document)
        except (InvalidInputError, NotFoundError) as error:
            why = error.message
    ids = {UUID(str(item["supplier"]["id"])) for item in (*found.items, *found.left_out)}
    return _List(row, newest, found, others(session, portal.must_part, ids), live, why)


def _ranked(portal: Portal, session: Session, request_id: UUID, document: dict[str, Any]) -> tuple[RankedList, bool]:
    """The list of the last match run, moved by the buyer's answers; one that the run did not know is ranked now."""
    page = portal.page
    try:
        at = matching.stored(session, page.actor, request_id, limit=_DEPTH, lang=page.lang)
        found = matching.read_learned(session, at) if at.answered else matching.read_stored(session, at)
    except NotFoundError:
        found = RankedList([], [], "")
    if found.items or found.left_out:
        return found, False
    shape = shape_of(document)
    return matching.rank_live(session, page.actor, portal.event.id, shape, limit=_DEPTH, lang=page.lang), True


def _wanted(at: _List, item: Mapping[str, Any], form: Form) -> bool:
    other = at.other(item)
    if form["country"] and (other is None or other.organisation.country != form["country"]):
        return False
    if form["gates"] and any(gate["state"] != "passed" for gate in item["gates"]):
        return False
    if form["certificates"] and not _certified(item):
        return False
    if form["mine"] and (other is None or other.answer not in ("must_meet", "want")):
        return False
    return not form["least"].isdecimal() or float(item["score"]) >= int(form["least"])


def _certified(item: Mapping[str, Any]) -> bool:
    """Whether what is asked of certificates is proven."""
    gate = next((gate["state"] for gate in item["gates"] if gate["name"] == "certificates"), "passed")
    points = next((term["points"] for term in item["terms"] if term["name"] == "certificates"), 0)
    return gate == "passed" and points > 0 and "certificates" not in item["unknown"]
