"""A workshop moves from the files of one machine to PostgreSQL and S3, and nothing is lost."""

from service.moving.move import Moved, move

__all__ = ["Moved", "move"]
