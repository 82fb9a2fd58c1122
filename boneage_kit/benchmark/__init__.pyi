from . import kept as kept
from . import leaderboard as leaderboard
from . import methods as methods
from . import questions as questions
from . import scale_out as scale_out
from . import study as study
from . import summary as summary
from .size_tables import size_table as size_table
