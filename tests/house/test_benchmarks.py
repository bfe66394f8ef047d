"""The page of benchmarks is made by the command, and a benchmark that was not run keeps its figures."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from benchmarks.__main__ import NAMES, PAGE, sections_of, write
from benchmarks.tables import Table

ROOT = Path(__file__).parents[2]


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", NAMES)
def test_every_benchmark_has_tables_and_says_how_it_is_run(name: str) -> None:
    module = import_module(f"benchmarks.{name}")
    assert callable(module.tables)
    assert module.__doc__


def test_a_table_is_written_as_markdown() -> None:
    table = Table(
        "Speed", "python -m benchmarks.scale", ("what", "n", "share"), [("ours", 30_000, 0.65)], "On one core."
    )
    assert table.markdown() == (
        "## Speed\n\n`python -m benchmarks.scale`\n\nOn one core.\n\n"
        "| what | n | share |\n| --- | --- | --- |\n| ours | 30,000 | 0.650 |\n"
    )


def test_the_page_keeps_what_was_not_run_again(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    write(page, {"text": "first figures\n", "learning": "others\n"})
    again = sections_of(page)
    assert again == {"text": "first figures\n", "learning": "others\n"}
    write(page, again | {"text": "second figures\n"})
    assert sections_of(page) == {"text": "second figures\n", "learning": "others\n"}
    assert page.read_text(encoding="utf-8").startswith("# Benchmarks\n")


def test_the_page_in_the_documents_is_one_the_command_made() -> None:
    found = sections_of(PAGE)
    assert set(found) == set(NAMES)
    assert all("| --- |" in section for section in found.values())


def test_a_folder_that_is_not_there_is_refused() -> None:
    run = _run("no-such-folder")
    assert run.returncode == 2
    assert "no-such-folder is not a folder" in run.stderr
