"""The app reaches the vocabularies through one module and sees the same things."""

from __future__ import annotations

import app.domain.vocabulary as doorway
import scoring.vocabulary as home


def test_the_doorway_shows_all_of_the_house():
    assert set(doorway.__all__) == set(home.__all__)
    assert all(getattr(doorway, name) is getattr(home, name) for name in home.__all__)
