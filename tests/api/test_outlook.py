"""What would lift a supplier, and unmet demand, over the interface."""

from __future__ import annotations

from tests.api.checked import CheckedClient
from tests.api.conftest import Fair


def test_an_organiser_sees_what_would_lift_a_supplier_and_for_which_requests(client: CheckedClient, fair: Fair) -> None:
    address = f"/api/v1/events/e-2025/suppliers/{fair.organisations['s2']}/lifts"
    answer = client.get(address, headers=fair.key())
    assert answer.status_code == 200
    found = answer.json()
    assert (found["requests"], found["passes"], found["k"]) == (2, 2, 10)  # it lists no certificate: to be confirmed
    first = found["lifts"][0]
    assert first["change"] == "Obtain or document GOTS"
    assert {one["request"]["code"] for one in first["requests"]} == {"r-b1", "r-b2"}
    assert {one["buyer"]["name"] for one in first["requests"]} == {"demo b1", "demo b2"}
    chinese = client.get(f"{address}?lang=zh&limit=1&k=1", headers=fair.key()).json()
    assert (len(chinese["lifts"]), chinese["k"]) == (1, 1)
    assert any("一" <= sign <= "鿿" for sign in chinese["lifts"][0]["change"])


def test_an_enterprise_asks_for_itself_only_and_gets_the_sums(client: CheckedClient, fair: Fair, rival: Fair) -> None:
    def asked(who: str, of: Fair, supplier: str) -> int:
        address = f"/api/v1/events/e-2025/suppliers/{of.organisations[supplier]}/lifts"
        return int(client.get(address, headers=fair.key(who)).status_code)

    own = client.get(f"/api/v1/events/e-2025/suppliers/{fair.organisations['s2']}/lifts", headers=fair.key("s2")).json()
    assert own["lifts"]
    assert all(one["requests"] == [] for one in own["lifts"])
    assert "r-b1" not in str(own)
    assert asked("s2", fair, "s1") == 404
    assert asked("s2", rival, "s2") == 404
    assert asked("organiser", rival, "s2") == 404
    assert asked("organiser", fair, "b1") == 404  # a buyer supplies nothing
    assert asked("b1", fair, "s1") == 403


def test_unmet_demand_is_the_organisers(client: CheckedClient, fair: Fair) -> None:
    address = "/api/v1/events/e-2025/unmet-demand"
    well = client.get(address, headers=fair.key()).json()
    assert (well["requests"], well["unmet"], well["products"]) == (2, 0, [])
    wish = {"code": "towels", "title": "Towels", "products": ["bath towels"]}
    wish["organisation_id"] = str(fair.organisations["b1"])
    assert client.post("/api/v1/events/e-2025/sourcing-requests", headers=fair.key(), json=wish).status_code == 201
    found = client.get(f"{address}?lang=de", headers=fair.key()).json()
    assert (found["requests"], found["unmet"]) == (3, 1)
    row = found["products"][0]["requests"][0]
    assert (row["why"], row["because"], row["request"]["code"]) == ("no_supplier", "Kein Anbieter hat es.", "towels")
    assert row["nearest"]["supplier"]["name"].startswith("demo s")
    for who in ("s1", "b1"):
        assert client.get(address, headers=fair.key(who)).status_code == 403
    for query in ("probability=0", "probability=1.2", "k=0", "lang=xx", "speed=1"):
        assert client.get(f"{address}?{query}", headers=fair.key()).status_code == 422
