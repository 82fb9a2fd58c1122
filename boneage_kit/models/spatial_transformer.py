"""The deformation layer: a spatial transformer that warps feature maps by what it sees in them.

Jaderberg et al. 2015, *Spatial transformer networks*, NeurIPS (arXiv:1506.02025). A small
localisation network looks at the maps and predicts a transformation; a sampler takes the values
of the maps at the transformed positions. It starts as the identity and learns from the age loss
alone: nobody tells it where the hand is.

Three choices keep the localisation network alive at the learning rate of the other layers (before
them it died in the first passes and answered the same for every hand): it takes differences from
the average hand, its hidden layer is a hyperbolic tangent, and its answer is small and bounded.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..errors import BadInput
from .standardise import Standardise

KINDS = ("affine", "tps")
REACH = 0.5  # of half the image's side: a turn of 30 degrees at most, and never off the hand
PACE = 0.1  # how far the answer moves in one step, beside the other layers


class SpatialTransformer(nn.Module):
    """Warp feature maps by an affine map (6 numbers) or a thin-plate spline (free-form).

    Parameters
    ----------
    channels
        Channels of the maps that come in.
    kind
        ``"affine"`` or ``"tps"``.
    hidden
        Width of the localisation network's hidden layer.
    look
        The localisation network sees the maps averaged down to ``look`` x ``look``.
    control_points
        For ``"tps"``: the spline is held by a ``control_points`` x ``control_points`` lattice.

    >>> layer = SpatialTransformer(8, kind="tps")
    >>> maps = torch.rand(2, 8, 12, 12)
    >>> bool(torch.allclose(layer(maps), maps, atol=1e-4))  # untrained: the identity
    True
    """

    identity: Tensor
    lattice: Tensor
    solve: Tensor

    def __init__(
        self,
        channels: int,
        *,
        kind: str = "affine",
        hidden: int = 32,
        look: int = 6,
        control_points: int = 4,
    ) -> None:
        super().__init__()
        if kind not in KINDS:
            raise BadInput(f"There is no deformation {kind!r}.", 'Use "affine", "tps" or None.')
        self.kind = kind
        n_outputs = 6 if kind == "affine" else 2 * control_points**2
        n_inputs = channels * look * look
        first, last = nn.Linear(n_inputs, hidden), nn.Linear(hidden, n_outputs)
        self.localisation = nn.Sequential(
            nn.AdaptiveAvgPool2d(look),
            nn.Flatten(),
            Standardise(n_inputs),
            _Scaled(n_inputs**-0.5),
            first,
            nn.Tanh(),
            last,
        )
        nn.init.normal_(first.weight)
        nn.init.zeros_(first.bias)
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)
        if kind == "affine":
            self.register_buffer("identity", torch.tensor([1.0, 0, 0, 0, 1, 0]))
        else:
            lattice = _lattice(control_points)
            self.register_buffer("lattice", lattice)
            self.register_buffer("solve", torch.linalg.inv(_tps_system(lattice)))

    def grid(self, maps: Tensor) -> Tensor:
        """Return where each output pixel takes its value, (B, H, W, 2) as (x, y) in -1..1."""
        numbers = REACH * torch.tanh(PACE * self.localisation(maps))
        batch, _, height, width = maps.shape
        if self.kind == "affine":
            theta = (self.identity + numbers).view(batch, 2, 3)
            return F.affine_grid(theta, [batch, 1, height, width], align_corners=False)
        return self._spline_grid(numbers.view(batch, -1, 2), height, width)

    def _spline_grid(self, shifts: Tensor, height: int, width: int) -> Tensor:
        identity = torch.eye(2, 3, device=shifts.device, dtype=shifts.dtype)
        regular = F.affine_grid(identity[None], [1, 1, height, width], align_corners=False)[0]
        basis = _tps_basis(regular.view(-1, 2), self.lattice)  # (H * W, K + 3)
        right = F.pad(shifts, (0, 0, 0, 3))  # (B, K + 3, 2)
        displacement = basis @ (self.solve @ right)  # (B, H * W, 2)
        return regular + displacement.view(-1, height, width, 2)

    def forward(self, maps: Tensor) -> Tensor:
        """Return the warped maps, same shape (B, C, H, W)."""
        grid = self.grid(maps)
        if maps.device.type == "cpu":
            warped = F.grid_sample(maps, grid, padding_mode="border", align_corners=False)
        else:
            warped = _sampled_at(maps, grid)
        return warped.contiguous(memory_format=torch.channels_last)  # the sampler drops it


class _Scaled(nn.Module):
    """Multiply: many inputs with weights of size 1 then add up to numbers of size 1."""

    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = factor

    def forward(self, features: Tensor) -> Tensor:
        return self.factor * features


def _sampled_at(maps: Tensor, grid: Tensor) -> Tensor:
    """Return ``grid_sample`` with border padding, by indexing: for GPUs.

    There the gradient of ``grid_sample`` is added up in no fixed order, so that no two trainings
    are the same, and before torch 2.13 MPS has neither that gradient nor border padding.
    """
    batch, channels, height, width = maps.shape
    rows = maps.permute(0, 2, 3, 1).reshape(-1, channels)  # (B * H * W, C)
    first = torch.arange(batch, device=maps.device)[:, None, None] * height * width
    x = (((grid[..., 0] + 1) * width - 1) / 2).clamp(0, width - 1)  # (B, h, w), in pixels
    y = (((grid[..., 1] + 1) * height - 1) / 2).clamp(0, height - 1)
    left, top = x.detach().floor(), y.detach().floor()
    warped = torch.zeros((), device=maps.device, dtype=maps.dtype)
    for row, down in ((top, top + 1 - y), ((top + 1).clamp(max=height - 1), y - top)):
        for column, across in ((left, left + 1 - x), ((left + 1).clamp(max=width - 1), x - left)):
            cell = (row * width + column).nan_to_num().long()  # NaN stays in the weight
            warped = warped + rows[first + cell] * (down * across)[..., None]
    return warped.permute(0, 3, 1, 2)


def _lattice(n: int) -> Tensor:
    side = torch.linspace(-1, 1, n)
    rows, columns = torch.meshgrid(side, side, indexing="ij")
    return torch.stack([columns, rows], dim=-1).view(-1, 2)  # (n * n, 2) as (x, y)


def _tps_kernel(distance_squared: Tensor) -> Tensor:
    return 0.5 * distance_squared * torch.log(distance_squared + 1e-9)  # r^2 log r


def _tps_basis(points: Tensor, lattice: Tensor) -> Tensor:
    distance_squared = ((points[:, None] - lattice[None]) ** 2).sum(-1)
    ones = torch.ones_like(points[:, :1])
    return torch.cat([_tps_kernel(distance_squared), ones, points], dim=1)


def _tps_system(lattice: Tensor) -> Tensor:
    """Bookstein's (1989) linear system: kernel block, affine block, and its side conditions."""
    basis = _tps_basis(lattice, lattice)  # (K, K + 3)
    conditions = torch.cat([basis[:, len(lattice) :].T, torch.zeros(3, 3)], dim=1)
    return torch.cat([basis, conditions])
