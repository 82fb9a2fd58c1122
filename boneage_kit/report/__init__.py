"""Tables and figures as a page to read, print and mail: of a predictions table, and of a run.

>>> from boneage_kit import report
>>> callable(report.write_report)
True
"""

from .._lazy import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)
