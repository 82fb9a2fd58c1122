from . import benchmark as benchmark
from . import cli as cli
from . import datasets as datasets
from . import evaluation as evaluation
from . import execution as execution
from . import features as features
from . import maturity as maturity
from . import models as models
from . import paper as paper
from . import phantom as phantom
from . import plots as plots
from . import presets as presets
from . import probing as probing
from . import provenance as provenance
from . import radiograph as radiograph
from . import records as records
from . import report as report
from . import results as results
from . import shelf as shelf
from . import teaching as teaching
from . import training as training
from . import widgets as widgets
from .errors import BadInput as BadInput
from .radiograph import Radiograph as Radiograph
from .radiograph import read_radiograph as read_radiograph

__version__: str
