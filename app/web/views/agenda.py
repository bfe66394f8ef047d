"""The programme of an edition besides its meetings: talks, visits, breaks."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.db.models import Event
from app.domain.access import RUNNERS
from app.domain.editions import AgendaIn
from app.domain.fairs import AGENDA_KINDS
from app.services.agenda import agenda_of, set_agenda
from app.services.events import find_event, lock_event
from app.web.deps import Asked, Pages, Reading, Sent, Writing
from app.web.forms import Form
from app.web.page import Page

router = Pages(roles=RUNNERS)
_TEXTS = ("title", "title_local", "speaker", "place", "description")
_TIMES = ("starts_at", "ends_at")
_BLANK = 2


@router.page("/events/{code}/settings/programme")
def show(code: str, page: Asked, session: Reading) -> Response:
    event = find_event(session, page.actor, code)
    return _shown(page, event, _filled(page, session, event))


@router.deed("/events/{code}/settings/programme")
def save(code: str, page: Asked, session: Writing, form: Sent) -> Response:
    """The whole programme; an item without a title and without times is none."""
    event = lock_event(session, page.actor, code)
    items = [_said(form, number) for number in range(_rows(form)) if _is_said(form, number)]
    shape = form.shape(AgendaIn, {"items": items}) if form.right else None
    if shape is not None and not form.written_over(_filled(page, session, event)):
        with form.attempt(session):
            set_agenda(session, page.actor, event, shape.items)
        if form.right:
            return page.to(f"/events/{code}/settings/programme", page.say("Saved."))
    return _shown(page, event, form)


def _rows(form: Form) -> int:
    return next(number for number in range(len(list(form)) + 1) if f"title-{number}" not in form)


def _is_said(form: Form, number: int) -> bool:
    named = any(form[f"{name}-{number}"] for name in (*_TEXTS, *_TIMES))
    return named and not form.yes(f"out-{number}")


def _said(form: Form, number: int) -> dict[str, Any]:
    said: dict[str, Any] = {name: form.text(f"{name}-{number}") for name in _TEXTS}
    said |= {name: form.moment(f"{name}-{number}", needed=True) for name in _TIMES}
    form.text(f"title-{number}", needed=True, most=200)
    kind = form.chosen(f"kind-{number}", AGENDA_KINDS)
    times = {name: said[name].isoformat() for name in _TIMES if said[name]}
    return {**said, **times, "kind": kind, "description": said["description"] or ""}


def _filled(page: Page, session: Session, event: Event) -> Form:
    zone, rows = ZoneInfo(event.zone), agenda_of(session, event)
    values: dict[str, Any] = {}
    for number, row in enumerate(rows):
        values |= {f"{name}-{number}": getattr(row, name) for name in (*_TEXTS, "kind")}
        values |= {f"{name}-{number}": f"{getattr(row, name).astimezone(zone):%Y-%m-%dT%H:%M}" for name in _TIMES}
    for number in range(len(rows), len(rows) + _BLANK):
        values |= {f"title-{number}": "", f"kind-{number}": "talk"}
    return Form.filled(values, page.lang).marked()


def _shown(page: Page, event: Event, form: Form) -> Response:
    return page.render(
        "overview/programme.html", form.status, event=event, form=form, rows=_rows(form), blank=_BLANK,
        kinds=AGENDA_KINDS,
    )  # fmt: skip
