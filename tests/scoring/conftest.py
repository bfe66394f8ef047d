"""A ranker fitted on the invented suppliers, shared because nothing changes it."""

from __future__ import annotations

import pytest

from scoring import SupplierRanker
from tests.scoring.examples import AS_OF, SUPPLIERS


@pytest.fixture(scope="session")
def ranker() -> SupplierRanker:
    return SupplierRanker(as_of=AS_OF).fit(SUPPLIERS)
