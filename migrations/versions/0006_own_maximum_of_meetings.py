"""The most meetings that a participant wants itself, below what the organiser allows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("participation") as batch_op:
        batch_op.add_column(sa.Column("own_max_meetings", sa.Integer(), nullable=True))
        batch_op.create_check_constraint(
            op.f("ck_participation_own_max_meetings"), "own_max_meetings IS NULL OR own_max_meetings >= 0"
        )


def downgrade() -> None:
    with op.batch_alter_table("participation") as batch_op:
        batch_op.drop_constraint(op.f("ck_participation_own_max_meetings"), type_="check")
        batch_op.drop_column("own_max_meetings")
