"""Who may call what: the one place where the role of every route stands.

Routes are named by their function, which is the operation's id in the API's schema. A route
without an entry, or an entry without a route, stops the service at its start. Without an entry
nothing is open: `guard` refuses what it does not find here. `docs/access.md` shows it as a table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from service.people.roles import Role


@dataclass(frozen=True)
class Access:
    """Who may call a route."""

    roles: frozenset[Role] = frozenset()
    tablet: bool = False
    """An enrolled tablet may, whoever is signed in on it."""
    anybody: bool = False
    unattended: bool = False
    """Pages ask by themselves: it is no sign that somebody is there, and ends no idle time."""


def _only(*roles: Role) -> Access:
    return Access(roles=frozenset(roles))


ANYBODY: Final = Access(anybody=True)
"""Everybody who reaches the service: its pages, its health, and the doors where one signs in."""

TABLET: Final = Access(tablet=True)
"""Enrolled tablets, on which somebody is about to sign in."""

SIGNED_IN: Final = _only(*Role)
"""Everybody who is signed in."""

PEOPLE: Final = _only(Role.LEAD, Role.ADMIN)
"""Who manages people; `service.people.roles.MANAGES` says whom."""

TABLETS: Final = _only(Role.LEAD, Role.ENGINEER, Role.ADMIN)
"""Who enrols and revokes tablets."""

LOTS: Final = _only(Role.LEAD, Role.ADMIN)
"""Who offers lots and says what becomes of them."""

REVIEWS: Final = _only(Role.LEAD, Role.ADMIN)
"""Who says whether the machine was right. What they said stands with the inspection, for all."""

RELEASES: Final = _only(Role.ENGINEER, Role.ADMIN)
"""Who decides which detector inspects."""

OVERSEERS: Final = _only(Role.LEAD, Role.ENGINEER, Role.ADMIN)
"""Who sees what packers do not: how releases compare, what one in shadow said, what goes wrong."""

REPORTS: Final = _only(Role.LEAD, Role.ADMIN)
"""Who signs the reports that buyers get."""

TEACHING: Final = _only(Role.ENGINEER, Role.ADMIN)
"""Who teaches products from photos of good items."""

SPECS: Final = _only(Role.LEAD, Role.ENGINEER, Role.ADMIN)
"""Who stores what buyers require, and the photos of their golden samples."""

AUDIT: Final = _only(Role.ADMIN)
"""Who reads the log of what everybody did."""

ACCESS: Final[Mapping[str, Access]] = {
    "get_health": ANYBODY,
    "get_readiness": ANYBODY,
    "openapi": ANYBODY,
    "get_metrics": ANYBODY,  # the route asks for the token of the settings
    "no_such_endpoint": ANYBODY,
    "bundle_missing": ANYBODY,
    # Signing in and out.
    "get_session": ANYBODY,
    "sign_in_by_password": ANYBODY,
    "redeem_code": ANYBODY,
    "sign_out": ANYBODY,
    "enrol_tablet": ANYBODY,
    "list_sign_in_choices": TABLET,
    "sign_in_by_pin": TABLET,
    "sign_in_by_badge": TABLET,
    # Inspecting.
    "create_inspection": SIGNED_IN,
    "guide_camera": Access(roles=frozenset(Role), unattended=True),
    "list_inspections": SIGNED_IN,
    "get_inspection": SIGNED_IN,
    "add_reading": SIGNED_IN,
    "get_inspection_photo": SIGNED_IN,
    "get_inspection_overlay": SIGNED_IN,
    "list_specs": SIGNED_IN,
    "get_spec": SIGNED_IN,
    "get_golden_photo": SIGNED_IN,
    "list_stations": SIGNED_IN,
    "get_active_release": SIGNED_IN,
    # Specs.
    "list_spec_versions": SPECS,
    "store_spec_version": SPECS,
    "compare_spec_versions": SPECS,
    "get_spec_file": SPECS,
    "get_spec_template": SPECS,
    "add_golden_photo": SPECS,
    # Teaching.
    "get_teaching": TEACHING,
    "list_good_photos": TEACHING,
    "add_teaching_photo": TEACHING,
    "get_teaching_photo": TEACHING,
    "start_learning": TEACHING,
    "choose_memory": TEACHING,
    "get_datasets": TEACHING,
    "create_dataset_snapshot": TEACHING,
    # Reviewing.
    "get_review_queue": REVIEWS,
    "get_review_quality": REVIEWS,
    "get_drift": OVERSEERS,
    "get_insight": OVERSEERS,
    "get_control_chart": OVERSEERS,
    "export_insight": OVERSEERS,
    "get_review_case": REVIEWS,
    "list_similar_cases": REVIEWS,
    "claim_review": REVIEWS,
    "release_review": REVIEWS,
    "create_review": REVIEWS,
    # Lots.
    "list_lots": SIGNED_IN,
    "get_lot": SIGNED_IN,
    "get_lot_characteristic": SIGNED_IN,
    "get_lot_series": SIGNED_IN,
    "preview_lot_plan": SIGNED_IN,
    "create_lot": LOTS,
    "add_lot_finding": LOTS,
    "add_lot_event": LOTS,
    "add_lot_series_event": LOTS,
    "decide_lot": LOTS,
    # Reports.
    "draft_report": REPORTS,
    "sign_report": REPORTS,
    "list_reports": REPORTS,
    "get_report_pdf": REPORTS,
    "verify_report": ANYBODY,  # who has the hash has the report
    # Running the workshop.
    "list_people": PEOPLE,
    "add_person": PEOPLE,
    "change_person": PEOPLE,
    "reset_person": PEOPLE,
    "issue_badge": PEOPLE,
    "list_tablets": TABLETS,
    "invite_tablet": TABLETS,
    "revoke_tablet": TABLETS,
    "list_releases": OVERSEERS,
    "get_release_gate": OVERSEERS,
    "get_shadow_report": OVERSEERS,
    "promote_release": RELEASES,
    "roll_back_release": RELEASES,
    "set_shadow_release": RELEASES,
    "list_audit_entries": AUDIT,
    "export_audit_log": AUDIT,
}
