from .figure_list import by_name as by_name
from .figure_list import committed as committed
from .run_folder import collect as collect
from .runner import Job as Job
from .runner import Step as Step
from .runner import prepare as prepare
from .runner import run as run
from .sequence import notebooks as notebooks
