"""What can be wrong with a request about people."""

from __future__ import annotations

from service.errors import ConflictError, ForbiddenError, NotFoundError


class PersonUnknownError(NotFoundError):
    """There is no such person."""

    code = "person-unknown"


class NameTakenError(ConflictError):
    """Another person has this name."""

    code = "name-taken"


class LastAdminError(ConflictError):
    """Nobody would be left to manage people."""

    code = "last-admin"


class RoleForbiddenError(ForbiddenError):
    """This role does not manage that one."""

    code = "role-forbidden"
