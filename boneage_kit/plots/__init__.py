"""Figures: one function per figure, each takes data and an optional ``ax`` and returns the axes.

Modules are themes. Colours come from :data:`PALETTE` (Okabe and Ito 2008), and no figure tells a
thing by colour alone.
"""

from .._lazy import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)
