"""Every kind that lists can name counts as a kind that participants can be."""

from __future__ import annotations

from app.domain.participants import KINDS, kind_of
from app.domain.vocabulary import vocabulary


def test_every_kind_of_the_vocabulary_counts_as_a_kind_of_participant() -> None:
    assert {kind_of(code) for code in vocabulary("kinds").terms} <= set(KINDS)
    assert all(kind_of(kind) == kind for kind in KINDS)
    assert kind_of(None) is None
