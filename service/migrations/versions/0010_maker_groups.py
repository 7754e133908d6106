"""The group of makers that a lot comes from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Lots that are there name none."""
    op.add_column("lots", sa.Column("maker_group", sa.String(16), nullable=True))
