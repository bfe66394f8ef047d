"""Files that cannot be imported get one clear answer; an import that is killed leaves nothing."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import select

from app.db.engine import Database
from app.db.models import Organisation
from tests.cli.command import Shell
from tests.services.lists import BUYERS, EXHIBITORS, REQUESTS, counts

_EVENT = """
code = "small"
name = "A small event"
zone = "Europe/Paris"
starts_on = 2025-09-15
ends_on = 2025-09-15
[[sessions]]
date = 2025-09-15
starts = "14:00"
ends = "16:00"
[[places]]
code = "T1"
"""


def prepared(shell: Shell) -> Shell:
    """A tenant with a small event."""
    shell.run("db", "upgrade")
    shell.run("tenant", "create", "one", "--name", "One")
    (shell.folder / "event.toml").write_text(_EVENT, encoding="utf-8")
    shell.run("event", "create", "event.toml")
    return shell


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """One for all bad files: whatever is tried, nothing may stay."""
    folder = tmp_path_factory.mktemp("bad")
    return prepared(Shell(folder, f"sqlite:///{folder / 'fairmatch.db'}"))


def _rows(shell: Shell) -> dict[str, int]:
    database = Database(shell.database_url)
    try:
        return counts(database)
    finally:
        database.close()


def _workbook(*rows: tuple[object, ...]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _bomb() -> bytes:
    """A workbook that unpacks to far more than it is."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package,
        zipfile.ZipFile(io.BytesIO(_workbook(("Id", "Company name", "MOQ")))) as good,
    ):
        for name in good.namelist():
            package.writestr(name, good.read(name))
        with package.open("xl/worksheets/sheet2.xml", "w") as sheet:
            for _ in range(600):
                sheet.write(b" " * 1_000_000)
    return out.getvalue()


_GOOD = EXHIBITORS.encode()
_HEAD = "Id,Company name,Kind,Country,Products,MOQ,Unit\n"
_BAD: dict[str, tuple[str, bytes | Callable[[], bytes], str]] = {
    "empty": ("a.csv", b"", "empty"),
    "only a header": ("a.csv", EXHIBITORS.splitlines()[0].encode(), "no row"),
    "no header": ("a.csv", b"1,2,3\n4,5,6\n", "header"),
    "not a spreadsheet": ("a.xlsx", b"%PDF-1.7 and so on" * 20, "PDF"),
    "a picture called CSV": ("a.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, "a.csv"),
    "broken workbook": ("a.xlsx", _workbook(("Id", "Company name", "MOQ"), ("S1", "A", 1))[:-900], "a.xlsx"),
    "empty archive": ("a.xlsx", b"PK\x05\x06" + b"\0" * 18, "a.xlsx"),
    "no encoding at all": ("a.csv", b"Id,Company name,MOQ\n" + bytes(range(128, 256)) * 2 + b",5\n", "CSV UTF-8"),
    "characters of nothing": ("a.csv", b"Id,Company name,MOQ\nS1,A\0\0B,5\n", "NUL"),
    "unpacks to a bomb": ("a.xlsx", _bomb, "a.xlsx"),
    "duplicate id": ("a.csv", (EXHIBITORS + "S1,Alpha Two,Manufacturer,CN,socks,5,pieces,1,,,blue\n").encode(), "S1"),
    "negative MOQ": ("a.csv", (_HEAD + "S1,A,Manufacturer,CN,socks,-5,pieces\n").encode(), "-5"),
    "unknown unit": ("a.csv", (_HEAD + "S1,A,Manufacturer,CN,socks,5,furlongs\n").encode(), "furlongs"),
    "unknown country": ("a.csv", (_HEAD + "S1,A,Manufacturer,Atlantis,socks,5,pieces\n").encode(), "Atlantis"),
    "unknown kind": ("a.csv", (_HEAD + "S1,A,Wizard,CN,socks,5,pieces\n").encode(), "Wizard"),
    "no number": ("a.csv", (_HEAD + "S1,A,Manufacturer,CN,socks,many,pieces\n").encode(), "many"),
    "formula": ("a.xlsx", _workbook(("Id", "Company name", "MOQ"), ("S1", "=1+1", 5)), "B2"),
    "too many rows": ("a.csv", (_HEAD + "S1,A,,,socks,5,\n" * 120_000).encode(), "100,000"),
    "no such table": ("a.csv", EXHIBITORS.replace("T1,red", "T9,red").encode(), "T9"),
}  # fmt: skip


@pytest.mark.parametrize("name", list(_BAD))
def test_a_bad_file_gets_one_clear_answer(desk: Shell, name: str) -> None:
    file, data, words = _BAD[name]
    (desk.folder / file).write_bytes(data() if callable(data) else data)
    before = _rows(desk)
    answer = desk.run("import", file, "--event", "small", code=2)
    assert words in answer.err
    assert "Error" not in answer.err, "an error's class is no answer"
    assert len(answer.err) < 2000
    assert _rows(desk) == before


def test_a_missing_column_is_named(desk: Shell) -> None:
    (desk.folder / "a.csv").write_text("Id,Kind,Country,Products,MOQ\nS1,Manufacturer,CN,socks,5\n", encoding="utf-8")
    before = _rows(desk)
    answer = desk.run("import", "a.csv", "--event", "small", "--kind", "exhibitors", code=2)
    assert "a required column is missing" in answer.err
    assert "name" in answer.err
    assert _rows(desk) == before


@pytest.mark.parametrize("name", ["negative MOQ", "broken workbook"])
def test_the_same_as_json(desk: Shell, name: str) -> None:
    file, data, words = _BAD[name]
    (desk.folder / file).write_bytes(data)
    answer = desk.json("import", file, "--event", "small", code=2)
    assert words in str(answer)
    if name == "negative MOQ":
        (problem,) = answer["tables"][0]["problems"]
        assert (problem["cell"], problem["column"], problem["found"]) == ("F2", "MOQ", "-5")
        assert answer["written"] is False
    else:
        assert answer["error"] == "unreadable-file"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nowhere.csv", "-e", "small"), "nowhere.csv"),
        ((".", "-e", "small"), "."),
        (("good.csv", "-e", "elsewhere"), "small"),
        (("good.csv", "-e", "small", "--kind", "unicorns"), "exhibitors"),
        (("good.csv", "-e", "small", "--map", "Hall colour"), "HEADER=FIELD"),
        (("good.csv", "-e", "small", "--map", "Hall colour=colour_of_hall"), "colour_of_hall"),
        (("good.csv", "-e", "small", "--tenant", "nobody"), "nobody"),
    ],
)
def test_a_bad_request_too(desk: Shell, arguments: tuple[str, ...], words: str) -> None:
    (desk.folder / "good.csv").write_bytes(_GOOD)
    before = _rows(desk)
    answer = desk.run("import", *arguments, code=2)
    assert words in answer.err
    assert _rows(desk) == before


def test_good_files_go_in_and_out_of_a_dry_run(shell: Shell) -> None:
    prepared(shell)
    (shell.folder / "exhibitors.csv").write_bytes(_GOOD)
    (shell.folder / "buyers.csv").write_text(BUYERS, encoding="utf-8")
    (shell.folder / "requests.csv").write_text(REQUESTS, encoding="utf-8")
    files = ("exhibitors.csv", "buyers.csv", "requests.csv")
    before = _rows(shell)
    dry = shell.run("import", *files, "-e", "small", "--dry-run")
    assert "2 rows read, 0 written" in dry.out
    assert "dry run" in dry.err
    assert _rows(shell) == before
    told = shell.json("import", *files, "-e", "small")
    assert told["written"] is True
    assert [table["written"] for table in told["tables"]] == [2, 1, 1]
    mapped = shell.run("import", "exhibitors.csv", "-e", "small", "--map", "Hall colour=stand")
    assert "2 rows read, 2 written" in mapped.out


@pytest.mark.parametrize("lang", ["zh", "de"])
def test_the_headers_of_templates_are_understood(desk: Shell, lang: str) -> None:
    """All that is missing is a row."""
    before = _rows(desk)
    answer = desk.json("template", f"{lang}.xlsx", "--lang", lang)
    assert (desk.folder / answer["file"]).is_file()
    desk.run("template", f"{lang}.csv", "--kind", "exhibitors", "--lang", lang)
    told = desk.json("import", f"{lang}.csv", "-e", "small", code=2)
    (table,) = told["tables"]
    assert table["kind"] == "exhibitors"
    assert all(column["field"] for column in table["columns"])
    assert [problem["message"] for problem in table["problems"]] == ["there is no row below the header"]
    assert _rows(desk) == before


def test_a_template_of_no_kind(desk: Shell) -> None:
    assert "--kind" in desk.run("template", "t.csv", code=2).err
    assert "t.docx" in desk.run("template", "t.docx", code=2).err


def test_an_import_that_is_killed_leaves_nothing_half_written(both: Shell) -> None:
    """Killed while its transaction is open, seen on the database itself; then the same import goes through."""
    prepared(both)
    many = EXHIBITORS.splitlines()[0] + "\n" + "".join(
        f"X{n},Firm {n},Manufacturer,CN,down jackets; socks; polo shirts,{n + 1},pieces,40000,GOTS,,red\n"
        for n in range(1500)
    )  # fmt: skip
    (both.folder / "many.csv").write_text(many, encoding="utf-8")
    before = _rows(both)
    process = both.start("import", "many.csv", "-e", "small")
    try:
        _until_it_writes(both)
        assert process.poll() is None, "it ended before it could be killed"
    finally:
        process.kill()
        process.communicate()
    assert _rows(both) == before
    assert both.run("doctor").code == 0
    small = EXHIBITORS.replace("S1,Alpha", "X1,Alpha")
    (both.folder / "small.csv").write_text(small, encoding="utf-8")
    both.run("import", "small.csv", "-e", "small")
    assert _rows(both)["organisation"] == before["organisation"] + 2


def _until_it_writes(shell: Shell) -> None:
    """Wait until another process is in the middle of writing organisations."""
    database = Database(shell.database_url)
    limit = time.monotonic() + 60
    try:
        while time.monotonic() < limit:
            if _writing(database, Path(shell.folder / "fairmatch.db-wal")):
                return
            time.sleep(0.02)
    finally:
        database.close()
    raise AssertionError("the import never began to write")


def _writing(database: Database, log: Path) -> bool:
    """SQLite: the write lock is held. PostgreSQL: a transaction that holds row locks on organisations."""
    with database.read() as session:
        assert session.scalars(select(Organisation.id).limit(1)).first() is None, "it is half-written"
        if not database.is_sqlite:
            query = (
                "SELECT count(*) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation"
                " WHERE c.relname = 'capability_profile' AND l.mode = 'RowExclusiveLock'"
            )
            return bool(session.connection().exec_driver_sql(query).scalar_one())
    return _locked(database)


def _locked(database: Database) -> bool:
    import sqlite3

    path = str(database.engine.url.database)
    probe = sqlite3.connect(path, timeout=0, isolation_level=None)
    try:
        probe.execute("BEGIN IMMEDIATE")
        probe.execute("ROLLBACK")
    except sqlite3.OperationalError:
        return True
    finally:
        probe.close()
    return False
