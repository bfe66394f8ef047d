"""Alembic's scripts; a package, so that an installed fairmatch can upgrade its own database."""
