"""Known vulnerabilities of what is installed, as PyPI publishes them (`make audit`).

pip-audit calls an environment clean as well where the registry does not answer with
vulnerabilities, as mirrors do not. So one release that is known to be vulnerable is asked for
along with the others: where nothing comes back for it, nothing was learned about the rest.

Exit status: 0 nothing known, 1 something is, 2 it could not be asked.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from importlib.metadata import distributions
from typing import Any

CONTROL = ("jinja2", "2.4.1")  # CVE-2014-1402 and others, published since 2014
OURS = "teliti"


def installed() -> dict[str, str]:
    """Return name and version of every distribution here but our own."""
    found = {dist.metadata["Name"].lower(): dist.version for dist in distributions()}
    return {name: found[name] for name in sorted(found) if name != OURS}


def ask(pinned: list[tuple[str, str]]) -> list[dict[str, Any]]:
    """Let pip-audit ask PyPI about exact releases; whatever goes wrong, nothing comes back."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.writelines(f"{name}=={version.partition('+')[0]}\n" for name, version in pinned)
        file.flush()
        command = [sys.executable, "-m", "pip_audit", "--vulnerability-service", "pypi"]
        options = ["--no-deps", "--disable-pip", "--format", "json", "--progress-spinner", "off"]
        done = subprocess.run(
            [*command, *options, "--requirement", file.name],
            capture_output=True,
            text=True,
            check=False,
        )
    try:
        return list(json.loads(done.stdout)["dependencies"])
    except (ValueError, KeyError):
        print(done.stderr.strip()[-2000:], file=sys.stderr)
        return []


def judge(
    control: list[dict[str, Any]], dependencies: list[dict[str, Any]], asked: int
) -> tuple[int, list[str]]:
    """Return the exit status and what to say, from the answers of pip-audit.

    Args:
        control: about the release that is known to be vulnerable.
        dependencies: about what is installed.
        asked: how many releases that were.
    """
    if not any(answer.get("vulns") for answer in control):
        said = f"PyPI's vulnerabilities could not be asked for: {CONTROL[0]} {CONTROL[1]}, which "
        return 2, [f"{said}has known ones, came back without. Nothing is known about the others."]
    lines, unknown = [], [answer for answer in dependencies if "skip_reason" in answer]
    for answer in dependencies:
        for found in answer.get("vulns", ()):
            better = ", ".join(found.get("fix_versions", ())) or "no version"
            lines.append(f"{answer['name']} {answer['version']}: {found['id']}, mended in {better}")
    missing = asked - len(dependencies)
    lines += [f"{answer['name']}: {answer['skip_reason']}" for answer in unknown]
    if missing:
        lines.append(f"{missing} were not answered")
    heard = asked - missing - len(unknown)
    vulnerable = any(answer.get("vulns") for answer in dependencies)
    lines.append(f"{heard} of {asked} distributions asked about")
    return (1 if vulnerable else 2 if missing or unknown else 0), lines


def main() -> int:
    """Ask about the control first, and about everything only if it is answered."""
    control = ask([CONTROL])
    here = installed()
    answerable = any(answer.get("vulns") for answer in control)
    dependencies = ask(list(here.items())) if answerable else []
    status, lines = judge(control, dependencies, len(here))
    print("\n".join(lines))
    return status


if __name__ == "__main__":
    sys.exit(main())
