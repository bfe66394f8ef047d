"""What an organisation says of itself: what it makes, or who buys; checked word by word before it is saved."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.db.models import BuyerProfile, CapabilityProfile
from app.domain import profiles as shapes
from app.domain.access import PARTIES
from app.domain.vocabulary import FIELDS
from app.services import lookups
from app.services.profiles import (
    Registered,
    register_buyer,
    register_capabilities,
    revision_of,
    revisions_of,
)
from app.web import entries
from app.web.deps import Asked, Pages, Reading, Sent, Writing
from app.web.entries import Group
from app.web.forms import Form
from app.web.page import Page, Undo
from app.web.portal import Portal, portal_of

router = Pages(roles=PARTIES)
_PAPER = ("code", "scope", "number", "body", "valid_from", "valid_to", "document", "evidence")
_FREE_ROWS = 2


@dataclass(frozen=True)
class _Kind:
    """One of the two profiles."""

    model: Any
    shape: Any
    groups: tuple[Group, ...]
    weights: dict[str, int]
    register: Any


_OF = {
    "enterprise": _Kind(CapabilityProfile, shapes.CapabilityProfile, entries.CAPABILITIES, shapes.CAPABILITY_WEIGHTS,
                        register_capabilities),
    "buyer": _Kind(BuyerProfile, shapes.BuyerProfile, entries.BUYER, shapes.BUYER_WEIGHTS, register_buyer),
}  # fmt: skip


@router.page("/my/profile")
def show(page: Asked, session: Reading) -> Response:
    portal = portal_of(page, session)
    row = _row(session, portal)
    return _form(portal, session, _opened(page, row), row, row.document.get("certificates", []) if row else [])


def _opened(page: Page, row: Any) -> Form:
    """The profile in force as a form."""
    document, resolved = (row.document, row.resolved) if row else ({}, [])
    papers: dict[str, Any] = {}
    for number, paper in enumerate(document.get("certificates", [])):
        told = {"evidence": "declared", **(paper if isinstance(paper, dict) else {"code": str(paper)})}
        papers |= {f"paper-{number}-{name}": told.get(name) for name in _PAPER}
    form = entries.filled(_OF[page.actor.role].groups, document, resolved, page.lang)
    return form.with_sent(Form.filled(papers, page.lang)).marked()


@router.deed("/my/profile")
def save(page: Asked, session: Writing, form: Sent) -> Response:
    """Save at once where every word is known from before; else show first what each new word is taken for."""
    portal, kind = portal_of(page, session), _OF[page.actor.role]
    row = _row(session, portal)
    before, resolved = (row.document, row.resolved) if row else ({}, [])
    values = entries.read(kind.groups, form, before, resolved)
    if page.actor.role == "enterprise":
        values["certificates"] = _papers(form)
    profile = form.shape(kind.shape, values)
    if profile is not None and form.right and not form.written_over(_opened(page, row)):
        rows = entries.understood(entries.news(kind.groups, values, before), page.lang)
        rows += _new_papers(values, before, page)
        if rows and not form.yes("confirmed"):
            session.info["kept"] = False
            action, back = portal.link("/profile"), portal.link("/profile")
            return portal.render("understood.html", "profile", form=form, rows=rows, action=action, back=back)
        with form.attempt(session):
            return _saved(portal, kind.register(session, page.actor, portal.own, profile))
    return _form(portal, session, form, row, values.get("certificates", []))


@router.page("/my/profile/revisions")
def revisions(page: Asked, session: Reading) -> Response:
    """All that was said before, with what changed each time; any of it can be taken up again."""
    portal, kind = portal_of(page, session), _OF[page.actor.role]
    cursor = page.request.query_params.get("cursor")
    found = revisions_of(session, kind.model, portal.own, cursor=cursor, limit=50)
    rows, before = [], None
    for row in found.items:
        names: list[str] = sorted(set(row.document) | set(before.document)) if before else []
        changed = [name for name in names if before and row.document.get(name) != before.document.get(name)]
        rows.append((row, changed))
        before = row
    return portal.render("revisions.html", "profile", rows=rows[::-1], next=found.next)


@router.deed("/my/profile/restore")
def restore(page: Asked, session: Writing, form: Sent) -> Response:
    """Say again what an earlier revision said."""
    portal, kind = portal_of(page, session), _OF[page.actor.role]
    old = revision_of(session, kind.model, portal.own, form.integer("revision", needed=True) or 0)
    document = {**old.document, "certificates": [_unjudged(item) for item in old.document.get("certificates", [])]}
    with form.attempt(session):
        kind.register(session, page.actor, portal.own, kind.shape.model_validate_json(json.dumps(document)))
    if form.faults:
        return page.to(portal.link("/profile/revisions"), " ".join(form.elsewhere), bad=True)
    return page.to(portal.link("/profile"), page.say("Revision {number} is in force again.", number=old.revision))


def _unjudged(paper: Any) -> Any:
    """A certificate as its holder may say it again: what is verified in force stays so when it is saved."""
    judged = isinstance(paper, dict) and paper.get("evidence") == "verified"
    return {**paper, "evidence": "documented"} if judged else paper


def _row(session: Session, portal: Portal) -> Any:
    find = lookups.capabilities if portal.page.actor.role == "enterprise" else lookups.buyer_profile
    return find(session, portal.own)


def _saved(portal: Portal, saved: Registered) -> Response:
    page = portal.page
    undo = Undo(portal.link("/profile/restore"), {"revision": str(saved.revision - 1)}) if saved.revision > 1 else None
    told = page.say("Saved. Your profile is {percent} % complete.", percent=saved.completeness)
    return page.to(portal.link("/profile"), told, undo=undo)


def _form(portal: Portal, session: Session, form: Form, row: Any, papers: list[Any]) -> Response:
    kind = _OF[portal.page.actor.role]
    document = row.document if row else {}
    rows = [paper if isinstance(paper, dict) else {"code": str(paper)} for paper in papers]
    return portal.render(
        "profile.html", "profile", form.status, form=form, row=row, groups=kind.groups,
        missing=shapes.missing(document, kind.weights), papers=[*rows, *({} for _ in range(_FREE_ROWS))],
        understood=_understood(row, portal.page.lang),
        organisation=lookups.organisation(session, portal.page.actor, portal.own), options=entries.options,
    )  # fmt: skip


def _understood(row: Any, lang: str) -> dict[str, list[dict[str, Any]]]:
    """By field, the words of the profile in force with what each is taken for."""
    told: dict[str, list[dict[str, Any]]] = {}
    for name, word in [(f, w) for f, words in _words(row) for w in words]:
        told.setdefault(name, []).extend(entries.understood([(name, word)], lang))
    return told


def _words(row: Any) -> list[tuple[str, list[str]]]:
    if row is None:
        return []
    kept = [entry.name for groups in (entries.CAPABILITIES, entries.BUYER) for entry in entries.entries_of(groups)
            if entry.kind == "words" and entry.name in FIELDS]  # fmt: skip
    names = list(dict.fromkeys([*kept, "certificates"]))
    return [(name, [entries.word_of(item) for item in row.document.get(name, [])]) for name in names]


def _papers(form: Form) -> list[dict[str, Any]]:
    """The certificates of the form; a row without a name is none."""
    papers: list[dict[str, Any]] = []
    means = entries.meant(form)
    for number in range(100):
        if f"paper-{number}-code" not in form:
            break
        said = {name: form[f"paper-{number}-{name}"] for name in _PAPER} | _days(form, number, len(papers))
        said["code"] = means.get(("certificates", said["code"]), said["code"])
        if said["code"]:
            papers.append({name: value for name, value in said.items() if value})
    return papers


def _days(form: Form, number: int, row: int) -> dict[str, str]:
    """The dates of a certificate; what is wrong with them is kept for the row in which it is shown again."""
    said = {}
    for name in ("valid_from", "valid_to"):
        day = form.day(f"paper-{number}-{name}") if form[f"paper-{number}-code"] else None
        said[name] = day.isoformat() if day else ""
        if wrong := form.faults.pop(f"paper-{number}-{name}", None):
            form.faults[f"paper-{row}-{name}"] = wrong
    return said


def _new_papers(values: dict[str, Any], before: dict[str, Any], page: Page) -> list[dict[str, Any]]:
    if page.actor.role != "enterprise":
        return []
    known = {entries.word_of(item) for item in before.get("certificates", [])}
    names = [entries.word_of(paper) for paper in values["certificates"]]
    return entries.understood([("certificates", name) for name in names if name not in known], page.lang)
