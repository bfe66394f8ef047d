"""Why a supplier stands where it stands for a request; and answers that an organiser gives on behalf of the two."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from starlette.responses import Response

from app.core.errors import InvalidInputError
from app.core.i18n import format_language, format_number
from app.domain.access import RUNNERS, STAFF
from app.services import matching
from app.services.events import find_event
from app.services.preferences import answer, take_back
from app.web import numbers, plots, words
from app.web.deps import Asked, Pages, Reading, Sent, Writing
from app.web.page import Page, Undo

router = Pages(roles=STAFF)
_ANSWERS = ("must_meet", "want", "no_thanks", "")


@router.page("/events/{code}/ranking/{request_id}/{supplier_id}")
def why(code: str, request_id: UUID, supplier_id: UUID, page: Asked, session: Reading) -> Response:
    """The pair with all its terms, what would lift it, both directions, and what lies between the two."""
    event = find_event(session, page.actor, code)
    pair = matching.pair_of(session, page.actor, event, request_id, supplier_id, lang=page.lang)
    asked = pair.listed.request.code
    theirs = matching.supplier_reasons(session, page.actor, event, supplier_id, [asked], lang=page.lang)
    return page.render(
        "ranking/why.html", event=event, pair=pair, item=pair.item, theirs=theirs.get(asked, []),
        between=pair.between, title=matching.title_of(pair.listed.revision.document),
        shared=words.comma(page.lang).join(format_language(tag, page.lang) for tag in pair.between.shared),
        **_drawn(page, pair.item),
    )  # fmt: skip


@router.deed("/events/{code}/ranking/{request_id}/{supplier_id}/answer", roles=RUNNERS)
def give_answer(code: str, request_id: UUID, supplier_id: UUID, page: Asked, session: Writing, form: Sent) -> Response:
    """What the buyer or the supplier answers to the other, said by the organiser; an empty answer takes it back."""
    event = find_event(session, page.actor, code)
    pair = matching.pair_of(session, page.actor, event, request_id, supplier_id)
    side, said = form["side"], form["answer"]
    if side not in pair.between.parts or said not in _ANSWERS:
        raise InvalidInputError("An answer is given for the buyer or the supplier: must_meet, want, no_thanks or none.")
    own, other = (pair.between.parts[name] for name in ((side, "supplier" if side == "buyer" else "buyer")))
    before = pair.between.answers.get(side, "")
    here = f"/events/{event.code}/ranking/{request_id}/{supplier_id}"
    with form.attempt(session):
        if said:
            answer(session, page.actor, own.id, other.id, said)
        elif before:
            take_back(session, page.actor, own.id, other.id)
    if not form.right:
        return page.to(here, " ".join(form.elsewhere) or page.say("This could not be kept."), bad=True)
    undo = Undo(f"{here}/answer", {"side": side, "answer": before}) if before in _ANSWERS else None
    return page.to(here, page.say("Answer kept.") if said else page.say("Answer taken back."), undo=undo)


def _drawn(page: Page, item: dict[str, Any] | None) -> dict[str, Any]:
    """The terms, strongest first, each with its part of the picture, and the picture of all."""
    if item is None:
        return {"terms": [], "total": 0.0, "picture": ""}
    rows, at = [], 0.0
    for term in sorted(item["terms"], key=lambda one: -one["points"]):
        rows.append((term, plots.step(at, term["points"], term["most"])))
        at += term["points"]
    # each rounded by itself, they would come to half a point more or less than the score below them
    whole = numbers.rounded([term["points"] for term, _ in rows], 1)
    rows = [(term | {"points": points}, drawn) for (term, drawn), points in zip(rows, whole, strict=True)]
    named = [(_told(term, page.lang), term["points"]) for term, _ in rows]
    score = format_number(at, page.lang, 1)
    label = page.say("{score} points of 100, made of {count} parts", score=score, count=len(rows))
    return {"terms": rows, "total": at, "picture": plots.steps(named, label=label)}


def _told(term: dict[str, Any], lang: str) -> str:
    return f"{matching.field_name(term['name'], lang)}: {format_number(term['points'], lang, 1)}"
