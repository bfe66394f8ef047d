"""Models on disk and their hash."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from scoring import BuyerRanker, SupplierRanker, places
from scoring.errors import ModelFileError
from tests.scoring.examples import AS_OF, DEMAND, SUPPLIERS


def test_a_model_comes_back_with_everything_it_learned(tmp_path, ranker):
    learned = SupplierRanker(as_of=AS_OF, rates={"USD": 0.9}).fit(SUPPLIERS)
    learned.fit_context([DEMAND, DEMAND | {"id": "D2", "text": "T-shirts"}]).learn([("D1", "S1", 1, "2025-09-01")])
    learned.save(tmp_path / "model")
    again = SupplierRanker.load(tmp_path / "model")
    assert again.explain_many(DEMAND, again.ids_) == learned.explain_many(DEMAND, learned.ids_)
    assert again.model_hash() == learned.model_hash() != ranker.model_hash()
    assert {path.name for path in (tmp_path / "model").iterdir()} == {"model.json", "arrays.npz"}


def test_the_hash_follows_parameters_and_content(ranker):
    def digest(rows=SUPPLIERS, **params):
        return SupplierRanker(**{"as_of": AS_OF} | params).fit(rows).model_hash()

    assert digest() == ranker.model_hash()
    others = {
        digest(as_of="2025-09-16"),
        digest(text="compact"),
        digest(weights={"price": 9}),
        digest([*SUPPLIERS[:-1], SUPPLIERS[-1] | {"moq": 51}]),
    }
    assert len(others | {digest()}) == 5


def test_numbers_of_numpy_are_kept_as_numbers(tmp_path):
    numpy = {
        "rates": {"USD": np.float32(0.9), "CNY": np.float64(0.125)},
        "weights": {"price": np.float32(30), "text": np.int64(2)},
        "lexicon": {"socken": {"socks": np.float32(0.5)}},
    }
    ranker = SupplierRanker(as_of=AS_OF, **numpy).fit(SUPPLIERS)
    ranker.save(tmp_path)
    back = SupplierRanker.load(tmp_path)
    assert back.model_hash() == ranker.model_hash()
    assert back.rates["USD"] == float(np.float32(0.9))


def test_a_model_whose_words_mean_other_codes_now_is_refused(tmp_path, monkeypatch):
    rows = [{"id": "a", "country": "UK"}, {"id": "b", "country": "GB"}, {"id": "c", "country": "IT"}]
    with monkeypatch.context() as before:  # when any two letters were a country
        before.setattr(places, "countries", lambda word: (word,))
        SupplierRanker(as_of=AS_OF).fit(rows).save(tmp_path)
    with pytest.raises(ModelFileError, match=r"reads its records otherwise .* fit and save it again"):
        SupplierRanker.load(tmp_path)


def test_what_is_not_a_model_is_refused(tmp_path, ranker):
    with pytest.raises(ModelFileError, match="no readable"):
        SupplierRanker.load(tmp_path)
    ranker.save(tmp_path)
    with pytest.raises(ModelFileError, match="holds a SupplierRanker of schema 5, expected BuyerRanker"):
        BuyerRanker.load(tmp_path)
    described = json.loads((tmp_path / "model.json").read_text())
    (tmp_path / "model.json").write_text(json.dumps(described | {"calibration": [0.0, 1.0]}))
    with pytest.raises(ModelFileError, match="do not have the hash"):
        SupplierRanker.load(tmp_path)
    (tmp_path / "arrays.npz").write_bytes(b"PK nonsense")
    with pytest.raises(ModelFileError, match="no readable"):
        SupplierRanker.load(tmp_path)


def test_without_a_date_the_day_of_fitting_is_kept():
    fitted = SupplierRanker().fit([{"id": "a"}])
    assert fitted.as_of is None
    assert fitted.as_of_.isoformat()[:2] == "20"


def test_importing_the_package_loads_no_heavy_library():
    code = "import scoring, sys; print([m for m in ('numpy', 'scipy', 'sklearn', 'babel') if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_the_same_bits_from_one_thread_and_from_many():
    code = (
        "from scoring import SupplierRanker; from tests.scoring.examples import AS_OF, SUPPLIERS;"
        "print(SupplierRanker(as_of=AS_OF).fit(SUPPLIERS).model_hash())"
    )
    hashes = set()
    for threads in ("1", "4"):
        env = {
            "OPENBLAS_NUM_THREADS": threads,
            "OMP_NUM_THREADS": threads,
            "PYTHONPATH": str(Path(__file__).parents[2]),
        }
        out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env)
        hashes.add(out.stdout.strip())
    assert len(hashes) == 1
