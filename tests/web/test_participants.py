"""Who takes part: found, looked at, changed, withdrawn and let back; papers judged; registrations decided."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from playwright.sync_api import Browser
from sqlalchemy import event, func, select

from app.core.clock import utc_now
from app.core.errors import InvalidInputError
from app.db.models import Certificate, Invitation, Letter, Meeting, Participation, Phase, Schedule
from app.services import access, events, registrations, roster
from app.services.sampling import TENANT
from tests.web.conftest import EVENT, Site, looked_over, looking
from tests.web.test_public import _form
from tests.web.test_setting_up import followed

_LIST = f"/events/{EVENT}/participants"


@pytest.mark.parametrize(
    ("query", "count", "there"),
    [
        ("", 27, "Atelier Lin"),
        ("?side=supply", 15, "QSH-01"),
        ("?side=buy&country=DE", 3, "Nordwind"),
        ("?below=60", 2, "QSH-10"),
        ("?kind=fabric-mill", 1, "QSH-12"),
        ("?q=lindenhof", 1, "Lindenhof"),
        ("?q=%25", 0, "Nobody like that"),
        ("?withdrawn=yes", 0, "Nobody like that"),
        ("?kind=nonsense&below=many", 27, "Atelier Lin"),
    ],
)
def test_participants_are_found_by_what_is_asked(site: Site, query: str, count: int, there: str) -> None:
    with site.client() as client:
        shown = client.get(_LIST + query).text
    assert len(re.findall(r'<th scope="row"><a href="/events/', shown)) == count
    assert there in shown


@pytest.mark.parametrize("sort", [None, *roster.SORTS])
def test_the_list_is_sorted_page_by_page(site: Site, sort: str | None) -> None:
    """Pages of five hold everybody once, in the order that the whole has."""
    with site.database.read() as session:
        edition = events.find_event(session, access.organiser_of(session, TENANT), EVENT)
        whole = roster.roster(session, edition, sort=sort, limit=100).items
        parts, cursor = [], None
        while not parts or cursor:
            page = roster.roster(session, edition, sort=sort, cursor=cursor, limit=5)
            parts, cursor = [*parts, *page.items], page.next
        assert [one.part.id for one in parts] == [one.part.id for one in whole]
        keys = {
            "name": lambda one: one.organisation.name.lower(), "kind": lambda one: one.part.kind,
            "complete": lambda one: one.completeness or 0, "meetings": lambda one: -one.meetings,
            "own-name": lambda one: (one.organisation.name_local or one.organisation.name).lower(),
        }  # fmt: skip
        if sort:
            assert [keys[sort](one) for one in whole] == sorted(keys[sort](one) for one in whole)
        mean = sum(one.meetings for one in whole)
        held = select(func.count()).where(Meeting.schedule_id == Schedule.id, Schedule.is_current)
        assert mean == 2 * (session.scalar(held.where(Meeting.status != "cancelled")) or 0)
        with pytest.raises(InvalidInputError):
            roster.roster(session, edition, sort=sort, cursor="bm8")


def test_an_organiser_answers_seats_and_excuses_on_behalf(site: Site) -> None:
    place = f"{_LIST}/QSH-03"
    with site.client() as client:
        assert client.post(f"{place}/answers", data={"other": "QSH-03", "answer": "want"}).status_code == 422
        assert client.post(f"{place}/answers", data={"other": "nobody", "answer": "want"}).status_code == 404
        assert client.post(f"{place}/answers", data={"other": "BE-ZUIDKANT", "answer": "want"}).status_code == 303
        assert "Zuidkant" in client.get(place).text
        assert client.post(f"{place}/answers", data={"other": "BE-ZUIDKANT"}).status_code == 303
        assert "Zuidkant" not in client.get(place).text
        assert client.post(f"{place}/away", data={"away": ["s99"]}).status_code == 422
        assert client.post(f"{place}/delegation", data={"delegation": "QSH-03"}).status_code == 422
        assert client.post(f"{place}/delegation", data={"delegation": ""}).status_code == 303
        client.post(f"{_LIST}/QSH-05/delegation", data={"delegation": "QSH-03"})
        shown = client.get(place).text
    with site.database.read() as session:
        actor = access.organiser_of(session, TENANT)
        row, _ = roster.participant(session, actor, events.find_event(session, actor, EVENT), "QSH-05")
        assert ("Brings along" in shown) == (row.delegation_id is not None), "it has meetings of its own, so it may not"


def test_the_list_takes_as_many_queries_for_one_as_for_all(site: Site) -> None:
    with site.database.read() as session:
        edition = events.find_event(session, access.organiser_of(session, TENANT), EVENT)
        seen: list[str] = []
        event.listen(session.get_bind(), "before_cursor_execute", lambda *given: seen.append(given[2]))
        roster.roster(session, edition, limit=1)
        few, seen[:] = len(seen), []
        found = roster.roster(session, edition, limit=50)
        assert (len(seen), len(found.items)) == (few, 27)


def test_a_paper_is_verified_by_who_has_seen_it(site: Site) -> None:
    with site.client() as client:
        place = f"{_LIST}/QSH-01"
        before = client.get(place).text
        key = re.search(r'name="certificate" value="([^"]+)"', before).group(1)  # type: ignore[union-attr]
        assert client.post(f"{place}/evidence", data={"certificate": key, "evidence": "certain"}).status_code == 422
        answer = client.post(f"{place}/evidence", data={"certificate": key, "evidence": "verified"})
        assert answer.headers["location"] == place
        after = client.get(place).text
        assert after.count('<span class="chip good">verified</span>') == 1 + before.count(
            '<span class="chip good">verified</span>'
        )
        assert "Revision 2" in after
        gone = client.post(f"{place}/evidence", data={"certificate": key, "evidence": "declared"})
        assert gone.status_code == 409, "the certificate of the revision before is not in force any more"
    with site.database.read() as session:
        assert session.get_one(Certificate, UUID(key)).evidence == "documented", "revisions stay as they were"


def test_who_withdraws_can_come_back(site: Site) -> None:
    with site.client() as client:
        place = f"{_LIST}/QSH-14"
        client.post(place, data={"kind": "manufacturer", "supplies": "yes", "staff": "2", "max_meetings": "7"})
        answer = client.post(f"{place}/withdraw")
        told = client.get(answer.headers["location"]).text
        assert "has withdrawn." in told
        assert f'action="{place}/return"' in told, "it can be undone"
        assert "QSH-14" in client.get(f"{_LIST}?withdrawn=yes").text
        assert client.post(f"{place}/withdraw").status_code == 409
        client.post(f"{place}/return")
    with site.database.read() as session:
        actor = access.organiser_of(session, TENANT)
        row, _ = roster.participant(session, actor, events.find_event(session, actor, EVENT), "QSH-14")
    assert (row.withdrawn_at, row.max_meetings, row.supplies, row.buys) == (None, 7, True, False)


def test_somebody_of_a_firm_is_invited(site: Site) -> None:
    with site.client() as client:
        place = f"{_LIST}/QSH-02"
        assert client.post(f"{place}/invite", data={"email": "", "role": "enterprise"}).status_code == 422
        assert client.post(f"{place}/invite", data={"email": "wu@example.org", "role": "organiser"}).status_code == 422
        answer = client.post(f"{place}/invite", data={"email": "wu@example.org", "role": "enterprise"})
        assert answer.status_code == 303
    with site.database.read() as session:
        row = session.scalars(select(Invitation).where(Invitation.email == "wu@example.org")).one()
        letter = session.scalars(select(Letter).where(Letter.email == "wu@example.org")).one()
    assert row.role == "enterprise"
    assert "/invitation#" in letter.text


def test_registrations_are_decided(site: Site) -> None:
    with site.database.write() as session:
        actor = access.organiser_of(session, TENANT)
        edition = events.find_event(session, actor, EVENT)
        phase = session.scalars(select(Phase).where(Phase.event_id == edition.id, Phase.name == "registration")).one()
        phase.ends_at = utc_now().replace(year=2099)
    with site.client(None) as client:
        for name, email in (("Maison <i>Neuve</i>", "a@neuve.example"), ("Lindenhof Heimtextil", "b@other.example")):
            form = _form(name=name, email=email)
            answer = client.post(f"/fairs/{TENANT}/{EVENT}/registration", data=form)
            assert answer.status_code == 303, answer.text
    with site.client() as client:
        place = f"/events/{EVENT}/registrations"
        listed = client.get(place).text
        assert "Maison &lt;i&gt;Neuve" in listed
        one, other = re.findall(rf'href="({place}/[0-9a-f-]+)"', listed)
        assert "2 registrations wait for your answer." in client.get(f"/events/{EVENT}").text
        assert client.post(f"{one}/refuse", data={"reason": ""}).status_code == 422
        assert client.post(f"{one}/approve").headers["location"] == place
        assert client.post(f"{other}/refuse", data={"reason": "All tables are taken."}).status_code == 303
        assert "All tables are taken." in client.get(other).text
        assert "Maison &lt;i&gt;Neuve" in client.get(f"{_LIST}?q=neuve").text
        assert client.get(one.replace(EVENT, "none")).status_code == 404
    with site.database.read() as session:
        assert registrations.list_registrations(session, actor, edition, state="pending").items == []
        assert session.query(Participation).filter_by(event_id=edition.id).count() == 28


def test_lists_are_written_out(site: Site) -> None:
    with site.client() as client:
        shown = followed(client, client.post(f"{_LIST}/export"))
        place = re.search(rf'href="(/events/{EVENT}/files/[^"]+)"', shown.text).group(1)  # type: ignore[union-attr]
        file = client.get(place)
    assert file.content[:2] == b"PK"
    assert "attachment" in file.headers["content-disposition"]


def test_registrations_can_be_used_by_everybody(site: Site, chromium: Browser) -> None:
    """Those of registrations, which no page leads to until there is one."""
    for lang, phone in (("en", True), ("zh", False)):
        with looking(chromium, site.url, lang=lang, phone=phone) as look:
            assert looked_over(look.open(f"/events/{EVENT}/registrations"), colours=phone) == ""
