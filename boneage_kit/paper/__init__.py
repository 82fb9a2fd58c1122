"""The paper's claims, where each stands, what we run for it, and the verdict.

Spampinato, Palazzo, Giordano, Aldinucci and Leonardi, *Deep learning for automated skeletal bone
age assessment in X-ray images*, Medical Image Analysis 36 (2017) 41-51. Only its abstract and
highlights could be read; :func:`unknown` lists what could not, and what the kit does instead. The
column ``mark`` says of each fact whether it was read, computed or only recalled.
"""

from .._lazy import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)
