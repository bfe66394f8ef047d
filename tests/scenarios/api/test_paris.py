"""Scenario 1 over the interface: Paris, 15 September 2025, from an empty database to the next edition."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.databases import Server
from tests.scenarios.api.ground import Ground, ground, points

#: what may keep a pair apart at this event: full sides, full tables, availability, a lock, an interpreter, one meeting
CAUSES = {
    "buyer_full", "supplier_full", "maximum_reached", "places_full", "no_common_slot", "no_interpreter", "lock",
    "displaced", "exclusivity",
}  # fmt: skip
#: who is meant to lead some of the requests, from docs/samples.md; all of them are in tests/scenarios/test_paris.py
LEADERS = {
    "R01": "QSH-09", "R05": "QSH-07", "R13": "QSH-01", "R17": "QSH-10", "R21": "QSH-12", "R24": "QSH-15",
    "R35": "QSH-06", "R36": "QSH-11",
}  # fmt: skip
DAY = "2025-09-15T"


@dataclass
class Chain:
    """The ground, and what the service answered on the way, by the step it answered."""

    ground: Ground
    said: dict[str, Any] = field(default_factory=dict)


def _prepare(desk: Ground, said: dict[str, Any]) -> None:
    """Lists, capabilities, a request, a match run and its lists."""
    desk.open_edition("paris")
    said["imports"] = desk.bring_in("paris")
    desk.open_phase("matching", "booking")
    for code in ("FR-LIN", "FR-BRUME"):
        desk.give_key(code, "buyer")
    for code in ("QSH-03", "QSH-11", "QSH-14"):
        desk.give_key(code, "enterprise")
    own = f"/organisations/{desk.organisations['QSH-03']}/capabilities"
    before = said["registered before"] = desk.get(own, "QSH-03")
    said["registered"] = desk.put(own, before["document"] | {"moq": 600}, "QSH-03")
    wish = {
        "code": "R38", "title": "Polos brodés", "products": ["polos"], "materials": ["coton"], "quantity": 700,
        "unit": "H87", "cooperation": ["développement ODM"], "delivery_country": "FR", "must": ["quantity"],
    }  # fmt: skip
    said["published"] = desk.post(f"{desk.place}/sourcing-requests", wish, "FR-LIN", status=201)
    desk.look()
    said["run"] = desk.match()
    said["lists"] = {code: desk.ranked(code, limit=15) for code in (*LEADERS, "R23", "R02", "R38")}
    said["own list"] = desk.ranked("R01", "FR-LIN", limit=15, lang="fr")
    desk.call("GET", f"/sourcing-requests/{desk.requests['R13']}/suppliers", "FR-LIN", status=404)
    said["zh"] = desk.ranked("R16", limit=1, lang="zh")
    said["fitting"] = desk.get(f"{desk.place}/suppliers/{desk.organisations['QSH-03']}/requests", "QSH-03", lang="zh")
    said["pairs"] = desk.all(f"/match-runs/{said['run']['id']}/matches")
    said["lifts"] = desk.get(f"{desk.place}/suppliers/{desk.organisations['QSH-03']}/lifts", "QSH-03")


def _agree(desk: Ground, said: dict[str, Any]) -> None:
    """Answers and requests for meetings, by the two sides themselves."""
    mine = f"/participations/{desk.parts['FR-LIN']}/preferences"
    desk.put(f"{mine}/{desk.parts['QSH-09']}", {"answer": "must_meet"}, "FR-LIN")
    desk.put(f"{mine}/{desk.parts['QSH-13']}", {"answer": "blocked"}, "FR-LIN")
    said["answers"] = desk.get(mine, "FR-LIN")["items"]
    asked = f"{desk.place}/meeting-requests"

    def ask(who: str, whom: str, **more: Any) -> dict[str, Any]:
        body = {"to": desk.organisations[whom], "purpose": "Printemps 2026", "message": "Au plaisir."} | more
        return dict(desk.post(asked, body, who, status=201))

    about = ask("FR-BRUME", "QSH-11", sourcing_request=desk.requests["R11"])
    said["accepted"] = desk.post(f"/meeting-requests/{about['id']}/accept", {"message": "欢迎。"}, "QSH-11")
    no = ask("FR-BRUME", "QSH-14")
    said["declined"] = desk.post(f"/meeting-requests/{no['id']}/decline", {"message": "不做家纺。"}, "QSH-14")
    back = ask("FR-LIN", "QSH-11")
    said["withdrawn"] = desk.post(f"/meeting-requests/{back['id']}/withdraw", None, "FR-LIN")
    body = {"to": desk.organisations["QSH-13"]}
    said["own answer"] = desk.post(asked, body, "FR-LIN", status=409)
    said["inbox"] = desk.get(asked, "QSH-11", box="in")["items"]


def _least(meetings: list[dict[str, Any]]) -> dict[str, Any]:
    """The planned meeting of least value in whose hour two others could meet without an interpreter: all tables are
    taken but the one that it leaves."""

    def parties(one: dict[str, Any]) -> set[str]:
        return {party["id"] for party in one["organisations"]}

    planned = sorted((one for one in meetings if one["status"] == "planned"), key=lambda one: one["value"])
    for least in planned:
        there = [parties(one) for one in planned if one["slot"] == least["slot"] and one is not least]
        busy: set[str] = set().union(*there)
        others = (one for one in planned if one["slot"] != least["slot"] and one["interpreter"] is None)
        if any(busy.isdisjoint(parties(one)) for one in others):
            return least
    raise AssertionError("no two have an hour in common that is not theirs")


def _plan(desk: Ground, said: dict[str, Any]) -> None:
    """A schedule, published; a meeting called off and one moved, the difference, and published again."""
    plan = said["plan"] = desk.schedule()
    said["first difference"] = desk.get(f"{desk.place}/schedule-difference")
    said["first publication"] = desk.post(f"{desk.place}/publications", status=201)
    said["timetables"] = [desk.get(f"{desk.place}/timetable", organisation=key) for key in desk.organisations.values()]
    least = _least(plan["meetings"])
    said["called off"] = desk.post(f"/meetings/{least['id']}/cancel", {"note": "La salle est pleine."})
    free = None
    for meeting in plan["meetings"]:  # all tables are taken but the one that has just become free
        if meeting is least or meeting["slot"] == least["slot"]:
            continue
        legal = desk.get(f"/meetings/{meeting['id']}/legal-slots")["slots"]
        free = next((slot for slot in legal if slot["legal"] and not slot["current"]), None)
        if free is not None:
            break
    assert free is not None
    said["moved from"] = meeting
    said["moved"] = desk.change(f"/meetings/{meeting['id']}", {"slot": free["slot"], "locked": True})
    taken = {"organisations": [party["id"] for party in meeting["organisations"]], "slot": meeting["slot"]}
    said["twice"] = desk.post(f"{desk.place}/meetings", taken, status=409)
    said["difference"] = desk.get(f"{desk.place}/schedule-difference")
    said["publication"] = desk.post(f"{desk.place}/publications", status=201)
    said["nothing new"] = desk.post(f"{desk.place}/publications", status=409)
    said["publications"] = desk.all(f"{desk.place}/publications")
    said["own timetable"] = desk.get(f"{desk.place}/timetable", "FR-BRUME", lang="fr")
    said["calendar"] = desk.get(f"{desk.place}/timetable.ics", "FR-BRUME", lang="fr").decode()
    said["paper"] = desk.get(f"{desk.place}/timetable.pdf", "QSH-11", lang="zh")


def _live(desk: Ground, said: dict[str, Any]) -> None:
    """The afternoon, rehearsed: somebody at the door, somebody who does not come, and the repair of that."""
    person = desk.get(f"/participations/{desk.parts['QSH-11']}")["details"]["attendees"][0]
    door = {"attendee_id": person["id"]} if "id" in person else {"name": person["person"]["name"]}
    said["door"] = desk.post(f"{desk.place}/check-ins", door | {"at": f"{DAY}13:10"})
    said["arrivals"] = desk.get(f"{desk.place}/arrivals", at=f"{DAY}13:45")
    away = {"kind": "no_show", "organisation": desk.organisations["ES-MARISOL"], "at": f"{DAY}14:40"}
    said["preview"] = desk.post(f"{desk.place}/repairs", away)
    said["repaired"] = desk.post(
        f"{desk.place}/repairs", away | {"preview": False, "state": said["preview"]["state"]}, lang="fr"
    )
    said["day"] = desk.all(f"{desk.place}/meetings")


def _after(desk: Ground, said: dict[str, Any]) -> None:
    """What came of a meeting, offers side by side, the report, the next edition."""
    pair = frozenset(("FR-BRUME", "QSH-11"))
    meeting = next(m for m in said["day"] if desk.pair(m) == pair and m["status"] != "cancelled")
    desk.post(f"/meetings/{meeting['id']}/state", {"state": "held", "at": f"{DAY}18:10"})
    price = {"currency": "EUR", "incoterm": "FOB", "place": "Ningbo"}
    offers = [price | {"quantity": 1500, "unit_price": 14.5}, price | {"quantity": 6000, "unit_price": 12.25}]
    supplier = {"rating": 5, "quotations": offers, "next_step": "sample", "next_step_on": "2025-10-01"}
    outcome = f"/meetings/{meeting['id']}/outcome"
    said["supplier's side"] = desk.put(outcome, supplier, "QSH-11")
    buyer = {"rating": 4, "sample_requested": True, "intended_value": 60000, "currency": "EUR", "reportable": True}
    said["buyer's side"] = desk.put(outcome, buyer, "FR-BRUME")
    said["offers"] = desk.get(f"/sourcing-requests/{desk.requests['R11']}/quotations", "FR-BRUME")["items"]
    said["report"] = desk.get(f"{desk.place}/report")
    said["report on paper"] = desk.get(f"{desk.place}/report.pdf", lang="zh")
    said["trail"] = desk.all("/audit")
    said["next"] = desk.post(f"{desk.place}/copy", {"code": "paris-2026", "starts_on": "2026-01-19"}, status=201)


@pytest.fixture(scope="module")
def chain(server: Server) -> Iterator[Chain]:
    with ground(server) as desk:
        said: dict[str, Any] = {}
        for step in (_prepare, _agree, _plan, _live, _after):
            step(desk, said)
        yield Chain(desk, said)


def test_the_occasion(chain: Chain) -> None:
    event = chain.ground.event
    assert (event["starts_on"], event["zone"], event["form"]) == ("2025-09-15", "Europe/Paris", "matchmaking")
    organisers = {body["name_local"] for body in event["bodies"] if body["role"] == "organiser"}
    assert organisers == {"南昌市商务局", "青山湖区人民政府"}
    assert event["host_fair"]["place"] == "Paris Le Bourget"


def test_every_list_came_in_as_it_was(chain: Chain) -> None:
    tables = {table["file"]: table["rows"] for done in chain.said["imports"] for table in done["result"]["tables"]}
    assert (tables["exhibitors.csv"], tables["buyers.csv"], tables["requests.csv"]) == (15, 12, 37)


def test_an_enterprise_registers_and_a_buyer_publishes(chain: Chain) -> None:
    registered = chain.said["registered"]
    assert registered["revision"] == chain.said["registered before"]["revision"] + 1
    assert ("POLO衫", "polo-shirts") in [(word["text"], word["code"]) for word in registered["resolved"]]
    assert chain.said["published"]["unresolved"] == []
    assert chain.said["lists"]["R38"]["items"][0]["code"] == "QSH-03"


@pytest.mark.parametrize("code", list(LEADERS))
def test_who_ought_to_lead_leads(chain: Chain, code: str) -> None:
    assert chain.said["lists"][code]["items"][0]["code"] == LEADERS[code]


@pytest.mark.parametrize(
    ("code", "supplier", "gate"), [("R17", "QSH-05", "certificates"), ("R23", "QSH-04", "exclude")]
)
def test_the_best_that_fails_a_gate_is_named(chain: Chain, code: str, supplier: str, gate: str) -> None:
    found = chain.said["lists"][code]
    assert supplier not in [item["code"] for item in found["items"]]
    assert (supplier, gate) in [(entry["code"], entry["gate"]) for entry in found["left_out"]]


def test_each_request_is_ranked_by_itself_with_reasons_that_add_up(chain: Chain) -> None:
    assert chain.said["run"]["state"] == "done"
    lists = chain.said["lists"]
    assert len({tuple(item["code"] for item in found["items"]) for found in lists.values()}) == len(lists)
    for found in (*lists.values(), chain.said["own list"]):
        for item in found["items"]:
            assert sum(points(item).values()) == pytest.approx(item["score"], abs=1e-9)
    assert [item["code"] for item in chain.said["own list"]["items"]] == [i["code"] for i in lists["R01"]["items"]]
    assert chain.said["zh"]["items"][0]["code"] == "QSH-01"


def test_both_directions_are_ranked(chain: Chain) -> None:
    """Each buyer's requests rank enterprises, and each enterprise ranks the requests of the buyers."""
    fitting = chain.said["fitting"]["items"]
    assert [item["rank"] for item in fitting] == list(range(1, len(fitting) + 1))
    assert {item["request"]["code"] for item in fitting[:3]} & {"R02", "R38"}
    assert all(sum(t["points"] for t in i["terms"]) == pytest.approx(i["their_score"], abs=1e-9) for i in fitting)
    asked = {pair["request_id"] for pair in chain.said["pairs"]}
    assert asked == set(chain.ground.requests.values())
    buyers = {pair["seeker_id"] for pair in chain.said["pairs"] if pair["rank"] is not None}
    assert buyers == {part for code, part in chain.ground.parts.items() if not code.startswith("QSH-")}
    assert any(pair["backward_rank"] == 1 for pair in chain.said["pairs"])


def test_cooperation_is_matched_and_not_only_products(chain: Chain) -> None:
    best = points(chain.said["lists"]["R35"]["items"][0])
    assert best["cooperation"] > 0
    assert best["products"] > 0


def test_an_enterprise_learns_what_would_lift_it(chain: Chain) -> None:
    assert chain.said["lifts"]["lifts"]
    assert all(lift["meetings"] > 0 and not lift["requests"] for lift in chain.said["lifts"]["lifts"])


def test_both_sides_ask_and_answer(chain: Chain) -> None:
    said = chain.said
    assert [said[state]["state"] for state in ("accepted", "declined", "withdrawn")] == [
        "accepted", "declined", "withdrawn",
    ]  # fmt: skip
    assert said["own answer"]["conflict"] == "own-answer"
    assert {answer["answer"] for answer in said["answers"]} >= {"must_meet", "blocked"}
    assert {request["from"]["name"] for request in said["inbox"]} == {"Maison Brume", "Atelier Lin & Maille SAS"}


def test_nine_slots_and_eleven_tables_hold_ninety_nine_at_most(chain: Chain) -> None:
    event, meetings = chain.ground.event, chain.said["plan"]["meetings"]
    assert (len(event["slots"]), len(event["places"])) == (9, 11)
    assert event["slots"][0]["starts_at"] == "2025-09-15T13:30:00+02:00"
    assert event["slots"][-1]["ends_at"] == "2025-09-15T18:00:00+02:00"
    assert 90 <= len(meetings) <= 99
    assert max(Counter((m["slot"], m["place"]) for m in meetings).values()) == 1


def test_every_enterprise_has_five_and_each_pair_meets_once(chain: Chain) -> None:
    pairs = Counter(chain.ground.pair(meeting) for meeting in chain.said["plan"]["meetings"])
    assert max(pairs.values()) == 1
    met = Counter(code for pair in pairs for code in pair)
    enterprises = {code: met[code] for code in chain.ground.parts if code.startswith("QSH-")}
    assert len(enterprises) == 15
    assert 5 <= min(enterprises.values()) <= max(enterprises.values()) <= 8
    assert min(met[code] for code in chain.ground.parts if code not in enterprises) >= 4


def test_what_two_agreed_on_is_in_the_plan_and_what_one_refused_is_not(chain: Chain) -> None:
    pairs = {chain.ground.pair(meeting) for meeting in chain.said["plan"]["meetings"]}
    assert frozenset(("FR-BRUME", "QSH-11")) in pairs
    assert frozenset(("FR-LIN", "QSH-09")) in pairs
    assert frozenset(("FR-LIN", "QSH-13")) not in pairs
    assert chain.said["plan"]["missing_required"] == 0


def test_who_shares_no_language_has_an_interpreter_and_nobody_is_in_two_places(chain: Chain) -> None:
    meetings = chain.said["plan"]["meetings"]
    helped = Counter((m["slot"], m["interpreter"]) for m in meetings if m["interpreter"])
    assert helped
    assert max(helped.values()) == 1
    chinese_only = "QSH-03"  # and no buyer speaks Chinese
    assert all(m["interpreter"] for m in meetings if chinese_only in chain.ground.pair(m))


def test_whatever_is_left_out_is_left_out_for_a_cause(chain: Chain) -> None:
    plan = chain.said["plan"]
    left = plan["unscheduled"]
    assert left
    assert {pair["code"] for pair in left} <= CAUSES
    assert all(len(pair["reason"]) > 20 for pair in left)
    met = {chain.ground.pair(meeting) for meeting in plan["meetings"]}
    out = {frozenset(chain.ground.codes[party["id"]] for party in pair["pair"]) for pair in left}
    assert not met & out
    assert plan["value"] <= plan["bound"]
    assert plan["gap"] >= 0


def test_the_plan_is_published_moved_and_published_again(chain: Chain) -> None:
    said = chain.said
    number = len(said["plan"]["meetings"])
    assert said["first difference"]["publication"] is None
    assert said["first difference"]["problems"] == []
    assert said["first publication"]["changes"] == {
        "added": number, "removed": 0, "moved": 0, "changed": 0, "meetings": number,
    }  # fmt: skip
    assert {row["kind"] for row in said["difference"]["items"]} == {"removed", "moved"}
    row = next(row for row in said["difference"]["items"] if row["kind"] == "moved")
    assert (row["kind"], row["meeting"]) == ("moved", said["moved from"]["id"])
    assert row["before"]["slot"] == said["moved from"]["slot"]
    assert row["after"]["slot"] == said["moved"]["slot"]
    assert said["moved"]["status"] == "locked"
    assert said["twice"]["conflict"]
    assert (said["publication"]["number"], said["publication"]["changes"]) == (
        2, {"added": 0, "removed": 1, "moved": 1, "changed": 0, "meetings": number - 1},
    )  # fmt: skip
    assert [one["superseded_at"] is None for one in said["publications"]] == [False, True]


def test_everybody_has_a_timetable_of_its_own(chain: Chain) -> None:
    shown = sum(len(timetable["meetings"]) for timetable in chain.said["timetables"])
    assert shown == 2 * len(chain.said["plan"]["meetings"])
    own = chain.said["own timetable"]
    assert own["publication"] == 2
    assert own["zone"] == "Europe/Paris"
    assert all(meeting["starts_at"].endswith("+02:00") for meeting in own["meetings"])
    assert chain.said["calendar"].count("BEGIN:VEVENT") == len(own["meetings"])
    first = own["meetings"][0]["starts_at"]
    assert f"DTSTART:20250915T{int(first[11:13]) - 2:02d}{first[14:16]}00Z" in chain.said["calendar"]
    assert chain.said["paper"].startswith(b"%PDF")


def test_the_day_is_run_and_repaired_with_the_fewest_moves(chain: Chain) -> None:
    said = chain.said
    assert said["door"]["again"] is False
    assert said["arrivals"]["counts"]["arrived"] == 1
    assert said["arrivals"]["counts"]["late"] > 0
    preview, done = said["preview"], said["repaired"]
    assert (preview["applied"], done["applied"]) == (False, True)
    assert len(done["cancelled"]) == len(preview["cancelled"]) > 0
    gone = {chain.ground.pair(move) for move in done["cancelled"]}
    assert all("ES-MARISOL" in pair for pair in gone)
    alive = Counter((m["slot"], m["place"]) for m in said["day"] if m["status"] in ("planned", "locked", "held"))
    assert max(alive.values()) == 1


def test_offers_stand_side_by_side(chain: Chain) -> None:
    totals = [(offer["quantity"], offer["total"]) for offer in chain.said["offers"]]
    assert totals == [(1500, 21750.0), (6000, 73500.0)]
    assert {offer["supplier"]["id"] for offer in chain.said["offers"]} == {chain.ground.organisations["QSH-11"]}


def test_the_report_counts_what_was(chain: Chain) -> None:
    report = chain.said["report"]
    assert sum(kind["count"] for kind in report["by_kind"]) == 27
    assert report["requests"] == 38
    assert report["meetings"]["held"] == 1
    assert report["tables"]["offered"] == 99
    assert (report["outcomes"], report["samples"], report["quotations"]) == (2, 1, 2)
    assert chain.said["report on paper"].startswith(b"%PDF")


def test_nothing_happened_unseen(chain: Chain) -> None:
    deeds = {entry["deed"] for entry in chain.said["trail"]}
    assert {"event.created", "lists.imported", "meeting_request.accepted"} <= deeds


def test_the_next_edition_is_at_the_same_time_of_day_in_winter(chain: Chain) -> None:
    slots = chain.said["next"]["slots"]
    assert len(slots) == 9
    assert slots[0]["starts_at"] == "2026-01-19T13:30:00+01:00"
    assert len(chain.said["next"]["bodies"]) == len(chain.ground.event["bodies"])
