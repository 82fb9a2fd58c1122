"""Tables and figures as a page to read, print and mail: of a predictions table, and of a run.

>>> from boneage_kit import report
>>> callable(report.write_report)
True
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
