"""Series of fairs and their editions."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Path, Response

from app.api import idempotency
from app.api.bodies import JsonBody
from app.api.deps import CODE, Caller, Cursor, Limit, Reading, Writing, created_at
from app.api.schemas.editions import SeriesItem, SeriesList
from app.db.models import Event, Series
from app.domain.fairs import SeriesShape
from app.services.series import create_series, editions_of, find_series, list_series

router = idempotency.router("events")

SeriesName = Annotated[str, Path(pattern=CODE, description="the series' id or its code", examples=["club"])]


@router.get("/series", summary="List series", response_model=SeriesList)
def list_all(actor: Caller, session: Reading, cursor: Cursor = None, limit: Limit = 50) -> Any:
    """Recurring fairs of the caller's tenant with their editions, the oldest first."""
    page = list_series(session, actor, cursor=cursor, limit=limit)
    editions = editions_of(session, [row.id for row in page.items])
    return {"items": [_item(row, editions[row.id]) for row in page.items], "next": page.next}


@router.post(
    "/series",
    summary="Create a series",
    status_code=201,
    response_model=SeriesItem,
    responses={201: created_at("/api/v1/series/{series_id}"), 409: {}},
)
def create(
    actor: Caller,
    shape: Annotated[SeriesShape, Depends(JsonBody(SeriesShape, example={"code": "club", "name": "The club"}))],
    session: Writing,
    response: Response,
) -> Any:
    """Create a recurring club or fair; events become its editions by naming its code."""
    row = create_series(session, actor, shape)
    response.headers["Location"] = f"/api/v1/series/{row.id}"
    return _item(row, [])


@router.get("/series/{series_id}", summary="Read a series", response_model=SeriesItem)
def read(series_id: SeriesName, actor: Caller, session: Reading) -> Any:
    """A series with its editions, the earliest first."""
    row = find_series(session, actor, series_id)
    return _item(row, editions_of(session, [row.id])[row.id])


def _item(row: Series, editions: list[Event]) -> dict[str, Any]:
    return {"id": row.id, "code": row.code, "name": row.name, "editions": editions}
