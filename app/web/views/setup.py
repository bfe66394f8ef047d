"""The first account, while there is none."""

from __future__ import annotations

from starlette.responses import Response

from app.core.errors import AppError
from app.services import first_account
from app.web import words
from app.web.deps import Asked, Hashing, Pages, Reading, Sent
from app.web.forms import Form
from app.web.page import Page
from app.web.views.sign_in import enter

router = Pages(roles=None)


@router.page("/setup")
def ask_for_code(page: Asked, session: Reading) -> Response:
    """The code stands behind # in the link that the service shows when it starts."""
    needed = first_account.is_needed(session)
    return page.render("home/setup.html", form=Form(lang=page.lang), houses=None, needed=needed)


@router.deed("/setup/look")
def look(page: Asked, session: Reading, form: Sent) -> Response:
    """Show the form to whoever has the code; nothing is changed."""
    return _shown(page, session, form)


@router.deed("/setup")
def begin(page: Asked, database: Hashing, form: Sent) -> Response:
    house = form["house"] or None
    values = {
        "new_house": form.text("new_house", needed=not house, most=200) or "",
        "name": form.text("name", needed=True, most=200) or "",
        "email": form.text("email", needed=True, most=320) or "",
        "password": form["password"],
        "language": page.lang,
    }
    form.text("password", needed=True)
    if form.right:
        try:
            opened = first_account.make_first_account(
                database, page.settings, code=form["token"], house=house, **values
            )
            return enter(page, opened, "/events")
        except AppError as error:
            form.refused(error)
    with database.read() as session:
        return _shown(page, session, form)


def _shown(page: Page, session: Reading, form: Form) -> Response:
    houses = None
    try:
        first_account.must_know(page.settings, form["token"])
        houses = first_account.houses(session)
        if "house" not in form and houses and form.right:
            form = Form.filled({"token": form["token"], "house": houses[0].slug}, page.lang)
    except AppError as error:
        form.refused(error)
    needed = first_account.is_needed(session)
    return page.render("home/setup.html", form.status, form=form, houses=houses, needed=needed, names=words.NAMES)
