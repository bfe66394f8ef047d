"""Version 1 of the interface: one module for each kind of thing."""

from __future__ import annotations

from types import ModuleType

from fastapi import APIRouter, Depends

from app.api.auth import authorised
from app.api.deps import known_query
from app.api.v1 import (
    editions,
    events,
    live,
    meetings,
    organisations,
    outlook,
    profiles,
    ranking,
    requests,
    runs,
    schedules,
    series,
)

#: modules of routes that take a key
MODULES = (
    series,
    events,
    editions,
    organisations,
    profiles,
    requests,
    ranking,
    outlook,
    runs,
    schedules,
    meetings,
    live,
)
#: modules of routes in `permissions.OPEN`, which take none
OPEN_MODULES: tuple[ModuleType, ...] = ()

PREFIX = "/api/v1"

router = APIRouter(prefix=PREFIX, dependencies=[Depends(authorised), Depends(known_query)])
for module in MODULES:
    router.include_router(module.router)

open_router = APIRouter(prefix=PREFIX, dependencies=[Depends(known_query)])
for module in OPEN_MODULES:
    open_router.include_router(module.router)
