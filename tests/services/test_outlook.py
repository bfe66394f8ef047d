"""An event as a whole: what would lift a supplier, and which demand nobody serves well; as things are now."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import select

from app.core.errors import InvalidInputError, NotAllowedError, NotFoundError
from app.db.models import Organisation, Participation
from app.domain.profiles import CapabilityProfile
from app.services import matching
from app.services.access import Actor
from app.services.matching import event_board
from app.services.participants import find_organisation
from app.services.profiles import register_capabilities
from tests.services.stage import Stage


def _organisation(stage: Stage, code: str) -> Organisation:
    with stage.database.read() as session:
        return find_organisation(session, stage.actor, code)


def test_the_certificate_that_ends_too_early_is_what_would_lift_the_underwear_maker(seen: Stage) -> None:
    """R17 asks for men's underwear; the specialist's OEKO-TEX ends a month before the goods ship (docs/samples.md)."""
    owner = _organisation(seen, "QSH-05")
    with seen.database.read() as session:
        found = matching.supplier_lifts(session, seen.actor, seen.event, owner.id)
    assert found["supplier"] == {"id": str(owner.id), "name": owner.name, "name_local": owner.name_local}
    assert found["passes"] < found["requests"] <= 37
    renewal = next(one for one in found["lifts"] if one["change"].startswith("Renew OEKO-TEX"))
    assert "2025-12-31" in renewal["change"]
    assert renewal["effort"] == "paperwork"
    assert renewal["opens"] >= 1
    opened = {one["request"]["code"]: one for one in renewal["requests"]}
    assert (opened["R17"]["rank"], opened["R17"]["rank_after"]) == (None, 1)
    assert renewal["meetings"] > 0
    gained = [one["meetings"] for one in found["lifts"]]
    assert gained == sorted(gained, reverse=True)


def test_the_promise_is_kept_once_the_profile_says_so(paris: Stage) -> None:
    owner = _organisation(paris, "QSH-14")
    with paris.database.read() as session:
        before = matching.supplier_lifts(session, paris.actor, paris.event, owner.id, limit=50)
    promised = next(one for one in before["lifts"] if one["change"].startswith("State the minimum order"))
    most = int(promised["change"].split("up to ")[1].split(" ")[0].replace(",", ""))
    with paris.database.write() as session:
        profile = CapabilityProfile(products=["beanies", "scarves"], moq=most)
        register_capabilities(session, paris.actor, owner.id, profile)
    with paris.database.read() as session:
        after = matching.supplier_lifts(session, paris.actor, paris.event, owner.id, limit=50)
    assert after != before
    assert not any(one["change"].startswith("State the minimum order") for one in after["lifts"])


def test_scoring_an_event_says_how_far_it_is_and_is_done_once(seen: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_board, "_cache", type(event_board._cache)())
    heard: list[tuple[float, str]] = []
    for _ in range(2):
        with seen.database.read() as session:
            matching.unmet_demand(session, seen.actor, seen.event, report=lambda *told: heard.append(told))
    stages = [stage for _, stage in heard]
    assert stages[2:39] == [f"request {n} of 37" for n in range(1, 38)]
    assert stages[39:] == ["looking over the event", "reading"], "the second time there is nothing to score"
    shares = [share for share, _ in heard[:40]]
    assert shares == sorted(shares)
    assert shares[-1] < 1.0


def test_more_even_lists_cost_score_and_leave_fewer_suppliers_idle(seen: Stage) -> None:
    with seen.database.read() as session:
        found = matching.evenness_curve(session, seen.actor, seen.event, k=3)
        lists = matching.ranked_lists(session, seen.actor, seen.event, limit=3)
        with pytest.raises(NotAllowedError):
            matching.evenness_curve(session, Actor(seen.actor.tenant_id, "enterprise"), seen.event)
    first, *others = found["dial"]
    names = [item["supplier"]["id"] for one in lists for item in one["items"]]
    assert (first["evenness"], first["kept"], first["moved"]) == (0.0, 1.0, 0)
    assert found["places"] == len(names)
    assert found["suppliers"] - first["idle"] == len(set(names))
    shown = sorted([names.count(one) for one in set(names)] + [0] * first["idle"])
    pairs = sum(abs(a - b) for a in shown for b in shown)
    assert first["gini"] == pytest.approx(pairs / (2 * len(shown) * sum(shown)))
    assert others[-1]["gini"] < first["gini"]
    assert others[-1]["moved"] > 0
    assert all(0.0 < one["kept"] <= 1.0 for one in others)
    assert [one["kept"] for one in found["dial"]] == sorted((one["kept"] for one in found["dial"]), reverse=True)


def test_an_enterprise_asks_for_itself_and_sees_no_requests(seen: Stage) -> None:
    owner, other = _organisation(seen, "QSH-05"), _organisation(seen, "QSH-06")
    enterprise = Actor(seen.actor.tenant_id, "enterprise", owner.id)
    with seen.database.read() as session:
        whole = matching.supplier_lifts(session, seen.actor, seen.event, owner.id)
        own = matching.supplier_lifts(session, enterprise, seen.event, owner.id)
        assert [one["change"] for one in own["lifts"]] == [one["change"] for one in whole["lifts"]]
        assert all(one["requests"] == [] and one["concerns"] for one in own["lifts"])
        for actor, asked in ((enterprise, other.id), (Actor(UUID(int=2)), owner.id)):
            with pytest.raises(NotFoundError):
                matching.supplier_lifts(session, actor, seen.event, asked)
        with pytest.raises(NotAllowedError):
            matching.unmet_demand(session, enterprise, seen.event)


def test_a_buyer_supplies_nothing(seen: Stage) -> None:
    with seen.database.read() as session:
        buyer = find_organisation(session, seen.actor, "FR-LIN")
        with pytest.raises(NotFoundError, match="supplies nothing"):
            matching.supplier_lifts(session, seen.actor, seen.event, buyer.id)


def test_unmet_demand_says_why_and_who_is_nearest(seen: Stage) -> None:
    with seen.database.read() as session:
        found = matching.unmet_demand(session, seen.actor, seen.event, probability=0.6)
        strict = matching.unmet_demand(session, seen.actor, seen.event, probability=0.95)
        codes = set(session.scalars(select(Organisation.code)))
    assert found["requests"] == 37
    assert 0 < found["unmet"] < strict["unmet"]
    rows = [one for product in found["products"] for one in product["requests"]]
    assert len({one["request"]["code"] for one in rows}) == found["unmet"]
    for one in rows:
        assert one["because"]
        assert one["buyer"]["name"]
        assert one["nearest"]["supplier"]["name"]
        if one["why"] == "no_supplier":
            assert one["suppliers"] == 0
        elif one["why"] == "gates":
            assert one["passing"] == 0
            assert sum(one["gates"].values()) >= one["suppliers"]
        else:
            assert one["passing"] > 0
            assert one["nearest"]["probability"] < 0.6
    # exclusions by pairing rules and by name are nobody's gate
    assert not any("exclude" in one["gates"] for one in rows)
    assert codes


@pytest.mark.parametrize("lang", ["zh", "zh-Hans", "fr", "pt"])
def test_it_speaks_the_language_asked_for(seen: Stage, lang: str) -> None:
    with seen.database.read() as session:
        found = matching.unmet_demand(session, seen.actor, seen.event, probability=0.6, lang=lang)
        english = matching.unmet_demand(session, seen.actor, seen.event, probability=0.6)
    assert (found == english) == (lang == "pt")
    if lang.startswith("zh"):
        assert all(any("一" <= sign <= "鿿" for sign in product["label"]) for product in found["products"])


def test_the_event_is_scored_again_only_when_something_changed(paris: Stage) -> None:
    with paris.database.read() as session:
        first = event_board.scored_event(session, paris.event)
        assert event_board.scored_event(session, paris.event).board is first.board
    owner = _organisation(paris, "QSH-05")
    with paris.database.write() as session:
        register_capabilities(session, paris.actor, owner.id, CapabilityProfile(products=["socks"]))
    with paris.database.read() as session:
        assert event_board.scored_event(session, paris.event).board is not first.board


def test_an_event_without_suppliers_says_so(paris: Stage) -> None:
    with paris.database.write() as session:
        for part in session.scalars(select(Participation)):
            part.supplies = False
    with paris.database.read() as session, pytest.raises(InvalidInputError, match="no supplier"):
        matching.unmet_demand(session, paris.actor, paris.event)
