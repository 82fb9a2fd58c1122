"""How a hand matures, as tables and as the two methods that read them.

``ossification`` says when centres appear and fuse, ``greulich_pyle`` is the atlas method,
``tanner_whitehouse`` the scoring method, ``readers`` how far those who use them disagree.
All ages are in years; every number stands in a CSV of this folder with its source.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
