"""A match run is stored whole, adds up, keeps the rules, and comes out the same again."""

from __future__ import annotations

import math
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.core.errors import InvalidInputError, NotAllowedError, NotFoundError
from app.db.engine import Database
from app.db.models import Event, Match, MatchRun, Organisation, PairingRule, Participation, RequestRevision
from app.db.models import SourcingRequest as RequestRow
from app.domain.profiles import CapabilityProfile, SourcingRequest
from app.services import matching
from app.services.access import Actor
from app.services.participants import find_organisation
from app.services.problems import last_match_run
from app.services.profiles import register_capabilities, save_request
from tests.services.lists import BUYERS, EXHIBITORS, REQUESTS, Desk
from tests.services.stage import Stage

_LANGUAGES = ("en", "zh", "fr", "de", "it")


def _last(stage: Stage) -> MatchRun:
    with stage.database.read() as session:
        run = last_match_run(session, stage.event.id)
    assert run is not None
    return run


def _rows(stage: Stage, run: MatchRun) -> list[Match]:
    with stage.database.read() as session:
        return list(session.scalars(select(Match).filter_by(run_id=run.id)))


def _figures(stage: Stage, run: MatchRun) -> dict[tuple[UUID, UUID], tuple[Any, ...]]:
    return {
        (row.request_id, row.provider_id): (
            row.rank, row.score, row.probability, row.backward, row.backward_rank, row.mutual, row.explanation,
            row.failed,
        )
        for row in _rows(stage, run)
    }  # fmt: skip


def test_the_run_says_what_it_read_and_with_what(seen: Stage) -> None:
    run = _last(seen)
    assert (run.state, run.error, run.progress) == ("done", None, 1.0)
    assert run.pairs == 15 * 37
    assert run.as_of == seen.event.as_of
    assert run.model_hash
    assert len(run.inputs["revisions"]) == 15 + 37
    with seen.database.read() as session:
        revisions = {str(key) for key in session.scalars(select(RequestRevision.id))}
    assert revisions <= set(run.inputs["revisions"].values())


def test_the_terms_of_every_stored_match_add_up_to_its_score(seen: Stage) -> None:
    ranked = [row for row in _rows(seen, _last(seen)) if row.rank is not None]
    assert len(ranked) > 200
    for row in ranked:
        assert math.fsum(term["points"] for term in row.explanation["terms"]) == pytest.approx(row.score, abs=1e-9)
        # the values of a term are whole steps of 2^-24, so a sum of shares may end a step above 1
        assert all(term["points"] <= term["most"] + 1e-5 for term in row.explanation["terms"] if term["name"] != "text")


def test_ranks_follow_scores_without_gaps(seen: Stage) -> None:
    lists = defaultdict(list)
    for row in _rows(seen, _last(seen)):
        if row.rank is not None:
            lists[row.request_id].append(row)
    assert len(lists) == 37
    for rows in lists.values():
        rows.sort(key=lambda row: row.rank or 0)
        assert [row.rank for row in rows] == list(range(1, len(rows) + 1))
        assert all(a.score >= b.score for a, b in pairwise(rows))


def test_the_mutual_score_joins_both_directions(seen: Stage) -> None:
    both = [row for row in _rows(seen, _last(seen)) if row.rank is not None and row.backward is not None]
    assert both
    for row in both:
        assert row.mutual == pytest.approx(2 * row.score * row.backward / (row.score + row.backward), rel=1e-6)
        assert row.probability is not None
        assert 0 <= row.probability <= 1


def test_every_reason_is_there_in_five_languages(seen: Stage) -> None:
    for row in _rows(seen, _last(seen)):
        if row.rank is None:
            assert row.failed is not None
            assert all(row.failed[part].keys() == set(_LANGUAGES) for part in ("wanted", "found"))
            continue
        for term in row.explanation["terms"]:
            assert set(term["because"]) == set(_LANGUAGES)
            assert all(term["because"].values())
        assert all(set(lift["change"]) == set(_LANGUAGES) for lift in row.explanation["lifts"])


def test_who_is_left_out_is_told_the_gate_what_was_found_and_what_was_wanted(seen: Stage) -> None:
    with seen.database.read() as session:
        lists = matching.ranked_lists(session, seen.actor, seen.event, limit=100)
    out = [entry for one in lists for entry in one["left_out"]]
    assert len(out) > 20
    assert {entry["gate"] for entry in out} >= {"certificates", "quantity"}
    for entry in out:
        assert entry["found"]
        assert entry["wanted"]
        assert entry["found"] != entry["wanted"] or entry["gate"] == "certificates"
    for one in lists:
        assert len(one["left_out"]) <= 3
        assert not {e["supplier"]["id"] for e in one["left_out"]} & {i["supplier"]["id"] for i in one["items"]}


def test_a_passed_gate_is_never_among_the_failed(seen: Stage) -> None:
    for row in _rows(seen, _last(seen)):
        states = {gate["state"] for gate in row.explanation.get("gates", [])}
        assert states <= {"passed", "unknown"}


def test_another_run_gives_the_same_to_the_bit(paris: Stage) -> None:
    first, second = _last(paris), paris.match()
    assert second.id != first.id
    assert second.model_hash == first.model_hash
    assert second.inputs == first.inputs
    assert _figures(paris, second) == _figures(paris, first)
    assert _last(paris).id == second.id


@pytest.fixture
def small(blank: Database, tmp_path: Path) -> Stage:
    """Two suppliers and one buyer: enough for what a run reads, and quickly run again."""
    desk = Desk(blank, tmp_path)
    assert desk.bring(EXHIBITORS, BUYERS, REQUESTS).written
    return desk.stage


def test_a_changed_profile_changes_the_hash(small: Stage) -> None:
    first = small.match()
    with small.database.write() as session:
        owner = find_organisation(session, small.actor, "S1")
        register_capabilities(session, small.actor, owner.id, CapabilityProfile(products=["socks"]))
    second = small.match()
    assert second.model_hash != first.model_hash
    assert _figures(small, second) != _figures(small, first)
    assert _last(small).id == second.id


def test_nobody_is_ranked_for_its_own_request_or_against_the_rules(seen: Stage) -> None:
    with seen.database.read() as session:
        allowed = {(rule.seeker, rule.provider) for rule in session.scalars(select(PairingRule))}
        kinds = {row.id: row.kind for row in session.scalars(select(Participation))}
    for row in _rows(seen, _last(seen)):
        assert row.seeker_id != row.provider_id
        assert (kinds[row.seeker_id], kinds[row.provider_id]) in allowed


def test_rules_are_those_of_the_newest_revision(small: Stage) -> None:
    """Without rules anybody who buys may meet anybody who supplies; with one, only whom it names."""
    assert [row.rank for row in _rows(small, small.match())] == [1, 2]
    for revision, provider, ranked in ((1, "fabric-mill", 0), (2, "manufacturer", 2), (3, "agent", 0)):
        with small.database.write() as session:
            session.add(
                PairingRule(event_id=small.event.id, revision=revision, seeker="brand-owner", provider=provider)
            )
        assert len([row for row in _rows(small, small.match()) if row.rank is not None]) == ranked


def test_an_organisation_that_also_supplies_is_not_ranked_for_itself(small: Stage) -> None:
    with small.database.write() as session:
        buyer = session.scalars(select(Organisation).filter_by(code="B1")).one()
        part = session.scalars(select(Participation).filter_by(organisation_id=buyer.id)).one()
        seller = session.scalars(select(Organisation).filter_by(code="S2")).one()
        part.supplies, part_id = True, part.id
        register_capabilities(session, small.actor, buyer.id, CapabilityProfile(products=["scarves"]))
        wish = SourcingRequest(title="Scarves", products=["scarves"])
        save_request(session, small.actor, small.event.id, seller.id, "Q2", wish)
    own = [row for row in _rows(small, small.match()) if row.provider_id == part_id and row.rank is not None]
    assert own, "as a supplier of others it is ranked"
    assert all(row.seeker_id != part_id for row in own)


def test_asking_live_gives_the_stored_list(seen: Stage) -> None:
    """The same words, asked by the same buyer without being stored, are ranked the same."""
    with seen.database.read() as session:
        rows = session.execute(
            select(RequestRow, RequestRevision).join(RequestRevision, RequestRevision.request_id == RequestRow.id)
        ).all()
        assert len(rows) == 37
        for request, revision in rows[::3]:
            stored = matching.ranked_list(session, seen.actor, request.id, limit=100)
            asker = Actor(seen.actor.tenant_id, "buyer", request.organisation_id)
            shape = SourcingRequest.model_validate(revision.document, strict=False)
            live = matching.rank_live(session, asker, seen.event.id, shape, limit=100)
            assert [i["supplier"]["id"] for i in live.items] == [i["supplier"]["id"] for i in stored.items]
            for mine, kept in zip(live.items, stored.items, strict=True):
                assert mine["score"] == pytest.approx(kept["score"], abs=1e-9)
                assert mine["terms"] == kept["terms"]
                assert mine["gates"] == kept["gates"]
                # live, the other side weighs the request alone, not beside all others of the event
                assert mine["mutual"] == pytest.approx(kept["mutual"], abs=12)
            assert live.left_out == stored.left_out


@pytest.mark.parametrize(
    "words", ["down jackets", "羽绒服", "doudounes", "Daunenjacken", "piumini"], ids=list(_LANGUAGES)
)
@pytest.mark.parametrize("how", ["products", "text"])
def test_the_one_maker_of_down_jackets_leads_in_every_language(seen: Stage, words: str, how: str) -> None:
    request = SourcingRequest(products=[words]) if how == "products" else SourcingRequest(text=words)
    with seen.database.read() as session:
        found = matching.rank_live(session, seen.actor, seen.event.id, request, limit=3)
    assert found.items[0]["supplier"]["name"] == "Jiangxi Xueling Down Garments Co., Ltd."
    assert found.items[0]["score"] > found.items[1]["score"] + 5


def test_the_answer_comes_in_the_language_asked_for(seen: Stage) -> None:
    said = {}
    with seen.database.read() as session:
        request = session.scalars(select(RequestRow).filter_by(code="R09")).one()
        for lang in (*_LANGUAGES, "zh-Hans", "pt"):
            found = matching.ranked_list(session, seen.actor, request.id, limit=3, lang=lang)
            said[lang] = [term["because"] for item in found.items for term in item["terms"]]
    assert said["zh-Hans"] == said["zh"]
    assert said["pt"] == said["en"]
    assert len({tuple(said[lang]) for lang in _LANGUAGES}) == 5
    assert any("一" <= sign <= "鿿" for text in said["zh"] for sign in text)


def test_the_tag_of_an_answer_changes_with_the_run_and_the_language(small: Stage) -> None:
    def tag(lang: str = "en", limit: int = 5) -> str:
        with small.database.read() as session:
            request = session.scalars(select(RequestRow).filter_by(code="Q1")).one()
            return matching.ranked_list(session, small.actor, request.id, limit=limit, lang=lang).etag

    small.match()
    first = tag()
    assert tag() == first
    assert len({first, tag("fr"), tag(limit=6)}) == 3
    small.match()
    assert tag() != first


def test_one_pair_is_explained_and_one_left_out_is_told_why(seen: Stage) -> None:
    with seen.database.read() as session:
        lists = matching.ranked_lists(session, seen.actor, seen.event, limit=100)
        one = next(entry for entry in lists if entry["left_out"] and entry["items"])
        best, out = one["items"][0], one["left_out"][0]
        code = one["request"]["code"]
        told = matching.explain_pair(session, seen.actor, seen.event, code, UUID(best["supplier"]["id"]))
        assert told == best
        with pytest.raises(InvalidInputError, match=out["gate"]):
            matching.explain_pair(session, seen.actor, seen.event, code, UUID(out["supplier"]["id"]))
        with pytest.raises(NotFoundError, match="R99"):
            matching.explain_pair(session, seen.actor, seen.event, "R99", UUID(best["supplier"]["id"]))


def test_a_buyer_sees_the_lists_of_its_own_requests_only(seen: Stage) -> None:
    with seen.database.read() as session:
        request = session.scalars(select(RequestRow).filter_by(code="R01")).one()
        own = Actor(seen.actor.tenant_id, "buyer", request.organisation_id)
        assert matching.ranked_list(session, own, request.id).items
        for stranger in (
            Actor(seen.actor.tenant_id, "buyer", UUID(int=1)),
            Actor(UUID(int=2)),
        ):
            with pytest.raises(NotFoundError):
                matching.ranked_list(session, stranger, request.id)


def test_an_event_with_nobody_in_it_fails_with_the_reason(small: Stage) -> None:
    first = small.match()
    with small.database.write() as session:
        for part in session.scalars(select(Participation)):
            part.supplies = False
        run_id = matching.start_run(session, small.actor, small.event).id
    with pytest.raises(InvalidInputError, match="no supplier"):
        matching.execute(small.database, run_id)
    run = small.run(MatchRun, run_id)
    assert run.state == "failed"
    assert run.error is not None
    assert "no supplier" in run.error
    assert _last(small).id == first.id


def test_only_an_organiser_starts_a_run(seen: Stage) -> None:
    with seen.database.read() as session:
        event = session.get_one(Event, seen.event.id)
        with pytest.raises(NotAllowedError):
            matching.start_run(session, Actor(seen.actor.tenant_id, "enterprise"), event)
