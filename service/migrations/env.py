"""Run by Alembic: applies the migrations to the connection that `Database.migrate` gives."""

from __future__ import annotations

from alembic import context

from service.database import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
