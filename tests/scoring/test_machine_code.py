"""Machine code is kept for each state of the sources, wherever this user alone can write."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from scoring import machine_code


def _directory() -> str:
    here = Path(__file__)
    return machine_code.cache_directory(here.parent, (here.name,))


def test_machine_code_is_kept_apart_for_each_state_of_the_sources(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(machine_code.settings, "CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "kernel.py").write_text("one", encoding="utf-8")
    (tmp_path / "moves.py").write_text("two", encoding="utf-8")
    directory = Path(machine_code.cache_directory(tmp_path, ("kernel.py", "moves.py")))
    assert directory.parent == tmp_path / "cache" / "fairmatch"
    assert str(directory) == machine_code.cache_directory(tmp_path, ("kernel.py", "moves.py"))
    (tmp_path / "moves.py").write_text("three", encoding="utf-8")
    assert machine_code.cache_directory(tmp_path, ("kernel.py", "moves.py")) != str(directory)


def test_where_no_home_can_be_written_a_private_temporary_directory_serves(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(machine_code.settings, "CACHE_DIR", str(Path(os.devnull) / "cache"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    directory = Path(_directory())
    assert directory.parent.parent == tmp_path
    assert directory.parent.stat().st_mode & 0o077 == 0
    directory.parent.chmod(0o777)  # a place where others could leave code to be run is no place
    assert _directory() == ""


def test_what_an_image_brought_along_is_taken_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    brought = tmp_path / "image"
    brought.mkdir()
    (brought / "chains.nbc").write_bytes(b"code")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    directory = Path(machine_code._temporary("digest", [brought]))
    assert (directory / "chains.nbc").read_bytes() == b"code"
    assert [path.name for path in directory.parent.iterdir()] == ["digest"]


def test_a_user_without_a_home_has_a_cache_all_the_same(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def nowhere() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(machine_code.settings, "CACHE_DIR", "")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", nowhere)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert Path(_directory()).parent.parent == tmp_path
