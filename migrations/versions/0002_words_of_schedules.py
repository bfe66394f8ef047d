"""Reasons of pairs left out, and advice, in every language."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.add_column("left_out_pair", sa.Column("reasons", DOCUMENT, nullable=True))
    op.add_column("schedule", sa.Column("advice", DOCUMENT, nullable=True))


def downgrade() -> None:
    op.drop_column("schedule", "advice")
    op.drop_column("left_out_pair", "reasons")
