"""Equal marks mean that nothing was committed between them; a database that cannot tell gives none."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import text

from app.db.engine import Database


def _table(url: str) -> Database:
    database = Database(url)
    with database.write() as session:
        session.execute(text("CREATE TABLE word (said TEXT)"))
    return database


def test_a_mark_changes_with_every_commit_and_with_nothing_else(sqlite_url: str) -> None:
    database = _table(sqlite_url)
    first = database.mark()
    assert first is not None
    with database.read() as session:
        session.execute(text("SELECT * FROM word")).all()
    assert database.mark() == first
    elsewhere = Database(sqlite_url)
    for one in (database, elsewhere):
        before = database.mark()
        with one.write() as session:
            session.execute(text("INSERT INTO word VALUES ('a')"))
            assert database.mark() == before  # not committed yet, and not waited for
        assert database.mark() not in (before, first)
    before = database.mark()
    with elsewhere.write() as session:
        session.execute(text("INSERT INTO word VALUES ('b')"))
        session.rollback()
    assert database.mark() == before
    assert elsewhere.mark() != database.mark()  # each counts for itself
    elsewhere.close()
    database.close()
    assert database.mark() not in (before, None)  # opened again, it counts anew
    database.close()


def test_what_cannot_tell_gives_no_mark(tmp_path: Path, postgres: str) -> None:
    for url in ("sqlite://", f"sqlite:///{tmp_path / 'not there.db'}", postgres):
        database = Database(url)
        assert database.mark() is None
        database.close()
