"""Backup, restore and copy: whole, comparable, refused when damaged, and never half done."""

from __future__ import annotations

import gzip
import json
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    func,
    insert,
    select,
    text,
)

from app.core.errors import AppError, ConflictError, InvalidInputError, NotReadyError
from app.db import backup as rows_of
from app.db import loading, migrate
from app.db.base import Base
from app.db.engine import Database
from app.db.models import Organisation, Representative, Tenant
from app.io import backups
from app.services import backup
from tests.conftest import server_of
from tests.db.filling import fill
from tests.processes import Process


def _silent(_share: float, _stage: str) -> None:
    pass


def _sums(database: Database) -> dict[str, dict[str, Any]]:
    with database.snapshot() as connection:
        return rows_of.sums(connection, Base.metadata)


@pytest.fixture(params=["sqlite", "postgresql"])
def other(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A second database, without tables yet."""
    with server_of(request).lent() as url:
        found = Database(url)
        yield found
        found.close()


def test_every_table_comes_back_in_either_database(filled: Database, other: Database, tmp_path: Path) -> None:
    saved = backup.save(filled, tmp_path / "all.backup", _silent)
    assert set(saved.tables) == set(Base.metadata.tables)
    assert all(told["rows"] for told in saved.tables.values()), "each table is tried with rows in it"
    assert saved.tables == _sums(filled)
    assert backup.restore(other, tmp_path / "all.backup", _silent) == saved
    assert _sums(other) == saved.tables
    assert migrate.current(other) == migrate.newest()


def test_copies_to_and_fro_have_equal_checksums(filled: Database, other: Database, tmp_path: Path) -> None:
    there = backup.copy(filled, other, _silent)
    back = Database(f"sqlite:///{tmp_path / 'back.db'}")
    assert backup.copy(other, back, _silent) == there
    assert _sums(back) == _sums(other) == _sums(filled) == there.tables
    back.close()
    with pytest.raises(InvalidInputError, match="itself"):
        backup.copy(filled, filled, _silent)


def test_a_checksum_tells_a_changed_value(filled: Database) -> None:
    """The control: sums that are always equal would pass the tests above."""
    before = _sums(filled)
    with filled.engine.begin() as connection:
        connection.execute(text("UPDATE meeting SET value = value + 1e-9"))
    after = _sums(filled)
    assert {name for name in before if before[name] != after[name]} == {"meeting"}
    assert rows_of.whole(before) != rows_of.whole(after)


def test_a_database_with_rows_is_only_replaced_by_force(filled: Database, other: Database, tmp_path: Path) -> None:
    file = tmp_path / "all.backup"
    saved = backup.save(filled, file, _silent)
    backup.restore(other, file, _silent)
    with other.write() as session:
        session.add(Tenant(slug="later", name="Later"))
    with pytest.raises(ConflictError, match="--force"):
        backup.restore(other, file, _silent)
    with pytest.raises(ConflictError, match="--force"):
        backup.copy(filled, other, _silent)
    assert _sums(other)["tenant"]["rows"] == saved.tables["tenant"]["rows"] + 1
    backup.restore(other, file, _silent, force=True)
    assert _sums(other) == saved.tables


# what is refused -----------------------------------------------------------------------------------------------------
@pytest.fixture
def file(sqlite_url: str, tmp_path: Path) -> Path:
    database = Database(sqlite_url)
    migrate.upgrade(database)
    with database.engine.begin() as connection:
        fill(connection, Base.metadata, rows=3)
    backup.save(database, tmp_path / "all.backup", _silent)
    database.close()
    return tmp_path / "all.backup"


def test_a_flipped_bit_anywhere_is_refused(file: Path, tmp_path: Path) -> None:
    whole = file.read_bytes()
    copy = tmp_path / "flipped"
    backups.check(file)
    for place in range(len(whole)):
        copy.write_bytes(whole[:place] + bytes([whole[place] ^ (1 << place % 8)]) + whole[place + 1 :])
        with pytest.raises(InvalidInputError, match=r"damaged|no backup"):
            backups.check(copy)


def test_a_file_cut_short_or_longer_is_refused(file: Path, tmp_path: Path) -> None:
    whole = file.read_bytes()
    copy = tmp_path / "cut"
    for content in (b"", whole[:20], whole[:200], whole[:-1], whole + b"\n", gzip.compress(b"{}")):
        copy.write_bytes(content)
        with pytest.raises(InvalidInputError, match=r"damaged|no backup"):
            backup.inspect(copy, _silent)
    with pytest.raises(InvalidInputError, match="Cannot read"):
        backup.inspect(tmp_path / "none", _silent)


def _rewritten(file: Path, change: Any) -> Path:
    """The backup with its lines changed and a checksum that fits them."""
    lines = change(list(backups.reading(file)))
    with backups.writing(file) as write:
        for line in lines:
            write(line)
    return file


def test_a_backup_of_another_revision_is_refused(file: Path) -> None:
    def older(lines: list[str]) -> list[str]:
        return [json.dumps(json.loads(lines[0]) | {"revision": "0001"}), *lines[1:]]

    with pytest.raises(InvalidInputError, match=r"revision 0001.*fairmatch db upgrade"):
        backup.inspect(_rewritten(file, older), _silent)


@pytest.mark.parametrize("rows", ["one lost", "one twice"])
def test_a_backup_that_does_not_hold_what_it_says_is_refused(file: Path, rows: str) -> None:
    def change(lines: list[str]) -> list[str]:
        return lines[:2] + lines[3:] if rows == "one lost" else [*lines[:3], *lines[2:]]

    with pytest.raises(InvalidInputError, match="does not hold"):
        backup.inspect(_rewritten(file, change), _silent)


def test_an_older_database_is_neither_saved_nor_filled(file: Path, other: Database, tmp_path: Path) -> None:
    migrate.upgrade(other, "0001")
    with pytest.raises(NotReadyError, match="fairmatch db upgrade"):
        backup.save(other, tmp_path / "old.backup", _silent)
    with pytest.raises(NotReadyError, match="fairmatch db upgrade"):
        backup.restore(other, file, _silent)
    assert not (tmp_path / "old.backup").exists()


def test_a_backup_is_for_its_owner_only_and_appears_whole(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "new" / "all.backup"

    def stop_half_way() -> None:
        with backups.writing(path) as write:
            write("half")
            raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError):
        stop_half_way()
    assert list(path.parent.iterdir()) == []
    backup.save(database, path, _silent)
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_what_the_other_database_cannot_hold_is_said(other: Database, tmp_path: Path) -> None:
    """SQLite takes a text that is longer than its column; PostgreSQL does not."""
    source = Database(f"sqlite:///{tmp_path / 'long.db'}")
    migrate.upgrade(source)
    with source.write() as session:
        session.add(Tenant(slug="s" * 70, name="long"))
    if other.is_sqlite:
        assert backup.copy(source, other, _silent).rows == 1
    else:
        with pytest.raises(InvalidInputError, match=r"Nothing was written.*too long"):
            backup.copy(source, other, _silent)
        assert sum(told["rows"] for told in _sums(other).values()) == 0
    source.close()


# under load ----------------------------------------------------------------------------------------------------------
def test_a_backup_under_load_is_one_moment(database: Database, other: Database, tmp_path: Path) -> None:
    """Writers add an organisation and its person in one transaction: any moment has as many of one as of the other."""
    with database.write() as session:
        tenant = Tenant(slug="t", name="T")
        session.add(tenant)
        session.flush()
        tenant_id = tenant.id
    stop, written = threading.Event(), []

    def write(who: int) -> None:
        for n in range(100_000):
            if stop.is_set():
                return
            with database.write() as session:
                row = Organisation(tenant_id=tenant_id, code=f"{who}-{n}", name="O", kind="manufacturer")
                session.add(row)
                session.flush()
                session.add(Representative(tenant_id=tenant_id, organisation_id=row.id, name="R"))
            written.append(row.id)

    writers = [threading.Thread(target=write, args=(who,)) for who in range(3)]
    for writer in writers:
        writer.start()
    found = []
    try:
        for n in range(5):
            before = len(written)
            while len(written) < before + 20:
                time.sleep(0.01)
            known = len(written)
            saved = backup.save(database, tmp_path / f"{n}.backup", _silent)
            found.append(saved.tables["organisation"]["rows"])
            assert found[-1] == saved.tables["representative"]["rows"] >= known
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    assert found == sorted(set(found)), "others wrote in between"
    assert backup.restore(other, tmp_path / "4.backup", _silent) == saved


@pytest.mark.parametrize("held", ["nothing", "rows"])
def test_killed_in_a_restore_all_or_nothing_is_there(
    other: Database, tmp_path: Path, sqlite_url: str, held: str
) -> None:
    database = Database(sqlite_url)
    migrate.upgrade(database)
    with database.write() as session:
        tenant = Tenant(slug="t", name="T")
        session.add(tenant)
        session.flush()
        session.add_all(
            Organisation(tenant_id=tenant.id, code=f"o{n}", name="O" * 100, kind="manufacturer") for n in range(2500)
        )
    new = backup.save(database, tmp_path / "new.backup", _silent).tables
    migrate.upgrade(other)
    if held == "rows":
        with other.write() as session:
            session.add(Tenant(slug="old", name="Old"))
    old = _sums(other)
    seen = []
    for delay in (None, 0.0, 0.05, 0.1, 0.2):
        with Process("tests.nursery:run_code", _RESTORE, other.url, str(tmp_path / "new.backup"), stderr=2) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == "begun\n"
            child.kill_after(delay)
        seen.append(_sums(other))
        assert seen[-1] in (old, new)
        if seen[-1] == new:
            break
    assert old in seen, "at least one was killed on the way"
    backup.restore(other, tmp_path / "new.backup", _silent, force=True)
    assert _sums(other) == new
    database.close()


#: restores, says when it has begun to write, and goes on when it is told to
_RESTORE = """
import sys
from pathlib import Path
from app.db.engine import Database
from app.services import backup
database, told = Database(sys.argv[1]), []
def progress(share, stage):
    if not told and not stage.startswith("checking"):
        told.append(print("begun", flush=True) or sys.stdin.readline())
backup.restore(database, Path(sys.argv[2]), progress, force=True)
"""


# what the metadata may hold later ------------------------------------------------------------------------------------
def _circle() -> MetaData:
    """Two tables that refer to each other, one that refers to itself, and a numbered one keyed by text."""
    metadata = MetaData()
    Table(
        "hen",
        metadata,
        Column("id", String(8), primary_key=True),
        Column("egg_id", ForeignKey("egg.id", name="h"), nullable=False),
    )
    Table(
        "egg",
        metadata,
        Column("id", String(8), primary_key=True),
        Column("hen_id", ForeignKey("hen.id", name="e"), nullable=False),
    )
    Table(
        "part", metadata, Column("id", Integer, primary_key=True), Column("whole_id", ForeignKey("part.id", name="p"))
    )
    return metadata  # fmt: skip


def _lines(connection: Connection, metadata: MetaData) -> list[tuple[Table, str]]:
    return [(table, line) for table in rows_of.in_order(metadata) for line in rows_of.lines(connection, table)]


def test_tables_that_refer_to_each_other_in_a_circle(other: Database) -> None:
    metadata = _circle()
    metadata.create_all(other.engine)
    hen, egg, part = (metadata.tables[name] for name in ("hen", "egg", "part"))
    rows = [
        (egg, '["a","é"]'), (egg, '["a","Z"]'), (hen, '["Z","a"]'),
        (part, "[1,3]"), (part, "[2,null]"), (part, "[3,2]"),
    ]  # fmt: skip
    with other.engine.begin() as connection:
        loading.fill(connection, metadata, rows, force=False)
        told = _lines(connection, metadata)
    assert [line for table, line in told if table is part] == ["[1,3]", "[2,null]", "[3,2]"]
    assert [json.loads(line)[1] for table, line in told if table is egg] == ["Z", "é"], "by bytes, in both databases"
    with other.engine.begin() as connection:  # keys hold again as before, and numbers go on
        connection.execute(insert(part).values(whole_id=1))
        assert connection.scalar(select(func.max(part.c.id))) == 4
    with pytest.raises(AppError, match="Nothing was written"), other.engine.begin() as connection:
        loading.fill(connection, metadata, [(part, "[5,99]")], force=True)
    with other.engine.connect() as connection:
        assert len(_lines(connection, metadata)) == 7


def test_triggers_neither_stop_a_restore_nor_get_lost(filled: Database, tmp_path: Path) -> None:
    """Rows that nobody may change, as in a trail, are brought back all the same."""
    with filled.engine.begin() as connection:
        if filled.is_sqlite:
            connection.exec_driver_sql(
                "CREATE TRIGGER kept BEFORE DELETE ON seat BEGIN SELECT RAISE(ABORT, 'kept'); END"
            )
        else:
            connection.exec_driver_sql(
                "CREATE FUNCTION kept() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'kept'; END$$"
            )
            connection.exec_driver_sql("CREATE TRIGGER kept BEFORE DELETE ON seat EXECUTE FUNCTION kept()")
    saved = backup.save(filled, tmp_path / "all.backup", _silent)
    assert backup.restore(filled, tmp_path / "all.backup", _silent, force=True) == saved
    with pytest.raises(Exception, match="kept"), filled.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM seat")


def test_numbers_and_texts_have_one_spelling(other: Database) -> None:
    """What JSONB rewrites on the way in reads the same from both."""
    migrate.upgrade(other)
    document = {
        "a": 1e16,
        "b": 1e23,
        "c": -0.0,
        "d": 1e-7,
        "e": 3,
        "f": 3.0,
        "g": [2**70, 0.1],
        "h": "1e+16 -0.0,",
        "é": None,
    }
    with other.write() as session:
        tenant = Tenant(slug="t", name="T\u2028\U0001f9f5")
        session.add(tenant)
        session.flush()
        session.add(Organisation(tenant_id=tenant.id, code="o", name="O", kind="manufacturer", extra=document))
    with other.snapshot() as connection:
        (line,) = rows_of.lines(connection, Base.metadata.tables["organisation"])
    assert (
        '{"a":10000000000000000,"b":100000000000000000000000,"c":0.0,"d":1e-07,"e":3,"f":3.0,'
        '"g":[1180591620717411303424,0.1],"h":"1e+16 -0.0,","\\u00e9":null}'
    ) in line


def test_the_file_can_be_read_without_us(file: Path) -> None:
    """As its first line says, with a checksum of what follows, in gzip."""
    first, _, rest = file.read_bytes().partition(b"\n")
    assert subprocess.run(["sha256sum"], input=rest, capture_output=True).stdout.split()[0] == first.split()[-1]
    lines = gzip.decompress(rest).decode().splitlines()
    assert json.loads(lines[0])["revision"] == migrate.newest()
    assert json.loads(lines[-1])["rows"] == sum(line.startswith("[") for line in lines)


def test_memory_stays_bounded(sqlite_url: str, tmp_path: Path) -> None:
    """A backup and a restore of 40 MB of rows take a fraction of that."""
    import tracemalloc

    database = Database(sqlite_url)
    migrate.upgrade(database)
    with database.write() as session:
        tenant = Tenant(slug="t", name="T")
        session.add(tenant)
        session.flush()
        tenant_id = tenant.id
    with database.engine.begin() as connection:
        for part in range(40):
            rows = [
                {
                    "tenant_id": tenant_id,
                    "code": f"{part}-{n}",
                    "name": "O",
                    "kind": "agent",
                    "extra": {"x": f"{n:03}" * 3333},
                }
                for n in range(100)
            ]
            connection.execute(insert(Organisation), rows)
    other = Database(f"sqlite:///{tmp_path / 'other.db'}")
    migrate.upgrade(other)
    tracemalloc.start()
    try:
        saved = backup.save(database, tmp_path / "all.backup", _silent)
        backup.restore(other, tmp_path / "all.backup", _silent)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert saved.rows == 4001
    assert peak < 13_000_000
    database.close()
    other.close()


def test_connections_of_a_snapshot_are_given_back(database: Database) -> None:
    """With the settings that they had: a snapshot cannot write, and the next user of the connection can."""
    with database.snapshot() as connection:
        assert rows_of.count(connection, Base.metadata) == 0
        if not database.is_sqlite:
            with pytest.raises(Exception, match="read-only"):
                connection.execute(insert(Tenant).values(slug="x", name="X"))
    with database.write() as session:
        session.add(Tenant(slug="x", name="X"))
    with database.snapshot() as connection:
        assert rows_of.count(connection, Base.metadata) == 1
