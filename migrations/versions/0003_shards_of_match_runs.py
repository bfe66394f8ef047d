"""What a match run is made of while its shards are with the workers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "match_plan",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("model", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["match_run.id"], name=op.f("fk_match_plan_run_id_match_run"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_match_plan")),
    )
    op.create_table(
        "match_shard",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.Column("asks", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("heartbeat_at", MOMENT, nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'running', 'done')", name=op.f("ck_match_shard_state")),
        sa.ForeignKeyConstraint(
            ["run_id"], ["match_plan.run_id"], name=op.f("fk_match_shard_run_id_match_plan"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_id", "number", name=op.f("pk_match_shard")),
    )


def downgrade() -> None:
    op.drop_table("match_shard")
    op.drop_table("match_plan")
