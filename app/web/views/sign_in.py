"""Signing in and out, answering an invitation, setting a new password."""

from __future__ import annotations

from fastapi import Request
from starlette.responses import Response

from app.core.errors import AppError
from app.services import accounts, invitations, sessions
from app.services.sessions import Lifetime, Opened
from app.web.deps import Asked, Hashing, Pages, Reading, Sent, Writing
from app.web.forms import Form
from app.web.page import COOKIE, Page, own_address

router = Pages(roles=None)


def enter(page: Page, opened: Opened, address: str) -> Response:
    """Go on as somebody who is signed in: the session's token becomes a cookie that no script can read."""
    response = page.to(address)
    secure = page.request.url.scheme == "https" or page.settings.public_url.startswith("https:")
    response.set_cookie(
        COOKIE, opened.token, expires=opened.expires_at, path="/", httponly=True, secure=secure, samesite="lax"
    )
    return response


def _host(request: Request) -> str:
    return request.client.host if request.client else "local"


@router.page("/sign-in")
def sign_in_form(page: Asked) -> Response:
    form = Form.filled({"next": page.request.query_params.get("next", "")}, page.lang)
    return page.render("sign_in/sign_in.html", form=form)


@router.deed("/sign-in")
def sign_in(page: Asked, database: Hashing, form: Sent) -> Response:
    """Six attempts a minute; whether an address is known cannot be told from the answer."""
    email, password = form.text("email", needed=True), form.text("password", needed=True)
    if email and password:
        try:
            limits = Lifetime.of(page.settings)
            opened = sessions.sign_in(database, email, form["password"], _host(page.request), limits)
            return enter(page, opened, own_address(form["next"]))
        except AppError as error:
            form.refused(error)
    return page.render("sign_in/sign_in.html", form.status, form=form)


@router.deed("/sign-out")
def sign_out(page: Asked, session: Writing) -> Response:
    if page.viewer is not None:
        sessions.sign_out(session, page.actor)
    response = page.to("/", page.say("You are signed out."))
    response.delete_cookie(COOKIE, path="/")
    return response


@router.page("/password")
def password_form(page: Asked) -> Response:
    """Asks for a letter; with a letter's token behind # in the address, the script asks for the new password."""
    return page.render("sign_in/password.html", form=Form(lang=page.lang), token="", sent=False)


@router.deed("/password")
def ask_for_password(page: Asked, database: Hashing, form: Sent) -> Response:
    email = form.text("email", needed=True, most=320)
    sent = False
    if email:
        try:
            accounts.ask_for_reset(database, email, _host(page.request), page.settings)
            sent = True
        except AppError as error:
            form.refused(error)
    return page.render("sign_in/password.html", form.status, form=form, token="", sent=sent)


@router.deed("/password/new")
def new_password(page: Asked, database: Hashing, form: Sent) -> Response:
    """With a letter's token alone, shows the form; with a password as well, sets it and signs in."""
    if form["token"] and "password" in form and form.text("password", needed=True):
        try:
            opened = accounts.reset_password(database, form["token"], form["password"], Lifetime.of(page.settings))
            return enter(page, opened, "/")
        except AppError as error:
            form.refused(error)
    return page.render("sign_in/password.html", form.status, form=form, token=form["token"], sent=False)


@router.page("/invitation")
def invitation_form(page: Asked) -> Response:
    return page.render("sign_in/invitation.html", form=Form(lang=page.lang), offer=None)


@router.deed("/invitation/look")
def look_at_invitation(page: Asked, session: Reading, form: Sent) -> Response:
    """What an invitation offers; nothing is changed."""
    return _offered(page, session, form)


@router.deed("/invitation")
def accept_invitation(page: Asked, database: Hashing, form: Sent) -> Response:
    name, password = form.text("name", most=200), form.text("password", needed=True)
    if password:
        try:
            limits = Lifetime.of(page.settings)
            host = _host(page.request)
            opened = invitations.accept(database, form["token"], name or "", form["password"], host, limits)
            return enter(page, opened, "/")
        except AppError as error:
            form.refused(error)
    with database.read() as session:
        return _offered(page, session, form)


def _offered(page: Page, session: Reading, form: Form) -> Response:
    offer = None
    try:
        offer = invitations.offered(session, form["token"])
    except AppError as error:
        if form.right:
            form.refused(error)
    return page.render("sign_in/invitation.html", form.status, form=form, offer=offer)
