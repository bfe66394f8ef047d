"""A worker process: holds the job queue open on a database until it is told to stop, or killed.

Its arguments are DATABASE_URL [PAIRS]; it says "ready" when its queue is open. Match runs that
it begins are cut into shards of so many pairs.
"""

from __future__ import annotations

import sys

from app.core.settings import Settings
from app.db.engine import Database
from app.jobs import queue
from app.jobs.queue import JobQueue
from app.services.matching import shards


def main() -> None:
    """Work until standard input closes."""
    url, *pairs = sys.argv[1:]
    shards.PAIRS = int(pairs[0]) if pairs else shards.PAIRS
    queue.SWEEP_SECONDS = 0.5
    database = Database(url)
    with JobQueue(Settings(database_url=url), database):
        print("ready", flush=True)
        sys.stdin.read()
    database.close()
