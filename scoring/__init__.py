"""The ranking engine: dicts or DataFrames in, ranked suppliers with reasons out. No network, no weights, no GPU.

Public names load on first use, so that reading the vocabulary alone does not import scikit-learn.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOME = {
    "SupplierRanker": "scoring.ranker",
    "BuyerRanker": "scoring.ranker",
    "combine_mutual": "scoring.mutual",
    "learn_lexicon": "scoring.text.lexicon",
    "rank_shards": "scoring.batch.shards",
    "read_shards": "scoring.batch.shards",
}
__all__ = ["BuyerRanker", "SupplierRanker", "combine_mutual", "learn_lexicon", "rank_shards", "read_shards"]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
