"""The guide keeps its word: its examples run, and its table is the lists as they are."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

from scoring.vocabulary import names, vocabulary

GUIDE = Path(__file__).parents[2] / "docs" / "vocabulary.md"


def test_the_examples_of_the_guide_run():
    done = doctest.testfile(str(GUIDE), module_relative=False, encoding="utf-8")
    assert done.attempted >= 8
    assert done.failed == 0


def test_every_list_is_in_the_guide_with_its_size():
    rows = dict(re.findall(r"^\| `(\w+)` \| (?:about )?(\d+) \|", GUIDE.read_text(encoding="utf-8"), re.MULTILINE))
    assert set(rows) == set(names())
    for name, size in rows.items():
        allowed = 100 if name in ("products", "words") else 0
        assert abs(int(size) - len(vocabulary(name))) <= allowed, name
