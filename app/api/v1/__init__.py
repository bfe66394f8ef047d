"""Version 1 of the interface: one module for each kind of thing.

Every module of this package is a part of it: `router` holds routes that take a key, `open_router` routes that take none
(those in `permissions.OPEN`).
"""

from __future__ import annotations

import pkgutil
from importlib import import_module

from fastapi import APIRouter, Depends

from app.api.auth import authorised
from app.api.deps import known_query
from app.api.limits import limited_by_network

PREFIX = "/api/v1"

router = APIRouter(prefix=PREFIX, dependencies=[Depends(authorised), Depends(known_query)])
open_router = APIRouter(prefix=PREFIX, dependencies=[Depends(limited_by_network), Depends(known_query)])
#: routes are tried one after the other: those first that are asked most often
_FIRST = ("ranking",)
for _name in sorted((module.name for module in pkgutil.iter_modules(__path__)), key=lambda n: (n not in _FIRST, n)):
    _module = import_module(f"{__name__}.{_name}")
    if hasattr(_module, "router"):
        router.include_router(_module.router)
    if hasattr(_module, "open_router"):
        open_router.include_router(_module.open_router)
