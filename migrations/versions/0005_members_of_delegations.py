"""An index by delegation: whom a delegation meets with is asked for with every booking."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_participation_delegation_id", "participation", ["delegation_id"])


def downgrade() -> None:
    op.drop_index("ix_participation_delegation_id", "participation")
