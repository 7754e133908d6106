"""Who a person is to the service."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What a person does in the workshop; everyone has exactly one role."""

    PACKER = "packer"
    LEAD = "lead"
    ENGINEER = "engineer"
    ADMIN = "admin"

    @property
    def signs_in_by_pin(self) -> bool:
        """Packers sign in with PIN or badge on an enrolled tablet, all others with a password.

        Four digits are little, but they are chosen by the service, count on an enrolled tablet
        only, and few can be tried in a day; what a packer may do is little as well.
        """
        return self is Role.PACKER


MANAGES: Final[Mapping[Role, frozenset[Role]]] = {
    Role.PACKER: frozenset(),
    Role.LEAD: frozenset({Role.PACKER}),
    Role.ENGINEER: frozenset(),
    Role.ADMIN: frozenset(Role),
}
"""Which roles a person of a role adds, changes, resets and disables."""
