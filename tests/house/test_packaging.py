"""Image, compose file, Makefile and CI script, as far as they can be checked without running them."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy.engine import make_url

from app.core.settings import Settings, load_settings

ROOT = Path(__file__).parents[2]


def _instructions() -> list[tuple[str, str]]:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    found = [tuple(line.split(None, 1)) for line in lines]
    return [(name, rest) for name, rest in found]


def _last_stage() -> list[tuple[str, str]]:
    found = _instructions()
    start = max(number for number, (name, _) in enumerate(found) if name == "FROM")
    return found[start:]


def _ignored(name: str) -> bool:
    """As .dockerignore decides: the last pattern that fits, `!` lets in."""
    out = False
    for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        pattern = line.strip().lstrip("!").rstrip("/")
        if pattern and not line.startswith("#") and (fnmatch(name, pattern) or name.startswith(f"{pattern}/")):
            out = not line.startswith("!")
    return out


def test_the_image_does_not_run_as_root() -> None:
    users = [rest for name, rest in _last_stage() if name == "USER"]
    assert users
    assert users[-1] not in {"root", "0"}
    after = [name for name, _ in _last_stage()]
    assert "RUN" not in after[after.index("USER") :]


def test_whatever_the_image_copies_is_there_and_let_in() -> None:
    copied = [rest for name, rest in _instructions() if name == "COPY" and "--from=" not in rest]
    assert copied
    for rest in copied:
        for source in shlex.split(rest)[:-1]:
            assert (ROOT / source).exists(), source
            assert not _ignored(source), source


def test_the_image_gets_what_the_package_needs_and_nothing_private() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)
    copied = " ".join(rest for name, rest in _instructions() if name == "COPY")
    for package in project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]:
        assert f" {package} " in f" {copied} "
    assert project["project"]["readme"] in copied
    for name in (".git", ".env", "var", "tests", ".venv"):
        assert _ignored(name), name


def test_the_image_installs_by_hash() -> None:
    installs = [rest for name, rest in _instructions() if name == "RUN" and "pip install" in rest]
    assert any("--require-hashes -r requirements.lock" in rest for rest in installs)
    assert all("--require-hashes" in rest or "--no-deps" in rest for rest in installs)


def test_the_command_of_the_image_exists() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        scripts = tomllib.load(file)["project"]["scripts"]
    command = next(rest for name, rest in reversed(_last_stage()) if name == "CMD")
    used = re.findall(r"\b(fairmatch) ([a-z]+)", command)
    assert {program for program, _ in used} == set(scripts) == {"fairmatch"}
    from app.cli.root import app

    known = {info.name or info.callback.__name__ for info in app.registered_commands if info.callback}
    known |= {str(group.name) for group in app.registered_groups}
    assert {first for _, first in used} <= known
    assert "HEALTHCHECK" in {name for name, _ in _last_stage()}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    return loaded


OURS = ("upgrade", "app", "worker")


def test_compose_starts_postgresql_the_service_and_a_worker(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert set(services) == {"db", *OURS}
    assert re.fullmatch(r"postgres:\d+(\.\d+)?", services["db"]["image"])
    assert all(services[name]["build"] == "." for name in OURS)
    assert services["upgrade"]["depends_on"] == {"db": {"condition": "service_healthy"}}
    for name in ("app", "worker"):
        assert services[name]["depends_on"] == {"upgrade": {"condition": "service_completed_successfully"}}
        assert services[name]["restart"] == "unless-stopped"
    assert services["app"]["command"][-2:] == ["--workers", "2"]
    assert [port.split(":")[0] for port in services["app"]["ports"]] == ["127.0.0.1"]
    assert "ports" not in services["db"]
    used = {volume.split(":")[0] for service in services.values() for volume in service["volumes"]}
    assert used == set(compose["volumes"])


@pytest.mark.parametrize("name", ["db", *OURS])
def test_no_container_is_root_or_writes_outside_its_volumes(compose: dict[str, Any], name: str) -> None:
    service = compose["services"][name]
    assert service["user"] not in ("", "root", "0")
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "cap_add", "network_mode", "pid"} & set(service)
    assert service["healthcheck"].get("test") or name == "upgrade"


def test_the_user_of_compose_is_that_of_the_image(compose: dict[str, Any]) -> None:
    (user,) = {compose["services"][name]["user"] for name in OURS}
    assert [rest for name, rest in _last_stage() if name == "USER"] == [user]


def test_the_settings_of_compose_are_settings(compose: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is one that there is, and together they are taken, with the password from a file."""
    for name in OURS:
        settings = compose["services"][name]["environment"]
        assert {key.removeprefix("FAIRMATCH_").lower() for key in settings} <= set(Settings.model_fields)
        for key, value in settings.items():
            monkeypatch.setenv(key, value)
        monkeypatch.setenv("FAIRMATCH_DATABASE_PASSWORD_FILE", str(ROOT / "LICENSE"))
        assert load_settings().is_sqlite is False


def test_the_commands_of_compose_are_commands(compose: dict[str, Any]) -> None:
    for name in OURS:
        service = compose["services"][name]
        for command in (service["command"], service["healthcheck"].get("test", [])[1:]):
            if command and command[0] == "fairmatch":
                run = subprocess.run(
                    [sys.executable, "-m", "app", *command[1:], "--help"], cwd=ROOT, capture_output=True, text=True
                )
                assert run.returncode == 0, run.stderr


def test_compose_holds_no_password_and_gives_it_as_a_file(compose: dict[str, Any]) -> None:
    assert compose["secrets"] == {"db_password": {"environment": "FAIRMATCH_DB_PASSWORD"}}
    for name, service in compose["services"].items():
        variable = "POSTGRES_PASSWORD_FILE" if name == "db" else "FAIRMATCH_DATABASE_PASSWORD_FILE"
        assert service["secrets"] == ["db_password"]
        assert service["environment"][variable] == "/run/secrets/db_password"
        assert not [key for key in service["environment"] if "PASSWORD" in key and not key.endswith("_FILE")]
    assert make_url(compose["services"]["app"]["environment"]["FAIRMATCH_DATABASE_URL"]).password is None


def test_the_makefile_has_the_targets_of_the_design_and_explains_them() -> None:
    run = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    told = set(re.findall(r"make ([a-z]+)", run.stdout))
    assert told >= {"demo", "test", "serve", "lint", "bench", "help"}


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("demo", ["--require-hashes -r requirements.lock", "fairmatch demo"]),
        ("test", ["--require-hashes -r requirements-test.lock", "-m pytest"]),
        ("serve", ["fairmatch db upgrade", "fairmatch serve"]),
        ("lint", ["ruff check", "ruff format --check", "mypy", "lint-imports"]),
        ("bench", ["-m benchmarks"]),
    ],
)
def test_what_a_target_would_do(tmp_path: Path, target: str, words: list[str]) -> None:
    """In a fresh clone: nothing is installed there yet."""
    for name in (
        "Makefile",
        "pyproject.toml",
        "requirements.lock",
        "requirements-test.lock",
        "requirements-bench.lock",
    ):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    run = subprocess.run(["make", "-n", target], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "-m venv .venv" in run.stdout
    for word in words:
        assert word in run.stdout


def test_the_ci_script_runs_what_the_readme_says() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    subprocess.run(["bash", "-n", str(script)], check=True)
    text = script.read_text(encoding="utf-8")
    assert "set -euo pipefail" in text
    for command in ("make lint", "make test", "docker build"):
        assert command in text
    assert "make test" in (ROOT / "README.md").read_text(encoding="utf-8")
