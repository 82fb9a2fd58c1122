"""Execute the notebook sequence, resume it, and gather what it recorded.

``sequence`` finds the notebooks, ``job`` says what one run is about, ``runner`` goes through them
and resumes, ``kernel_run`` executes one with papermill, ``memory`` watches its kernel, ``step``
keeps how it went, ``executed_notebook`` cleans what is kept, ``run_folder`` gathers the recorded
rows into ``results.json``, and ``tolerance`` compares notebooks in the tests.
"""

from .._lazy import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)
