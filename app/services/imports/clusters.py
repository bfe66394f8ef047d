"""Rows of clusters and of what is publicly said of them."""

from __future__ import annotations

from sqlalchemy import select

from app.db.models import Cluster, ClusterFact
from app.domain.lists import Record
from app.services.imports.directory import Directory
from app.services.imports.report import TableReport


def write_cluster(directory: Directory, _table: TableReport, record: Record) -> bool:
    """Make a cluster, or change the one of that code."""
    values = record.values
    code = str(values["id"])
    row = directory.session.scalar(
        select(Cluster).where(Cluster.tenant_id == directory.actor.tenant_id, Cluster.code == code)
    )
    if row is None:
        row = Cluster(tenant_id=directory.actor.tenant_id, code=code, name=values["name"])
        directory.session.add(row)
    for field in ("name", "name_local", "place", "country", "specialities", "honours"):
        if field in values:
            setattr(row, field, values[field])
    directory.session.flush()
    directory.know_cluster(row)
    return True


def write_fact(directory: Directory, table: TableReport, record: Record) -> bool:
    """Add a dated fact; the same metric may have several figures, of different scope, year or source."""
    values = record.values
    field = "cluster_id" if values.get("cluster_id") else "cluster"
    cluster = directory.cluster(str(values.get(field, "")))
    if cluster is None:
        table.wrong(record, field, f"no cluster {values.get(field)!r} is known", "a code or name of a cluster")
        return False
    name = {
        "metric": values["metric"],
        "scope": values.get("scope", ""),
        "year": str(values.get("year", "")),
        "source": values.get("source", ""),
    }
    row = directory.session.scalar(select(ClusterFact).filter_by(cluster_id=cluster.id, **name))
    if row is None:
        row = ClusterFact(cluster_id=cluster.id, **name)
        directory.session.add(row)
    row.value, row.unit = float(values["value"]), values.get("unit", "")
    row.qualifier = values.get("qualifier")
    directory.session.flush()
    return True
