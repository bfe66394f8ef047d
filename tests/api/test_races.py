"""Many callers want the same slot and table of a live server: one gets it, and nobody sees an error of ours."""

from __future__ import annotations

import socket
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import uvicorn
from sqlalchemy import func, select, text

from app.db.engine import Database
from app.db.models import Meeting, PlaceHold, Seat
from tests.api.conftest import Fair, Filled, make_app, make_fair
from tests.torture.counts import often, tell

CALLERS, ROUNDS = often(40, 200), often(1, 20)


@contextmanager
def serving(database_url: str, *, workers: bool = False) -> Iterator[str]:
    """A real server on a free port, in a thread; gives its address."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=256)
    app = make_app(database_url, workers=workers)
    config = uvicorn.Config(app, log_level="warning", ws="none", server_header=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


def _book_at_once(address: str, fair: Fair, pairs: list[tuple[str, str]], slot: str, place: str | None) -> Counter[int]:
    """Send one booking per pair, all in the same moment; return how often each status came."""
    ready = threading.Barrier(len(pairs), timeout=60)

    def one(pair: tuple[str, str]) -> int:
        ready.wait()
        body = {"organisations": [str(fair.organisations[name]) for name in pair], "slot": slot, "place": place}
        found = client.post(f"{address}/api/v1/events/e-2025/meetings", headers=fair.key(), json=body)
        if found.status_code == 409:
            assert found.json()["detail"].startswith("Not booked: ")
        return found.status_code

    with httpx.Client(timeout=60) as client, ThreadPoolExecutor(len(pairs)) as pool:
        return Counter(pool.map(one, pairs))


def _twice(database: Database) -> int:
    """How many places and people are taken more than once in a slot."""
    with database.read() as session:
        found = 0
        for row, resource in ((PlaceHold, PlaceHold.place_id), (Seat, Seat.attendee_id)):
            doubled = select(row.slot_id).group_by(row.schedule_id, row.slot_id, resource).having(func.count() > 1)
            found += len(session.execute(doubled).all())
        return found


def test_one_slot_one_table_one_meeting(database: Database, database_url: str) -> None:
    with serving(database_url) as address:
        for number in range(ROUNDS):
            fair = make_fair(database, f"race{number}", suppliers=8, buyers=5)
            # s8 is left to the second race: who has got a meeting here has met, and once is the rule
            different = [(f"s{n % 7 + 1}", f"b{n // 7 % 5 + 1}") for n in range(CALLERS)]
            # the same table for different pairs; the same pair from both sides; one buyer for everybody
            one_table = _book_at_once(address, fair, different, "s01", "T1")
            one_pair = _book_at_once(address, fair, [("s8", "b5"), ("b5", "s8")] * (CALLERS // 2), "s02", None)
            one_buyer = _book_at_once(address, fair, [(f"s{n % 7 + 1}", "b4") for n in range(CALLERS)], "s03", None)
            for outcome in (one_table, one_pair, one_buyer):
                assert outcome == {201: 1, 409: CALLERS - 1}
    assert _twice(database) == 0
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Meeting)) == 3 * ROUNDS
    tell(
        f"{CALLERS} clients on one slot and table; one pair from both sides; one participant for all",
        database.engine.dialect.name, f"{ROUNDS} times each", f"1 × 201, {CALLERS - 1} × 409, 0 × 5xx",
    )  # fmt: skip


def test_without_the_constraints_the_same_race_books_twice(filled_postgres: Filled) -> None:
    """The negative control: the checks in Python are not what prevents it, so the test above can fail.

    On SQLite there is no such control, for its writers follow each other from their first statement on.
    """
    with filled_postgres.server.lent(filled_postgres.url) as url:
        database = Database(url)
        fair = make_fair(database, "race", suppliers=8, buyers=5)
        with database.engine.begin() as connection:
            for table, resource in (("seat", "attendee_id"), ("place_hold", "place_id")):
                name = connection.scalar(
                    text(
                        "SELECT conname FROM pg_constraint WHERE conrelid = CAST(:t AS regclass) AND contype = 'u' "
                        "AND pg_get_constraintdef(oid) LIKE :d"
                    ),
                    {"t": table, "d": f"%(schedule_id, slot_id, {resource})%"},
                )
                connection.execute(text(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"'))
        different = [(f"s{n % 8 + 1}", f"b{n // 8 + 1}") for n in range(40)]
        with serving(url) as address:
            booked = Counter[int]()
            for slot in ("s01", "s02", "s03", "s04"):
                booked += _book_at_once(address, fair, different, slot, "T1")
                if _twice(database):
                    break
        twice = _twice(database)
        database.close()
    assert booked[201] > 1
    assert twice > 0
