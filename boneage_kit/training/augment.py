"""Small changes that leave the bone age as it is, drawn anew for each image of a batch.

A whole batch of bytes is changed at once: grey levels through one table per image (256 numbers
instead of an exponential per pixel), geometry through one resampling.

No left-right flip by default. The protocol of both atlases is the *left* hand, and a flip shows
a right one: an image that the network will never meet, at the price of half its training. Where
right hands may come, ``flip=0.5`` says so in the open. (fastai's ``aug_transforms`` flips unless
told otherwise.)
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor


@dataclass(frozen=True)
class Augmentation:
    """How far each change goes at most; every draw is uniform within plus and minus that.

    The sizes are ours, by what positioning and exposure vary in practice.

    Parameters
    ----------
    rotation
        Degrees.
    shift
        Fraction of the image's side.
    scale
        Fraction of the size: 0.15 draws between 0.87 and 1.15.
    brightness
        Added to the grey level (0..1).
    contrast
        Relative change of contrast around mid-grey.
    gamma
        Relative change of the exponent: 0.3 draws between 0.77 and 1.3.
    noise
        Largest standard deviation of added grey noise.
    flip
        Probability of a left-right flip; see the module's text before using it.
    texture
        Largest share of the image that is replaced, in every second image, by the image seen
        through a random 3 x 3 filter: shape stays, texture does not. For networks that are to
        read another kind of image than they learn (random convolutions: Xu et al. 2021,
        *Robust and generalizable visual representation learning via random convolutions*, ICLR).

    >>> images = torch.zeros(4, 1, 32, 32, dtype=torch.uint8)
    >>> Augmentation()(images, torch.Generator().manual_seed(0)).shape
    torch.Size([4, 1, 32, 32])
    """

    rotation: float = 15.0
    shift: float = 0.06
    scale: float = 0.12
    brightness: float = 0.08
    contrast: float = 0.2
    gamma: float = 0.25
    noise: float = 0.03
    flip: float = 0.0
    texture: float = 0.0

    def __call__(self, images: Tensor, generator: torch.Generator) -> Tensor:
        """Return changed images, float (B, 1, H, W) in 0..1, from bytes of the same shape."""
        grey = self._grey_levels(images, generator)
        grid = affine_grid(self._transforms(len(images), generator), *images.shape[2:])
        moved = F.grid_sample(grey, grid, align_corners=False)  # outside: black, as is padding
        if self.texture:
            moved = self._filtered(moved, generator)
        if self.noise:
            spread = _uniform(len(images), generator).abs().view(-1, 1, 1, 1) * self.noise
            grain = torch.empty_like(moved).normal_(generator=generator)
            moved = moved.addcmul_(spread, grain).clamp_(0, 1)
        return moved

    def _grey_levels(self, images: Tensor, generator: torch.Generator) -> Tensor:
        batch = len(images)
        level = torch.arange(256, device=images.device) / 255  # (256,)
        contrast = 1 + self.contrast * _uniform(batch, generator)[:, None]
        shift = self.brightness * _uniform(batch, generator)[:, None]
        exponent = (math.log1p(self.gamma) * _uniform(batch, generator)[:, None]).exp()
        table = ((level - 0.5) * contrast + 0.5 + shift).clamp(0, 1) ** exponent  # (B, 256)
        offset = torch.arange(batch, device=images.device, dtype=torch.int32)[:, None] * 256
        index = images.view(batch, -1).to(torch.int32) + offset
        return table.view(-1).index_select(0, index.view(-1)).view(images.shape)

    def _filtered(self, images: Tensor, generator: torch.Generator) -> Tensor:
        batch = len(images)
        weights = torch.empty(batch, 1, 3, 3, device=images.device).normal_(generator=generator)
        seen = F.conv2d(images.transpose(0, 1), weights, padding=1, groups=batch).transpose(0, 1)
        around = (1, 2, 3)
        seen = (seen - seen.mean(around, keepdim=True)) / (seen.std(around, keepdim=True) + 1e-3)
        seen = seen * images.std(around, keepdim=True)  # as much contrast as the image has,
        seen = seen + images.mean(around, keepdim=True)  # and as bright
        share = self.texture * _uniform(batch, generator).clamp(min=0).view(-1, 1, 1, 1)
        return images.lerp(seen, share).clamp_(0, 1)

    def _transforms(self, batch: int, generator: torch.Generator) -> Tensor:
        angle = math.radians(self.rotation) * _uniform(batch, generator)
        size = (math.log1p(self.scale) * _uniform(batch, generator)).exp()
        across, down = (2 * self.shift * _uniform(batch, generator) for _ in range(2))
        mirror = torch.ones_like(angle)
        if self.flip:
            drawn = torch.rand(batch, generator=generator, device=generator.device)
            mirror = torch.where(drawn < self.flip, -1.0, 1.0)
        cosine, sine = angle.cos() * size, angle.sin() * size
        rows = [cosine * mirror, -sine, across, sine * mirror, cosine, down]
        return torch.stack(rows, dim=1).view(batch, 2, 3)


def affine_grid(transforms: Tensor, height: int, width: int) -> Tensor:
    """Return where each pixel takes its value, (B, height, width, 2), for maps (B, 2, 3).

    The numbers of ``torch.nn.functional.affine_grid`` with ``align_corners=False``, which
    multiplies small matrices. Adding rows and columns takes a quarter of the time, and gives the
    same digits with every processor's instructions.

    >>> turned = torch.tensor([[[0.0, -1.0, 0.1], [1.0, 0.0, 0.0]]])
    >>> expected = F.affine_grid(turned, [1, 1, 4, 6], align_corners=False)
    >>> bool(torch.equal(affine_grid(turned, 4, 6), expected))
    True
    """
    device = transforms.device
    columns = torch.linspace(-1, 1, width, device=device) * (width - 1) / width
    rows = torch.linspace(-1, 1, height, device=device) * (height - 1) / height
    across, down = columns[None, None, :], rows[None, :, None]
    grid = torch.empty(len(transforms), height, width, 2, device=device)
    for axis in (0, 1):
        x_part, y_part, shift = transforms[:, axis, :, None, None].unbind(1)  # (B, 1, 1) each
        torch.add(x_part * across, y_part * down, out=grid[..., axis])
        grid[..., axis] += shift
    return grid


def _uniform(n: int, generator: torch.Generator) -> Tensor:
    return torch.rand(n, generator=generator, device=generator.device) * 2 - 1
