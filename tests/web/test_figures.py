"""The figures of an edition as plots, and unmet demand; each plot has its figures in a table."""

from __future__ import annotations

import json
import re

from markupsafe import escape
from sqlalchemy import func, select

from app.core.clock import utc_now
from app.db.models import Match, MatchRun, Meeting, Schedule
from app.domain.fairs import EventShape
from app.services import figures, matching, outlook
from app.services.events import create_event, find_event
from app.services.problems import current_schedule, last_match_run
from tests.web.conftest import EVENT, Site
from tests.web.test_ranking import _actor
from tests.web.test_setting_up import followed

BASE = f"/events/{EVENT}"


def _table(page: str, key: str) -> list[list[str]]:
    """The rows behind a plot."""
    body = page.partition(f'id="g-{key}"')[2].partition("<tbody>")[2].partition("</tbody>")[0]
    return [re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", row) for row in body.split("</tr>") if "<th" in row]


def test_the_counts_are_those_of_the_rows(site: Site) -> None:
    with site.database.read() as session:
        event = find_event(session, _actor(site), EVENT)
        run, schedule = matching.recent_runs(session, event)[-1], current_schedule(session, event.id)
        assert schedule is not None
        scores = figures.scores_of(session, run)
        ranked = select(func.count()).where(Match.run_id == run.id, Match.rank.is_not(None))
        assert sum(one.listed for one in scores) == session.scalar(ranked)
        assert sum(one.first for one in scores) == session.scalar(ranked.where(Match.rank == 1))
        high = session.scalar(ranked.where(Match.score >= 90))
        assert scores[-1].listed == high
        load = figures.load_of(session, event, schedule)
        meetings = session.scalar(select(func.count()).where(Meeting.schedule_id == schedule.id))
        assert sum(one.meetings for one in load) == 2 * (meetings or 0)
        assert [one.meetings for one in load] == sorted((one.meetings for one in load), reverse=True)
        assert sum(here + others for _, here, others in figures.spread(load)) == len(load)
        use = figures.use_of(session, event, schedule)
        assert use.used == meetings  # each takes one table for one slot
        assert use.offered == len(use.slots) * len(use.names)


def test_each_plot_has_its_figures_behind_it(site: Site) -> None:
    with site.client() as client:
        page = client.get(f"{BASE}/figures").text
    keys = re.findall(r'id="g-(\w+)"', page)
    assert keys == ["scores", "demand", "load", "ends", "tables", "editions"]
    assert page.count('role="img"') == 2 * (len(keys) - 1), "there is no edition to stand beside this one"
    assert dict(_table(page, "editions"))["Participants"] == "27"
    with site.database.read() as session:
        event = find_event(session, _actor(site), EVENT)
        load = figures.load_of(session, event, session.scalars(select(Schedule).where(Schedule.is_current)).one())
    assert [row[1] for row in _table(page, "ends")][:8] == [str(one.meetings) for one in load[:8]]
    assert len(_table(page, "scores")) == 10


def test_evenness_costs_score(site: Site) -> None:
    with site.database.read() as session:
        actor = _actor(site)
        found = matching.evenness_curve(session, actor, find_event(session, actor, EVENT))
    with site.client("organiser@example.org", "fr") as client:
        assert "Pas encore calculé" in client.get(f"{BASE}/figures/evenness").text
        page = followed(client, client.post(f"{BASE}/figures/evenness")).text
        assert client.get(f"{BASE}/figures/evenness").text == page, "what was worked out is kept"
    rows = _table(page, "evenness")
    assert [row[4] for row in rows] == [str(one["moved"]) for one in found["dial"]]
    kept = [float(row[1].replace(",", ".").rstrip("% \u202f\u00a0")) for row in rows]
    assert kept == sorted(kept, reverse=True)
    assert kept[0] == 100
    assert kept[-1] < 100


def test_unmet_demand_says_why_and_what_would_help(site: Site) -> None:
    with site.client() as client:
        page = followed(client, client.post(f"{BASE}/unmet")).text
        assert client.get(f"{BASE}/unmet").text == page, "what was worked out is kept"
    with site.database.read() as session:
        actor = _actor(site)
        found = matching.unmet_demand(session, actor, find_event(session, actor, EVENT))
    assert f"<b>{found['unmet']}</b><span>not served well" in re.sub(r">\s+<", "><", page)
    for product in found["products"]:
        assert str(escape(product["label"])) in page
    assert "What would help" in page
    with site.database.read() as session:
        event = find_event(session, actor, EVENT)
        kept = outlook.found_in(outlook.newest(session, event, "unmet"), "zh")
        assert kept == json.loads(json.dumps(matching.unmet_demand(session, actor, event, lang="zh")))
    with site.client(lang="zh") as client:
        assert kept["products"][0]["requests"][0]["because"] in client.get(f"{BASE}/unmet").text
    assert "Nearest:" in page


def test_a_new_ranking_makes_stale_what_was_worked_out(site: Site) -> None:
    """Kept is one work for a match run; nobody works it out without a ranking."""
    with site.database.write() as session:
        actor = _actor(site)
        event = find_event(session, actor, EVENT)
        work = outlook.start(session, actor, event, "unmet")
        assert outlook.newest(session, event, "unmet") is work
        assert outlook.start(session, actor, event, "unmet") is work, "what is under way is not begun twice"
        assert outlook.newest(session, event, "unmet", actor.tenant_id) is None
        run = last_match_run(session, event.id)
        assert run is not None
        later = MatchRun(tenant_id=event.tenant_id, event_id=event.id, as_of=run.as_of, state="done")
        later.finished_at = utc_now()
        session.add(later)
        session.flush()
        assert outlook.newest(session, event, "unmet") is None
        session.rollback()


def test_the_edition_before_stands_beside_this_one(site: Site) -> None:
    with site.client() as client:
        day = {"starts_on": "2025-09-15", "ends_on": "2025-09-15"}
        named = {
            "name": "Paris",
            "zone": "Europe/Paris",
            "currency": "EUR",
            "language": "en",
            "series_name": "Tour",
            **day,
        }
        assert client.post(f"{BASE}/settings", data=named).status_code == 303
        copied = client.post(
            "/events/copy", data={"source": EVENT, "first_day": "2026-09-14", "new_name": "Paris again"}
        )
        page = client.get(f"{copied.headers['location']}/figures").text
    assert dict(row[:2] for row in _table(page, "editions"))["Participants"] == "0"
    assert next(row[2] for row in _table(page, "editions")) == "27"
    assert page.count('role="img" aria-label="Edition beside edition"') == 2


def test_an_edition_without_anything_shows_what_is_to_come(site: Site) -> None:
    with site.database.write() as session:
        actor = _actor(site)
        create_event(session, actor, EventShape.model_validate_json(
            '{"code": "empty-2027", "name": "Empty", "zone": "Europe/Paris", '
            '"starts_on": "2027-03-01", "ends_on": "2027-03-01"}'
        ))  # fmt: skip
    with site.client() as client:
        for path in ("ranking", "figures", "figures/evenness", "unmet"):
            answer = client.get(f"/events/empty-2027/{path}")
            assert answer.status_code == 200, path
            assert "Not ranked yet" in answer.text or "Nothing to show yet" in answer.text
