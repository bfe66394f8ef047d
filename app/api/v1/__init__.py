"""Version 1 of the interface: one module for each kind of thing."""

from __future__ import annotations

from fastapi import APIRouter, Depends

from app.api.auth import authorised
from app.api.deps import known_query
from app.api.v1 import events, meetings, organisations, outlook, profiles, ranking, requests, runs, schedules

PREFIX = "/api/v1"

router = APIRouter(prefix=PREFIX, dependencies=[Depends(authorised), Depends(known_query)])
for module in (events, organisations, profiles, requests, ranking, outlook, runs, schedules, meetings):
    router.include_router(module.router)
