"""Settings that are checked at the start, and what the doctor says of an installation."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from app.core.errors import InvalidInputError
from app.core.settings import Settings, load_settings
from app.db.engine import Database
from app.db.migrate import upgrade
from app.services.doctor import examine
from app.services.installation import Finding, examine_installation, room, writable, zones


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"FAIRMATCH_{name.upper()}", raising=False)
    monkeypatch.setenv("FAIRMATCH_OUT", str(tmp_path / "out"))


def _found(check: str, settings: Settings, **environment: str) -> list[Finding]:
    return [finding for finding in examine_installation(settings, environment) if finding.check == check]


def test_all_is_well_with_a_new_database(database_url: str, tmp_path: Path) -> None:
    database = Database(database_url)
    upgrade(database)
    database.close()
    findings = examine(Settings(database_url=database_url, out=tmp_path / "out"))
    assert {f.check: f for f in findings if f.state == "wrong"} == {}
    (server,) = [finding.text for finding in findings if finding.check == "server"]
    assert server.startswith("SQLite 3." if database_url.startswith("sqlite") else "PostgreSQL 1")
    assert {"zones", "settings", "folders", "room", "queue", "server", "database"} <= {f.check for f in findings}


def test_a_password_may_stand_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("p/ss: @wort\n", encoding="utf-8")
    monkeypatch.setenv("FAIRMATCH_DATABASE_URL", "postgresql+psycopg://me@db:5433/fair?sslmode=require")
    monkeypatch.setenv("FAIRMATCH_DATABASE_PASSWORD_FILE", str(file))
    settings = load_settings()
    for address in (settings.database_url, settings.jobs_database_url):
        url = make_url(address)
        assert (url.username, url.password, url.host, url.port, url.database) == (
            "me",
            "p/ss: @wort",
            "db",
            5433,
            "fair",
        )
        assert url.query["sslmode"] == "require"
    monkeypatch.setenv("FAIRMATCH_DATABASE_PASSWORD_FILE", str(tmp_path / "none"))
    with pytest.raises(InvalidInputError, match="FAIRMATCH_DATABASE_PASSWORD_FILE"):
        load_settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FAIRMATCH_JOBS_URL", "no address"),
        ("FAIRMATCH_JOBS_URL", "mysql://x/y"),
        ("FAIRMATCH_JOBS_URL", "sqlite:///var/fairmatch.db"),
        ("FAIRMATCH_LOG_FORMAT", "xml"),
    ],
)
def test_settings_that_cannot_work_are_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InvalidInputError, match=name):
        load_settings()


def test_a_variable_that_is_misspelt_is_noted(tmp_path: Path) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'a.db'}")
    (finding,) = _found("settings", settings, FAIRMATCH_LOGLEVEL="DEBUG", FAIRMATCH_TENANT="x", FAIRMATCH_URL="y")
    assert finding == Finding("settings", "note", "FAIRMATCH_LOGLEVEL is no setting; FAIRMATCH_LOG_LEVEL is.")
    assert [finding.state for finding in _found("settings", settings)] == ["ok"]


def test_settings_that_contradict_each_other_are_noted(tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text("x")
    password.chmod(0o666)
    settings = Settings(
        database_url="postgresql+psycopg://me@127.0.0.1:9/none", jobs_url=f"sqlite:///{tmp_path / 'jobs.db'}",
        database_password_file=password,
    )  # fmt: skip
    notes = _found("settings", settings, FAIRMATCH_DATABASE_URL="postgresql+psycopg://me:other@127.0.0.1:9/none")
    assert {finding.state for finding in notes} == {"note"}
    text = " ".join(finding.text for finding in notes)
    assert "only processes of this machine" in text
    assert "can be changed by others" in text
    assert "another" in text


def test_letters_that_reach_nobody_are_noted(tmp_path: Path) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'a.db'}", public_url="https://meet.example")
    (finding,) = _found("settings", settings)
    assert finding.state == "note"
    assert "FAIRMATCH_MAIL" in finding.text


def test_a_queue_that_cannot_be_reached(tmp_path: Path) -> None:
    settings = Settings(
        database_url=f"sqlite:///{tmp_path / 'a.db'}", jobs_url="postgresql+psycopg://me:hidden@127.0.0.1:9/none"
    )
    (finding,) = _found("queue", settings)
    assert finding.state == "wrong"
    assert "hidden" not in finding.text


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert writable("x", tmp_path / "file" / "deeper").state == "wrong"
    assert writable("x", tmp_path / "not" / "there" / "yet").state == "ok"
    assert not (tmp_path / "not").exists()


def test_room_and_zones(tmp_path: Path) -> None:
    assert room("x", tmp_path / "new", scarce=1, little=2).state == "ok"
    assert room("x", tmp_path, scarce=1, little=1 << 62).state == "note"
    assert room("x", tmp_path, scarce=1 << 62).state == "wrong"
    assert zones({"Europe/Paris": (1, 2)}).state == "ok"
    assert zones({"Europe/Paris": (1, 1)}).state == "wrong"
    assert "tzdata" in zones({"Mars/Base": (0, 0)}).text
