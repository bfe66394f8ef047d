"""The ranking of an edition as pages: lists both ways, one request, one pair, side by side, and ranking again."""

from __future__ import annotations

import re
import time
from uuid import UUID

import pytest
from sqlalchemy import select

from app.db.models import Match, Organisation, Participation, SourcingRequest
from app.domain import profiles
from app.services import access, matching, reports, sampling
from app.services.access import Actor
from app.services.events import find_event
from app.services.requests import publish_request
from tests.web.conftest import EVENT, Site

BASE = f"/events/{EVENT}/ranking"


def _request(site: Site, code: str) -> str:
    """The address of a request's list, for a request that nobody has answered about."""
    with site.database.read() as session:
        return f"{BASE}/{session.scalars(select(SourcingRequest.id).where(SourcingRequest.code == code)).one()}"


def _actor(site: Site) -> Actor:
    with site.database.read() as session:
        return access.organiser_of(session, sampling.TENANT)


def _titled(page: str) -> list[str]:
    return re.findall(r'<h2><a href="([^"]+)', page)


def _listed(page: str, address: str) -> list[str]:
    """The addresses of the pairs on a request's page, best first."""
    return list(dict.fromkeys(re.findall(rf'href="({address}/[0-9a-f-]{{36}})"', page)))


def test_a_request_says_of_how_much_by_when_and_with_which_certificates(site: Site) -> None:
    """R01 insists on its certificate and its quantity; the page names both, in words of the reader's language."""
    for lang, told in (
        ("en", ("1,200 Piece", "19 EUR", "31 Jan 2026", "RWS")),
        ("zh", ("1,200 件", "19 EUR", "2026年1月31日", "RWS")),
        ("fr", ("1 200 ", "19 EUR", "31 janv. 2026", "RWS")),
    ):
        with site.client(lang=lang) as client:
            page = client.get(_request(site, "R01")).text
        facts = re.search(r'<dl class="facts">(.*?)</dl>', page, re.DOTALL)
        assert facts
        shown = re.sub(r"[\u00a0\u202f]", " ", facts[1])
        assert [one for one in told if one not in shown] == [], shown


def test_requests_are_searched_filtered_and_paged(site: Site) -> None:
    with site.client() as client:
        first = client.get(BASE).text
        assert first.count('<li class="card">') == 25
        following = re.search(r'href="([^"]+)" rel="next"', first)
        assert following
        second = client.get(following[1].replace("&amp;", "&")).text
        assert second.count('<li class="card">') == 12  # of 37
        assert set(re.findall(r"<h2><a href=\"([^\"]+)", first)).isdisjoint(
            re.findall(r"<h2><a href=\"([^\"]+)", second)
        )
        assert "0 requests" in client.get(BASE, params={"q": "zeppelins"}).text
        assert "0 requests" not in client.get(BASE, params={"q": "down jackets"}).text
        unmet = client.get(BASE, params={"unmet": "yes"}).text
        assert unmet.count('<li class="card">') == int(re.search(r"without a good supplier \((\d+)\)", unmet)[1])  # type: ignore[index]
        assert "good match" not in unmet


def test_suppliers_are_shown_with_the_requests_they_like_best(site: Site) -> None:
    with site.client() as client:
        page = client.get(BASE, params={"by": "supplier", "q": "Sweaters"}).text
    assert page.count('<li class="card">') == 1
    assert "Jiangxi Rongyu Sweaters" in page
    with site.database.read() as session:
        event, actor = find_event(session, _actor(site), EVENT), _actor(site)
        run = matching.recent_runs(session, event)[0]
        row = matching.ranked_suppliers(session, event, run, search="Sweaters").rows[0]
        own = matching.requests_for(session, actor, event, row.organisation.id, limit=3)
    assert [one.request_id for one in row.best] == [UUID(str(one["request"]["id"])) for one in own]
    assert [one.score for one in row.best] == [one["score"] for one in own]


def test_a_request_shows_its_list_as_the_service_ranks_it_and_who_was_left_out(site: Site) -> None:
    address = _request(site, "R17")
    with site.client() as client:
        page = client.get(address).text
    with site.database.read() as session:
        found = matching.ranked_list(session, _actor(site), UUID(address.rpartition("/")[2]))
    pairs = _listed(page, address)
    names = [one["supplier"]["id"] for one in (*found.items, *found.left_out)]
    assert [pair.rpartition("/")[2] for pair in pairs] == names
    assert found.left_out
    assert "Left out, though they would rank well" in page


def test_the_points_of_a_pair_add_up_to_its_score(site: Site) -> None:
    with site.client() as client:
        for code in ("R17", "R07", "R23"):
            address = _request(site, code)
            listed = client.get(address).text.partition('class="ranked-list"')[2].partition("</ol>")[0]
            for pair in _listed(listed, address)[:4]:
                page = client.get(pair).text
                terms = page.partition("<tbody>")[2].partition("</tbody>")[0]
                points = [float(each) for each in re.findall(r'data-label="Points">([\d.]+)<', terms)]
                score = float(re.search(r'<div class="stat">\s*<b>([\d.]+)</b><span>points of 100', page)[1])  # type: ignore[index]
                assert sum(points) == pytest.approx(score, abs=1e-6), "as shown, not as they were before rounding"
                assert f"add up to the score: {score:g}" in page
    assert "What the supplier sees in the buyer" in page
    assert f"/events/{EVENT}/schedule?a=" in page


def test_a_list_that_answers_have_moved_says_so_and_promises_no_more(site: Site) -> None:
    """The answers of the sample came with its lists, before the ranking; what a term could give is not known."""
    address = _request(site, "R01")
    with site.client() as client:
        page = client.get(address).text
        why = client.get(_listed(page, address)[0]).text
        plain = client.get(_listed(client.get(_request(site, "R17")).text, _request(site, "R17"))[0]).text
    assert "What the buyer has answered to suppliers counts in this list." in page
    assert "since the ranking" not in page
    assert "pale is what" in plain
    assert 'data-label="of"' in plain
    assert "pale is what" not in why
    assert 'data-label="of"' not in why


def test_a_delegation_is_shown_with_its_members(site: Site) -> None:
    with site.client() as client:
        address = _request(site, "R17")
        first = _listed(client.get(address).text, address)[0]
        with site.database.write() as session:
            owner, request = UUID(first.rpartition("/")[2]), UUID(address.rpartition("/")[2])
            of_it = (Participation.id == Match.provider_id) & (Participation.organisation_id == owner)
            match = session.scalars(select(Match).join(Participation, of_it).where(Match.request_id == request)).one()
            members = [{"id": str(owner), "name": name, "can": []} for name in ("Mill <One>", "Mill Two")]
            match.explanation = match.explanation | {"members": members}
        for page in (address, first):
            assert "Together with Mill &lt;One&gt;, Mill Two" in client.get(page).text


def test_a_pair_that_was_left_out_says_why(site: Site) -> None:
    address = _request(site, "R17")
    with site.client() as client:
        pair = _listed(client.get(address).text, address)[-1]
        page = client.get(pair).text
        assert "Left out: " in page
        assert "Wanted: " in page
        assert client.get(f"{address}/01a2184c-0000-7000-8000-000000000000").status_code == 404
        assert client.get(f"{BASE}/01a2184c-0000-7000-8000-000000000000").status_code == 404


def test_answers_are_given_for_both_sides_and_taken_back(site: Site) -> None:
    address = _request(site, "R02")
    with site.client() as client:
        pair = _listed(client.get(address).text, address)[0]
        assert (
            client.post(f"{pair}/answer", data={"side": "supplier", "answer": "must_meet"}).headers["location"] == pair
        )
        page = client.get(pair).text
        assert "Answer kept." in page
        assert page.count(">Must meet</span>") == 1
        undone = client.post(f"{pair}/answer", data={"side": "supplier", "answer": ""})
        assert undone.status_code == 303
        assert ">Must meet</span>" not in client.get(pair).text
        assert client.post(f"{pair}/answer", data={"side": "venue", "answer": "want"}).status_code == 422


def test_suppliers_stand_side_by_side_with_the_best_of_each_line_marked(site: Site) -> None:
    address = _request(site, "R12")
    with site.client() as client:
        ids = [pair.rpartition("/")[2] for pair in _listed(client.get(address).text, address)][:3]
        page = client.get(f"{address}/compare", params={"suppliers": ids[:2]}).text
        score = page.partition(">Score</th>")[2].partition("</tr>")[0]
        assert score.count("winner") == 1
        assert score.index("winner") < score.index("</td>")  # the first of the list is the best
        refused = client.get(f"{address}/compare", params={"suppliers": ids[:1]})
        assert refused.status_code == 303
        assert "Choose two to four" in client.get(address).text


def test_only_who_runs_the_edition_ranks_again_and_follows_it_to_the_lists(site: Site) -> None:
    with site.client() as client:
        before = client.get(BASE).text
        assert "Earlier rankings" not in before
        refused = client.post(BASE, data={"evenness": "7"})
        assert refused.status_code == 422
        begun = client.post(BASE, data={"evenness": "0.5"}).headers["location"]
        assert begun.startswith("/progress/match-run/")
        for _ in range(200):
            answer = client.get(begun)
            if answer.status_code == 303:
                break
            time.sleep(0.1)
        assert answer.headers["location"] == BASE
        after = client.get(BASE).text
    assert "Earlier rankings" in after
    assert "of the score kept" in after


def test_a_request_that_came_after_the_ranking_is_not_said_to_have_found_nobody(site: Site) -> None:
    with site.database.write() as session:
        actor = access.organiser_of(session, sampling.TENANT)
        event = find_event(session, actor, EVENT)
        owner = session.scalars(select(Organisation).where(Organisation.code == site.buyer)).one()
        report = reports.edition_report(session, actor, event)
        unmet = {one.product: one.unmet for one in report.demand}
        wish = profiles.SourcingRequest(title="Late polos", products=["polo shirts"], quantity=900)
        publish_request(session, actor, event, owner.id, "LATE", wish)
    with site.client() as client:
        before = client.get(BASE, params={"q": "R0"}).text
        page = client.get(BASE, params={"q": "Late polos"}).text
        alone = client.get(BASE, params={"unmet": "yes"}).text
    assert "not ranked yet" in page
    assert "Nobody listed" not in page
    assert "1 request came after this ranking." in page
    assert "Late polos" not in alone
    assert f"Only without a good supplier ({len(_titled(alone))})" in before
    with site.database.read() as session:
        report = reports.edition_report(session, actor, find_event(session, actor, EVENT))
        assert {one.product: one.unmet for one in report.demand} == unmet
    with site.client(lang="fr") as client:
        assert "pas encore classée" in client.get(BASE, params={"q": "Late polos"}).text
