"""Fields as people call them."""

from __future__ import annotations

import pytest

from app.services.matching import field_name, field_names


@pytest.mark.parametrize("lang", ["en", "zh", "fr", "de", "it"])
def test_the_two_ends_of_a_range_are_named_once(lang: str) -> None:
    """A list of what is not stated read "gauge, gauge"."""
    assert field_names(["gauge_from", "moq", "gauge_to"], lang) == [field_name(one, lang) for one in ("gauge", "moq")]
