"""Reading inspections and their pictures back."""

import io
from uuid import UUID, uuid4

import numpy as np
import pytest
from conftest import SPEC, House, jpeg
from PIL import ExifTags, Image

from qc.spec.models import Spec
from service.specs.service import store_spec

UNKNOWN = UUID(int=7)  # fixed, so that parallel runs collect the same tests


def test_pages_are_newest_first_and_stable_while_inspections_arrive(house: House) -> None:
    ids = [house.upload().json()["id"] for _ in range(5)]

    seen, cursor = [], None
    while True:
        params = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = house.client.get("/v1/inspections", params=params).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
        house.upload()

    assert seen == ids[::-1]


def test_inspections_are_filtered_by_spec_and_verdict(house: House) -> None:
    other = Spec.model_validate(SPEC.model_dump() | {"id": "other-bowl"})
    with house.runtime.database.writing() as session:
        store_spec(session, other)
    wanted = house.upload(spec="other-bowl").json()["id"]
    house.upload()

    def ids(**params: str) -> list[str]:
        page = house.client.get("/v1/inspections", params=params).json()
        return [item["id"] for item in page["items"]]

    assert ids(spec="other-bowl") == [wanted]
    assert ids(spec="other-bowl", verdict="fail") == [wanted]
    assert ids(verdict="pass") == []
    assert len(ids()) == 2


@pytest.mark.parametrize(
    "params", [{"limit": 0}, {"limit": 101}, {"cursor": "x"}, {"verdict": "x"}]
)
def test_a_page_that_cannot_be_is_refused(house: House, params: dict[str, str | int]) -> None:
    response = house.client.get("/v1/inspections", params=params)
    assert (response.status_code, response.json()["code"]) == (422, "request-invalid")


def test_an_unknown_cursor_is_refused(house: House) -> None:
    response = house.client.get("/v1/inspections", params={"cursor": str(uuid4())})
    assert (response.status_code, response.json()["code"]) == (404, "cursor-unknown")


@pytest.mark.parametrize(
    "path",
    [
        f"/v1/inspections/{UNKNOWN}",
        f"/v1/inspections/{UNKNOWN}/photos/top",
        f"/v1/inspections/{UNKNOWN}/overlays/top",
        "/v1/inspections/..%2f..%2fteliti.sqlite3",
        "/v1/inspections/x/photos/..%2f..%2f..%2fetc%2fpasswd",
        "/v1/specs/..%2f..%2fetc%2fpasswd",
        "/v1/no-such-thing",
    ],
)
def test_what_is_not_there_is_a_problem(house: House, path: str) -> None:
    response = house.client.get(path)
    assert response.status_code in (404, 422)
    assert response.headers["content-type"] == "application/problem+json"


def test_a_view_that_was_not_photographed_is_not_there(house: House) -> None:
    answer = house.upload().json()
    response = house.client.get(f"/v1/inspections/{answer['id']}/photos/underside")
    assert (response.status_code, response.json()["code"]) == (404, "inspection-unknown")


def test_a_photo_comes_upright_and_without_its_exif(house: House) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6  # turn right to see it upright
    exif[ExifTags.Base.Make] = "Maker of tablets"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (7.0, 48.0, 0.0)
    sent = jpeg(exif=exif.tobytes())
    assert b"Maker of tablets" in sent

    url = house.upload(sent).json()["photos"][0]["photo_url"]
    response = house.client.get(url)

    assert response.headers["content-type"] == "image/jpeg"
    assert b"Exif" not in response.content
    assert b"Maker of tablets" not in response.content
    with Image.open(io.BytesIO(response.content)) as got, Image.open(io.BytesIO(sent)) as photo:
        assert not got.getexif()
        assert got.size == (240, 320)
        upright = np.asarray(photo.transpose(Image.Transpose.ROTATE_270), dtype=float)
        assert np.abs(np.asarray(got, dtype=float) - upright).mean() < 3


@pytest.mark.parametrize("kind", ["photo_url", "overlay_url"])
def test_pictures_are_made_smaller_never_larger(house: House, kind: str) -> None:
    url = house.upload().json()["photos"][0][kind]

    sizes = {}
    for width in (80, 4096):
        with Image.open(io.BytesIO(house.client.get(url, params={"width": width}).content)) as got:
            sizes[width] = got.size

    assert sizes == {80: (80, 60), 4096: (320, 240)}


@pytest.mark.parametrize("width", ["0", "15", "4097", "x"])
def test_widths_are_bounded(house: House, width: str) -> None:
    url = house.upload().json()["photos"][0]["photo_url"]
    assert house.client.get(url, params={"width": width}).status_code == 422


@pytest.mark.parametrize("kind", ["photo_url", "overlay_url"])
def test_a_picture_that_the_client_has_is_not_sent_again(house: House, kind: str) -> None:
    url = house.upload().json()["photos"][0][kind]
    first = house.client.get(url)
    etag = first.headers["etag"]

    again = house.client.get(url, headers={"if-none-match": etag})
    smaller = house.client.get(url, params={"width": 64}, headers={"if-none-match": etag})

    assert first.headers["cache-control"].startswith("private, max-age=")
    assert (again.status_code, again.content) == (304, b"")
    assert smaller.status_code == 200


def test_an_overlay_differs_from_its_photo(house: House) -> None:
    photo = house.upload().json()["photos"][0]
    plain, drawn = (
        np.asarray(Image.open(io.BytesIO(house.client.get(photo[kind]).content)), dtype=float)
        for kind in ("photo_url", "overlay_url")
    )
    assert plain.shape == drawn.shape
    assert np.abs(plain - drawn).max() > 50


@pytest.mark.parametrize("kind", ["photo_url", "overlay_url"])
def test_a_picture_of_an_item_that_was_not_found_shows_the_whole_photo(
    house: House, kind: str
) -> None:
    url = house.upload().json()["photos"][0][kind]
    whole, item = (house.client.get(url, params={"frame": f}) for f in ("photo", "item"))
    assert item.content == whole.content
    assert item.headers["etag"] != whole.headers["etag"]
    assert house.client.get(url, params={"frame": "mat"}).status_code == 422


@pytest.mark.files
def test_a_photo_that_changed_on_the_disk_is_never_served(house: House) -> None:
    photo = house.upload().json()["photos"][0]
    folder = house.runtime.settings.storage.data_dir / "photos"
    path = folder / photo["sha256"][:2] / photo["sha256"]
    path.write_bytes(jpeg(9))

    response = house.client.get(photo["photo_url"])

    assert (response.status_code, response.json()["code"]) == (503, "storage-failed")
