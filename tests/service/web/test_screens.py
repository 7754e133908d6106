"""The screenshots in docs/ are of every page of the client, in both orientations, and light."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from screens.shots import ADDRESSES, LANDSCAPE, PORTRAIT, SHARE, SHOTS, document, files_of

from service import webclient

DOCS = Path(__file__).parents[3] / "docs"
ROUTES = Path(webclient.BUNDLE).parent / "src" / "route.ts"
MOST_BYTES = 4_000_000


def pages() -> set[str]:
    """The pages that the client's router knows."""
    union = ROUTES.read_text(encoding="utf-8").split("export type Route =")[1].split(";\n\n")[0]
    return set(re.findall(r'\{ page: "(\w+)"', union))


def test_every_route_of_the_client_has_a_screenshot() -> None:
    assert len(pages()) > 15, "the routes are read"
    assert set(ADDRESSES) == pages()
    assert {shot.page for shot in SHOTS} == pages()


def test_names_are_given_once() -> None:
    names = [shot.name for shot in SHOTS]
    assert len(names) == len(set(names))


def test_pictures_and_page_are_those_of_the_list() -> None:
    there = {path.stem for path in (DOCS / "screenshots").glob("*.webp")}
    assert there == set(files_of(SHOTS)), "run `make screenshots`"
    assert (DOCS / "screens.md").read_text(encoding="utf-8") == document()


def test_pictures_are_light() -> None:
    sizes = [path.stat().st_size for path in (DOCS / "screenshots").iterdir()]
    assert sum(sizes) < MOST_BYTES


@pytest.mark.parametrize("shot", SHOTS, ids=lambda shot: shot.name)
def test_both_orientations_are_there(shot: Any) -> None:
    for name, size in zip(files_of([shot]), (LANDSCAPE, PORTRAIT), strict=True):
        with Image.open(DOCS / "screenshots" / f"{name}.webp") as picture:
            assert picture.size == tuple(round(edge * SHARE) for edge in size)


def test_every_picture_that_the_documentation_shows_is_there() -> None:
    for page in (DOCS.parent / "README.md", *DOCS.glob("*.md")):
        for path in re.findall(r"\]\(([^)]*screenshots/[^)]*)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / path).is_file(), f"{page.name} shows {path}"
