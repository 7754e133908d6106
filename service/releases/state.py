"""What is active and what runs in shadow, derived from the events."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from service.releases.models import ReleaseEventRow


class Action(StrEnum):
    """What can be done with a release."""

    PROMOTED = "promoted"
    ROLLED_BACK = "rolled-back"
    SHADOW_STARTED = "shadow-started"
    SHADOW_STOPPED = "shadow-stopped"


@dataclass(frozen=True, slots=True)
class ReleaseState:
    """At one time.

    Attributes:
        sequence: of the last event.
        active: reference; None where the release that came with the software inspects.
        earlier: what was active before, the last one last: where rolling back leads.
        shadow: reference of the release in shadow, or None.
        shadow_event: the event with which it started.
    """

    sequence: int = 0
    active: str | None = None
    earlier: tuple[str | None, ...] = ()
    shadow: str | None = None
    shadow_event: ReleaseEventRow | None = None


def derive(events: Iterable[ReleaseEventRow]) -> ReleaseState:
    """Follow all events in order."""
    state = ReleaseState()
    for event in events:
        active, earlier = state.active, state.earlier
        shadow, shadow_event = state.shadow, state.shadow_event
        match Action(event.action):
            case Action.PROMOTED:
                active, earlier = event.reference, (*earlier, active)
            case Action.ROLLED_BACK:
                active, earlier = event.reference, earlier[:-1]
            case Action.SHADOW_STARTED:
                shadow, shadow_event = event.reference, event
            case Action.SHADOW_STOPPED:
                shadow, shadow_event = None, None
        state = ReleaseState(event.sequence, active, earlier, shadow, shadow_event)
    return state
