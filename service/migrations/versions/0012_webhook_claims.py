"""Who is delivering a webhook, and how it fails."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.database import UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody delivers yet, and nothing failed."""
    for column in (
        sa.Column("claim", sa.Uuid, nullable=True),
        sa.Column("not_before", UtcDateTime, nullable=True),
        sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
        sa.Column("problem", sa.Text, nullable=True),
    ):
        op.add_column("webhook_cursors", column)
