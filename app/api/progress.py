"""Progress of long work as a stream: one reader of the database for all streams of a process, none of which holds a
connection.

Each stream subscribes to a run; while there are any, one task asks every half second for all of them at once and hands
each what has changed. A stream ends with the event `ended`.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any
from uuid import UUID

from fastapi.sse import ServerSentEvent
from sqlalchemy import select
from starlette.concurrency import run_in_threadpool

from app.db.engine import Database
from app.db.models import Job, MatchRun, Schedule
from app.services.runs import ENDED

_SECONDS = 0.5
_Key = tuple[type[MatchRun] | type[Schedule] | type[Job], UUID]
_State = dict[str, Any]


class Watch:
    """Watches runs for the streams of one process; belongs to one event loop."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._heard: dict[_Key, set[asyncio.Queue[_State]]] = defaultdict(set)
        self._known: dict[_Key, _State] = {}
        self._task: asyncio.Task[None] | None = None

    async def follow(self, key: _Key) -> AsyncIterator[ServerSentEvent]:
        """Tell the state of a run, each change of it, and that it has ended."""
        heard: asyncio.Queue[_State] = asyncio.Queue(maxsize=1)
        self._heard[key].add(heard)
        if key in self._known:
            heard.put_nowait(self._known[key])
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._look())
        try:
            while True:
                state = await heard.get()
                ended = state["state"] in ENDED
                yield ServerSentEvent(data=state, event="ended" if ended else "progress", retry=2000)
                if ended:
                    return
        finally:
            self._heard[key].discard(heard)
            if not self._heard[key]:
                del self._heard[key]
                self._known.pop(key, None)

    def close(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _look(self) -> None:
        while self._heard:
            with suppress(Exception):  # a database that is away for a moment: the streams wait
                for key, state in (await run_in_threadpool(self._states, list(self._heard))).items():
                    if self._known.get(key) != state:
                        self._tell(key, state)
            await asyncio.sleep(_SECONDS)

    def _tell(self, key: _Key, state: _State) -> None:
        for queue in self._heard.get(key, ()):
            if queue.full():  # a slow reader gets the newest state rather than all of them
                queue.get_nowait()
            queue.put_nowait(state)
        if key in self._heard:
            self._known[key] = state

    def _states(self, keys: list[_Key]) -> dict[_Key, _State]:
        found: dict[_Key, _State] = {}
        with self._database.read() as session:
            for model in {model for model, _ in keys}:
                ids = [key for kind, key in keys if kind is model]
                asked = select(model.id, model.state, model.progress, model.stage, model.error)
                for key, state, share, stage, error in session.execute(asked.where(model.id.in_(ids))):
                    found[model, key] = {"state": state, "progress": round(share, 3), "stage": stage, "error": error}
        return found
