"""The two tables that everything passes through: records (images) and predictions (ages).

Ages are in years, sex is ``"F"`` or ``"M"``, and neither is ever guessed: a value that does not
say what it is is refused with the reason.

>>> from boneage_kit import records
>>> records.parse_sex("girl")
'F'
"""

from .._lazy import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)
