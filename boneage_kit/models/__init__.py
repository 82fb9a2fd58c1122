"""Networks that predict a bone age from an image, by name. Nothing here trains.

>>> from boneage_kit import models
>>> model = models.create("bonet", sex_input=True)
>>> sorted(models.names()["name"])[:2]
['bonet', 'efficientnet_lite0']
"""

from .._lazy import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)
