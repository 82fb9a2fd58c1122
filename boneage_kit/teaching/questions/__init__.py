"""Questions without code: a choice, an order, or a place on a picture of a hand.

Each unit of the lessons has one file, ``u06.toml`` for unit 06. The file holds text and no code,
so a translator can work on it. ``lesson.ask("06.a")`` shows a question. CONTRIBUTING.md says how
to write one.

>>> from boneage_kit.teaching import questions
>>> questions.get("06.a").kind
'choice'
"""

from ..._lazy import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)
