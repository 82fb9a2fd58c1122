"""Widgets of the lessons: the atlas explorer, the TW scorer and the reading room.

Each is live where a person sits before it (JupyterLab, Notebook, Colab, VS Code), and a picture
with its description in words everywhere else. They need neither torch nor fastai.
"""

from .._lazy import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)
