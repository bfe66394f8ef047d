"""The front door, and what each reader chooses for themselves: language, colours, role."""

from __future__ import annotations

from uuid import UUID

from starlette.responses import Response

from app.core.errors import NotFoundError
from app.domain.access import ROLES, STAFF
from app.services import first_account, sessions
from app.services.sessions import Lifetime
from app.web import words
from app.web.deps import Asked, Pages, Reading, Sent, Writing
from app.web.forms import Form
from app.web.page import LANGUAGE, THEME, own_address
from app.web.views.sign_in import enter

router = Pages(roles=None)
_YEAR = 365 * 24 * 3600


@router.page("/")
def home(page: Asked, session: Reading) -> Response:
    """To where the reader works; strangers see what this is."""
    if page.viewer is None:
        return page.render("home/welcome.html", begin=first_account.is_needed(session))
    return page.to("/events" if page.actor.role in STAFF else "/my")


@router.deed("/language")
def choose_language(page: Asked, form: Sent) -> Response:
    return _keep(page.to(own_address(form["next"])), LANGUAGE, form["language"], words.LANGUAGES)


@router.deed("/theme")
def choose_theme(page: Asked, form: Sent) -> Response:
    return _keep(page.to(own_address(form["next"])), THEME, form["theme"], ("light", "dark", "auto"))


def _keep(response: Response, name: str, value: str, among: tuple[str, ...]) -> Response:
    if value in among:
        response.set_cookie(name, value, max_age=_YEAR, path="/", httponly=True, samesite="lax")
    return response


@router.deed("/role", roles=ROLES)
def choose_role(page: Asked, session: Writing, form: Sent) -> Response:
    """Go on in another of one's roles, with a new session."""
    membership: UUID | None = form.id("membership")
    if membership is None:
        raise NotFoundError("You have no such role.")
    return enter(page, sessions.switch(session, page.actor, membership, Lifetime.of(page.settings)), "/")


@router.page("/design")
def design(page: Asked) -> Response:
    """Every part that pages are made of, in every state."""
    values = {
        "name": "",
        "quantity": "many",
        "zone": "Europe/Paris",
        "note": "",
        "languages": ["zh", "fr"],
        "agreed": "yes",
    }
    form = Form.filled(values, page.lang)
    form.text("name", needed=True)
    form.integer("quantity")
    return page.render("home/design.html", form=form)
