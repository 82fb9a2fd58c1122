"""A trained model as a folder: weights and a card; train, save, load, predict; the one that ships.

>>> from boneage_kit import shelf
>>> shelf.load().card["model"]
'efficientnet_lite0'
"""

from .._lazy import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)
