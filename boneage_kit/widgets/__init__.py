"""Widgets of the lessons: the atlas explorer, the TW scorer and the reading room.

Each is live where a person sits before it (JupyterLab, Notebook, Colab, VS Code), and a picture
with its description in words everywhere else. They need neither torch nor fastai.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
