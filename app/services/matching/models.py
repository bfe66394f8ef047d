"""The fitted model of a match run on its way between workers: as one file in the database, and in memory.

Every learned number travels as it is, none is learned again: two kinds of processors may differ in a last bit, and a
match must not depend on who wrote it.
"""

from __future__ import annotations

import io
import json
import tempfile
import threading
import zipfile
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from app.db.engine import Database
from app.db.models import MatchPlan
from scoring import SupplierRanker

_PROVIDERS = "providers.json"
_KEPT = 2
_kept: OrderedDict[UUID, Fitted] = OrderedDict()
_lock = threading.Lock()


@dataclass(frozen=True)
class Fitted:
    """The ranker of a run, and the participation of each supplier by code."""

    ranker: SupplierRanker
    providers: dict[str, UUID]


def pack(fitted: Fitted) -> bytes:
    """What the ranker saves, and the participations, as one archive."""
    packed = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        fitted.ranker.save(folder)
        for path in sorted(Path(folder).iterdir()):
            archive.write(path, path.name)
        archive.writestr(_PROVIDERS, json.dumps(fitted.providers, default=str))
    return packed.getvalue()


def unpack(packed: bytes) -> Fitted:
    """What `pack` packed; the ranker checks its hash."""
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(io.BytesIO(packed)) as archive:
        archive.extractall(folder)
        providers = json.loads((Path(folder) / _PROVIDERS).read_text(encoding="utf-8"))
        return Fitted(SupplierRanker.load(folder), {code: UUID(key) for code, key in providers.items()})


def remember(run_id: UUID, fitted: Fitted) -> None:
    """Keep the model of a run in this process, for the shards it takes."""
    with _lock:
        _kept[run_id] = fitted
        _kept.move_to_end(run_id)
        while len(_kept) > _KEPT:
            _kept.popitem(last=False)


def of_run(database: Database, run_id: UUID) -> Fitted:
    """The model of a run, read when this process takes its first shard of it."""
    with _lock:
        found = _kept.get(run_id)
    if found is None:
        with database.read() as session:
            packed = session.get_one(MatchPlan, run_id).model
        found = unpack(packed)
        remember(run_id, found)
    return found
