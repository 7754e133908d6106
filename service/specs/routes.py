"""HTTP of specs."""

from __future__ import annotations

from enum import StrEnum
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, File, Form, Path, Query, Response, UploadFile

from qc.errors import SpecError
from qc.photo import decode_photo
from qc.spec.files import MAX_FILE_BYTES, parse_file
from qc.spec.models import Slug, Spec
from qc.spec.workbook import template_workbook, write_workbook
from qc.spec.writer import to_yaml
from service.database import once_more
from service.days import Day
from service.errors import UploadTooLargeError, problems
from service.guard import GuardedRoute, SignedInDep
from service.pictures import FOR_EVER, PICTURE, IfNoneMatch, Width, answer, jpeg
from service.runtime import ReadSession, RuntimeDep
from service.specs import golden, service
from service.specs.schemas import (
    GoldenPhoto,
    SpecDiff,
    SpecList,
    SpecResource,
    SpecUpload,
    SpecVersionList,
)

router = APIRouter(prefix="/v1", tags=["specs"], route_class=GuardedRoute)

_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_YAML: Final = "application/yaml"
_BINARY: Final = {"schema": {"type": "string", "format": "binary"}}
_MAPPING: Final = {"schema": {"type": "object"}}
"""What a YAML file says once it is read, as OpenAPI has it of every media type with data."""
_WORKBOOK: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "An Excel workbook.", "content": {_XLSX: _BINARY}}
}
_FILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "The spec.", "content": {_XLSX: _BINARY, _YAML: _MAPPING}}
}

_MAX_VERSION = 2**31 - 1
Version = Annotated[int, Path(ge=1, le=_MAX_VERSION)]


class FileFormat(StrEnum):
    """How a spec is written."""

    XLSX = "xlsx"
    YAML = "yaml"


@router.get("/specs")
def list_specs(session: ReadSession) -> SpecList:
    """List the version of every spec that counts today."""
    return SpecList(items=tuple(service.list_in_force(session)))


@router.post(
    "/specs",
    status_code=201,
    responses={
        200: {"model": SpecUpload, "description": "A trial: what storing it would change."},
        **problems(400, 409, 413, 422),
    },
)
def store_spec_version(
    runtime: RuntimeDep,
    visitor: SignedInDep,
    response: Response,
    file: Annotated[UploadFile, File(description="Excel workbook (.xlsx) or YAML.")],
    effective_on: Annotated[
        Day | None, Form(description="From when the version counts; today where not given.")
    ] = None,
    keep_golden: Annotated[
        bool, Form(description="Take over the golden samples of the version before.")
    ] = False,
    trial: Annotated[bool, Form(description="Check and compare only; store nothing.")] = False,
) -> SpecUpload:
    """Store a new version of a spec.

    Every fault of the file is one of `errors`, with sheet and cell or line. The same file again
    gives the same answer.
    """
    spec = _read(file)

    def offer() -> SpecUpload:
        database = runtime.database
        with database.reading() if trial else database.writing() as session:
            return service.offer(
                session, visitor.actor, spec, effective_on, keep_golden=keep_golden, trial=trial
            )

    found = once_more(offer)
    response.status_code = HTTPStatus.OK if trial else HTTPStatus.CREATED
    return found


@router.get("/specs/{spec_id}", responses=problems(404, 422))
def get_spec(
    session: ReadSession,
    spec_id: Slug,
    version: Annotated[
        int | None, Query(ge=1, le=_MAX_VERSION, description="The one in force where not given.")
    ] = None,
) -> SpecResource:
    """Give one spec with all its limits."""
    return SpecResource.of(service.get_spec(session, spec_id, version))


@router.get("/specs/{spec_id}/{version}/diff", responses=problems(404, 422))
def compare_spec_versions(
    session: ReadSession,
    spec_id: Slug,
    version: Version,
    against: Annotated[
        int | None, Query(ge=1, le=_MAX_VERSION, description="The one before where not given.")
    ] = None,
) -> SpecDiff:
    """Say what a version changed, field by field."""
    return service.diff(session, spec_id, version, against)


@router.get(
    "/specs/{spec_id}/{version}/file",
    response_class=Response,
    responses=_FILE | problems(404, 422),
)
def get_spec_file(
    session: ReadSession,
    spec_id: Slug,
    version: Version,
    file_format: Annotated[
        FileFormat, Query(alias="format", description="Excel or YAML.")
    ] = FileFormat.XLSX,
) -> Response:
    """Give a spec as a file that can be changed and stored as the next version."""
    spec = service.get_spec(session, spec_id, version)
    if file_format is FileFormat.XLSX:
        return _download(write_workbook(spec), f"{spec_id}-{version}.xlsx", _XLSX)
    return _download(to_yaml(spec).encode(), f"{spec_id}-{version}.yaml", _YAML)


@router.get(
    "/specs/{spec_id}/{version}/golden/{view}",
    response_class=Response,
    responses=PICTURE | problems(404, 422, 503),
)
def get_golden_photo(
    runtime: RuntimeDep,
    spec_id: Slug,
    version: Version,
    view: Slug,
    width: Width = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Give the photo of a view's golden sample: JPEG, upright, without EXIF."""
    sha256 = golden.find_sha256(runtime, spec_id, version, view)
    return answer(
        f"golden-{sha256[:32]}-{width or 'full'}",
        FOR_EVER,
        if_none_match,
        lambda: jpeg(decode_photo(runtime.photos.get(sha256)).pixels, width),
    )


@router.post(
    "/specs/{spec_id}/{version}/golden/{view}",
    status_code=201,
    responses=problems(400, 404, 409, 413, 422, 429, 503),
)
def add_golden_photo(
    runtime: RuntimeDep,
    visitor: SignedInDep,
    spec_id: Slug,
    version: Version,
    view: Slug,
    photo: Annotated[UploadFile, File(description="Of the approved sample, on the mat.")],
) -> GoldenPhoto:
    """Keep the photo of an approved sample with a version. It never changes afterwards."""
    return golden.add(runtime, visitor.actor, spec_id, version, view, photo.file)


@router.get("/spec-versions", responses=problems(422))
def list_spec_versions(
    session: ReadSession,
    spec: Annotated[Slug | None, Query(description="Only those of this spec.")] = None,
) -> SpecVersionList:
    """List all versions of specs, also those that do not count yet or any more."""
    return SpecVersionList(items=tuple(service.list_versions(session, spec)))


@router.get("/spec-template", response_class=Response, responses=_WORKBOOK)
def get_spec_template() -> Response:
    """Give an empty workbook that a buyer's merchandiser can fill in."""
    return _download(template_workbook(), "spec.xlsx", _XLSX)


def _read(file: UploadFile) -> Spec:
    name = (file.filename or "spec").rpartition("/")[2][-100:]
    data = file.file.read(MAX_FILE_BYTES + 1)
    if len(data) > MAX_FILE_BYTES:
        raise UploadTooLargeError(
            f"the file is larger than {MAX_FILE_BYTES // 1024**2} MiB",
            fix="A spec is short: remove pictures and other sheets.",
        )
    spec = parse_file(data, name)
    if spec.version > _MAX_VERSION:
        raise SpecError(f"version {spec.version} is too large", fix="Count versions from 1.")
    return spec


def _download(content: bytes, name: str, media_type: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, media_type=media_type, headers=headers)
