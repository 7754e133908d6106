"""Specs are stored once and never change: what an inspection was judged by stays known.

A version counts from its effective day on and replaces all lower ones. The day is the server's.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime

import structlog
from sqlalchemy.orm import Session

from qc.spec.diff import compare
from qc.spec.models import Spec
from service.actor import SYSTEM, Actor
from service.audit import service as audit
from service.errors import ConflictError, NotFoundError, UploadError
from service.specs import repository
from service.specs.models import GoldenPhotoRow, SpecRow
from service.specs.schemas import (
    GoldenLink,
    SpecDiff,
    SpecInForce,
    SpecSummary,
    SpecUpload,
    SpecVersion,
    golden_url,
)

_log = structlog.get_logger(__name__)


class SpecUnknownError(NotFoundError):
    """No spec of this id and version is stored."""

    code = "spec-unknown"


class SpecNotInForceError(NotFoundError):
    """The spec, or this version of it, does not count yet."""

    code = "spec-not-in-force"


class SpecVersionError(ConflictError):
    """The version cannot be added to those that are there."""

    code = "spec-version-taken"


class EffectiveDayError(UploadError):
    """A version cannot count from this day."""

    code = "effective-day-past"


def today() -> date:
    """Return the server's day: versions take effect at its midnight."""
    return date.today()


def get_spec(session: Session, spec_id: str, version: int | None = None) -> Spec:
    """Return a version of a spec, the one in force where none is named.

    Raises:
        SpecUnknownError: there is none.
        SpecNotInForceError: no version counts yet, and none was named.
    """
    if version is not None:
        return _spec(_find(session, spec_id, version))
    row = repository.newest(session, spec_id, today())
    if row is None:
        upcoming = repository.newest(session, spec_id)
        if upcoming is None:
            raise SpecUnknownError(
                f"spec {spec_id!r} is not known", fix="Choose one of those at /v1/specs."
            )
        raise SpecNotInForceError(
            f"no version of spec {spec_id!r} counts before {upcoming.effective_on}",
            fix="Wait for that day, or store a version that counts from today.",
        )
    return _spec(row)


def require_begun(session: Session, spec_id: str, version: int) -> None:
    """Make sure that items may be judged by a version: it counts, or counted once.

    Raises:
        SpecUnknownError, SpecNotInForceError: they may not.
    """
    row = _find(session, spec_id, version)
    if row.effective_on > today():
        raise SpecNotInForceError(
            f"spec {spec_id}@{version} counts from {row.effective_on} on",
            fix="Send no version: the one that counts is used.",
        )


def list_in_force(session: Session) -> list[SpecInForce]:
    """Return the version of every spec that counts today, by id."""
    golden = _golden_links(session)
    return [
        SpecInForce(
            **dict(SpecSummary.of(_spec(row))),
            effective_on=row.effective_on,
            golden=golden[row.id, row.version],
        )
        for row in repository.in_force(session, today())
    ]


def list_versions(session: Session, spec_id: str | None) -> list[SpecVersion]:
    """Return all versions, of one spec or of every one: by id, newest first."""
    counting = {(row.id, row.version) for row in repository.in_force(session, today())}
    golden = _golden_links(session)
    return [
        _version(row, (row.id, row.version) in counting, golden[row.id, row.version])
        for row in repository.versions(session, spec_id)
    ]


def diff(session: Session, spec_id: str, version: int, against: int | None) -> SpecDiff:
    """Return what a version changed, against the one before where none is named.

    Raises:
        SpecUnknownError: there is no such version, or none before it.
    """
    after = get_spec(session, spec_id, version)
    if against is None:
        row = repository.below(session, spec_id, version)
        if row is None:
            raise SpecUnknownError(
                f"{after.reference} is the first version", fix="Name another one with `against`."
            )
        against = row.version
    before = get_spec(session, spec_id, against)
    return SpecDiff(id=spec_id, version=version, against=against, changes=compare(before, after))


def store_spec(session: Session, spec: Spec) -> None:
    """Store a spec that the service found, unless this version is there.

    A stored version wins over a changed one. A new one counts from today.
    """
    row = session.get(SpecRow, (spec.id, spec.version))
    if row is None:
        _add(session, SYSTEM, spec, today())
    elif _spec(row) != spec:
        _log.warning(
            "spec changed without a new version; the stored one stays", spec=spec.reference
        )


def offer(
    session: Session,
    actor: Actor,
    spec: Spec,
    effective_on: date | None,
    *,
    keep_golden: bool,
    trial: bool,
) -> SpecUpload:
    """Store a new version, or only say what it would change.

    Sending the same version again changes nothing and gives the same answer.

    Args:
        session: a writing transaction, unless it is a trial.
        actor: who stores it.
        spec: what the file holds.
        effective_on: from when it counts; today where not given.
        keep_golden: take over the golden samples of the version before, for views of that name.
        trial: store nothing.

    Raises:
        SpecVersionError: the version is stored with another content, or is not the highest.
        EffectiveDayError: the day is over: the past is never changed.
    """
    stored = session.get(SpecRow, (spec.id, spec.version))
    newest = repository.newest(session, spec.id)
    same = stored is not None and _spec(stored) == spec
    if newest is not None and spec.version <= newest.version and not same:
        raise SpecVersionError(
            f"{spec.id}@{newest.version} is stored already, and a stored version never changes",
            fix=f"Give the spec version {newest.version + 1}.",
        )
    day = effective_on or today()
    if stored is not None:
        day = stored.effective_on
    elif day < today():
        raise EffectiveDayError(
            f"{day} is over, and items of that day were judged by what counted then",
            fix="Choose today or a later day.",
        )
    before = repository.below(session, spec.id, spec.version)
    if not trial and stored is None:
        _add(session, actor, spec, day)
        if keep_golden and before is not None:
            _take_over_golden(session, actor, before, spec)
    return SpecUpload(
        stored=not trial,
        spec=spec,
        effective_on=day,
        against=None if before is None else before.version,
        changes=() if before is None else compare(_spec(before), spec),
    )


def _find(session: Session, spec_id: str, version: int) -> SpecRow:
    row = repository.find(session, spec_id, version)
    if row is None:
        raise SpecUnknownError(
            f"spec {spec_id}@{version} is not known", fix="Choose one of those at /v1/specs."
        )
    return row


def _spec(row: SpecRow) -> Spec:
    return Spec.model_validate_json(row.document)


def _add(session: Session, actor: Actor, spec: Spec, effective_on: date) -> None:
    row = SpecRow(
        id=spec.id,
        version=spec.version,
        document=spec.model_dump_json(),
        stored_at=datetime.now(UTC),
        effective_on=effective_on,
        stored_by_id=actor.person_id,
    )
    repository.add(session, row)
    session.flush()  # golden samples name it
    audit.record(session, actor, "spec.stored", f"spec/{spec.reference}", after=spec)
    audit.record(session, actor, "spec.dated", f"spec/{spec.reference}/{effective_on}")


def _take_over_golden(session: Session, actor: Actor, before: SpecRow, spec: Spec) -> None:
    views = {view.name for view in spec.views}
    for photo in repository.golden_photos(session, before.id, before.version):
        if photo.view in views:
            kept = GoldenPhotoRow(
                spec_id=spec.id,
                spec_version=spec.version,
                view=photo.view,
                sha256=photo.sha256,
                size_bytes=photo.size_bytes,
                added_by_id=actor.require_person(),
                added_at=datetime.now(UTC),
            )
            repository.add(session, kept)
            subject = f"spec/{spec.reference}/{photo.view}"
            audit.record(session, actor, "spec.golden-kept", subject, after=photo.sha256)


def _golden_links(session: Session) -> defaultdict[tuple[str, int], tuple[GoldenLink, ...]]:
    links: defaultdict[tuple[str, int], tuple[GoldenLink, ...]] = defaultdict(tuple)
    for spec_id, version, view in repository.golden_views(session):
        link = GoldenLink(view=view, photo_url=golden_url(spec_id, version, view))
        links[spec_id, version] += (link,)
    return links


def golden_links(session: Session, spec_id: str, version: int) -> tuple[GoldenLink, ...]:
    """Return where the photos of a version's golden samples are."""
    return tuple(
        GoldenLink(view=row.view, photo_url=golden_url(spec_id, version, row.view))
        for row in repository.golden_photos(session, spec_id, version)
    )


def _version(row: SpecRow, counts: bool, golden: tuple[GoldenLink, ...]) -> SpecVersion:
    spec = _spec(row)
    return SpecVersion(
        id=spec.id,
        version=spec.version,
        buyer=spec.buyer,
        example=spec.example,
        product=spec.product,
        views=tuple(view.name for view in spec.views),
        effective_on=row.effective_on,
        in_force=counts,
        stored_at=row.stored_at,
        stored_by=row.stored_by.name if row.stored_by else None,
        golden=golden,
    )
