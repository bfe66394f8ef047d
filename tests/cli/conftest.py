"""A shell for each test, one for the demonstration, and databases of both kinds."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import Result, Shell
from tests.shared import FOLDER, once


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """A new folder and no database yet."""
    return Shell(tmp_path, f"sqlite:///{tmp_path / 'fairmatch.db'}")


@pytest.fixture
def both(database_url: str, tmp_path: Path) -> Shell:
    """A new folder and an empty database, on both kinds."""
    return Shell(tmp_path, database_url)


@dataclass
class Demo:
    """`fairmatch demo`, run twice: for people, and for machines."""

    shell: Shell
    told: Result
    data: Any

    def copy(self, folder: Path) -> Shell:
        """A shell in another folder with a copy of the database, to be changed at will."""
        shutil.copy(self.shell.folder / "demo.db", folder / "fairmatch.db")
        return Shell(folder, f"sqlite:///{folder / 'fairmatch.db'}")

    @property
    def first(self) -> Path:
        """The database after the first run, with one match run and one schedule."""
        return self.shell.folder / "first.db"

    @property
    def out(self) -> Path:
        return self.shell.folder / "out" / "paris-2025"


@pytest.fixture(scope="session")
def demo() -> Demo:
    """The demonstration in a database of its own; the second run finds the first one's edition there."""
    return once("demo", demonstrated)


def demonstrated() -> Demo:
    folder = FOLDER / "demo"
    folder.mkdir()
    shell = Shell(folder, f"sqlite:///{folder / 'demo.db'}")
    told = shell.run("demo")
    shutil.copy(folder / "demo.db", folder / "first.db")
    return Demo(shell, told, shell.json("demo"))
