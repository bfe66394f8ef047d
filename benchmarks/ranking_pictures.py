"""Draws the pictures of `docs/ranking.md`: the anatomy of a pair, relevance against evenness, a reliability diagram.

usage: python -m benchmarks.ranking_pictures [DATA_FOLDER] [--into docs/images]

The first two are of the Paris sample. The third needs DATA_FOLDER with `two_sided/`: the probabilities of its logistic
model for events that it has not seen. Without the folder that picture stays as it is.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
from sqlalchemy import select

from app.db import migrate
from app.db.engine import Database
from app.db.models import Event
from app.services import sampling
from app.services.matching.field import Field, read_field
from benchmarks.two_sided import estimates, read
from scoring import SupplierRanker
from scoring.exposure import exposure_curve
from scoring.plots import plot_evenness, plot_pair, plot_reliability

REQUEST, SUPPLIER, LISTED = "R02", "QSH-02", 3


def paris() -> tuple[Field, SupplierRanker]:
    """The suppliers and requests of the Paris sample, and a ranker of them."""
    with tempfile.TemporaryDirectory() as scratch:
        database = Database(f"sqlite:///{scratch}/paris.db")
        migrate.upgrade(database)
        with database.write() as session:
            sampling.load(session, "paris")
        with database.read() as session:
            event = session.scalars(select(Event)).one()
            field, as_of = read_field(session, event), event.as_of
        database.close()
    return field, SupplierRanker(as_of=as_of).fit(field.records)


def main() -> None:
    """Draw what can be drawn."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("data", type=Path, nargs="?")
    arguments.add_argument("--into", type=Path, default=Path("docs/images"))
    options = arguments.parse_args()
    field, ranker = paris()
    demand = next(demand for demand in field.demands if demand.request.code == REQUEST)
    told = ranker.explain(demand.record, SUPPLIER)
    names = (field.suppliers[SUPPLIER].organisation.name, demand.record["name"])
    _save(plot_pair(told, names=names), options.into / "ranking-pair.png")
    curve = exposure_curve(ranker.scores([demand.record for demand in field.demands]), LISTED)
    drawn = plot_evenness([p.gini for p in curve], [p.kept for p in curve], [p.evenness for p in curve])
    _save(drawn, options.into / "ranking-evenness.png")
    if options.data is not None:
        seen = read(options.data)
        said = [matrix[event.i, event.j] for event, matrix in zip(seen, estimates(seen, "logistic"), strict=True)]
        drawn = plot_reliability(np.concatenate(said), np.concatenate([event.yes for event in seen]))
        _save(drawn, options.into / "ranking-reliability.png")


def _save(axes: object, path: Path) -> None:
    axes.figure.savefig(path, metadata={"Software": None})  # type: ignore[attr-defined]
    print(path)


if __name__ == "__main__":
    main()
