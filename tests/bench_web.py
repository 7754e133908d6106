"""Time from the shutter to the answer in the browser, over loopback, with a 12-megapixel photo.

Run as `make bench-web` (or `python tests/bench_web.py [REPEATS]`); Playwright and Chromium are
needed. The service runs in a process of its own with its real pipeline and the shipped detector.
The clock is the page's own: from the moment at which the page is given the photo until the verdict
is on the screen and painted. What the device's camera needs for its photo comes on top.
"""

from __future__ import annotations

import os
import re
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track
from rich.table import Table
from served import Served, photo_jpeg
from station_page import chromium, opened

SPEC_NAME = "Mangkuk"
GOAL_MEDIAN_S, GOAL_P95_S = 0.8, 1.5


_TIMED = """
() => new Promise((resolve) => {
  const input = document.querySelector("input[type=file]");
  const begin = () => { window.beganMs = performance.now(); };
  input.addEventListener("change", begin, { capture: true });
  new MutationObserver((_, observer) => {
    if (!document.querySelector("#verdict")) return;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => {
      window.tookMs = performance.now() - window.beganMs;
    }));
  }).observe(document.body, { childList: true, subtree: true });
  resolve();
})
"""


_REQUEST = """
() => Math.max(...performance.getEntriesByType("resource")
  .filter(({ name, startTime }) => name.endsWith("/v1/inspections") && startTime > window.beganMs)
  .map(({ duration }) => duration))
"""


def answer_s(page: Any, number: int) -> tuple[float, float]:
    """Give the page one photo; return how long its answer took, and the request alone."""
    shot = {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": photo_jpeg(number)}
    page.goto("/#/")
    page.get_by_role("link", name=re.compile(f"^{SPEC_NAME}")).first.click()
    page.get_by_label("Pilih berkas").wait_for(state="attached")
    # The browser keeps 250 entries and then no more.
    page.evaluate("() => { delete window.tookMs; performance.clearResourceTimings(); }")
    page.evaluate(_TIMED)
    page.get_by_label("Pilih berkas").set_input_files(shot)
    page.wait_for_function("() => window.tookMs !== undefined", timeout=60_000)
    took_ms, request_ms = page.evaluate("window.tookMs"), page.evaluate(_REQUEST)
    return took_ms / 1000, request_ms / 1000


def main(repeats: int) -> None:
    """Measure and print a table."""
    with tempfile.TemporaryDirectory() as temporary:
        service = Served(Path(temporary) / "data")
        try:
            cookies = service.sign_in()
            with chromium() as browser, opened(browser, service, cookies) as page:
                page.goto("/")
                answer_s(page, 0)  # loads what is loaded once
                rounds = track(range(1, repeats + 1), description="12 MP", transient=True)
                answers = [answer_s(page, number) for number in rounds]
        finally:
            service.stop()
    times_s = sorted(took_s for took_s, _ in answers)
    request_s = statistics.median(request_s for _, request_s in answers)
    median_s = statistics.median(times_s)
    p95_s = times_s[min(len(times_s) - 1, round(0.95 * len(times_s)))]
    table = Table(title=f"Shutter to answer in the browser, {repeats} photos of 12 MP")
    for column in ("", "measured", "goal"):
        table.add_column(column, justify="left" if not column else "right")
    table.add_row("median", f"{median_s:.2f} s", f"{GOAL_MEDIAN_S} s")
    table.add_row("95 %", f"{p95_s:.2f} s", f"{GOAL_P95_S} s")
    table.add_row("median of the request alone", f"{request_s:.2f} s", "")
    table.add_row("fastest", f"{times_s[0]:.2f} s", "")
    table.add_row("slowest", f"{times_s[-1]:.2f} s", "")
    Console().print(table)
    Console().print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 40)
