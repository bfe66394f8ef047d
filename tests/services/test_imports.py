"""Spreadsheets become rows: all of them or none, once, and every fault is told with its cell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.core.errors import AppError, NotAllowedError
from app.db.engine import Database
from app.db.models import (
    BuyerProfile,
    CapabilityProfile,
    Certificate,
    ImportedFile,
    Organisation,
    Participation,
    Preference,
    RequestRevision,
    SourcingRequest,
    Unavailable,
)
from app.services.access import Actor
from app.services.profiles import latest
from tests.services.lists import BUYERS, EXHIBITORS, REQUESTS, Desk, count, counts, said
from tests.services.stage import Stage


@pytest.fixture
def desk(blank: Database, tmp_path: Path) -> Desk:
    return Desk(blank, tmp_path)


def _profile(desk: Desk, code: str) -> CapabilityProfile:
    with desk.database.read() as session:
        owner = session.scalars(select(Organisation).filter_by(code=code, tenant_id=desk.actor.tenant_id)).one()
        return latest(session, CapabilityProfile, [owner.id])[owner.id]


def test_good_lists_become_organisations_profiles_and_requests(desk: Desk) -> None:
    report = desk.bring(REQUESTS, BUYERS, EXHIBITORS)  # in the wrong order: what is referred to comes first anyway
    assert said(report) == []
    assert report.written
    assert {table.kind: table.written for table in report.tables} == {"exhibitors": 2, "buyers": 1, "requests": 1}
    found = counts(desk.database)
    assert (found["organisation"], found["participation"], found["attendee"]) == (3, 3, 3)
    profile = _profile(desk, "S1")
    assert profile.document["moq"] == 500
    assert profile.document["products"] == ["knitted T-shirts", "polo shirts"]
    assert {row["code"] for row in profile.resolved if row["field"] == "products"} >= {"polo-shirts"}
    assert profile.completeness > 0


def test_a_dry_run_writes_nothing_and_reports_the_same_problems(desk: Desk) -> None:
    broken = EXHIBITORS.replace("T1,red", "T9,red").replace("down jackets,300", "down jackets,-5")
    before = counts(desk.database)
    dry = desk.bring(broken, BUYERS, dry_run=True)
    assert counts(desk.database) == before
    assert (dry.written, [table.written for table in dry.tables]) == (False, [0, 0])
    wet = desk.bring(broken, BUYERS)
    assert dry.problems == wet.problems
    assert len(dry.errors) == 2


def test_a_dry_run_of_good_lists_promises_what_the_import_does(desk: Desk) -> None:
    before = counts(desk.database)
    dry = desk.bring(EXHIBITORS, BUYERS, REQUESTS, dry_run=True)
    assert counts(desk.database) == before
    assert dry.errors == []
    assert not dry.written
    assert desk.bring(EXHIBITORS, BUYERS, REQUESTS).written


def test_one_bad_row_keeps_everything_out(desk: Desk) -> None:
    before = counts(desk.database)
    report = desk.bring(EXHIBITORS.replace("down jackets,300", "down jackets,-5"), BUYERS, REQUESTS)
    assert not report.written
    assert counts(desk.database) == before
    (error,) = said(report)
    assert "!F3" in error
    assert "-5" in error


def test_the_good_rows_are_written_and_the_bad_one_is_left(desk: Desk) -> None:
    report = desk.bring(EXHIBITORS.replace("down jackets,300", "down jackets,-5"), BUYERS, good_rows=True)
    assert report.written
    assert len(report.errors) == 1
    assert {table.kind: table.written for table in report.tables} == {"exhibitors": 1, "buyers": 1}
    assert count(desk.database, Organisation) == 2
    assert count(desk.database, Organisation, code="S2") == 0


@pytest.mark.parametrize(
    ("lists", "cell", "words"),
    [
        pytest.param((EXHIBITORS.replace("T1,red", "T9,red"),), "!J2", "T9", id="no such table"),
        pytest.param(
            (EXHIBITORS.replace("Table,Hall colour", "Cluster,Hall colour").replace("T1,red", "Nowhere,red"),),
            "!J2", "Nowhere", id="no such cluster",
        ),
        pytest.param((EXHIBITORS, REQUESTS), "!B2", "B1", id="no such organisation"),
        pytest.param(
            (EXHIBITORS, BUYERS, "From,To,Answer\nS1,NOBODY,want\n"), "!B2", "NOBODY", id="answer to nobody"
        ),
        pytest.param((EXHIBITORS, "From,To,Answer\nS1,S1,want\n"), "!B2", "same organisation", id="answer to oneself"),
        pytest.param(
            (EXHIBITORS, "Organisation,Certificate\nS9,GOTS\n"), "!A2", "S9", id="certificate of nobody"
        ),
        pytest.param(
            (EXHIBITORS, "Organisation,Slots\nS1,s44\n"), "!B2", "s44", id="no such slot"
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("good_rows", [False, True])
def test_what_a_row_refers_to_must_be_there(
    desk: Desk, lists: tuple[str, ...], cell: str, words: str, good_rows: bool
) -> None:
    report = desk.bring(*lists, good_rows=good_rows)
    (error,) = said(report)
    assert cell in error
    assert words in error
    assert report.written is good_rows


def test_rows_that_hang_on_a_row_left_out_are_left_out_too(desk: Desk) -> None:
    """With the good rows only, nothing of a bad row stays: not its organisation, not what refers to it."""
    exhibitors = EXHIBITORS.replace("T1,red", "T9,red")
    certificates = "Organisation,Certificate,Valid to\nS1,GRS,2026-05-01\nS2,GRS,2026-06-01\n"
    wishes = "From,To,Answer\nB1,S1,want\nB1,S2,want\n"
    report = desk.bring(exhibitors, BUYERS, certificates, wishes, good_rows=True)
    assert report.written
    assert count(desk.database, Organisation, code="S1") == 0
    assert count(desk.database, Participation) == 2
    assert count(desk.database, CapabilityProfile) == 1
    assert count(desk.database, Preference) == 1
    assert {(p.field, p.row) for p in report.errors} == {("table", 2), ("organisation", 2), ("to", 2)}
    assert {table.kind: table.written for table in report.tables} == {
        "exhibitors": 1, "buyers": 1, "certificates": 1, "preferences": 1,
    }  # fmt: skip


def test_bringing_the_same_again_changes_nothing(desk: Desk) -> None:
    lists = (EXHIBITORS, BUYERS, REQUESTS, "From,To,Answer\nB1,S1,want\n", "Organisation,Slots\nS1,s01\n")
    assert desk.bring(*lists).written
    before = counts(desk.database)
    assert desk.bring(*lists).written
    after = counts(desk.database)
    files = before.pop("imported_file"), after.pop("imported_file")
    assert after.pop("audit_entry") == before.pop("audit_entry") + 1
    assert after == before
    assert files == (5, 10)  # that it was imported twice is on record
    assert _profile(desk, "S1").revision == 1


def test_a_changed_row_makes_the_next_revision_and_keeps_the_first(desk: Desk) -> None:
    desk.bring(EXHIBITORS, BUYERS, REQUESTS)
    first = _profile(desk, "S1").document
    desk.bring(
        EXHIBITORS.replace("polo shirts,500", "polo shirts,800"),
        BUYERS.replace("Gamma\n", "Gamma; Delta\n"),
        REQUESTS.replace("2000", "2500"),
    )
    assert _profile(desk, "S1").revision == 2
    assert _profile(desk, "S1").document["moq"] == 800
    assert _profile(desk, "S2").revision == 1
    assert count(desk.database, CapabilityProfile) == 3
    assert count(desk.database, BuyerProfile) == 2
    assert (count(desk.database, SourcingRequest), count(desk.database, RequestRevision)) == (1, 2)
    with desk.database.read() as session:
        old = session.scalars(select(CapabilityProfile).filter_by(revision=1)).all()
    assert first in [profile.document for profile in old]


TWO_ORDERS = (
    "Code,Company,Country,Product wanted,Quantity,Certificates required,Languages,Brands\n"
    "B8,X,DE,Daunenjacken,900,,de,Alpha\n"
    "B8,X,DE,organic t-shirts,900,GOTS,fr,Beta\n"
)


def _buyer(desk: Desk, code: str) -> dict[str, Any]:
    with desk.database.read() as session:
        owner = session.scalars(select(Organisation).filter_by(code=code, tenant_id=desk.actor.tenant_id)).one()
        return latest(session, BuyerProfile, [owner.id])[owner.id].document


@pytest.mark.parametrize("turned", [False, True])
def test_rows_of_one_buyer_make_one_profile_and_the_terms_of_each_order_stay_with_it(desk: Desk, turned: bool) -> None:
    head, *rows = TWO_ORDERS.splitlines()
    assert said(desk.bring("\n".join([head, *(rows[::-1] if turned else rows)]) + "\n")) == []
    profile = _buyer(desk, "B8")
    assert {name: sorted(profile[name]) for name in ("products", "languages", "brands")} == {
        "products": ["Daunenjacken", "organic t-shirts"], "languages": ["de", "fr"], "brands": ["Alpha", "Beta"],
    }  # fmt: skip
    assert not profile.get("certificates")
    with desk.database.read() as session:
        asked = [row.document for row in session.scalars(select(RequestRevision))]
    assert {one["products"][0]: one.get("certificates", []) for one in asked} == {
        "Daunenjacken": [], "organic t-shirts": [{"code": "GOTS"}],
    }  # fmt: skip


def test_terms_of_a_buyer_stay_where_its_rows_speak_of_orders_only(desk: Desk) -> None:
    desk.bring("Code,Company,Country,Certificates required,Brands\nB8,X,DE,RDS,Alpha\n")
    assert _buyer(desk, "B8")["certificates"] == [{"code": "RDS"}]
    desk.bring(TWO_ORDERS)
    assert _buyer(desk, "B8")["certificates"] == [{"code": "RDS"}]
    assert _buyer(desk, "B8")["brands"] == ["Alpha", "Beta"]


def test_certificates_of_their_own_list_complete_the_profile(desk: Desk) -> None:
    certificates = (
        "Organisation,Certificate,Number,Valid from,Valid to,Evidence\n"
        "S1,GOTS,G-77,2025-01-01,2026-03-31,documented\n"
        "S1,GRS,,2025-02-01,2026-05-01,verified\n"
    )
    assert said(desk.bring(EXHIBITORS, certificates)) == []
    profile = _profile(desk, "S1")
    with desk.database.read() as session:
        rows = session.scalars(select(Certificate).filter_by(capability_profile_id=profile.id)).all()
    found = {row.code: (row.number, str(row.valid_to), row.evidence) for row in rows}
    assert found == {"gots": ("G-77", "2026-03-31", "documented"), "grs": (None, "2026-05-01", "verified")}


def test_certificates_that_come_later_keep_what_the_profile_says(desk: Desk) -> None:
    desk.bring(EXHIBITORS)
    assert said(desk.bring("Organisation,Certificate,Valid to\nS1,GRS,2026-05-01\n")) == []
    profile = _profile(desk, "S1")
    assert profile.revision == 2
    assert profile.document["moq"] == 500
    named = [c if isinstance(c, str) else c["code"] for c in profile.document["certificates"]]
    assert named == ["GOTS", "GRS"]
    assert profile.extra == _profile(desk, "S1").extra


def test_columns_of_the_organisers_own_are_kept(desk: Desk) -> None:
    desk.bring(EXHIBITORS)
    with desk.database.read() as session:
        extra = {row.code: row.extra for row in session.scalars(select(Organisation))}
    assert extra == {"S1": {"Hall colour": "red"}, "S2": {"Hall colour": "green"}}
    assert _profile(desk, "S1").extra == {"Hall colour": "red"}


def test_a_certificate_list_does_not_lose_the_columns_kept(desk: Desk) -> None:
    desk.bring(EXHIBITORS)
    desk.bring("Organisation,Certificate,Valid to\nS1,GRS,2026-05-01\n")
    assert _profile(desk, "S1").extra == {"Hall colour": "red"}


def test_the_same_codes_at_two_organisers_are_two_organisations(blank: Database, tmp_path: Path) -> None:
    one, two = Desk(blank, tmp_path), Desk(blank, tmp_path, slug="two")
    one.bring(EXHIBITORS, BUYERS, REQUESTS)
    two.bring(EXHIBITORS.replace("Alpha Knitting", "Omega Knitting"), BUYERS, REQUESTS)
    with blank.read() as session:
        rows = session.execute(select(Organisation.tenant_id, Organisation.name).filter_by(code="S1")).all()
    assert {(row[0], row[1]) for row in rows} == {
        (one.actor.tenant_id, "Alpha Knitting"), (two.actor.tenant_id, "Omega Knitting"),
    }  # fmt: skip
    assert count(blank, SourcingRequest, tenant_id=one.actor.tenant_id) == 1
    assert count(blank, SourcingRequest, tenant_id=two.actor.tenant_id) == 1
    # a name that only the other organiser knows is no name here
    (error,) = said(one.bring("Organisation,Certificate\nOmega Knitting,GOTS\n"))
    assert "Omega Knitting" in error


def test_a_request_does_not_change_hands(desk: Desk) -> None:
    second = BUYERS + "B2,Casa Delta,Brand owner,IT,polo shirts,Delta\n"
    desk.bring(EXHIBITORS, second, REQUESTS)
    (error,) = said(desk.bring(REQUESTS.replace("Q1,B1", "Q1,B2")))
    assert "Q1" in error


def test_only_an_organiser_imports(desk: Desk) -> None:
    desk.actor = Actor(desk.actor.tenant_id, "buyer")
    with pytest.raises(NotAllowedError):
        desk.bring(EXHIBITORS)


@pytest.mark.parametrize("limit", [{"rows": 1}, {"file_bytes": 20}])
def test_too_much_is_refused_before_anything_is_written(desk: Desk, limit: dict[str, int]) -> None:
    from app.io.spreadsheets import Limits

    before = counts(desk.database)
    with pytest.raises(AppError):
        desk.bring(EXHIBITORS, limits=Limits(**limit))
    assert counts(desk.database) == before


def test_the_whole_sample_is_there(seen: Stage) -> None:
    found = counts(seen.database)
    assert (found["organisation"], found["participation"], found["sourcing_request"]) == (27, 27, 37)
    assert (found["capability_profile"], found["buyer_profile"]) == (15, 12)
    assert found["cluster_fact"] == 5
    assert count(seen.database, Unavailable) > 0
    with seen.database.read() as session:
        names = set(session.scalars(select(ImportedFile.name)))
    assert "exhibitors.csv" in names
