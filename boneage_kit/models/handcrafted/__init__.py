"""Features by hand: find the hand and its regions, and describe what they look like."""

from __future__ import annotations

from .landmarks import Hand, find_hand
from .regions import Region, locate, regions_of

__all__ = ["Hand", "Region", "find_hand", "locate", "regions_of"]
