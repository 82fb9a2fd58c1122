"""How a hand matures: the tables, and the two methods that stand on them.

``ossification`` says when centres appear and fuse, ``greulich_pyle`` is the atlas method,
``tanner_whitehouse`` the scoring method, ``human_readers`` how far their readers disagree.
All ages are in years; every number stands in a CSV of this folder with its source.
"""

from .._lazy import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)
