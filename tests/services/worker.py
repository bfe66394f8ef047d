"""A worker process: holds the job queue open on a database until it is told to stop, or killed.

Run as `python -m tests.services.worker DATABASE_URL [PAIRS]`; it says "ready" when its queue is open. Match runs that
it begins are cut into shards of so many pairs.
"""

from __future__ import annotations

import sys

from app.core.settings import Settings
from app.db.engine import Database
from app.jobs.queue import JobQueue
from app.services.matching import shards


def main(url: str, pairs: int = shards.PAIRS) -> None:
    """Work until standard input closes."""
    shards.PAIRS = pairs
    database = Database(url)
    with JobQueue(Settings(database_url=url), database):
        print("ready", flush=True)
        sys.stdin.read()
    database.close()


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
