"""Execute the notebook sequence, resume it, and gather what it recorded.

``sequence`` finds the notebooks, ``runner`` executes them with papermill and resumes, ``memory``
watches the kernel, ``run_folder`` gathers the recorded rows into ``results.json``, ``tolerance``
compares notebooks in the tests.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
