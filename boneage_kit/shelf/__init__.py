"""A trained model as a folder: weights and a card; train, save, load, predict; the one that ships.

>>> from boneage_kit import shelf
>>> shelf.load().card["model"]
'efficientnet_lite0'
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
