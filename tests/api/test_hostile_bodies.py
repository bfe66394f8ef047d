"""Whatever a body holds, the answer is a problem document or a success, never a fault of ours."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.checked import CheckedClient
from tests.api.conftest import EVENT, Fair

_NASTY = st.sampled_from(
    ["\x00", "\u202e", "𝒯" * 300, "' OR 1=1 --", "../..", "=1+1", 2**63, -(2**63), 1e308, -0.0, 5e-324, 10**30, "1e999",
     "NaN", "2025-02-30", "9999-12-31", "0001-01-01", "24:00", "00:00", {}, [], [[]], None, True, {"code": None}]
)  # fmt: skip
_SCALAR = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20) | _NASTY
_ANY = st.recursive(_SCALAR, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner))

WHOLE: dict[str, Any] = {
    "POST /events": EVENT | {"code": "fuzz"},
    "PUT /organisations/{s1}/capabilities": {
        "text": "t", "products": ["polo shirts"], "moq": 6, "unit": "H87", "certificates": [{"code": "GOTS"}],
        "price_from": 1, "price_to": 2, "exports_to": ["FR"], "smart_level": 2, "founded": 1999, "ports": ["x"],
    },
    "POST /events/e-2025/sourcing-requests": {
        "code": "fuzz", "organisation_id": "{b1}", "products": ["polo shirts"], "quantity": 5, "ship_by": "2026-01-01",
        "must": ["products"], "exclude": ["s2"], "target_price": 3.5, "currency": "EUR", "tech_pack": "complete",
    },
    "POST /rank": {"event_id": "e-2025", "request": {"products": ["x"], "quantity": 9, "must": ["products"]}},
    "POST /events/e-2025/match-runs": {"as_of": "2025-06-01"},
    "POST /events/e-2025/meetings": {"organisations": ["{s1}", "{b1}"], "slot": "s01", "place": "T1"},
}  # fmt: skip


def _spots(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path, *(spot for name, value in inner for spot in _spots(value, (*path, name)))]


@st.composite
def _spoilt(draw: st.DrawFn) -> tuple[str, Any]:
    """A body that works, with something else in one or two of its places."""
    route = draw(st.sampled_from(sorted(WHOLE)))
    body = copy.deepcopy(WHOLE[route])
    for _ in range(draw(st.integers(1, 2))):
        path = draw(st.sampled_from(_spots(body)[1:] or [()]))
        if not path:
            return route, draw(_ANY)
        node = body
        for step in path[:-1]:
            node = node[step]
        node[path[-1]] = copy.deepcopy(draw(_ANY))  # the strategies hand out the same lists again
    return route, body


def test_no_body_breaks_the_service(client: CheckedClient, fair: Fair) -> None:
    ids = {code: str(key) for code, key in fair.organisations.items()}

    @settings(max_examples=120, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(_spoilt())
    def attempt(case: tuple[str, Any]) -> None:
        route, body = case
        method, path = route.split()
        text = json.dumps(body, ensure_ascii=True)
        for code in ("s1", "b1"):
            path, text = path.replace(f"{{{code}}}", ids[code]), text.replace(f"{{{code}}}", ids[code])
        headers = fair.key() | {"Content-Type": "application/json"}
        assert client.request(method, f"/api/v1{path}", content=text, headers=headers).status_code < 500

    attempt()
