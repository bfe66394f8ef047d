"""Models on disk: JSON and arrays with a schema version, never pickle."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp

from scoring.errors import ModelFileError
from scoring.records import read
from scoring.terms.distinct import Distinct
from scoring.terms.shared import SharedTerm
from scoring.text.associations import Associations
from scoring.text.compact import CompactSpace

SCHEMA = 5


def _content(ranker: Any) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    space = ranker._space
    params = ranker.get_params()
    described = {
        "schema": SCHEMA,
        "class": type(ranker).__name__,
        "params": {k: v.isoformat() if isinstance(v, dt.date) else _plain(v) for k, v in params.items()},
        "as_of": ranker.as_of_.isoformat(),
        "calibration": list(ranker.calibration_),
        "records": [record.raw for record in ranker._records],
        "answers": {
            a: {f: list(v) for f, v in sorted(known.items())} for a, known in sorted(space.behaviour.answers.items())
        },
        "context": sorted(space.context_rows),
        "associations": list(space.text.associations.stems) if space.text.associations else [],
    }
    compact = isinstance(space.text, CompactSpace)
    arrays = space.text.arrays() if compact else {"latent": space.text.latent, "directions": space.text.directions}
    for number, one in enumerate(space.distinct):
        arrays |= _parts(f"block.{number}", one.rows) | {f"block.{number}.of": one.of}
    for name, matrix in sorted(space.text.columns.items()):
        arrays |= _parts(f"text.{name}", matrix)
    if not compact and space.text.neighbours is not None:
        arrays |= _parts("text.neighbours", space.text.neighbours) | {"text.step": np.asarray(space.text.step)}
    if space.text.associations is not None:
        arrays |= _parts("associations", space.text.associations.weights)
    if space.context_rows:
        arrays["context"] = np.asarray([space.context_rows[key] for key in sorted(space.context_rows)])
    return described, arrays


def _parts(name: str, matrix: sp.csr_array | sp.csc_array) -> dict[str, np.ndarray]:
    return {f"{name}.data": matrix.data, f"{name}.indices": matrix.indices, f"{name}.indptr": matrix.indptr}


def _plain(value: Any) -> Any:
    """A parameter as JSON holds it: numbers of numpy are numbers."""
    if hasattr(value, "items"):
        return {key: _plain(one) for key, one in value.items()}
    return value.item() if isinstance(value, np.generic) else value


def model_hash(ranker: Any) -> str:
    """SHA-256 over what `save` writes."""
    described, arrays = _content(ranker)
    digest = hashlib.sha256(json.dumps(described, sort_keys=True, ensure_ascii=False).encode())
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"{name}{array.shape}".encode())
        # index arrays are 32 or 64 bits wide as SciPy sees fit: one width for the hash
        digest.update((array.astype("<i8") if array.dtype.kind == "i" else array.astype("<f8")).tobytes())
    return digest.hexdigest()


def save(ranker: Any, folder: Path) -> None:
    """Write a fitted ranker into a folder."""
    described, arrays = _content(ranker)
    described["hash"] = model_hash(ranker)
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(folder / "arrays.npz", allow_pickle=False, **arrays)
    (folder / "model.json").write_text(json.dumps(described, ensure_ascii=False, indent=1), encoding="utf-8")


def load(cls: Any, folder: Path) -> Any:
    """Read a fitted ranker: records are coded again, every learned number comes from the file."""
    try:
        described = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        with np.load(folder / "arrays.npz", allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise ModelFileError(
            f"{folder}: no readable model.json and arrays.npz ({error}); save the ranker again"
        ) from error
    if described.get("schema") != SCHEMA or described.get("class") != cls.__name__:
        raise ModelFileError(
            f"{folder}: holds a {described.get('class')} of schema {described.get('schema')}, "
            f"expected {cls.__name__} of schema {SCHEMA}; fit and save it again with this release"
        )
    ranker = cls(**described["params"])
    ranker._fit_records(read(described["records"], cls._fitted_side), dt.date.fromisoformat(described["as_of"]))
    ranker.calibration_ = tuple(described["calibration"])
    _restore(ranker._space, described, arrays, folder)
    if model_hash(ranker) != described["hash"]:
        raise ModelFileError(f"{folder}: the contents do not have the hash they were saved with; save the ranker again")
    return ranker


def _same(arrays: dict[str, np.ndarray], name: str, own: Distinct) -> bool:
    """Whether the columns that were kept, one for each list the records have, are those of the records as read now."""
    parts = ((".of", own.of), (".indices", own.rows.indices), (".indptr", own.rows.indptr))
    return all(np.array_equal(arrays[name + part], found) for part, found in parts)


def _restore(space: Any, described: dict[str, Any], arrays: dict[str, np.ndarray], folder: Path) -> None:
    def parts(name: str) -> tuple[np.ndarray, ...]:
        return tuple(arrays[f"{name}.{part}"] for part in ("data", "indices", "indptr"))

    def matrix(name: str, shape: tuple[int, int]) -> sp.csr_array:
        return sp.csr_array(parts(name), shape=shape)

    for number, one in enumerate(space.distinct):
        if isinstance(space.terms[number], SharedTerm) and not _same(arrays, f"block.{number}", one):
            raise ModelFileError(
                f"{folder}: this release reads its records otherwise (what a country was called means another code "
                "now); fit and save it again"
            )
        of = np.asarray(arrays[f"block.{number}.of"], dtype=np.intp)
        rows = sp.csc_array(parts(f"block.{number}"), shape=(int(of.max(initial=-1)) + 1, one.rows.shape[1]))
        space.distinct[number] = Distinct(rows, of)
    space.text.columns = {name: matrix(f"text.{name}", old.shape) for name, old in space.text.columns.items()}
    if isinstance(space.text, CompactSpace):
        space.text.restore(arrays)
    else:
        space.text.latent, space.text.directions = arrays["latent"], arrays["directions"]
        if space.text.neighbours is not None:
            space.text.neighbours = matrix("text.neighbours", space.text.neighbours.shape)
            space.text.step = float(arrays["text.step"])
    if stems := described["associations"]:
        space.text.associations = Associations(tuple(stems), matrix("associations", (len(stems), len(stems))))
    space.behaviour.answers = {
        a: {f: (v[0], v[1]) for f, v in known.items()} for a, known in described["answers"].items()
    }
    if described["context"]:
        space.context_rows = dict(zip(described["context"], arrays["context"], strict=True))
        space.context = np.sum(list(space.context_rows.values()), axis=0) if len(space.context_rows) > 1 else None
