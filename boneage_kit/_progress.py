"""Whether a person looks on: progress bars are for them only."""

from __future__ import annotations

import sys


def is_interactive() -> bool:
    """Return True in a terminal and in a notebook that a person runs.

    A notebook executed by papermill, nbclient or nbval cannot ask for input, and a progress bar
    would only stay in its saved outputs; a person's notebook can.

    >>> is_interactive() in (True, False)
    True
    """
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    kernel = getattr(shell, "kernel", None)
    if kernel is not None:
        return bool(getattr(kernel, "_allow_stdin", False))
    return sys.stderr is not None and sys.stderr.isatty()
