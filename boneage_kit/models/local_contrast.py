"""Local contrast normalisation: what stands out from its surroundings, whatever the exposure."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


class LocalContrast(nn.Module):
    """Subtract the local mean and divide by the local spread, in windows around each pixel.

    The layer has no weights. It was usual in networks of the paper's years (Jarrett et al. 2009,
    *What is the best multi-stage architecture for object recognition?*, ICCV), and takes from
    the network the work of learning that a dark film is no other age.

    Parameters
    ----------
    window
        Side of the window as a fraction of the image's side.
    floor
        Added to the spread (grey levels 0..1), so that noise on empty film stays small.

    >>> import torch
    >>> layer, image = LocalContrast(), torch.rand(1, 1, 32, 32)
    >>> bool(layer(image * 0 + 0.5).abs().max() < 1e-5)  # an empty film stays empty
    True
    """

    def __init__(self, window: float = 0.2, floor: float = 0.05) -> None:
        super().__init__()
        self.window, self.floor = window, floor

    def forward(self, images: Tensor) -> Tensor:
        """Return normalised images of the same shape (B, 1, H, W), around zero."""
        side = min(int(pixels) for pixels in images.shape[2:])  # int: a graph keeps a number
        reach = max(1, round(self.window * side / 2))
        difference = images - _mean(images, reach)
        spread = _mean(difference * difference, reach).clamp(min=0).sqrt()
        return difference / (spread + self.floor)


def _mean(images: Tensor, reach: int) -> Tensor:
    for side in ((2 * reach + 1, 1), (1, 2 * reach + 1)):  # rows, then columns: cheaper
        padding = (side[0] // 2, side[1] // 2)
        images = F.avg_pool2d(images, side, 1, padding, count_include_pad=False)
    return images
