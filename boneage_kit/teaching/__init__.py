"""What a lesson stands on: its run, its exercises, its student copies.

>>> from boneage_kit import teaching
>>> lesson = teaching.begin("01_reading_a_hand", preset="smoke", data="phantom")
Preset smoke: ...
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
