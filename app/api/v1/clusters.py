"""Industrial clusters and what is publicly said of them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Path, Response

from app.api import idempotency
from app.api.bodies import JsonBody
from app.api.deps import CODE, Caller, Cursor, Limit, Reading, Writing, created_at
from app.api.schemas.clusters import ClusterList, ClusterOut, FactOut
from app.db.models import Cluster, ClusterFact
from app.domain.clusters import ClusterIn, ClusterPut
from app.services.clusters import create_cluster, facts_of, find_cluster, list_clusters, set_cluster

router = idempotency.router("clusters")

ClusterCode = Annotated[str, Path(pattern=CODE, description="the cluster's code", examples=["qingshanhu"])]
_WHOLE = {
    "name": "Qingshanhu knitwear",
    "country": "CN",
    "specialities": ["knitted T-shirts"],
    "facts": [
        {"metric": "output", "value": 45, "unit": "bn CNY", "scope": "Qingshanhu knitwear", "source": "district"},
        {
            "metric": "output", "value": 75, "unit": "bn CNY", "qualifier": "over", "year": "2024",
            "scope": "light industry and textiles of Nanchang", "source": "city",
        },
    ],
}  # fmt: skip


@router.get("/clusters", summary="List clusters", response_model=ClusterList)
def list_all(actor: Caller, session: Reading, cursor: Cursor = None, limit: Limit = 50) -> Any:
    """Clusters of the caller's tenant with their figures."""
    page = list_clusters(session, actor, cursor=cursor, limit=limit)
    facts = facts_of(session, [row.id for row in page.items])
    return {"items": [_shown(row, facts[row.id]) for row in page.items], "next": page.next}


@router.post(
    "/clusters",
    summary="Add a cluster",
    status_code=201,
    response_model=ClusterOut,
    responses={201: created_at("/api/v1/clusters/{code}"), 409: {}},
)
def create(
    actor: Caller,
    shape: Annotated[ClusterIn, Depends(JsonBody(ClusterIn, example=_WHOLE | {"code": "qingshanhu"}))],
    session: Writing,
    response: Response,
) -> Any:
    """Add an industrial cluster with its specialities, honours and dated figures."""
    row = create_cluster(session, actor, shape)
    response.headers["Location"] = f"/api/v1/clusters/{row.code}"
    return _shown(row, facts_of(session, [row.id])[row.id])


@router.get("/clusters/{code}", summary="Read a cluster", response_model=ClusterOut)
def read(code: ClusterCode, actor: Caller, session: Reading) -> Any:
    """A cluster with all its figures; those that disagree are all there, each with its scope, year and source."""
    row = find_cluster(session, actor, code)
    return _shown(row, facts_of(session, [row.id])[row.id])


@router.put("/clusters/{code}", summary="Replace a cluster", response_model=ClusterOut)
def put(
    code: ClusterCode,
    actor: Caller,
    shape: Annotated[ClusterPut, Depends(JsonBody(ClusterPut, example=_WHOLE))],
    session: Writing,
) -> Any:
    """Say anew all that is known of a cluster; figures that are left out are gone."""
    row = set_cluster(session, actor, code, shape)
    return _shown(row, facts_of(session, [row.id])[row.id])


def _shown(row: Cluster, facts: list[ClusterFact]) -> dict[str, Any]:
    kept = ("id", "code", "name", "name_local", "place", "country", "specialities", "honours")
    return {name: getattr(row, name) for name in kept} | {"facts": [FactOut.model_validate(fact) for fact in facts]}
