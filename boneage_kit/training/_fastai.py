"""The parts of fastai that training uses, imported without their side effect on pandas.

Importing fastai.learner loads its tabular part, which switches pandas' chained assignment from a
warning to an error for the whole program; here it is set back to what it was.
"""

from __future__ import annotations

import pandas as pd

_OPTION = "mode.chained_assignment"
_before = pd.get_option(_OPTION) if pd.__version__ < "3" else None  # pandas 3: no effect

import fastai.callback.progress  # noqa: E402, F401  (adds the progress bars to Learner)
import fastai.callback.schedule  # noqa: E402, F401  (adds fit_one_cycle to Learner)
from fastai.callback.core import Callback  # noqa: E402
from fastai.data.core import DataLoaders  # noqa: E402
from fastai.learner import Learner  # noqa: E402
from fastai.optimizer import OptimWrapper  # noqa: E402

if pd.__version__ < "3":
    pd.set_option(_OPTION, _before)

__all__ = ["Callback", "DataLoaders", "Learner", "OptimWrapper"]
