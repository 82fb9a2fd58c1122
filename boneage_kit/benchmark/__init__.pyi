from . import kept as kept
from . import leaderboard as leaderboard
from . import methods as methods
from . import scale_out as scale_out
from . import study as study
from . import summary as summary
