"""Every setting of the service, grouped; each can be given by an environment variable.

`TELITI_SERVER__PORT=9000` sets `settings.server.port`: prefix `TELITI_`, groups joined by `__`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

MEBIBYTE = 1024 * 1024


class _Group(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ServerSettings(_Group):
    """Where the service listens."""

    host: str = Field(
        default="127.0.0.1",
        description="Address to listen on; 0.0.0.0 opens the service to the workshop's network.",
    )
    port: int = Field(default=8000, ge=0, le=65535, description="TCP port; 0 picks a free one.")
    https: bool = Field(
        default=False,
        description="Serve by https, with a certificate of the workshop's own authority.",
    )
    local_port: int | None = Field(
        default=None,
        ge=0,
        le=65535,
        description="TCP port by plain http for browsers on this very machine, beside https: they "
        "need no certificate; 0 picks a free one.",
    )
    install_port: int = Field(
        default=8080,
        ge=0,
        le=65535,
        description="TCP port of the page from which tablets install the authority's certificate; "
        "plain http, only with https and where the service is open to the network; 0 picks a free "
        "one.",
    )
    public_url: str | None = Field(
        default=None,
        pattern=r"^https?://[^/]+/?$",
        description="Address under which tablets reach the service, for the QR code that enrols "
        "them; the address of the browser that shows it where not given.",
    )


class StorageSettings(_Group):
    """Where inspections are kept."""

    data_dir: Path = Field(
        default=Path("data"), description="Folder of the database and of the photos."
    )
    database_url: SecretStr | None = Field(
        default=None,
        description="PostgreSQL instead of the file in the data folder: "
        "`postgresql://USER:PASSWORD@HOST/DATABASE` (needs the extra `scale`).",
    )
    objects_url: str | None = Field(
        default=None,
        pattern=r"^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9._-]+)*$",
        description="S3 instead of the data folder for photos and reports: `s3://BUCKET/PREFIX`; "
        "endpoint, region and credentials by the usual variables `AWS_…`.",
    )
    busy_timeout_s: float = Field(
        default=10, gt=0, description="How long a transaction waits for another one's lock."
    )

    @field_validator("database_url")
    @classmethod
    def _postgresql_only(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None and not url.get_secret_value().startswith("postgresql://"):
            raise ValueError("begins with postgresql://")
        return url


class UploadSettings(_Group):
    """What one request may send; checked before any photo is decoded."""

    max_photo_bytes: int = Field(
        default=25 * MEBIBYTE, gt=0, description="Largest photo accepted, in bytes."
    )
    max_photos: int = Field(default=8, ge=1, le=8, description="Most photos of one inspection.")
    max_request_bytes: int = Field(
        default=100 * MEBIBYTE,
        gt=0,
        description="Largest request accepted, in bytes; counted while it streams in.",
    )


class SignInSettings(_Group):
    """How people sign in, and for how long."""

    idle_minutes: int = Field(
        default=60, ge=1, description="Minutes without use after which a session ends."
    )
    longest_hours: int = Field(
        default=12, ge=1, le=720, description="Hours after which a session ends in any case."
    )
    code_hours: int = Field(
        default=24, ge=1, le=720, description="Hours for which a one-time code can be used."
    )
    free_attempts: int = Field(
        default=5,
        ge=1,
        le=20,
        description="Wrong attempts of a person before they have to wait; "
        "a tablet or an address has twice as many.",
    )
    first_lock_s: int = Field(
        default=30,
        ge=1,
        description="Seconds of the first wait; each further wrong attempt doubles it.",
    )
    longest_lock_s: int = Field(default=3600, ge=1, description="Seconds of the longest wait.")


class InspectionSettings(_Group):
    """How much is inspected at once."""

    workers: int = Field(default=2, ge=1, description="Inspections that run at the same time.")
    queue: int = Field(
        default=16,
        ge=0,
        le=32,
        description="Inspections that may wait at most; beyond that the answer is 429.",
    )
    answer_within_s: float = Field(
        default=2.5,
        gt=0,
        description="Seconds within which who is let in expects the answer: "
        "where the last inspections took so long that it would be later, it is 429.",
    )
    retry_after_s: int = Field(
        default=5, ge=1, description="Seconds after which a refused client should try again."
    )


class GuidanceSettings(_Group):
    """Looking at frames of the live camera, while nothing is inspected."""

    max_frame_bytes: int = Field(
        default=512 * 1024, gt=0, description="Largest frame accepted, in bytes."
    )
    max_frame_px: int = Field(
        default=1280, ge=320, description="Longest side of a frame accepted, in pixels."
    )


class ReviewSettings(_Group):
    """How leads look again at what the machine said."""

    pass_sample_rate: float = Field(
        default=0.05,
        ge=0,
        le=1,
        description="Share of passed items that are drawn at random for review, so that it is "
        "known how many defects escape.",
    )
    claim_minutes: int = Field(
        default=10,
        ge=1,
        le=480,
        description="Minutes after which an item that somebody took for review is free again.",
    )


class ReadingSettings(_Group):
    """What people measure with by hand."""

    calliper_u95_mm: float = Field(
        default=0.1,
        gt=0,
        le=5,
        description="Expanded uncertainty (k = 2) of the callipers and their use, in mm: from "
        "their certificate and a trial.",
    )
    calliper: str = Field(
        default="calliper", min_length=1, max_length=80, description="What the callipers are."
    )
    moisture_meter: str = Field(
        default="moisture meter",
        min_length=1,
        max_length=80,
        description="What the moisture meter is.",
    )


class ReportSettings(_Group):
    """What every report for a buyer says of the workshop."""

    workshop: str = Field(
        default="", max_length=120, description="Name of the workshop, as reports state it."
    )
    workshop_address: str = Field(
        default="", max_length=200, description="Address of the workshop, on one line."
    )


class WebhookSettings(_Group):
    """Which other system hears what happens."""

    url: str | None = Field(
        default=None,
        pattern=r"^https?://[^/@\s]+(/\S*)?$",
        description="Address to which every event is posted; https, unless its host is allowed.",
    )
    secret: SecretStr | None = Field(
        default=None,
        min_length=16,
        description="Key of the signature (`Teliti-Signature`), 16 characters at least; needed "
        "with `url`.",
    )
    events: tuple[str, ...] = Field(
        default=("inspection.kept", "reading.kept", "review.", "lot.", "report.signed"),
        min_length=1,
        description="Deeds of the audit log that are told, by how they begin; JSON.",
    )
    allowed_hosts: tuple[str, ...] = Field(
        default=(),
        description="Hosts that may be called although they are in a private network or speak "
        "plain http; JSON.",
    )
    timeout_s: float = Field(default=5, gt=0, le=60, description="Seconds for an answer.")
    interval_s: float = Field(default=2, gt=0, description="How often new events are looked for.")
    first_pause_s: float = Field(
        default=5, gt=0, description="Pause after a failure; each further one doubles it."
    )
    longest_pause_s: float = Field(default=3600, gt=0, description="Longest pause.")

    @model_validator(mode="after")
    def _signed(self) -> Self:
        if self.url is not None and self.secret is None:
            raise ValueError("a webhook's url needs its secret")
        return self


class MetricsSettings(_Group):
    """Figures for a monitoring system."""

    token: SecretStr | None = Field(
        default=None,
        min_length=16,
        description="What Prometheus sends as `Authorization: Bearer …` to `/metrics`, 16 "
        "characters at least; without it nothing is counted (needs the extra `scale`).",
    )


class CatalogueSettings(_Group):
    """What is known at the start besides the shipped example specs."""

    specs_dir: Path | None = Field(
        default=None, description="Folder of specs (YAML, Excel) to store at the start."
    )
    stations_dir: Path | None = Field(
        default=None, description="Folder of station files (JSON) to store at the start."
    )
    samples_dir: Path | None = Field(
        default=None, description="Folder of sample photos to inspect at the first start."
    )


class ReleaseSettings(_Group):
    """Which detector inspects."""

    folder: Path | None = Field(
        default=None,
        description="Folder of the detector release that inspects, whatever was promoted; without "
        "it the promoted one does, or the shipped one.",
    )
    shadow_interval_s: float = Field(
        default=5, gt=0, description="How often the release in shadow looks for new inspections."
    )


class Settings(BaseSettings):
    """All settings of the service."""

    model_config = SettingsConfigDict(
        env_prefix="TELITI_", env_nested_delimiter="__", frozen=True, extra="forbid"
    )

    server: ServerSettings = Field(default_factory=ServerSettings, description="Listening.")
    storage: StorageSettings = Field(default_factory=StorageSettings, description="Keeping.")
    upload: UploadSettings = Field(default_factory=UploadSettings, description="Limits.")
    sign_in: SignInSettings = Field(default_factory=SignInSettings, description="Signing in.")
    inspection: InspectionSettings = Field(
        default_factory=InspectionSettings, description="Concurrency."
    )
    guidance: GuidanceSettings = Field(
        default_factory=GuidanceSettings, description="Frames of the live camera."
    )
    review: ReviewSettings = Field(default_factory=ReviewSettings, description="Reviewing.")
    reading: ReadingSettings = Field(
        default_factory=ReadingSettings, description="Measuring by hand."
    )
    report: ReportSettings = Field(default_factory=ReportSettings, description="Reporting.")
    webhook: WebhookSettings = Field(default_factory=WebhookSettings, description="Telling.")
    metrics: MetricsSettings = Field(
        default_factory=MetricsSettings, description="Figures for a monitoring system."
    )
    catalogue: CatalogueSettings = Field(
        default_factory=CatalogueSettings, description="Specs, stations and samples to start with."
    )
    release: ReleaseSettings = Field(default_factory=ReleaseSettings, description="Detector.")
