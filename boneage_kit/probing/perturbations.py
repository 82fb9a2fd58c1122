"""What happens to a radiograph on its way to a model, in doses.

Every perturbation takes ``uint8 [n, h, w]`` (0 black, bone bright) and a dose, and returns the
same shape and type. Dose 0, or the first one listed, leaves the image as it is. Doses are what a
department would write down: degrees, per cent of the side, JPEG quality.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from PIL import Image
from scipy import ndimage

Change = Callable[[np.ndarray, float, np.random.Generator], np.ndarray]


@dataclass(frozen=True)
class Perturbation:
    """One way an image can differ from the training data, with the doses to try.

    ``doses[0]`` is the unchanged image. ``origin`` says how it comes about in practice.
    """

    name: str
    unit: str
    doses: tuple[float, ...]
    change: Change
    origin: str

    def __call__(self, images: np.ndarray, dose: float, seed: int = 0) -> np.ndarray:
        """Return the images changed by one dose; the same seed gives the same noise."""
        if dose == self.doses[0]:
            return images.copy()
        return self.change(images, dose, np.random.default_rng(seed))


def _to_bytes(values: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def _rotation(images: np.ndarray, degrees: float, _: np.random.Generator) -> np.ndarray:
    return ndimage.rotate(images, degrees, axes=(2, 1), reshape=False, order=1)


def _shift(images: np.ndarray, percent: float, _: np.random.Generator) -> np.ndarray:
    return ndimage.shift(images, (0, 0, percent / 100 * images.shape[2]), order=1)


def _scale(images: np.ndarray, percent: float, _: np.random.Generator) -> np.ndarray:
    factor = 100 / percent
    middle = (np.array(images.shape[1:]) - 1) / 2
    offset = (0.0, *(middle * (1 - factor)))
    return ndimage.affine_transform(images, (1.0, factor, factor), offset, order=1)


def _flip(images: np.ndarray, _: float, __: np.random.Generator) -> np.ndarray:
    return images[:, :, ::-1].copy()


def _inversion(images: np.ndarray, _: float, __: np.random.Generator) -> np.ndarray:
    return 255 - images


def _brightness(images: np.ndarray, percent: float, _: np.random.Generator) -> np.ndarray:
    return _to_bytes(images + percent / 100 * 255.0)


def _contrast(images: np.ndarray, percent: float, _: np.random.Generator) -> np.ndarray:
    middle = images.mean(axis=(1, 2), keepdims=True)
    return _to_bytes(middle + percent / 100 * (images - middle))


def _gamma(images: np.ndarray, gamma: float, _: np.random.Generator) -> np.ndarray:
    return _to_bytes(255 * (np.arange(256) / 255) ** gamma)[images]


def _resolution(images: np.ndarray, percent: float, _: np.random.Generator) -> np.ndarray:
    height, width = images.shape[1:]
    small = max(round(width * percent / 100), 2), max(round(height * percent / 100), 2)
    return np.stack(
        [
            np.asarray(
                Image.fromarray(image)
                .resize(small, Image.Resampling.BOX)
                .resize((width, height), Image.Resampling.BILINEAR)
            )
            for image in images
        ]
    )


def _blur(images: np.ndarray, percent: float, _: np.random.Generator) -> np.ndarray:
    sigma = percent / 100 * images.shape[2]
    return _to_bytes(ndimage.gaussian_filter(images.astype(np.float32), (0, sigma, sigma)))


def _noise(images: np.ndarray, percent: float, rng: np.random.Generator) -> np.ndarray:
    return _to_bytes(images + rng.normal(0, percent / 100 * 255, images.shape))


def _jpeg(images: np.ndarray, quality: float, _: np.random.Generator) -> np.ndarray:
    def through(image: np.ndarray) -> np.ndarray:
        file = BytesIO()
        Image.fromarray(image).save(file, "JPEG", quality=int(quality))
        return np.asarray(Image.open(file))

    return np.stack([through(image) for image in images])


def _border(images: np.ndarray, percent: float, _: np.random.Generator) -> np.ndarray:
    changed, width = images.copy(), round(percent / 100 * images.shape[2])
    for edge in (np.s_[:, :width], np.s_[:, -width:], np.s_[:, :, :width], np.s_[:, :, -width:]):
        changed[edge] = 255
    return changed if width else images.copy()


def _collimation(images: np.ndarray, percent: float, _: np.random.Generator) -> np.ndarray:
    changed, width = np.zeros_like(images), round(percent / 100 * images.shape[2])
    inside = np.s_[:, width : images.shape[1] - width, width : images.shape[2] - width]
    changed[inside] = images[inside]
    return changed


def _marker(images: np.ndarray, percent: float, _: np.random.Generator) -> np.ndarray:
    changed, side = images.copy(), max(round(percent / 100 * images.shape[2]), 2)
    top, left, thick = side // 3, side // 3, max(side // 5, 1)
    changed[:, top : top + side, left : left + thick] = 255  # an L of lead, top left
    changed[:, top + side - thick : top + side, left : left + round(side * 0.6)] = 255
    return changed


def _bits(images: np.ndarray, bits: float, _: np.random.Generator) -> np.ndarray:
    levels = 2 ** int(bits) - 1
    return _to_bytes(np.rint(images / 255 * levels) / levels * 255)


def _clipped(images: np.ndarray, gain: float, _: np.random.Generator) -> np.ndarray:
    return _to_bytes(images.astype(np.float32) * gain)


def _wrist(images: np.ndarray, percent: float, _: np.random.Generator) -> np.ndarray:
    changed, rows = images.copy(), round(percent / 100 * images.shape[1])
    changed[:, images.shape[1] - rows :] = 0
    return changed if rows else images.copy()


PERTURBATIONS: dict[str, Perturbation] = {
    perturbation.name: perturbation
    for perturbation in (
        Perturbation(
            "rotation",
            "degrees",
            (0, -45, -20, -10, -5, 5, 10, 20, 45, 90, 180),
            _rotation,
            "the hand lies askew, or the file is turned",
        ),
        Perturbation(
            "shift",
            "% of the side",
            (0, -20, -10, -5, 5, 10, 20),
            _shift,
            "the hand is not in the middle",
        ),
        Perturbation(
            "scale",
            "% of the size",
            (100, 60, 80, 90, 110, 125),
            _scale,
            "another detector or crop",
        ),
        Perturbation("flip", "mirrored", (0, 1), _flip, "a right hand, or a mirrored file"),
        Perturbation(
            "inversion", "inverted", (0, 1), _inversion, "MONOCHROME1 taken for MONOCHROME2"
        ),
        Perturbation(
            "brightness",
            "% of white",
            (0, -40, -20, -10, 10, 20, 40),
            _brightness,
            "exposure, or a display window burned in",
        ),
        Perturbation(
            "contrast",
            "% of the contrast",
            (100, 25, 50, 75, 150, 200),
            _contrast,
            "another beam or display window",
        ),
        Perturbation(
            "gamma",
            "exponent",
            (1, 0.4, 0.6, 0.8, 1.3, 1.8, 2.5),
            _gamma,
            "another film or detector curve",
        ),
        Perturbation(
            "resolution",
            "% of the pixels per side",
            (100, 75, 50, 33, 25, 15),
            _resolution,
            "a thumbnail, or a photographed screen",
        ),
        Perturbation("blur", "SD, % of the side", (0, 0.5, 1, 2, 4), _blur, "the child moved"),
        Perturbation("noise", "SD, % of white", (0, 2, 5, 10, 20), _noise, "low dose"),
        Perturbation(
            "JPEG",
            "quality",
            (100, 75, 50, 25, 10, 5),
            _jpeg,
            "an archive or messenger that compresses",
        ),
        Perturbation(
            "white border", "% of the side", (0, 2, 5, 10), _border, "a scanned film's edge"
        ),
        Perturbation(
            "collimation",
            "% of the side",
            (0, 5, 10, 15, 20),
            _collimation,
            "a tight field cuts fingertips and wrist",
        ),
        Perturbation(
            "marker", "size, % of the side", (0, 8, 12, 20), _marker, "a lead L in the corner"
        ),
        Perturbation("bit depth", "bits", (8, 6, 5, 4, 3, 2), _bits, "grey levels lost on the way"),
        Perturbation(
            "clipped 16 bit",
            "gain",
            (1, 1.5, 2, 4, 16),
            _clipped,
            "a 12- or 16-bit file cut to 8 bits instead of scaled",
        ),
        Perturbation(
            "wrist cut off",
            "% of the height",
            (0, 10, 20, 30, 40),
            _wrist,
            "the wrist is outside the picture (fingers up)",
        ),
    )
}
