"""What Locust's users do: stations inspect an item every twelve seconds, a lead reviews."""

from __future__ import annotations

import itertools
import json
import os
from http import HTTPStatus
from pathlib import Path
from uuid import uuid4

from locust import HttpUser, constant_throughput, task

from load import ITEM_EVERY_S

_PHOTOS = [path.read_bytes() for path in sorted(Path(os.environ["LOAD_PHOTOS"]).iterdir())]
_COOKIES = json.loads(os.environ["LOAD_COOKIES"])
_SPEC = os.environ["LOAD_SPEC"]
_NEXT = itertools.cycle(_PHOTOS)
_NODES = itertools.cycle(os.environ["LOAD_NODES"].split())
"""Addresses, which stations get in turn as from a proxy."""


class Station(HttpUser):
    """A tablet at a packing station; being turned away is no failure, for it comes again."""

    wait_time = constant_throughput(1 / ITEM_EVERY_S)

    def on_start(self) -> None:
        """Sign in, on the next node."""
        self.client.base_url = next(_NODES)
        self.client.cookies.update(_COOKIES)

    @task
    def inspect(self) -> None:
        """Send one photo."""
        with self.client.post(
            "/v1/inspections",
            data={"client_id": str(uuid4()), "spec": _SPEC},
            files={"photos": ("photo.jpg", next(_NEXT), "image/jpeg")},
            name="inspect",
            catch_response=True,
        ) as answer:
            if answer.status_code == HTTPStatus.TOO_MANY_REQUESTS:
                answer.request_meta["name"] = "turned away"
                answer.success()


class Lead(HttpUser):
    """Somebody who looks through the queue."""

    fixed_count = 1
    wait_time = constant_throughput(1 / 4)

    def on_start(self) -> None:
        """Sign in."""
        self.client.cookies.update(_COOKIES)

    @task
    def review(self) -> None:
        """Open the queue, and the photo of its first item."""
        listed = self.client.get("/v1/inspections?limit=20", name="list").json()["items"]
        for item in listed[:1]:
            url = item["photos"][0]["overlay_url"]
            self.client.get(f"{url}?width=1024", name="overlay")
