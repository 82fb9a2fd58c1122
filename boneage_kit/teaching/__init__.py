"""What a lesson stands on: its run, its exercises, its student copies.

>>> from boneage_kit import teaching
>>> lesson = teaching.begin("01_a_child_and_a_film", preset="smoke", data="phantom")
Preset smoke: ...
"""

from .._lazy import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)
