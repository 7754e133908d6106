"""How errors reach the client: RFC 9457 problem details, rendered here and nowhere else.

Code raises a `TelitiError`; `STATUS` gives its HTTP status, `problem` its JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from qc.errors import (
    ArchiveError,
    DatasetError,
    EvaluationError,
    GaugeError,
    JudgeError,
    NormalityError,
    PhotoError,
    PhotoTooLargeError,
    ReleaseError,
    RemeasurementError,
    SamplingError,
    SpecError,
    StationError,
    TelitiError,
    VisionError,
)
from qc.samples import SampleError

PROBLEM_JSON: Final = "application/problem+json"

_MEMORY_RETRY_S: Final = 10


class NotFoundError(TelitiError):
    """The thing asked for does not exist."""

    code = "not-found"


class ConflictError(TelitiError):
    """The request contradicts what is already stored."""

    code = "conflict"


class GoneError(TelitiError):
    """The thing asked for was there and was deleted on purpose."""

    code = "gone"


class UploadError(TelitiError):
    """The upload's parts do not fit together or do not fit the spec."""

    code = "upload-invalid"


class UploadTooLargeError(UploadError):
    """The upload exceeds a limit; nothing of it was decoded."""

    code = "upload-too-large"


class RetryLaterError(TelitiError):
    """The same request can be answered later."""

    code = "retry-later"

    def __init__(self, message: str, *, retry_after_s: int, fix: str = "") -> None:
        super().__init__(message, fix=fix)
        self.retry_after_s = retry_after_s


class BusyError(RetryLaterError):
    """As many inspections as allowed are running and waiting."""

    code = "busy"


class CredentialsError(TelitiError):
    """Nobody is signed in, or not with the right credentials."""

    code = "credentials"


class CodeError(CredentialsError):
    """The one-time code is wrong, used or too old."""

    code = "code-invalid"

    def __init__(self) -> None:
        super().__init__(
            "this code is wrong, used or too old", fix="Ask a lead or an admin for a new one."
        )


class ForbiddenError(TelitiError):
    """Whoever is signed in may not do this."""

    code = "forbidden"


class StorageError(TelitiError):
    """A photo could not be written, or is not what was written."""

    code = "storage-failed"


class DatabaseError(TelitiError):
    """The database cannot be used, or not by this version of the software."""

    code = "database-unusable"


class DatabaseFullError(DatabaseError):
    """The disk of the database has no room."""

    code = "database-full"


class DatabaseDamagedError(DatabaseError):
    """The database's bytes are not what was written."""

    code = "database-damaged"


class DatabaseBusyError(RetryLaterError):
    """The database does not answer now, but may soon."""

    code = "database-busy"


class BackupError(TelitiError):
    """A snapshot cannot be made, is not whole, or cannot be used here."""

    code = "backup-invalid"


class MoveError(TelitiError):
    """A workshop cannot move to another database, or did not arrive as it was."""

    code = "move-failed"


class NotReadyError(TelitiError):
    """The service cannot take inspections now."""

    code = "not-ready"


STATUS: Final[Mapping[type[TelitiError], HTTPStatus]] = {
    TelitiError: HTTPStatus.BAD_REQUEST,
    PhotoError: HTTPStatus.UNPROCESSABLE_ENTITY,
    PhotoTooLargeError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    SpecError: HTTPStatus.UNPROCESSABLE_ENTITY,
    SampleError: HTTPStatus.UNPROCESSABLE_ENTITY,
    StationError: HTTPStatus.UNPROCESSABLE_ENTITY,
    SamplingError: HTTPStatus.UNPROCESSABLE_ENTITY,
    ReleaseError: HTTPStatus.SERVICE_UNAVAILABLE,
    RemeasurementError: HTTPStatus.UNPROCESSABLE_ENTITY,
    GaugeError: HTTPStatus.UNPROCESSABLE_ENTITY,
    VisionError: HTTPStatus.SERVICE_UNAVAILABLE,
    ArchiveError: HTTPStatus.UNPROCESSABLE_ENTITY,
    JudgeError: HTTPStatus.UNPROCESSABLE_ENTITY,
    NormalityError: HTTPStatus.UNPROCESSABLE_ENTITY,
    EvaluationError: HTTPStatus.UNPROCESSABLE_ENTITY,
    DatasetError: HTTPStatus.UNPROCESSABLE_ENTITY,
    NotFoundError: HTTPStatus.NOT_FOUND,
    GoneError: HTTPStatus.GONE,
    ConflictError: HTTPStatus.CONFLICT,
    UploadError: HTTPStatus.UNPROCESSABLE_ENTITY,
    UploadTooLargeError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    RetryLaterError: HTTPStatus.TOO_MANY_REQUESTS,
    CredentialsError: HTTPStatus.UNAUTHORIZED,
    ForbiddenError: HTTPStatus.FORBIDDEN,
    StorageError: HTTPStatus.SERVICE_UNAVAILABLE,
    DatabaseError: HTTPStatus.SERVICE_UNAVAILABLE,
    DatabaseBusyError: HTTPStatus.SERVICE_UNAVAILABLE,
    BackupError: HTTPStatus.UNPROCESSABLE_ENTITY,
    MoveError: HTTPStatus.UNPROCESSABLE_ENTITY,
    NotReadyError: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""Status of each error; a subclass that is not listed has its parent's."""


PHRASES: Final[Mapping[int, str]] = {
    400: "Bad request",
    401: "Sign-in required",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    410: "Gone",
    413: "Content too large",
    422: "Content not valid",
    429: "Too many requests",
    503: "Service unavailable",
}
"""Names of the statuses in use; those of Python change with its version."""


FIXES: Final[Mapping[int, str]] = {
    400: "Send JSON in UTF-8, or a form, as the schema at /v1/openapi.json says.",
    404: "Look the address up at /v1/openapi.json.",
    405: "Look the method up at /v1/openapi.json.",
}
"""What helps against errors that were noticed before any route was reached."""


class FieldProblem(BaseModel):
    """One part of a request, or of a file that came with it, that is not valid."""

    location: str = Field(
        description="Where: `query.limit`, `body.client_id`; in a file `line 14` or sheet and "
        "cell, `Dimensions!G7`; may be empty."
    )
    message: str
    fix: str = Field(default="", description="What a person can do about it; may be empty.")


class Problem(BaseModel):
    """An error as of RFC 9457."""

    type: str = Field(description="Identifies the kind of problem: `urn:teliti:problem:<code>`.")
    title: str = Field(description="Short, the same for every problem of this kind.")
    status: int
    detail: str = Field(description="What is wrong here, one sentence.")
    instance: str = Field(description="This occurrence; the service's log carries the same id.")
    code: str = Field(description="Stable and machine-readable.")
    fix: str = Field(description="What a person can do about it; may be empty.")
    errors: tuple[FieldProblem, ...] = Field(description="Single faults of an invalid request.")


def status_of(error: TelitiError) -> HTTPStatus:
    """Return the HTTP status of an error."""
    return next(STATUS[cls] for cls in type(error).__mro__ if cls in STATUS)


def problem(
    request: Request,
    status: int,
    code: str,
    detail: str,
    *,
    fix: str = "",
    errors: tuple[FieldProblem, ...] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Render one problem."""
    content = Problem(
        type=f"urn:teliti:problem:{code}",
        title=code.replace("-", " ").capitalize(),
        status=status,
        detail=detail,
        instance=f"urn:uuid:{request.scope['request_id']}",
        code=code,
        fix=fix,
        errors=errors,
    )
    return Response(
        content.model_dump_json(), status_code=status, media_type=PROBLEM_JSON, headers=headers
    )


def unexpected(request: Request) -> Response:
    """Render a failure of the service itself, without its internals."""
    return problem(
        request,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "internal-error",
        "The service failed. Nothing was stored.",
        fix="Try again; if it fails again, give the instance to whoever runs the service.",
    )


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Declare the problems that a route answers with, for its OpenAPI operation."""
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {
        status: {"description": PHRASES[status], "content": {PROBLEM_JSON: schema}}
        for status in statuses
    }


def install_error_handlers(app: FastAPI) -> None:
    """Render every expected error of `app` as a problem."""

    @app.exception_handler(TelitiError)
    async def on_teliti_error(request: Request, error: TelitiError) -> Response:
        headers = {}
        if isinstance(error, RetryLaterError):
            headers["Retry-After"] = str(error.retry_after_s)
        if isinstance(error, CredentialsError):
            headers["WWW-Authenticate"] = 'Cookie realm="Teliti"'  # RFC 9110 asks for one
        return problem(
            request,
            status_of(error),
            error.code,
            f"{error.message[:1].upper()}{error.message[1:]}.",
            fix=error.fix,
            errors=tuple(
                FieldProblem(location=fault.location, message=fault.message, fix=fault.fix)
                for fault in error.faults
            ),
            headers=headers,
        )

    @app.exception_handler(RequestValidationError)
    async def on_validation_error(request: Request, error: RequestValidationError) -> Response:
        faults = tuple(
            FieldProblem(location=".".join(map(str, fault["loc"])), message=fault["msg"])
            for fault in error.errors()
        )
        detail = "; ".join(f"{fault.location}: {fault.message}" for fault in faults)
        return problem(
            request,
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "request-invalid",
            f"The request is not valid: {detail}.",
            fix="Correct the parts named and send it again.",
            errors=faults,
        )

    @app.exception_handler(HTTPException)
    async def on_http_exception(request: Request, error: HTTPException) -> Response:
        phrase = PHRASES.get(error.status_code, "HTTP error")
        return problem(
            request,
            error.status_code,
            phrase.lower().replace(" ", "-"),
            error.detail,
            fix=FIXES.get(error.status_code, ""),
            headers=error.headers,
        )

    @app.exception_handler(MemoryError)
    async def on_memory_error(request: Request, _error: MemoryError) -> Response:
        return problem(
            request,
            HTTPStatus.SERVICE_UNAVAILABLE,
            "out-of-memory",
            "The machine has too little memory for this now.",
            fix=f"Try again in {_MEMORY_RETRY_S} seconds; nothing was stored, and nothing is lost.",
            headers={"Retry-After": str(_MEMORY_RETRY_S)},
        )
