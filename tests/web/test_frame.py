"""What holds for every page: who may see it, where changes come from, what goes along with it."""

from __future__ import annotations

import re

import httpx
import pytest
from fastapi.routing import APIRoute, iter_route_contexts
from playwright.sync_api import Browser

from app.domain.access import ROLES
from app.web.deps import ROLES as PAGES
from tests.api.conftest import make_app
from tests.web.conftest import BUYER, ORGANISER, PASSWORD, Site, looked_over, looking

_NOBODY = "00000000-0000-7000-8000-000000000000"


def _pages() -> dict[str, APIRoute]:
    """Every page: method and path → route."""
    found = {}
    for context in iter_route_contexts(make_app("sqlite://").routes):
        route = context.original_route
        if isinstance(route, APIRoute) and route.endpoint in PAGES:
            found |= {f"{method} {context.path_format}": route for method in route.methods or ()}
    return found


_ALL = _pages()


def _filled(path: str) -> str:
    """The address with ids of nothing, of the right form."""
    return re.sub(r"\{(?:kind)\}", "job", re.sub(r"\{(?!kind)[^}]+\}", _NOBODY, path))


@pytest.mark.parametrize("name", sorted(_ALL))
def test_strangers_and_other_sites_get_nowhere(site: Site, name: str) -> None:
    """A page with roles sends strangers to sign in; no form is taken from another site."""
    method, path = name.split()
    with site.client(None) as client:
        if PAGES[_ALL[name].endpoint] is not None:
            answer = client.request(method, _filled(path))
            assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, "/sign-in")
        if method == "POST":
            for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}):
                assert client.post(_filled(path), headers=headers).status_code == 403


def test_pages_are_for_known_roles() -> None:
    assert _ALL
    assert {name for name, route in _ALL.items() if not (PAGES[route.endpoint] or frozenset()) <= set(ROLES)} == set()


def test_a_page_of_another_role_is_closed(site: Site) -> None:
    closed = [
        name.split()[1] for name, route in _ALL.items()
        if name.startswith("GET") and PAGES[route.endpoint] is not None and "buyer" not in PAGES[route.endpoint]
    ]  # fmt: skip
    with site.client(BUYER) as client:
        for path in closed:
            assert client.get(_filled(path)).status_code == 403, path


def test_every_answer_brings_its_policy(site: Site) -> None:
    with site.client(None) as client:
        for path in ("/", "/sign-in", "/nothing/here"):
            headers = client.get(path).headers
            assert headers["content-security-policy"].startswith("default-src 'self';"), path
            assert "unsafe" not in headers["content-security-policy"]
            assert headers["x-content-type-options"] == "nosniff"


def test_a_page_that_is_not_there_says_so_in_the_readers_language(site: Site) -> None:
    with site.client(None, lang="zh-CN,zh;q=0.9") as client:
        answer = client.get("/nothing/here")
    assert answer.status_code == 404
    assert "此页不存在" in answer.text
    assert httpx.get(f"{site.url}/nothing/here").headers["content-type"] == "application/problem+json"


def test_the_cookie_is_out_of_reach_and_dies_with_the_session(site: Site) -> None:
    with site.client(None) as client:
        answer = client.post("/sign-in", data={"email": ORGANISER, "password": PASSWORD})
        kept = client.cookies["fairmatch"]
        assert re.search(r"fairmatch=.*HttpOnly.*SameSite=lax", answer.headers["set-cookie"])
        assert client.post("/sign-out").status_code == 303
    with site.client(None) as client:
        client.cookies.set("fairmatch", kept)
        assert client.get("/people").headers["location"].startswith("/sign-in")


@pytest.mark.parametrize("address", ["https://elsewhere.example/", "//elsewhere.example/", "/\\elsewhere.example"])
def test_signing_in_leads_nowhere_else(site: Site, address: str) -> None:
    with site.client(None) as client:
        answer = client.post("/sign-in", data={"email": ORGANISER, "password": PASSWORD, "next": address})
    assert answer.headers["location"] == "/"


def test_a_wrong_password_is_said_at_once_and_the_address_stays(site: Site) -> None:
    with site.client(None) as client:
        answer = client.post("/sign-in", data={"email": "<b>nobody@example.org", "password": "wrong"})
    assert answer.status_code == 401 or answer.status_code == 422
    assert "&lt;b&gt;nobody@example.org" in answer.text


@pytest.mark.parametrize("lang", ["en", "zh", "fr"])
def test_open_pages_are_for_everybody(chromium: Browser, site: Site, lang: str) -> None:
    with looking(chromium, site.url, None, lang, phone=lang == "fr", dark=lang == "zh") as look:
        for path in ("/", "/sign-in", "/password", "/invitation", "/design"):
            assert looked_over(look.open(path), colours=lang != "fr") == ""
        assert look.complaints == []
        assert looked_over(look.open("/nothing"), colours=lang != "fr") == ""
        look.complaints.clear()  # the browser itself reports the 404


def test_one_signs_in_with_a_browser(chromium: Browser, site: Site) -> None:
    with looking(chromium, site.url, None) as look:
        page = look.open("/sign-in?next=/people")
        page.fill("[name=email]", ORGANISER)
        page.fill("[name=password]", PASSWORD)
        page.click("main button.primary")
        page.wait_for_url(f"{site.url}/people")


def test_language_and_colours_are_chosen_without_a_script(chromium: Browser, site: Site) -> None:
    with looking(chromium, site.url, None, script=False) as look:
        page = look.open("/sign-in")
        page.click("summary[aria-label=Language]")
        page.click("button[value=zh]")
        assert page.locator("h1").inner_text() == "登录"
        page.click("summary[aria-label=配色]")
        page.click("button[value=dark]")
        assert page.locator("html").get_attribute("data-theme") == "dark"
        assert page.url.endswith("/sign-in")
