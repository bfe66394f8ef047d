"""What an edition is set to: its name and days, phases, rules, who may seek whom, and more slots and tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.db.models import Event, Participation, Series
from app.db.queries.grid import grid_of
from app.domain.access import RUNNERS
from app.domain.editions import BodiesIn, EventPatch, GridIn, PairingRulesIn, PhasesIn
from app.domain.fairs import BODY_ROLES, PHASES, Rules
from app.domain.participants import KINDS
from app.services import lookups
from app.services.editions import change_event, set_bodies, set_pairing_rules, set_phases
from app.services.events import find_event, lock_event, pairing_rules
from app.services.grid import extend
from app.services.series import belong_to, list_series
from app.web import choices
from app.web.deps import Asked, Pages, Reading, Sent, Writing
from app.web.forms import Form
from app.web.page import Page
from app.web.views.editions import interpreters_in

router = Pages(roles=RUNNERS)
_Shape = TypeVar("_Shape", bound=BaseModel)
_LIMITS = (
    "min_meetings_supplier", "max_meetings_supplier", "min_meetings_buyer", "max_meetings_buyer", "max_must_meet",
    "request_quota", "request_hours", "retention_days",
)  # fmt: skip
#: rules that have a value always, so that an empty field is a mistake
_ALWAYS = ("max_must_meet", "request_hours")
_SESSION = ("date", "starts", "ends")


@router.page("/events/{code}/settings")
def show(code: str, page: Asked, session: Reading) -> Response:
    return _shown(page, session, code)


@router.deed("/events/{code}/settings")
def basics(code: str, page: Asked, session: Writing, form: Sent) -> Response:
    event = lock_event(session, page.actor, code)
    said = {
        "name": form.text("name", needed=True, most=200), "name_local": form.text("name_local", most=200),
        "place": form.text("place", most=200), "zone": form.chosen("zone", _zones(page, event)),
        "currency": form.text("currency", needed=True, most=3), "language": form.text("language", needed=True, most=16),
        "starts_on": form.day("starts_on", needed=True), "ends_on": form.day("ends_on", needed=True),
    }  # fmt: skip
    known, name = {one.code: one for one in _series(session, page)}, form.text("series_name", most=200)
    chosen = form.chosen("series", list(known), needed=False)
    if not chosen and any(one.id == event.series_id and one.name == name for one in known.values()):
        name = None  # it leaves the series, whose name was left in its field

    def keep(patch: EventPatch) -> None:
        change_event(session, page.actor, event, patch)
        belong_to(session, page.actor, event, known[chosen] if chosen else None, name)

    return _kept(page, session, code, form, "basics", EventPatch, said, keep)


@router.deed("/events/{code}/settings/bodies")
def bodies(code: str, page: Asked, session: Writing, form: Sent) -> Response:
    """All bodies behind the edition; a row without a name is none."""
    event = lock_event(session, page.actor, code)
    said = []
    for number in range(_rows(form)):
        name, local = form.text(f"name-{number}", most=200), form.text(f"name_local-{number}", most=200)
        role = form.chosen(f"role-{number}", BODY_ROLES)
        if name:
            said.append({"name": name, "name_local": local, "role": role})
    return _kept(page, session, code, form, "bodies", BodiesIn, {"bodies": said},
                 lambda shape: set_bodies(session, page.actor, event, shape.bodies))  # fmt: skip


def _rows(form: Form) -> int:
    return next(number for number in range(len(list(form)) + 1) if f"name-{number}" not in form)


@router.deed("/events/{code}/settings/phases")
def phases(code: str, page: Asked, session: Writing, form: Sent) -> Response:
    """Local times of the edition's zone; a phase without times is none."""
    event = lock_event(session, page.actor, code)
    said = []
    for name in PHASES:
        begin, end = form.moment(f"{name}-from"), form.moment(f"{name}-to")
        if (begin is None) != (end is None):
            form.fault(f"{name}-from", page.say("A phase has a beginning and an end, or neither."))
        if begin and end:
            said.append({"name": name, "starts_at": begin.isoformat(), "ends_at": end.isoformat()})
    return _kept(page, session, code, form, "phases", PhasesIn, {"phases": said},
                 lambda shape: set_phases(session, page.actor, event, shape.phases))  # fmt: skip


@router.deed("/events/{code}/settings/rules")
def rules(code: str, page: Asked, session: Writing, form: Sent) -> Response:
    event = lock_event(session, page.actor, code)
    said: dict[str, Any] = {
        name: form.integer(name, needed=name in _ALWAYS, most=40_000) for name in _LIMITS
    }  # fmt: skip
    said |= {name: form.yes(name) for name in ("one_meeting_per_organisation_pair", "book_on_accept")}
    return _kept(page, session, code, form, "rules", EventPatch, {"rules": said},
                 lambda patch: change_event(session, page.actor, event, patch))  # fmt: skip


@router.deed("/events/{code}/settings/pairing")
def pairing(code: str, page: Asked, session: Writing, form: Sent) -> Response:
    """Who may seek whom, by kind; nothing ticked lets everybody who buys meet everybody who supplies."""
    event = lock_event(session, page.actor, code)
    pairs = [pair.partition(">") for pair in form.all("pair")]
    said = [{"seeker": seeker, "provider": provider} for seeker, _, provider in pairs]
    return _kept(page, session, code, form, "pairing", PairingRulesIn, {"pairing_rules": said},
                 lambda shape: set_pairing_rules(session, page.actor, event, shape.pairing_rules),
                 page.say("Saved. The next ranking asks these rules."))  # fmt: skip


@router.deed("/events/{code}/settings/grid")
def grid(code: str, page: Asked, session: Writing, form: Sent) -> Response:
    """More sessions, tables and interpreters; what is there stays, as meetings may be on it."""
    event = lock_event(session, page.actor, code)
    day, begin, end = form.day("date"), form.clock("starts"), form.clock("ends")
    if any(form[name] for name in _SESSION) and not all(form[name] for name in _SESSION):
        form.fault("date", page.say("A session has a day, a beginning and an end."))
    have = {place.code for place in grid_of(session, event.id).places}
    more = form.integer("tables", most=2000) or 0
    names = (f"T{number}" for number in range(1, len(have) + more + 2_001) if f"T{number}" not in have)
    hours = [{"date": day, "starts": f"{begin:%H:%M}", "ends": f"{end:%H:%M}"}] if day and begin and end else []
    said = {
        "sessions": hours,
        "places": [{"code": name} for name, _ in zip(names, range(more), strict=False)],
        "interpreters": interpreters_in(form),
    }
    return _kept(page, session, code, form, "grid", GridIn, said,
                 lambda shape: extend(session, page.actor, event, shape))  # fmt: skip


def _kept(
    page: Page, session: Session, code: str, form: Form, part: str, model: type[_Shape], said: dict[str, Any],
    keep: Callable[[_Shape], object], told: str = "",
) -> Response:  # fmt: skip
    """Keep a part of the settings and go back to it; the page with the faults where something is wrong."""
    shape: _Shape | None = form.shape(model, said, {"sessions": "date"}) if form.right else None
    if shape is not None and not form.written_over(_filled(page, session, find_event(session, page.actor, code))[part]):
        with form.attempt(session):
            keep(shape)
        if form.right:
            return page.to(f"/events/{code}/settings#{part}", told or page.say("Saved."))
    return _shown(page, session, code, **{part: form})


def _zones(page: Page, event: Event) -> list[str]:
    return [event.zone, *(zone for zone, _ in choices.zones(page.lang))]


def _shown(page: Page, session: Session, code: str, **forms: Form) -> Response:
    event = find_event(session, page.actor, code)
    edition = lookups.edition(session, event, ())
    allowed = pairing_rules(session, event.id).allowed
    filled = _filled(page, session, event)
    known = dict(choices.zones(page.lang))
    zones = choices.zones(page.lang) if event.zone in known else ((event.zone, event.zone), *choices.zones(page.lang))
    status, filled = max([form.status for form in forms.values()], default=200), filled | forms
    return page.render(
        "overview/settings.html", status, event=event, edition=edition, forms=filled, zones=zones, names=PHASES,
        kinds=_kinds(session, event, allowed, everything=page.request.query_params.get("kinds") == "all"),
        tongues=choices.tongues(page.lang), currencies=choices.currencies(page.lang), all_kinds=len(KINDS),
        bodies=_rows(filled["bodies"]), roles=BODY_ROLES,
        series=[(one.code, one.name) for one in _series(session, page)],
    )  # fmt: skip


def _filled(page: Page, session: Session, event: Event) -> dict[str, Form]:
    """Each part as it stands."""
    edition, allowed = lookups.edition(session, event, ()), pairing_rules(session, event.id).allowed
    told = {
        "basics": _basics(event) | _in_series(edition), "bodies": _bodies(edition), "phases": _phases(event, edition),
        "rules": _rules(event), "pairing": {"pair": [f"{seeker}>{provider}" for seeker, provider in allowed]},
    }  # fmt: skip
    return {part: Form.filled(values, page.lang).marked() for part, values in told.items()} | {
        "grid": Form({}, page.lang)
    }


def _basics(event: Event) -> dict[str, Any]:
    names = ("name", "name_local", "place", "zone", "currency", "language", "starts_on", "ends_on")
    return {name: getattr(event, name) for name in names}


def _in_series(edition: lookups.Edition) -> dict[str, Any]:
    row = edition.series
    return {"series": row.code if row else "", "series_name": row.name if row else ""}


def _series(session: Session, page: Page) -> list[Series]:
    return list_series(session, page.actor, limit=200).items


def _bodies(edition: lookups.Edition) -> dict[str, Any]:
    """A row for each body, and one to add another."""
    rows = [(body.name, body.name_local, body.role) for body in edition.bodies]
    values: dict[str, Any] = {}
    for number, row in enumerate([*rows, ("", "", BODY_ROLES[0])]):
        values |= {f"{name}-{number}": value for name, value in zip(("name", "name_local", "role"), row, strict=True)}
    return values


def _phases(event: Event, edition: lookups.Edition) -> dict[str, Any]:
    zone = ZoneInfo(event.zone)
    times = {}
    for phase in edition.phases:
        for end, moment in (("from", phase.starts_at), ("to", phase.ends_at)):
            times[f"{phase.name}-{end}"] = f"{moment.astimezone(zone):%Y-%m-%dT%H:%M}"
    return times


def _rules(event: Event) -> dict[str, Any]:
    known = Rules.model_validate({name: event.rules[name] for name in Rules.model_fields if name in event.rules})
    said = known.model_dump()
    return {name: ("yes" if value else "") if isinstance(value, bool) else value for name, value in said.items()}


def _kinds(session: Session, event: Event, allowed: frozenset[tuple[str, str]], *, everything: bool) -> list[str]:
    """The kinds that take part or that a rule names; all of them if asked for, or before anybody takes part."""
    present = set(session.scalars(select(Participation.kind).where(Participation.event_id == event.id).distinct()))
    present |= {kind for pair in allowed for kind in pair}
    return [kind for kind in KINDS if everything or not present or kind in present]
