"""What lies where, how large it is, and what must not be named."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from statistics import median, quantiles

import pytest

from app.core.settings import Settings

ROOT = Path(__file__).parents[2]
#: hosts of package indexes and download mirrors, in two halves so that this file does not name them
_HOSTS = [
    "".join(halves)
    for halves in (
        ("pypi", ".org"), ("python", "hosted"), ("registry.", "npmjs"), ("deb.", "debian"), ("conda.", "anaconda"),
        ("proxy.", "golang"), ("mirrors.", "aliyun"), ("mirrors.", "tuna"),
    )
]  # fmt: skip


def _tracked() -> list[Path]:
    """Files under version control; in a copy without it, all files but what tools leave behind."""
    run = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if run.returncode == 0 and run.stdout:
        return [ROOT / name for name in run.stdout.split("\0") if name and (ROOT / name).is_file()]
    left = {".venv", "var", "__pycache__", "build", "dist", ".git"}
    return [p for p in ROOT.rglob("*") if p.is_file() and not left & set(p.relative_to(ROOT).parts)]


TRACKED = _tracked()
_TEXT = [path for path in TRACKED if path.suffix not in {".png", ".jpg", ".xlsx", ".pdf", ".npz", ".ttf", ".otf"}]


def test_the_top_level_is_what_was_designed() -> None:
    top = {path.relative_to(ROOT).parts[0] for path in TRACKED}
    folders = {"app", "migrations", "scoring", "tests", "docs", "benchmarks", ".ci"}
    files = {
        "alembic.ini", "pyproject.toml", "Dockerfile", "README.md", "Makefile", "CHANGELOG.md", "CONTRIBUTING.md",
        "LICENSE", "compose.yaml", "requirements.lock", "requirements-test.lock", "requirements-bench.lock",
    }  # fmt: skip
    tools = {".dockerignore", ".editorconfig", ".gitignore", ".gitattributes", ".python-version"}
    assert folders <= top
    assert files <= top
    assert top <= folders | files | tools


def _lengths(package: str) -> dict[str, int]:
    return {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8").count("\n")
        for path in (ROOT / package).rglob("*.py")
    }


@pytest.mark.parametrize(("package", "most"), [("app", 450), ("scoring", 500)])
def test_no_file_is_too_long(package: str, most: int) -> None:
    assert {name: lines for name, lines in _lengths(package).items() if lines > most} == {}


def test_files_are_small_as_a_rule() -> None:
    lengths = [lines for lines in _lengths("app").values() if lines > 1]
    assert median(lengths) <= 110
    assert quantiles(lengths, n=10)[-1] <= 300


def test_no_index_or_mirror_is_named() -> None:
    named = [
        (path.relative_to(ROOT).as_posix(), host)
        for path in _TEXT
        for host in _HOSTS
        if host in path.read_text(encoding="utf-8", errors="replace")
    ]
    assert named == []


def test_no_path_of_a_machine_is_named() -> None:
    pattern = re.compile(r"/home/\w+/|/Users/\w+/|/root/|[A-Z]:\\Users")
    named = [
        path.relative_to(ROOT).as_posix()
        for path in _TEXT
        if path != Path(__file__) and pattern.search(path.read_text(encoding="utf-8", errors="replace"))
    ]
    assert named == []


def test_nothing_unfinished_is_left() -> None:
    words = ["TO" + "DO", "FIX" + "ME", "raise NotImplemented" + "Error", "pytest.mark." + "xfail", "type: ignore\n"]
    left = [
        (path.relative_to(ROOT).as_posix(), word)
        for path in TRACKED
        if path.suffix == ".py"
        for word in words
        if word in path.read_text(encoding="utf-8")
    ]
    assert left == []


# locks ---------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["requirements.lock", "requirements-test.lock", "requirements-bench.lock"])
def test_locks_hold_versions_and_hashes_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    entries = re.split(r"\n(?=\S)", text.replace("\\\n", " ").strip())
    entries = [entry for entry in entries if not entry.startswith("#")]
    assert len(entries) > 40
    for entry in entries:
        assert re.match(r"^[A-Za-z0-9._-]+(\[[\w,-]+\])?==\S+", entry), entry[:80]
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry[:80]
    assert "://" not in text
    assert "index-url" not in text


def _pins(name: str) -> set[str]:
    text = (ROOT / name).read_text(encoding="utf-8")
    return set(re.findall(r"^([A-Za-z0-9._\[\],-]+==[^\s;\\]+)", text, re.MULTILINE))


def test_each_lock_holds_the_one_before() -> None:
    assert _pins("requirements.lock") <= _pins("requirements-test.lock") <= _pins("requirements-bench.lock")


# documents -----------------------------------------------------------------------------------------------------------
def test_every_setting_is_documented_and_nothing_else() -> None:
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^\| `(FAIRMATCH_\w+)`", text, re.MULTILINE))
    real = {f"FAIRMATCH_{name.upper()}" for name in Settings.model_fields}
    assert real <= told
    used = {
        found
        for path in _TEXT
        if not path.is_relative_to(ROOT / "tests") and path.suffix != ".md"
        for found in re.findall(r"\bFAIRMATCH_[A-Z]\w*", path.read_text(encoding="utf-8", errors="replace"))
    }
    assert told - real == used - real


def test_the_defaults_told_are_the_defaults() -> None:
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    for name, field in Settings.model_fields.items():
        if field.default is not None:
            row = next(line for line in text.splitlines() if line.startswith(f"| `FAIRMATCH_{name.upper()}`"))
            shown = str(field.default).lower() if isinstance(field.default, bool) else str(field.default)
            assert f"| `{shown}` |" in row


def test_every_link_between_documents_leads_somewhere() -> None:
    broken = [
        (path.relative_to(ROOT).as_posix(), target)
        for path in TRACKED
        if path.suffix == ".md"
        for target in re.findall(r"\]\(([^)#\s]+)", path.read_text(encoding="utf-8"))
        if "://" not in target and not (path.parent / target).exists()
    ]
    assert broken == []


def test_there_is_a_changelog_and_short_reasons_for_choices() -> None:
    assert "## [" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    records = sorted((ROOT / "docs" / "adr").glob("*.md"))
    assert len(records) >= 10
    numbers = [path.name[:4] for path in records]
    assert len(set(numbers)) == len(numbers)
    for path in records:
        assert re.fullmatch(r"\d{4}-[a-z0-9-]+\.md", path.name)
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 30, path.name
