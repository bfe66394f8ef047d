"""Alembic's environment: one migration path for SQLite and PostgreSQL.

SQLite rebuilds tables in batch mode; with foreign keys enforced that would silently delete the rows of child tables,
so enforcement is switched off on the connection before the transaction begins (inside one the pragma does nothing)
and checked as a whole before the commit.
"""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

import app.db.models  # noqa: F401 - so that every table is known
from app.core.settings import load_settings
from app.db.base import Base
from app.db.engine import make_engine


def _migrate(connection: Connection) -> None:
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        raw = connection.connection.dbapi_connection
        assert raw is not None
        raw.execute("PRAGMA foreign_keys=OFF")
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=sqlite,
        compare_type=True,
    )
    try:
        with context.begin_transaction():
            context.run_migrations()
            if sqlite:
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
                if broken:
                    raise RuntimeError(f"the migration would leave rows without parents: {broken[:5]}")
    finally:
        if sqlite:
            connection.rollback()  # inside a transaction the pragma would do nothing
            raw.execute("PRAGMA foreign_keys=ON")


def run() -> None:
    given = context.config.attributes.get("connection")
    if given is not None:
        _migrate(given)
        return
    engine = make_engine(load_settings().database_url)
    with engine.connect() as connection:
        _migrate(connection)
    engine.dispose()


run()
