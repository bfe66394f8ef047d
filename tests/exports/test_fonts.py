"""Which font file is taken."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.errors import InvalidInputError
from app.io import fonts


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A machine whose only font folder is this one."""
    monkeypatch.setattr(fonts, "_FOLDERS", (str(tmp_path),))
    fonts.find_font.cache_clear()
    yield tmp_path
    fonts.find_font.cache_clear()


def test_the_bundled_font_serves_where_none_is_installed(folder: Path) -> None:
    assert fonts.find_font().path.name == "NotoSansCJKsc-Regular.otf"
    assert folder not in fonts.find_font().path.parents


def test_an_installed_font_comes_first_and_broken_or_poor_ones_are_passed_over(folder: Path) -> None:
    good, poor = (fonts.bundled(*spare) for spare in (fonts._CHINESE, fonts._OTHERS))
    assert good is not None
    assert poor is not None
    (folder / "opentype").mkdir()
    (folder / "NotoSansCJKsc-Regular.otf").write_bytes(b"broken")
    (folder / "NotoSansSC-Regular.ttf").symlink_to(poor.path)  # no Chinese in it
    (folder / "opentype" / "SourceHanSansSC-Regular.otf").symlink_to(good.path)
    assert fonts.find_font().path == folder / "opentype" / "SourceHanSansSC-Regular.otf"


def test_without_any_font_it_is_said_what_to_do(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "_CHINESE", ("mplfonts", "fonts/none.otf"))
    with pytest.raises(InvalidInputError, match=r"fonts-noto-cjk.*FAIRMATCH_FONT"):
        fonts.find_font()


def test_a_package_that_is_not_there_gives_no_font() -> None:
    assert fonts.bundled("no_such_package", "a.ttf") is None
