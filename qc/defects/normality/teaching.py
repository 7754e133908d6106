"""From photos of good items to a memory: reading, learning, outliers, threshold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from qc.defects.normality.bank import DefectBank
from qc.defects.normality.encoder import Encoder
from qc.defects.normality.learning import Augmentation, Track, learn, no_progress
from qc.defects.normality.model import GoodPhoto, Normality, NormalityCard
from qc.defects.normality.picture import (
    Picture,
    fitting_scale,
    outlined_parts,
    surface_pictures,
    whole_picture,
)
from qc.defects.normality.storage import assemble
from qc.defects.normality.threshold import CONFIDENCE, choose_threshold
from qc.errors import Fault, NormalityError, OutlierError, TelitiError
from qc.geometry.station import Station
from qc.photo import Photo
from qc.spec.models import Spec

_KEPT_PICTURES = 256
"""Photos whose pictures are kept between the two readings; more are decoded again."""


@dataclass(frozen=True, slots=True)
class Line:
    """One view of a product line.

    `height_mm` of the surface above the mat; `false_reject` share of good items that may alarm,
    None for the least that the photos can promise; `keep_outliers` learns from photos that are
    unlike the others instead of refusing them.
    """

    name: str
    spec: str | None = None
    view: str | None = None
    height_mm: float = 0.0
    size_px: int = 384
    augmentation: Augmentation = field(default_factory=Augmentation)
    false_reject: float | None = None
    keep_outliers: bool = False

    @classmethod
    def of_spec(
        cls,
        name: str,
        spec: Spec,
        view: str | None = None,
        *,
        size_px: int = 384,
        augmentation: Augmentation | None = None,
        false_reject: float | None = None,
        keep_outliers: bool = False,
    ) -> Line:
        """Return the line of a spec's view, the first one where none is named.

        Raises:
            TelitiError: the spec has no such view.
        """
        names = [one.name for one in spec.views]
        view = view or names[0]
        if view not in names:
            raise TelitiError(
                f"spec {spec.reference} has no view {view!r}",
                fix=f"Use one of: {', '.join(names)}.",
            )
        height_mm = max(spec.heights_mm(view), default=0.0)
        return cls(
            name,
            spec.reference,
            view,
            height_mm,
            size_px,
            augmentation or Augmentation(),
            false_reject,
            keep_outliers,
        )


def require_item_on_mat(photo: Photo, station: Station | None = None) -> None:
    """Make sure that a photo shows a whole item on the mat.

    Raises:
        NormalityError: it does not.
    """
    if outlined_parts(photo, station) is None:
        raise NormalityError("no mat in the photo", fix="Lay the item on the mat.")


def teach(
    names: Sequence[str],
    open_photo: Callable[[int], Photo],
    line: Line,
    encoder: Encoder,
    station: Station | None = None,
    track: Track = no_progress,
) -> Normality:
    """Teach a product line from photos of good items.

    Args:
        names: of the photos, for messages.
        open_photo: gives photo `0 … len(names) - 1`; may be called twice for each.
        line: what is taught.
        encoder: describes patches.
        station: calibration of camera and mat.
        track: shows the progress.

    Raises:
        NormalityError: too few photos, a photo given twice, photos with and without a mat,
            a photo of something else among them, or too few for the promise asked for;
            `faults` name the photos to look at.
    """
    good = _GoodPhotos(names, open_photo, line, station)
    learnt = learn(len(names), good.pictures, encoder, line.augmentation, track=track)
    strange = learnt.outliers()
    if strange and not line.keep_outliers:
        median = float(sorted(learnt.scores)[len(names) // 2])
        listed = ", ".join(f"{names[i]} ({learnt.scores[i] / median:.1f}×)" for i in strange[:10])
        more = f" and {len(strange) - 10} more" if len(strange) > 10 else ""
        raise OutlierError(
            f"unlike the other good photos: {listed}{more}",
            fix="Look at them. Leave out what is not good or not this product; "
            "--keep-outliers learns from them nevertheless.",
            faults=tuple(
                Fault(names[i], f"{learnt.scores[i] / median:.1f} times as unlike as usual", "")
                for i in strange
            ),
        )
    threshold = choose_threshold(learnt.scores, line.false_reject)
    card = NormalityCard(
        name=line.name,
        spec=line.spec,
        view=line.view,
        encoder=encoder.reference,
        encoder_sha256=encoder.release.sha256,
        size_px=line.size_px,
        mm_per_px=good.mm_per_px,
        height_mm=line.height_mm,
        turns=line.augmentation.turns,
        light=line.augmentation.light,
        photos=tuple(
            GoodPhoto(name=name, sha256=good.sha256[i], score=float(learnt.scores[i]))
            for i, name in enumerate(names)
        ),
        threshold=threshold.value,
        confidence=CONFIDENCE,
        false_reject_bound=threshold.false_reject_bound,
        suspicion_weight=learnt.suspicion.weight,
        usual_suspicion=learnt.suspicion.usual,
    )
    bank = DefectBank.empty(learnt.memory.vectors.shape[1])
    return assemble(card, learnt.memory, bank, encoder)


class _GoodPhotos:
    """Reads photos; the first decides whether items lie on a mat, and at what scale."""

    def __init__(
        self,
        names: Sequence[str],
        open_photo: Callable[[int], Photo],
        line: Line,
        station: Station | None,
    ) -> None:
        self.mm_per_px: float | None = None
        self.sha256: dict[int, str] = {}
        self.pictures = lru_cache(_KEPT_PICTURES)(self._read)
        self._first_of: dict[str, int] = {}
        self._names = names
        self._open = open_photo
        self._line = line
        self._station = station

    def _read(self, index: int) -> list[Picture]:
        photo = self._open(index)
        first = self._first_of.setdefault(photo.sha256, index)
        if first != index:
            raise NormalityError(
                f"{self._names[first]} and {self._names[index]} are the same photo",
                fix="Give each photo once; the promise counts different items.",
                faults=(Fault(self._names[index], "the same photo twice", ""),),
            )
        try:
            pictures = self._cut(photo, is_first=not self.sha256)
        except NormalityError as error:
            name = self._names[index]
            raise NormalityError(
                f"{name}: {error.message}",
                fix=error.fix,
                faults=(Fault(name, error.message, error.fix),),
            ) from error
        self.sha256[index] = photo.sha256
        return pictures

    def _cut(self, photo: Photo, *, is_first: bool) -> list[Picture]:
        line = self._line
        found = outlined_parts(photo, self._station) if is_first or self.mm_per_px else None
        if is_first and found:
            self.mm_per_px = fitting_scale(*found, line.height_mm, line.size_px)
        if self.mm_per_px is None:
            return [whole_picture(photo, line.size_px)]
        if found is None:
            raise NormalityError(
                "no mat in the photo, but the first photo shows one",
                fix="Take all photos on the mat, or all without.",
            )
        return surface_pictures(photo, *found, line.height_mm, self.mm_per_px)
