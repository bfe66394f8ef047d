"""What somebody has written is not lost on the way: to a form whose session has ended, or that asks once more."""

from __future__ import annotations

import re
from html import unescape

from sqlalchemy import select

from app.db.models import CapabilityProfile, Organisation
from tests.web.conftest import ENTERPRISE, ORGANISER, Site
from tests.web.test_two_tabs import fields_of


def _certificates(site: Site) -> list[str]:
    with site.database.read() as session:
        mine = select(CapabilityProfile.document).join(Organisation).where(Organisation.code == site.enterprise)
        last = session.scalars(mine.order_by(CapabilityProfile.revision.desc()).limit(1)).one()
    return [paper["code"] for paper in last.get("certificates", [])]


def test_a_form_whose_session_has_ended_is_kept_and_can_be_sent_again(site: Site) -> None:
    with site.client(ENTERPRISE) as client:
        told = fields_of(client.get("/my/profile").text, "/my/profile") | {"text": ['We "knit" <b>\n羊毛']}
        mine = client.cookies["fairmatch"]
        client.cookies.set("fairmatch", "a-session-that-has-ended")
        refused = client.post("/my/profile", data=told)
        assert refused.status_code == 401
        assert "You have been signed out" in refused.text
        kept = fields_of(refused.text, "/my/profile")
        assert {name: value for name, value in kept.items() if any(value)} == {
            name: [line.strip() for line in value] for name, value in told.items() if any(value)
        }
        client.cookies.clear()
        client.cookies.set("fairmatch", mine)
        assert client.post("/my/profile", data=kept).status_code == 303
        assert "We &#34;knit&#34; &lt;b&gt;" in client.get("/my/profile").text


def test_passwords_and_strangers_are_sent_to_sign_in(site: Site) -> None:
    with site.client(None) as client:
        assert client.post("/my/profile", data={"moq": "5"}).headers["location"] == "/sign-in"
        client.cookies.set("fairmatch", "a-session-that-has-ended")
        file = {"file": ("list.csv", b"name\nA\n")}
        assert client.post("/events/paris-2025/import", files=file).headers["location"] == "/sign-in"


def test_the_certificates_after_one_that_is_taken_out_stay_through_the_second_look(site: Site) -> None:
    with site.client(ENTERPRISE) as client:
        told = fields_of(client.get("/my/profile").text, "/my/profile")
        told |= {"paper-0-code": [""], "paper-1-code": ["GRS"], "paper-2-code": ["RWS"]}
        told |= {"paper-1-evidence": ["declared"], "paper-2-evidence": ["declared"]}
        told["products"] = [told["products"][0] + "\nfrobnicated knitwear"]
        look = client.post("/my/profile", data=told)
        assert "Is this what you mean?" in look.text
        action = re.search(r'<form method="post" action="([^"]+)" class="stack">', look.text)
        assert action is not None
        saved = client.post("/my/profile", data=fields_of(look.text, unescape(action[1])))
        assert saved.status_code == 303, re.findall(r'class="fault".*|role="alert".*?</ul>', saved.text, re.DOTALL)
    assert _certificates(site)[:2] == ["GRS", "RWS"]


def test_what_is_asked_for_without_a_script_is_asked_for_in_the_language_of_the_reader(site: Site) -> None:
    with site.client(ORGANISER, "zh") as client:
        client.cookies.set("fairmatch", "a-session-that-has-ended")
        assert "您已退出登录" in client.post("/events/paris-2025/settings", data={"name": "x"}).text
