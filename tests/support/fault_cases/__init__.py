"""Everything wrong that was tried on the kit, each as one small thing that a user might do.

``tests/package/test_faults.py`` runs each and holds the outcome against what stands here;
``tools/faults.py`` writes docs/faults.md from the same list.
"""

from .base import LONGEST, Fault, outcome
from .commands import COMMANDS
from .data_sets import SETS, TABLES
from .doubts import DOUBTS
from .image_files import DICOM, FILES
from .machine import MACHINE
from .model_cards import MODELS
from .odd_films import ODD_FILMS
from .odd_models import ODD_MODELS
from .odd_tables import ODD_TABLES
from .outputs import OUTPUTS
from .places import PLACES
from .run_states import STATES
from .sibling_films import SIBLING_FILMS
from .sibling_states import SIBLING_STATES
from .sibling_tables import SIBLING_TABLES

FAULTS = [
    *FILES, *DICOM, *TABLES, *SETS, *MACHINE, *COMMANDS, *OUTPUTS, *MODELS, *DOUBTS, *STATES,
    *SIBLING_FILMS, *SIBLING_TABLES, *SIBLING_STATES, *ODD_FILMS, *ODD_TABLES, *ODD_MODELS,
    *PLACES,
]  # fmt: skip
#: Those in which a command does its work, or runs in a process of its own.
SLOW = [fault for fault in OUTPUTS if "terminal codes" not in fault.tried]
__all__ = ["FAULTS", "LONGEST", "SLOW", "Fault", "outcome"]
